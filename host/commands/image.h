/* What the parts of lifeboat image share. */
#ifndef LB_COMMANDS_IMAGE_H
#define LB_COMMANDS_IMAGE_H

#include "core/image/image.h"
#include "host/commands/args.h"
#include "host/image/key.h"

struct lb_image_file {
	uint8_t *bytes; /* to be freed */
	size_t size_bytes;
};

/* The whole file, of at most 64 MiB; else one line on stderr. */
enum lb_exit lb_image_read_file(const char *path, struct lb_image_file *file);
/* All of it or nothing: what is cut off leaves the file that was there before. */
enum lb_exit lb_image_write_file(const char *path, const uint8_t *bytes, size_t size_bytes);
/* file must outlive the source. */
struct lb_image_source lb_image_file_source(struct lb_image_file *file);

/* Who looks at an image: the keys to hold its signature against, and the board that it would have to be for. */
struct lb_image_judge {
	struct lb_image_key keys[LB_ARGS_MANY];
	size_t key_count; /* 0: only hashes are looked at */
	bool has_board;   /* else an image for any board will do */
	uint8_t board_id[LB_BOARD_ID_BYTES];
};

/* By the options --key and --board-id; without a key the development key, if there is one. */
enum lb_exit lb_image_judge_start(const struct lb_args *args, struct lb_image_judge *judge);
/* info is filled as lb_image_inspect does, for a verdict that comes after it. */
enum lb_image_verdict lb_image_judge_source(const struct lb_image_judge *judge, const struct lb_image_source *source,
                                            struct lb_image_info *info);
enum { LB_IMAGE_NAMES_BYTES = 128 };
/* The ids of the keys: "8c1be733 or 0f9d42c1". */
void lb_image_judge_names(const struct lb_image_judge *judge, char names[LB_IMAGE_NAMES_BYTES]);
/* What is wrong with an image in a file. */
const char *lb_image_file_verdict_text(enum lb_image_verdict verdict);

/* --board-id: LB_EXIT_DONE, and whether there is one; "none" is none. */
enum lb_exit lb_image_board_option(const struct lb_args *args, bool *given, uint8_t id[LB_BOARD_ID_BYTES]);
/* One line on stderr for what a function of host/image/key.h returned. */
enum lb_exit lb_image_explain_key(const char *path, int error);

enum lb_exit lb_image_info_command(const struct lb_args *args);
enum lb_exit lb_image_verify_command(const struct lb_args *args);

#endif
