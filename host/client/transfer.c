#include "host/client/transfer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/client/waiting.h"

enum {
	CHUNK_BYTES = 6144, /* a module has room for it as text and as bytes */
	TEXT_BYTES = CHUNK_BYTES / 3 * 4 + 4,
	STEP_MS = 5000,    /* a piece may have to wait for sectors to be erased */
	VERIFY_MS = 30000, /* of slots, which a slow CPU hashes */
	HASH_BYTES = crypto_hash_sha256_BYTES,
	HEX_BYTES = 2 * HASH_BYTES + 1,
};

static bool fail(struct lb_transfer *transfer, const char *what)
{
	snprintf(transfer->reason, sizeof(transfer->reason), "%s", what);
	return false;
}

static const char somebody[] = "somebody else typed on the module's console: the same command goes on from there";

/* What the module makes of code that somebody's Ctrl-D cut in two, or that comes after a soft reset. */
static bool is_garbled(const char *error)
{
	static const char *const errors[] = {"SyntaxError", "IndentationError", "NameError"};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strncmp(error, errors[i], strlen(errors[i])) == 0)
			return true;
	return false;
}

/* The exception's last line; of an OSError only what it says. */
static bool refuse(struct lb_transfer *transfer, struct lb_rawrepl *answer)
{
	static const char os_error[] = "OSError: ";
	const char *error = lb_rawrepl_error(answer);

	if (strstr(error, "ota_start") != NULL && strncmp(error, "AttributeError", 14) == 0)
		return fail(transfer, "the firmware that runs on the module has no pycom.ota_start");
	if (strncmp(error, "KeyboardInterrupt", 17) == 0)
		return fail(transfer, "somebody pressed Ctrl-C on the module's console");
	if (is_garbled(error))
		return fail(transfer, somebody);
	bool is_os = strncmp(error, os_error, sizeof(os_error) - 1) == 0;
	snprintf(transfer->reason, sizeof(transfer->reason), "the module refuses: %s",
	         is_os ? error + sizeof(os_error) - 1 : error);
	return false;
}

/* All code that is sent prints something: code that a Ctrl-D cut off before its first byte says nothing, and was not
 * run. */
static bool execute(struct lb_transfer *transfer, const char *code, const char *what, struct lb_rawrepl *answer,
                    int time_ms)
{
	lb_waiting_start(what, time_ms);
	int result = lb_repl_paste(transfer->port, code, answer, time_ms);
	lb_waiting_end();
	if (result != 0) {
		transfer->silent = true;
		return fail(transfer, "the module's REPL no longer answers");
	}
	if (answer->traceback[0] != '\0')
		return refuse(transfer, answer);
	return answer->output[0] != '\0' || fail(transfer, somebody);
}

/* Is what the module has, so many bytes with this hash in hexadecimal, the start of this image? */
static bool is_start(const struct lb_transfer *transfer, unsigned long bytes, const char *hex)
{
	unsigned char hash[HASH_BYTES];
	char mine[HEX_BYTES];

	if (bytes == 0 || bytes > transfer->size_bytes)
		return false;
	crypto_hash_sha256(hash, transfer->bytes, bytes);
	sodium_bin2hex(mine, sizeof(mine), hash, sizeof(hash));
	return strcmp(mine, hex) == 0;
}

static bool parse_start(struct lb_transfer *transfer, const struct lb_rawrepl *answer)
{
	unsigned long offset;

	if (sscanf(answer->output, "%lu %15s", &offset, transfer->slot) != 2 || offset > transfer->size_bytes)
		return fail(transfer, "the module's answer to ota_start makes no sense");
	transfer->done_bytes = offset;
	return true;
}

/* A firmware that is told the size erases in blocks; an older one does not know the word. */
static bool start(struct lb_transfer *transfer, const char *arguments)
{
	struct lb_rawrepl answer;
	char code[256];

	snprintf(code, sizeof(code),
	         "try:\n"
	         " n=pycom.ota_start(size=%zu,%s)\n"
	         "except TypeError:\n"
	         " n=pycom.ota_start(%s)\n"
	         "print(n,lifeboat.download()['slot'])",
	         transfer->size_bytes, arguments, arguments);
	return execute(transfer, code, "the module to verify its slots", &answer, VERIFY_MS) &&
	       parse_start(transfer, &answer);
}

static bool refuse_key(struct lb_transfer *transfer, const char *trusted)
{
	char key[9];

	snprintf(key, sizeof(key), "%08x", lb_image_key_id(transfer->image->key_hash));
	if (trusted[0] == '\0' || strstr(trusted, key) != NULL)
		return true;
	snprintf(transfer->reason, sizeof(transfer->reason),
	         "the module would refuse it: signed with key %s, which is not trusted; %.200s is", key, trusted);
	return false;
}

/* The record's failed image, its floor, and the trusted keys; older firmwares say less of it. */
static bool judge_acceptance(struct lb_transfer *transfer, const char *output)
{
	const struct lb_image_info *image = transfer->image;
	unsigned long floor;
	char failed[17], id[17], trusted[256] = "";

	if (sscanf(output, "%16s %lu %255[0-9a-f ]", failed, &floor, trusted) < 2)
		return true;
	sodium_bin2hex(id, sizeof(id), image->hash, sizeof(id) / 2);
	if (strcmp(failed, id) == 0 && !transfer->force)
		return fail(transfer, "the module would refuse it: this image was rolled back before; --force tries it again");
	if (image->security_counter < floor) {
		snprintf(transfer->reason, sizeof(transfer->reason),
		         "the module would refuse it: security counter %u is below the floor, %lu", image->security_counter,
		         floor);
		return false;
	}
	return refuse_key(transfer, trusted);
}

/* Before anything is sent: a whole image may travel for minutes. */
static bool ask_acceptance(struct lb_transfer *transfer)
{
	static const char ask[] = "import lifeboat\n"
							  "s=lifeboat.status()\n"
							  "print(s['record']['failed'] or '-',s.get('floor',0),*s.get('keys',()))";
	struct lb_rawrepl answer;

	if (transfer->image == NULL)
		return true;
	if (!execute(transfer, ask, "the module to say what it accepts", &answer, VERIFY_MS))
		return !transfer->silent; /* it has no such words: then it says so at the end */
	return judge_acceptance(transfer, answer.output);
}

bool lb_transfer_start(struct lb_transfer *transfer)
{
	static const char ask[] = "import pycom,lifeboat\n"
							  "from ubinascii import a2b_base64\n"
							  "pycom.ota_start\n"
							  "d=lifeboat.download()\n"
							  "print(d['bytes'],d['sha256'])if d else print('-')";
	struct lb_rawrepl answer;
	unsigned long bytes;
	char hex[HEX_BYTES];

	transfer->reason[0] = '\0';
	if (!ask_acceptance(transfer) ||
	    !execute(transfer, ask, "the module to look at what it has of an update", &answer, VERIFY_MS))
		return false;
	/* What cannot be gone on with is started anew. */
	bool resume = sscanf(answer.output, "%lu %64s", &bytes, hex) == 2 && is_start(transfer, bytes, hex);
	if (resume && start(transfer, "resume=True"))
		return true;
	return !transfer->silent && start(transfer, "");
}

bool lb_transfer_step(struct lb_transfer *transfer)
{
	static const char before[] = "print(pycom.ota_write(a2b_base64('";
	static const char after[] = "')))";
	size_t left = transfer->size_bytes - transfer->done_bytes;
	size_t piece = left < CHUNK_BYTES ? left : CHUNK_BYTES;
	char code[sizeof(before) + TEXT_BYTES + sizeof(after)];
	struct lb_rawrepl answer;

	strcpy(code, before);
	char *text = code + sizeof(before) - 1;
	sodium_bin2base64(text, TEXT_BYTES, transfer->bytes + transfer->done_bytes, piece, sodium_base64_VARIANT_ORIGINAL);
	strcat(text, after);
	if (!execute(transfer, code, "the module to write a piece", &answer, STEP_MS))
		return false;
	transfer->done_bytes += piece;
	return true;
}

bool lb_transfer_finish(struct lb_transfer *transfer)
{
	struct lb_rawrepl answer;

	return execute(transfer, transfer->force ? "print(pycom.ota_finish(force=True))" : "print(pycom.ota_finish())",
	               "the module to verify the image", &answer, VERIFY_MS);
}

bool lb_transfer_reset(struct lb_transfer *transfer)
{
	return lb_repl_start(transfer->port, "import umachine\numachine.reset()") == 0 ||
	       fail(transfer, "the module's REPL no longer answers");
}
