/* mkimage: the build's command that wraps a payload as an image for a slot. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/assert.h"
#include "host/image/image_write.h"

enum { EXIT_USAGE = 2, MAX_PAYLOAD_BYTES = 64 << 20 };

static const char usage_text[] =
	"usage: mkimage --version MAJOR.MINOR.REVISION[+BUILD] PAYLOAD IMAGE\n"
	"Wraps the file PAYLOAD (virtual.elf, say) as an MCUboot image with a SHA-256, and writes it to IMAGE.\n"
	"Example: mkimage --version 0.1.0 virtual.elf virtual.img\n";

struct options {
	struct lb_version version;
	const char *payload;
	const char *image;
};

_Noreturn void lb_assert_failed(const char *file, int line)
{
	fprintf(stderr, "mkimage: assertion failed at %s:%d\n", file, line);
	abort();
}

static _Noreturn void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("mkimage: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_FAILURE);
}

static _Noreturn void fail_usage(const char *what, const char *argument)
{
	fprintf(stderr, "mkimage: %s%s; --help shows the usage\n", what, argument);
	exit(EXIT_USAGE);
}

static void parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{"version", required_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *version = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			exit(EXIT_SUCCESS);
		}
		if (option != 'v')
			exit(EXIT_USAGE); /* getopt_long has said why */
		version = optarg;
	}
	if (version == NULL)
		fail_usage("--version is missing", "");
	if (!lb_image_write_parse_version(version, &options->version))
		fail_usage("not a version (MAJOR.MINOR.REVISION[+BUILD]): ", version);
	if (argc - optind != 2)
		fail_usage("PAYLOAD and IMAGE are wanted", "");
	options->payload = argv[optind];
	options->image = argv[optind + 1];
}

static uint8_t *read_payload(const char *path, size_t *size_bytes)
{
	FILE *file = fopen(path, "rb");
	struct stat info;
	uint8_t *payload;

	if (file == NULL || fstat(fileno(file), &info) != 0)
		fail("cannot open %s: %s", path, strerror(errno));
	if (!S_ISREG(info.st_mode))
		fail("%s is not a file", path);
	if (info.st_size == 0 || info.st_size > MAX_PAYLOAD_BYTES)
		fail("%s has %lld bytes; a payload has 1 to %d", path, (long long)info.st_size, (int)MAX_PAYLOAD_BYTES);
	*size_bytes = (size_t)info.st_size;
	payload = malloc(*size_bytes);
	if (payload == NULL)
		fail("no memory for %zu bytes", *size_bytes);
	if (fread(payload, 1, *size_bytes, file) != *size_bytes)
		fail("cannot read %s", path);
	fclose(file);
	return payload;
}

/* A build that is cut off must not leave half an image behind under its final name. */
static void write_image(const char *path, const uint8_t *image, size_t size_bytes)
{
	size_t name_bytes = strlen(path) + sizeof(".new");
	char *temporary = malloc(name_bytes);
	FILE *file;

	if (temporary == NULL)
		fail("no memory");
	snprintf(temporary, name_bytes, "%s.new", path);
	file = fopen(temporary, "wb");
	if (file == NULL)
		fail("cannot create %s: %s", temporary, strerror(errno));
	if (fwrite(image, 1, size_bytes, file) != size_bytes || fclose(file) != 0 || rename(temporary, path) != 0) {
		int cause = errno;

		unlink(temporary);
		fail("cannot write %s: %s", path, strerror(cause));
	}
	free(temporary);
}

int main(int argc, char **argv)
{
	struct options options;
	size_t payload_bytes, image_bytes;
	uint8_t *payload, *image;

	parse_options(argc, argv, &options);
	payload = read_payload(options.payload, &payload_bytes);
	image = lb_image_write(payload, payload_bytes, &options.version, &image_bytes);
	if (image == NULL)
		fail("no memory for %zu bytes", payload_bytes);
	write_image(options.image, image, image_bytes);
	free(image);
	free(payload);
	return EXIT_SUCCESS;
}
