/* Whose images are believed, and for which board: by the options --key and --board-id of `lifeboat image`. */
#ifndef LB_COMMANDS_IMAGE_JUDGE_H
#define LB_COMMANDS_IMAGE_JUDGE_H

#include "core/handoff/handoff.h"
#include "core/image/image.h"
#include "host/commands/args.h"

enum { LB_IMAGE_JUDGE_NAMES_BYTES = 128 };

struct lb_image_judge {
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	size_t key_count; /* 0: only hashes are compared */
	bool has_board;   /* else an image for any board will do */
	uint8_t board_id[LB_BOARD_ID_BYTES];
};

/* The keys of --key; without one the development key, if there is one. board: the value of --board-id, or NULL. */
enum lb_exit lb_image_judge_start(const struct lb_args *args, const char *board, struct lb_image_judge *judge);
/* info is filled as lb_image_inspect does, for a verdict that comes after it. */
enum lb_image_verdict lb_image_judge_source(const struct lb_image_judge *judge, const struct lb_image_source *source,
                                            struct lb_image_info *info);
/* The ids of the keys: "8c1be733 or 0f9d42c1". */
void lb_image_judge_names(const struct lb_image_judge *judge, char names[LB_IMAGE_JUDGE_NAMES_BYTES]);
/* LB_IMAGE_GOOD turned into what is wrong with an image that no module could start, whatever keys it has. */
enum lb_image_verdict lb_image_judge_unsigned(enum lb_image_verdict verdict, const struct lb_image_info *info);
/* What is wrong with an image in a file. */
const char *lb_image_judge_text(enum lb_image_verdict verdict);

/* --board-id: LB_EXIT_DONE, and whether there is one; "none" is none. */
enum lb_exit lb_image_judge_board(const char *text, bool *given, uint8_t id[LB_BOARD_ID_BYTES]);
/* One line on stderr for what a function of host/image/key.h returned. */
enum lb_exit lb_image_judge_explain_key(const char *path, int error);

#endif
