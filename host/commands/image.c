/* lifeboat image: keys and signing. What becomes of an image is judged by image_judge.c, what is in one or in a whole
 * flash is shown by image_info.c. */
#include "host/commands/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/handoff/handoff.h"
#include "host/commands/commands.h"
#include "host/image/image_write.h"

enum { MAX_FILE_BYTES = 64 << 20 };

enum lb_exit lb_image_read_file(const char *path, struct lb_image_file *file)
{
	FILE *from = fopen(path, "rb");

	if (from == NULL)
		return lb_args_failed("cannot open %s: %s", path, strerror(errno));
	file->bytes = malloc(MAX_FILE_BYTES + 1);
	file->size_bytes = file->bytes != NULL ? fread(file->bytes, 1, MAX_FILE_BYTES + 1, from) : 0;
	bool failed = file->bytes == NULL || ferror(from) != 0;
	int cause = errno;
	fclose(from);
	if (!failed && file->size_bytes > 0 && file->size_bytes <= MAX_FILE_BYTES)
		return LB_EXIT_DONE;
	free(file->bytes);
	file->bytes = NULL;
	if (failed)
		return lb_args_failed("cannot read %s: %s", path, strerror(cause));
	return lb_args_failed(file->size_bytes == 0 ? "%s is empty" : "%s is larger than 64 MiB", path);
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

static int key_path(const struct lb_args *args, char path[LB_KEY_PATH_BYTES])
{
	const char *given = args->values[LB_IMAGE_KEY];

	if (given == NULL)
		return lb_key_default_path(path);
	return snprintf(path, LB_KEY_PATH_BYTES, "%s", given) < LB_KEY_PATH_BYTES ? LB_OK : LB_ERR_BOUNDS;
}

static enum lb_exit keygen(const struct lb_args *args)
{
	static const char *const types[] = {"ed25519", "p256", NULL};
	const char *type = args->values[LB_IMAGE_TYPE];
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
	return result == LB_OK ? LB_EXIT_DONE : lb_image_explain_key(path, result);
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t size_bytes)
{
	printf("\t\t.%s = {", name);
	for (size_t i = 0; i < size_bytes; i++)
		printf("%s0x%02X,", i % 16 == 0 ? "\n\t\t\t" : " ", bytes[i]);
	printf("\n\t\t},\n");
}

static enum lb_exit print_public(const struct lb_args *args)
{
	if (args->word_count > 1 + LB_HANDOFF_KEYS_MAX)
		return lb_args_wrong("image public: a bootloader trusts %d keys at most; give fewer", (int)LB_HANDOFF_KEYS_MAX);
	printf("/* Made by lifeboat image public. */\n#include \"core/image/keys.h\"\n\n"
	       "const struct lb_image_key lb_image_keys[] = {\n");
	for (size_t i = 1; i < args->word_count; i++) {
		struct lb_image_key key;
		int result = lb_key_load_public(args->words[i], &key);

		if (result != LB_OK)
			return lb_image_explain_key(args->words[i], result);
		printf("\t{ /* %08x */\n\t\t.type = %s,\n", lb_image_key_id(key.hash),
		       key.type == LB_KEY_P256 ? "LB_KEY_P256" : "LB_KEY_ED25519");
		print_bytes("hash", key.hash, sizeof(key.hash));
		print_bytes("point", key.point, sizeof(key.point));
		printf("\t},\n");
	}
	printf("};\nconst size_t lb_image_key_count = sizeof(lb_image_keys) / sizeof(lb_image_keys[0]);\n");
	return LB_EXIT_DONE;
}

/* ---- sign ---- */

/* Under another name first: what is cut off must not leave half an image under the final one. */
enum lb_exit lb_image_write_file(const char *path, const uint8_t *bytes, size_t size_bytes)
{
	char temporary[LB_KEY_PATH_BYTES];
	int length = snprintf(temporary, sizeof(temporary), "%s.new", path);
	FILE *file = length < (int)sizeof(temporary) ? fopen(temporary, "wb") : NULL;

	if (file == NULL)
		return lb_args_failed("cannot create %s: %s", path, strerror(errno));
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

	if (result == LB_OK)
		result = lb_key_load(path, &signer);
	if (result == LB_ERR_IO && errno == ENOENT && args->values[LB_IMAGE_KEY] == NULL) {
		return lb_args_failed("you have no development key (%s): name a key with --key, or make this one with "
		                      "'lifeboat image keygen'",
		                      path);
	}
	if (result != LB_OK)
		return lb_image_explain_key(path, result);
	spec->signer = &signer;
	uint8_t *image = lb_image_write(spec, &size_bytes);
	lb_signer_free(&signer);
	if (image == NULL)
		return lb_args_failed("%s cannot be signed: no memory, or the key does not work", args->words[1]);
	enum lb_exit exit = lb_image_write_file(args->words[2], image, size_bytes);
	free(image);
	return exit;
}

static enum lb_exit sign(const struct lb_args *args)
{
	const char *version = args->values[LB_IMAGE_VERSION], *counter_text = args->values[LB_IMAGE_COUNTER];
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
	if (lb_image_board_option(args, &has_board, id) != LB_EXIT_DONE)
		return LB_EXIT_USAGE;
	spec.board_id = has_board ? id : NULL;
	if (lb_image_read_file(args->words[1], &payload) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	spec.payload = payload.bytes;
	spec.payload_bytes = payload.size_bytes;
	enum lb_exit exit = sign_payload(&spec, args);
	free(payload.bytes);
	return exit;
}

/* ---- which of them ---- */

#define TAKES(option) (1u << (option))

static const struct {
	const char *name, *usage;
	size_t words_min, words_max; /* with the name */
	unsigned options;
	enum lb_exit (*run)(const struct lb_args *args);
} parts[] = {
	{"keygen", "[FILE] [--type ed25519|p256]", 1, 2, TAKES(LB_IMAGE_TYPE), keygen},
	{"sign", "PAYLOAD IMAGE --version V", 3, 3,
     TAKES(LB_IMAGE_KEY) | TAKES(LB_IMAGE_VERSION) | TAKES(LB_IMAGE_COUNTER) | TAKES(LB_IMAGE_BOARD_ID), sign},
	{"verify", "IMAGE [--key FILE]", 2, 2, TAKES(LB_IMAGE_KEY) | TAKES(LB_IMAGE_BOARD_ID), lb_image_verify_command},
	{"info", "FILE [--key FILE]", 2, 2, TAKES(LB_IMAGE_KEY) | TAKES(LB_IMAGE_BOARD_ID), lb_image_info_command},
	{"public", "KEY ...", 2, LB_ARGS_WORDS, 0, print_public},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]), OPTIONS = LB_IMAGE_TYPE + 1 };

static const char *const option_names[OPTIONS] = {"--key", "--version", "--security-counter", "--board-id", "--type"};

enum lb_exit lb_image_command(const struct lb_args *args)
{
	const char *names[PARTS + 1] = {NULL};
	size_t part;

	for (part = 0; part < PARTS; part++)
		names[part] = parts[part].name;
	if (!lb_args_one_of("image", args->words[0], names))
		return LB_EXIT_USAGE;
	for (part = 0; strcmp(parts[part].name, args->words[0]) != 0;)
		part++;
	for (int i = 0; i < OPTIONS; i++) {
		if (args->values[i] != NULL && (parts[part].options & TAKES(i)) == 0) {
			return lb_args_wrong("image %s takes no %s: lifeboat image %s %s", parts[part].name, option_names[i],
			                     parts[part].name, parts[part].usage);
		}
	}
	if (args->word_count < parts[part].words_min || args->word_count > parts[part].words_max) {
		return lb_args_wrong("too %s arguments: lifeboat image %s %s",
		                     args->word_count < parts[part].words_min ? "few" : "many", parts[part].name,
		                     parts[part].usage);
	}
	return parts[part].run(args);
}
