/* lifeboat image: keys and images. What is in an image or a whole flash is shown by image_info.c. */
#include "host/cli/image.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/handoff/handoff.h"
#include "crypto/crypto.h"
#include "host/cli/commands.h"
#include "host/image/image_write.h"
#include "host/image/key.h"

enum { MAX_FILE_BYTES = 64 << 20 };

enum lb_exit lb_image_read_file(const char *path, struct lb_image_file *file)
{
	FILE *from = fopen(path, "rb");

	if (from == NULL) {
		return lb_args_failed("cannot open %s: %s", path, strerror(errno));
	}
	file->bytes = malloc(MAX_FILE_BYTES + 1);
	file->size_bytes = file->bytes != NULL ? fread(file->bytes, 1, MAX_FILE_BYTES + 1, from) : 0;
	bool failed = file->bytes == NULL || ferror(from) != 0;
	fclose(from);
	if (!failed && file->size_bytes > 0 && file->size_bytes <= MAX_FILE_BYTES) {
		return LB_EXIT_DONE;
	}
	free(file->bytes);
	file->bytes = NULL;
	return lb_args_failed(failed ? "cannot read %s" : "%s is empty or larger than 64 MiB", path);
}

static int file_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct lb_image_file *file = ctx;

	memcpy(data, file->bytes + offset, size_bytes);
	return LB_OK;
}

struct lb_image_source lb_image_file_source(struct lb_image_file *file)
{
	return (struct lb_image_source){file_read, file, (uint32_t)file->size_bytes};
}

/* ---- keys ---- */

static enum lb_exit explain_key(const char *path, int error)
{
	if (error == LB_ERR_FORMAT) {
		return lb_args_failed("%s holds no Ed25519 key in PEM", path);
	}
	if (error == LB_ERR_IO) {
		return lb_args_failed("%s: %s", path, strerror(errno));
	}
	return lb_args_failed("no place for a key: neither XDG_DATA_HOME nor HOME is set");
}

static int key_path(const struct lb_args *args, char path[LB_KEY_PATH_BYTES])
{
	const char *given = args->values[LB_IMAGE_KEY];

	if (given == NULL) {
		return lb_key_default_path(path);
	}
	return snprintf(path, LB_KEY_PATH_BYTES, "%s", given) < LB_KEY_PATH_BYTES ? LB_OK : LB_ERR_BOUNDS;
}

static enum lb_exit keygen(const struct lb_args *args)
{
	char path[LB_KEY_PATH_BYTES];
	struct lb_signer signer;
	int result = LB_OK;

	if (args->word_count > 1) {
		result = snprintf(path, sizeof path, "%s", args->words[1]) < (int)sizeof path ? LB_OK : LB_ERR_BOUNDS;
	} else {
		result = lb_key_default_path(path);
	}
	if (result == LB_OK) {
		lb_key_generate(&signer);
		result = lb_key_save(path, &signer);
	}
	if (result != LB_OK) {
		return explain_key(path, result);
	}
	printf("%s: key %08x, Ed25519; keep it secret\n", path, lb_image_key_id(signer.key.hash));
	sodium_memzero(&signer, sizeof signer);
	return LB_EXIT_DONE;
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t size_bytes)
{
	printf("\t\t.%s = {", name);
	for (size_t i = 0; i < size_bytes; i++) {
		printf("%s0x%02X,", i % 16 == 0 ? "\n\t\t\t" : " ", bytes[i]);
	}
	printf("\n\t\t},\n");
}

static enum lb_exit print_public(const struct lb_args *args)
{
	if (args->word_count > 1 + LB_HANDOFF_KEYS_MAX) {
		return lb_args_wrong("image public: a bootloader trusts %d keys at most; give fewer", (int)LB_HANDOFF_KEYS_MAX);
	}
	printf("/* Made by lifeboat image public. */\n#include \"core/image/keys.h\"\n\n"
	       "const struct lb_image_key lb_image_keys[] = {\n");
	for (size_t i = 1; i < args->word_count; i++) {
		struct lb_image_key key;
		int result = lb_key_load_public(args->words[i], &key);

		if (result != LB_OK) {
			return explain_key(args->words[i], result);
		}
		printf("\t{ /* %08x */\n\t\t.type = LB_KEY_ED25519,\n", lb_image_key_id(key.hash));
		print_bytes("hash", key.hash, sizeof key.hash);
		print_bytes("point", key.point, sizeof key.point);
		printf("\t},\n");
	}
	printf("};\nconst size_t lb_image_key_count = sizeof lb_image_keys / sizeof lb_image_keys[0];\n");
	return LB_EXIT_DONE;
}

/* ---- sign ---- */

static bool parse_board_id(const char *text, uint8_t id[LB_BOARD_ID_BYTES])
{
	size_t id_bytes;

	return sodium_hex2bin(id, LB_BOARD_ID_BYTES, text, strlen(text), "-", &id_bytes, NULL) == 0 &&
	       id_bytes == LB_BOARD_ID_BYTES;
}

/* Under another name first: what is cut off must not leave half an image under the final one. */
enum lb_exit lb_image_write_file(const char *path, const uint8_t *bytes, size_t size_bytes)
{
	char temporary[LB_KEY_PATH_BYTES];
	int length = snprintf(temporary, sizeof temporary, "%s.new", path);
	FILE *file = length < (int)sizeof temporary ? fopen(temporary, "wb") : NULL;

	if (file == NULL) {
		return lb_args_failed("cannot create %s: %s", path, strerror(errno));
	}
	bool written = fwrite(bytes, 1, size_bytes, file) == size_bytes;
	if (fclose(file) != 0 || !written || rename(temporary, path) != 0) {
		int cause = errno;

		unlink(temporary);
		return lb_args_failed("cannot write %s: %s", path, strerror(cause));
	}
	return LB_EXIT_DONE;
}

static enum lb_exit sign_payload(struct lb_image_spec *spec, const struct lb_args *args)
{
	char path[LB_KEY_PATH_BYTES];
	struct lb_signer signer;
	size_t size_bytes;
	int result = key_path(args, path);

	if (result == LB_OK) {
		result = lb_key_load(path, &signer);
	}
	if (result != LB_OK) {
		return explain_key(path, result);
	}
	spec->signer = &signer;
	uint8_t *image = lb_image_write(spec, &size_bytes);
	sodium_memzero(&signer, sizeof signer);
	if (image == NULL) {
		return lb_args_failed("no memory for the image");
	}
	enum lb_exit exit = lb_image_write_file(args->words[2], image, size_bytes);
	free(image);
	return exit;
}

static enum lb_exit sign(const struct lb_args *args)
{
	const char *version = args->values[LB_IMAGE_VERSION], *board_id = args->values[LB_IMAGE_BOARD_ID];
	struct lb_image_spec spec = {0};
	struct lb_image_file payload;
	uint8_t id[LB_BOARD_ID_BYTES];
	long counter = 0;

	if (args->word_count != 3) {
		return lb_args_wrong("image sign takes PAYLOAD and IMAGE");
	}
	if (version == NULL || !lb_image_write_parse_version(version, &spec.version)) {
		return lb_args_wrong("image sign takes --version MAJOR.MINOR.REVISION[+BUILD]");
	}
	spec.has_counter = args->values[LB_IMAGE_COUNTER] != NULL;
	if (spec.has_counter &&
	    !lb_args_whole_number("--counter", args->values[LB_IMAGE_COUNTER], 0, UINT32_MAX, &counter)) {
		return LB_EXIT_USAGE;
	}
	spec.security_counter = (uint32_t)counter;
	if (board_id != NULL && !parse_board_id(board_id, id)) {
		return lb_args_wrong("--board-id takes a UUID: 32 hexadecimal digits");
	}
	spec.board_id = board_id != NULL ? id : NULL;
	if (lb_image_read_file(args->words[1], &payload) != LB_EXIT_DONE) {
		return LB_EXIT_FAILED;
	}
	spec.payload = payload.bytes;
	spec.payload_bytes = payload.size_bytes;
	enum lb_exit exit = sign_payload(&spec, args);
	free(payload.bytes);
	return exit;
}

/* ---- verify ---- */

static enum lb_exit judge(struct lb_image_file *file, const char *path, const struct lb_image_key *key)
{
	struct lb_image_source source = lb_image_file_source(file);
	struct lb_image_info said, info = {0};
	enum lb_image_verdict verdict = lb_image_inspect(&source, &said);
	/* Which board it is for is not asked here, so the image's own answer is taken. */
	struct lb_image_trust trust = {&lb_crypto_fast, key, 1, said.board_id};

	if (verdict == LB_IMAGE_GOOD) {
		verdict = lb_image_verify(&source, &trust, &info);
	}
	if (verdict == LB_IMAGE_WRONG_KEY) {
		return lb_args_failed("%s: signed with key %08x, not with %08x", path, lb_image_key_id(info.key_hash),
		                      lb_image_key_id(key->hash));
	}
	if (verdict != LB_IMAGE_GOOD) {
		return lb_args_failed("%s: %s", path, lb_image_verdict_text(verdict));
	}
	printf("%s: good, signed with key %08x\n", path, lb_image_key_id(info.key_hash));
	return LB_EXIT_DONE;
}

static enum lb_exit verify(const struct lb_args *args)
{
	char path[LB_KEY_PATH_BYTES];
	struct lb_image_key key;
	struct lb_image_file file;
	int result = key_path(args, path);

	if (args->word_count != 2) {
		return lb_args_wrong("image verify takes one IMAGE");
	}
	if (result == LB_OK) {
		result = lb_key_load_public(path, &key);
	}
	if (result != LB_OK) {
		return explain_key(path, result);
	}
	if (lb_image_read_file(args->words[1], &file) != LB_EXIT_DONE) {
		return LB_EXIT_FAILED;
	}
	enum lb_exit exit = judge(&file, args->words[1], &key);
	free(file.bytes);
	return exit;
}

enum lb_exit lb_image_command(const struct lb_args *args)
{
	static const char *const names[] = {"keygen", "public", "sign", "verify", "info", NULL};
	const char *name = args->words[0];

	if (!lb_args_one_of("image", name, names)) {
		return LB_EXIT_USAGE;
	}
	if (strcmp(name, "public") != 0 && args->word_count > 3) {
		return lb_args_wrong("one argument too many, '%s': lifeboat image %s", args->words[3], name);
	}
	if (strcmp(name, "keygen") == 0) {
		return keygen(args);
	}
	if (strcmp(name, "sign") == 0) {
		return sign(args);
	}
	if (args->word_count < 2) {
		return lb_args_wrong("image %s takes a file", name);
	}
	if (strcmp(name, "public") == 0) {
		return print_public(args);
	}
	return strcmp(name, "verify") == 0 ? verify(args) : lb_image_info_command(args);
}
