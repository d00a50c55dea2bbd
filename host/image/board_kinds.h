/* The kinds of boards that this command knows: all that are folders of boards/ (core/flashmap/board_kind.h). What is
 * returned is constant; NULL: not known.
 */
#ifndef LB_IMAGE_BOARD_KINDS_H
#define LB_IMAGE_BOARD_KINDS_H

#include <stdbool.h>

#include "core/flashmap/board_kind.h"

const struct lb_board_kind *lb_board_kinds_find(const uint8_t id[LB_BOARD_ID_BYTES]);
const struct lb_board_kind *lb_board_kinds_named(const char *name);
/* The kind of which a module runs on this machine, by `lifeboat run`. */
const struct lb_board_kind *lb_board_kinds_here(void);

/* The largest slot of the kind of this id; of all kinds: NULL, or an id that is not known. */
uint32_t lb_board_kinds_slot_bytes(const uint8_t *id);

/* An id out of a UUID, with or without dashes, or out of a kind's name; false when the text is neither. */
bool lb_board_kinds_parse(const char *text, uint8_t id[LB_BOARD_ID_BYTES]);

#endif
