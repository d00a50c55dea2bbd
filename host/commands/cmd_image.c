/* `lifeboat image` */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/handoff/handoff.h"
#include "host/commands/commands.h"
#include "host/commands/image_file.h"
#include "host/commands/image_flash.h"
#include "host/commands/image_info.h"
#include "host/commands/image_judge.h"
#include "host/commands/trust.h"
#include "host/image/board_kinds.h"
#include "host/image/image_write.h"
#include "host/image/key.h"

enum { KEY, VERSION, COUNTER, BOARD_ID, TYPE, IMAGE, FILES, NVS, OUT, HEADER };
enum { HEADER_ALIGN = 4, HEADER_MAX_BYTES = 4096 };

/* ---- keys ---- */

static int key_path(const struct lb_args *args, char path[LB_KEY_PATH_BYTES])
{
	const char *given = args->values[KEY];

	if (given == NULL)
		return lb_key_default_path(path);
	return snprintf(path, LB_KEY_PATH_BYTES, "%s", given) < LB_KEY_PATH_BYTES ? LB_OK : LB_ERR_BOUNDS;
}

/* A key is never replaced, so there is no --force. */
static enum lb_exit keygen(const struct lb_args *args)
{
	static const char *const types[] = {"ed25519", "p256", NULL};
	const char *type = args->values[TYPE];
	char path[LB_KEY_PATH_BYTES];
	struct lb_signer signer = {0};
	int result = LB_OK;

	if (type != NULL && !lb_args_one_of("--type", type, types))
		return LB_EXIT_USAGE;
	if (args->word_count > 1)
		result = snprintf(path, sizeof(path), "%s", args->words[1]) < (int)sizeof(path) ? LB_OK : LB_ERR_BOUNDS;
	else
		result = lb_key_default_path(path);
	if (result == LB_OK) {
		bool is_p256 = type != NULL && strcmp(type, "p256") == 0;

		result = lb_key_generate(&signer, is_p256 ? LB_KEY_P256 : LB_KEY_ED25519);
	}
	if (result == LB_OK)
		result = lb_key_save(path, &signer);
	if (result == LB_OK) {
		printf("%s: key %08x, %s; keep it secret\n", path, lb_image_key_id(signer.key.hash),
		       lb_key_type_text(signer.key.type));
	}
	lb_signer_free(&signer);
	return result == LB_OK ? LB_EXIT_DONE : lb_image_judge_explain_key(path, result);
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t size_bytes)
{
	printf("\t\t.%s = {", name);
	for (size_t i = 0; i < size_bytes; i++)
		printf("%s0x%02X,", i % 16 == 0 ? "\n\t\t\t" : " ", bytes[i]);
	printf("\n\t\t},\n");
}

static void print_key(const struct lb_image_key *key)
{
	printf("\t{ /* %08x */\n\t\t.type = %s,\n", lb_image_key_id(key->hash),
	       key->type == LB_KEY_P256 ? "LB_KEY_P256" : "LB_KEY_ED25519");
	print_bytes("hash", key->hash, sizeof(key->hash));
	print_bytes("point", key->point, sizeof(key->point));
	printf("\t},\n");
}

/* The keys that a bootloader is built with: as the source that the build compiles, or as a file that the command reads
 * when it adds others. */
static enum lb_exit print_public(const struct lb_args *args)
{
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	uint8_t part[LB_HANDOFF_KEYS_SPACE];
	size_t count = args->word_count - 1;

	if (count > LB_HANDOFF_KEYS_MAX)
		return lb_args_wrong("image public: a bootloader trusts %d keys at most; give fewer", (int)LB_HANDOFF_KEYS_MAX);
	for (size_t i = 0; i < count; i++) {
		int result = lb_key_load_public(args->words[1 + i], &keys[i]);

		if (result != LB_OK)
			return lb_image_judge_explain_key(args->words[1 + i], result);
	}
	if (args->values[OUT] != NULL) {
		lb_trust_encode(keys, count, part);
		return lb_image_file_write(args->values[OUT], part, sizeof(part));
	}
	printf("/* Made by lifeboat image public. */\n#include \"core/image/keys.h\"\n\n"
	       "const struct lb_image_key lb_image_keys[] = {\n");
	for (size_t i = 0; i < count; i++)
		print_key(&keys[i]);
	printf("};\nconst size_t lb_image_key_count = sizeof(lb_image_keys) / sizeof(lb_image_keys[0]);\n");
	return LB_EXIT_DONE;
}

/* ---- sign ---- */

/* A missing development key is the one mistake that everybody makes once, so it has words of its own. */
static enum lb_exit sign_payload(struct lb_image_spec *spec, const struct lb_args *args)
{
	char path[LB_KEY_PATH_BYTES];
	struct lb_signer signer;
	size_t size_bytes;
	int result = key_path(args, path);

	if (result == LB_OK)
		result = lb_key_load(path, &signer);
	if (result == LB_ERR_IO && errno == ENOENT && args->values[KEY] == NULL) {
		return lb_args_failed("you have no development key (%s): name a key with --key, or make this one with "
		                      "'lifeboat image keygen'",
		                      path);
	}
	if (result != LB_OK)
		return lb_image_judge_explain_key(path, result);
	spec->signer = &signer;
	uint8_t *image = lb_image_write(spec, &size_bytes);
	lb_signer_free(&signer);
	if (image == NULL)
		return lb_args_failed("%s cannot be signed: no memory, or the key does not work", args->words[1]);
	enum lb_exit exit = lb_image_file_write(args->words[2], image, size_bytes);
	free(image);
	uint32_t room_bytes = lb_board_kinds_slot_bytes(spec->board_id);
	if (exit == LB_EXIT_DONE && size_bytes > room_bytes) {
		fprintf(stderr, "lifeboat: %s has %zu bytes and fits no slot: the largest has %u\n", args->words[2], size_bytes,
		        (unsigned)room_bytes);
	}
	return exit;
}

/* As imgtool calls it. */
static bool parse_header(const char *text, uint16_t *header_bytes)
{
	long size_bytes = LB_IMAGE_HEADER_BYTES;

	if (text != NULL &&
	    !lb_args_whole_number("--header-size", text, LB_IMAGE_HEADER_BYTES, HEADER_MAX_BYTES, &size_bytes))
		return false;
	if (size_bytes % HEADER_ALIGN != 0) {
		lb_args_wrong("--header-size takes a multiple of %d", (int)HEADER_ALIGN);
		return false;
	}
	*header_bytes = (uint16_t)size_bytes;
	return true;
}

/* The command line is checked first: reading the payload may need a while. */
static enum lb_exit sign(const struct lb_args *args)
{
	const char *version = args->values[VERSION], *counter_text = args->values[COUNTER];
	struct lb_image_spec spec = {.has_counter = counter_text != NULL};
	struct lb_image_file payload;
	uint8_t id[LB_BOARD_ID_BYTES];
	bool has_board;
	long counter = 0;

	if (version == NULL || !lb_image_write_parse_version(version, &spec.version))
		return lb_args_wrong("image sign takes --version MAJOR.MINOR.REVISION[+BUILD], up to 255.255.65535+4294967295");
	if (args->many_count > 1)
		return lb_args_wrong("image sign takes one --key");
	if (counter_text != NULL && !lb_args_whole_number("--security-counter", counter_text, 0, UINT32_MAX, &counter))
		return LB_EXIT_USAGE;
	spec.security_counter = (uint32_t)counter;
	if (!parse_header(args->values[HEADER], &spec.header_bytes))
		return LB_EXIT_USAGE;
	if (lb_image_judge_board(args->values[BOARD_ID], &has_board, id) != LB_EXIT_DONE)
		return LB_EXIT_USAGE;
	spec.board_id = has_board ? id : NULL;
	if (lb_image_file_read(args->words[1], &payload) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	spec.payload = payload.bytes;
	spec.payload_bytes = payload.size_bytes;
	enum lb_exit exit = sign_payload(&spec, args);
	free(payload.bytes);
	return exit;
}

/* ---- verify and info ---- */

/* LB_EXIT_DONE, or one line. Of a wrong key both are named, since the person has to find the right one. */
static enum lb_exit judge_file(const struct lb_image_judge *judge, const char *path, struct lb_image_file *file,
                               struct lb_image_info *info)
{
	struct lb_image_source source = lb_image_file_source(file);
	char names[LB_IMAGE_JUDGE_NAMES_BYTES];
	enum lb_image_verdict verdict = lb_image_judge_source(judge, &source, info);

	if (verdict == LB_IMAGE_WRONG_KEY) {
		lb_image_judge_names(judge, names);
		return lb_args_failed("%s: signed with key %08x, not with %s", path, lb_image_key_id(info->key_hash), names);
	}
	return verdict == LB_IMAGE_GOOD ? LB_EXIT_DONE : lb_args_failed("%s: %s", path, lb_image_judge_text(verdict));
}

static enum lb_exit print_verdict(const struct lb_image_judge *judge, const char *path, struct lb_image_file *file)
{
	struct lb_image_info info;
	enum lb_exit exit = judge_file(judge, path, file, &info);

	if (exit != LB_EXIT_DONE)
		return exit;
	printf("%s: good, signed with key %08x", path, lb_image_key_id(info.key_hash));
	if (file->size_bytes > info.total_bytes)
		printf("; the %zu bytes behind the image are not", file->size_bytes - info.total_bytes);
	printf("\n");
	return LB_EXIT_DONE;
}

/* Exit code 1 says that the image would not boot, and the line why. */
static enum lb_exit verify(const struct lb_args *args)
{
	struct lb_image_judge judge;
	struct lb_image_file file;
	enum lb_exit exit = lb_image_judge_start(args, args->values[BOARD_ID], &judge);

	if (exit != LB_EXIT_DONE)
		return exit;
	if (judge.key_count == 0)
		return lb_args_failed("no key to hold the signature against: give one by --key");
	if (lb_image_file_read(args->words[1], &file) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	exit = print_verdict(&judge, args->words[1], &file);
	free(file.bytes);
	return exit;
}

static enum lb_exit info(const struct lb_args *args)
{
	const char *board = args->values[BOARD_ID];
	struct lb_image_judge judge;
	struct lb_image_file file;
	enum lb_exit exit = lb_image_judge_start(args, board, &judge);

	if (exit != LB_EXIT_DONE)
		return exit;
	if (lb_image_file_read(args->words[1], &file) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	exit = lb_image_info_print(&file, args->words[1], &judge, board != NULL);
	free(file.bytes);
	return exit;
}

/* ---- flash ---- */

/* What a module would not boot is refused here, before a thousand are programmed with it. */
static enum lb_exit judge_for_flash(const struct lb_args *args, struct lb_image_file *image)
{
	struct lb_image_judge judge;
	struct lb_image_info info;
	enum lb_exit exit = lb_image_judge_start(args, lb_board_kinds_here()->name, &judge);

	if (exit != LB_EXIT_DONE)
		return exit;
	if (judge.key_count == 0)
		return lb_args_failed("no key to hold the signature against: give one by --key");
	return judge_file(&judge, args->values[IMAGE], image, &info);
}

static enum lb_exit make_flash(const struct lb_args *args)
{
	const struct lb_image_flash parts = {args->values[FILES], args->values[NVS], args->values[OUT]};
	struct lb_image_file image;

	if (args->values[IMAGE] == NULL || parts.out == NULL)
		return lb_args_wrong("image flash takes --image IMAGE and --out FILE");
	if (lb_image_file_read(args->values[IMAGE], &image) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	enum lb_exit exit = judge_for_flash(args, &image);
	if (exit == LB_EXIT_DONE)
		exit = lb_image_flash_make(&parts, &image);
	if (exit == LB_EXIT_DONE)
		printf("%s: a flash with %s in factory\n", parts.out, args->values[IMAGE]);
	free(image.bytes);
	return exit;
}

/* ---- which of them ---- */

#define TAKES(option) (1u << (option))

static const struct lb_arg_part parts[] = {
	{"keygen", "[FILE] [--type ed25519|p256]", 1, 2, TAKES(TYPE), keygen},
	{"sign", "PAYLOAD IMAGE --version V", 3, 3,
     TAKES(KEY) | TAKES(VERSION) | TAKES(COUNTER) | TAKES(BOARD_ID) | TAKES(HEADER), sign},
	{"verify", "IMAGE [--key FILE]", 2, 2, TAKES(KEY) | TAKES(BOARD_ID), verify},
	{"info", "FILE [--key FILE]", 2, 2, TAKES(KEY) | TAKES(BOARD_ID), info},
	{"flash", "--image IMAGE [--files FOLDER] [--nvs FILE] --out FILE", 1, 1,
     TAKES(KEY) | TAKES(IMAGE) | TAKES(FILES) | TAKES(NVS) | TAKES(OUT), make_flash},
	{"public", "KEY ... [--out FILE]", 2, LB_ARGS_WORDS, TAKES(OUT), print_public},
};

const struct lb_command lb_cmd_image = {
	.name = "image",
	.usage = "keygen|sign|verify|info|flash|public ...",
	.summary = "make a key, sign firmware, look into images and flash",
	.help = "keygen [FILE]            makes a key that signs images (PEM); never replaces one\n"
			"sign PAYLOAD IMAGE       wraps firmware as a signed image; --version is needed\n"
			"verify IMAGE             is it whole, and signed with the key? Exit code 1 says why not\n"
			"info FILE                what is in an image; or in a flash.bin: the slots, the boot record's history,\n"
			"                         and what would boot next and why\n"
			"flash                    makes a module's whole flash for production: the same from the same parts\n"
			"public KEY ...           the key list that a bootloader is built with, as C, or as a file (--out)\n",
	.example = "lifeboat image info module/flash.bin",
	.options = {[KEY] = {"--key", "FILE",
                         "the key; without it your development key, which the build made:\n"
                         "$XDG_DATA_HOME/lifeboat/development.pem, or in ~/.local/share.\n"
                         "verify and info take several: any of them will do"},
                [VERSION] = {"--version", "V", "MAJOR.MINOR.REVISION[+BUILD]"},
                [COUNTER] = {"--security-counter", "N", "updates never go below the highest confirmed one"},
                [BOARD_ID] = {"--board-id", "ID",
                              "sign: only for boards of this kind, a UUID or a name (virtual); none: for any.\n"
                              "verify, info: would such a board start it?"},
                [TYPE] = {"--type", "T", "of a new key: ed25519 (default) or p256"},
                [IMAGE] = {"--image", "IMAGE", "flash: the signed firmware of the factory slot"},
                [FILES] = {"--files", "FOLDER", "flash: what is in /flash; without it the first boot formats it"},
                [NVS] = {"--nvs", "FILE",
                         "flash: what pycom.nvs_get() finds, as a JSON object of whole numbers and texts:\n"
                         "{\"serial\": 1042, \"site\": \"roof\"}"},
                [OUT] = {"--out", "FILE",
                         "flash, public: the file to make, such as flash.bin; it takes the place of an older one"},
                [HEADER] = {"--header-size", "N", "sign: bytes before the payload, 32 or more; 256 for a pico"}},
	.many = TAKES(KEY),
	.words_min = 1,
	.words_max = LB_ARGS_WORDS,
	.parts = parts,
	.part_count = sizeof(parts) / sizeof(parts[0]),
};
