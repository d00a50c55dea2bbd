/* Writes a range of flash from its start to its end, from pieces of any size.
 *
 * The range is erased from its start, rounded to sectors at both ends, in blocks where the flash has such and a whole
 * one lies in the range, else in sectors: at the latest when the first page there is full. Bytes are gathered into
 * pages, so that every program unit is programmed once; the last one is padded with 0xFF, and a page of 0xFF alone is
 * left as the erase made it. One call does at most one erase and one page.
 *
 * A protected region is never changed: its sectors are not erased, and bytes written there must be those that are
 * there. Bytes beyond the end of the range must be 0xFF, which is how tools pad their last block, and go nowhere.
 */
#ifndef LB_LOADER_WRITER_H
#define LB_LOADER_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"

enum { LB_WRITER_PAGE_BYTES = 256 };

/* The caller owns it; its fields are the writer's own. */
struct lb_writer {
	const struct lb_flash *flash;
	struct lb_region guarded;
	uint32_t end;      /* of the range */
	uint32_t at;       /* where the next byte goes */
	uint32_t first;    /* where the page's first byte goes */
	uint32_t erase_at; /* all sectors of the range before it are erased */
	uint32_t erase_end;
	uint8_t page[LB_WRITER_PAGE_BYTES];
};

/* The range lies inside the device. */
void lb_writer_start(struct lb_writer *writer, const struct lb_flash *flash, struct lb_region guarded,
                     struct lb_region range);

/* Is there a sector of the range that is not erased yet? */
bool lb_writer_wants_erase(const struct lb_writer *writer);
/* Erases the next one, or a block of them. LB_OK or what the flash answered. */
int lb_writer_erase(struct lb_writer *writer);

/* Where the next bytes are to be put, and how many at most (never 0, unless a flush is due). */
uint8_t *lb_writer_room(struct lb_writer *writer, uint32_t *room_bytes);
/* So many were put there. LB_ERR_BOUNDS: they do not belong into the range. */
int lb_writer_added(struct lb_writer *writer, uint32_t size_bytes);
bool lb_writer_full(const struct lb_writer *writer);
bool lb_writer_empty(const struct lb_writer *writer);
/* Does the page lie in the protected region? */
bool lb_writer_is_guarded(const struct lb_writer *writer);
/* Brings what was gathered into flash: when the writer is full, or for good. LB_OK, LB_ERR_UNSUPPORTED: bytes in the
 * protected region differ, or what the flash answered. */
int lb_writer_flush(struct lb_writer *writer);

#endif
