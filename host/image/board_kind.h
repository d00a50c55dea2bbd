/* The kinds of boards that this repository knows, by the ids that docs/porting.md lists. */
#ifndef HOST_IMAGE_BOARD_KIND_H
#define HOST_IMAGE_BOARD_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/types.h"

/* A UUID, with or without dashes, or a kind's name; false when the text is neither. */
bool lb_board_kind_parse(const char *text, uint8_t id[LB_BOARD_ID_BYTES]);
/* NULL for one that is not known. */
const char *lb_board_kind_name(const uint8_t id[LB_BOARD_ID_BYTES]);

#endif
