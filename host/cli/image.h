/* What the parts of lifeboat image share. */
#ifndef LB_CLI_IMAGE_H
#define LB_CLI_IMAGE_H

#include "core/image/image.h"
#include "host/cli/args.h"

struct lb_image_file {
	uint8_t *bytes; /* to be freed */
	size_t size_bytes;
};

/* The whole file, of at most 64 MiB; else one line on stderr. */
enum lb_exit lb_image_read_file(const char *path, struct lb_image_file *file);
/* All of it or nothing: what is cut off leaves the file that was there before. */
enum lb_exit lb_image_write_file(const char *path, const uint8_t *bytes, size_t size_bytes);
/* "1.2.0+7"; the build number only when there is one. */
enum { LB_IMAGE_VERSION_TEXT_BYTES = 32 };
void lb_image_version_text(char text[LB_IMAGE_VERSION_TEXT_BYTES], const struct lb_version *version);
/* file must outlive the source. */
struct lb_image_source lb_image_file_source(struct lb_image_file *file);

enum lb_exit lb_image_info_command(const struct lb_args *args);

#endif
