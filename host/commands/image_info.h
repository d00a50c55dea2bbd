/* `lifeboat image info`: what is in an image, or in a whole flash and what would boot from it. */
#ifndef LB_COMMANDS_IMAGE_INFO_H
#define LB_COMMANDS_IMAGE_INFO_H

#include "host/commands/image_file.h"
#include "host/commands/image_judge.h"

/* board_given: judge->board_id is the person's choice; else a whole flash is a virtual module's. */
enum lb_exit lb_image_info_print(struct lb_image_file *file, const char *path, struct lb_image_judge *judge,
                                 bool board_given);

#endif
