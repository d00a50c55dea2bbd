/* What is true of every module of one kind of board, as plain data: boards/NAME/NAME_kind.c defines it as
 * lb_kind_NAME. The board itself answers by it, and the command knows each board by it (host/image/board_kinds.h).
 */
#ifndef LB_FLASHMAP_BOARD_KIND_H
#define LB_FLASHMAP_BOARD_KIND_H

#include "core/flashmap/flashmap.h"
#include "core/hw/types.h"

struct lb_board_kind {
	const char *name;              /* of its folder */
	uint8_t id[LB_BOARD_ID_BYTES]; /* a UUID; docs/porting.md lists them */
	const struct lb_flashmap *flashmap;
	uint32_t flash_bytes;  /* a power of two, which update tools see */
	uint32_t sector_bytes; /* as in struct lb_flash, as is the next */
	uint32_t program_bytes;
};

#endif
