/* A module's whole flash as a file, for production: firmware, files and values in their partitions, the rest blank. */
#ifndef LB_COMMANDS_IMAGE_FLASH_H
#define LB_COMMANDS_IMAGE_FLASH_H

#include "host/commands/image_file.h"

struct lb_image_flash {
	const char *files; /* the folder for /flash; NULL: none */
	const char *nvs;   /* a JSON file of names and values; NULL: none */
	const char *out;
};

/* The same bytes from the same parts: files have no date of their own but SOURCE_DATE_EPOCH's, or that of the module's
 * year 0. image was judged before. What is wrong is one line on stderr. */
enum lb_exit lb_image_flash_make(const struct lb_image_flash *parts, const struct lb_image_file *image);

#endif
