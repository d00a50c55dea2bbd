/* The writer of an update: bytes in, of any size and alignment; whole pages of a slot out.
 *
 * A sector is erased when the first byte for it has come, and not before, so that an image's sectors are all that an
 * update erases; who says how much will come, and waits for it, has whole blocks of them erased at once where the
 * flash has such, but for the very first sector, which goes alone. The last page of a sector is programmed only after
 * the next sector was erased. So at any moment of a download that was not ended some sector has a blank last page, and
 * the first such sector is where it broke off: it can be found again with nothing written down, whatever lay in the
 * slot before.
 *
 * The image's header is looked at before the first sector is touched: a wrong file costs nothing.
 *
 * Pure: no allocation, no static data. All memory is the caller's.
 */
#ifndef LB_UPDATE_DOWNLOAD_H
#define LB_UPDATE_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "core/image/image.h"

enum { LB_DOWNLOAD_PAGE_BYTES = 256 }; /* what flash parts program at once; a part of every sector */

struct lb_download {
	const struct lb_flash *flash;
	struct lb_region region;
	uint32_t programmed; /* bytes that are in flash */
	uint32_t erased_end; /* what this download has erased ends here */
	uint32_t whole_end;  /* blocks may be erased up to here */
	uint32_t held_bytes; /* in page: they go to flash with what follows, or at the end */
	bool closed;         /* the end was programmed: nothing can follow */
	/* Asked once, before the first erase (lb_download_ask_first); NULL: nobody is, or it has agreed. */
	int (*first)(void *ctx);
	void *first_ctx;
	uint8_t page[LB_DOWNLOAD_PAGE_BYTES];
};

/* Called after each sector's worth of work, with nothing half done: it may leave by an exception, and it may begin or
 * write this very download. false: what is written must not go on; it may be another download by now. */
typedef bool lb_download_pause_fn(void);

/* offset: 0, or what lb_download_found said. Touches nothing. */
void lb_download_start(struct lb_download *download, const struct lb_flash *flash, struct lb_region region,
                       uint32_t offset);
/* first is asked before the first sector is erased: unless it answers LB_OK nothing is touched, and the call that would
 * have done so ends with its answer. */
void lb_download_ask_first(struct lb_download *download, int (*first)(void *ctx), void *ctx);
/* So many bytes are to come in all, of which what is not erased yet may be erased in blocks. LB_ERR_BOUNDS: they do not
 * fit. More or fewer may come all the same. */
int lb_download_expect(struct lb_download *download, uint32_t size_bytes);
/* How many bytes were taken so far. */
uint32_t lb_download_position(const struct lb_download *download);
/* Takes all or, with LB_ERR_BOUNDS, nothing: it would not fit. LB_ERR_FORMAT: what begins so is no image for this slot,
 * *verdict says why; nothing was touched. LB_ERR_UNSUPPORTED: the download is closed, or a pause said that it must not
 * go on. LB_ERR_IO and the like: the flash failed, and the download is at its end. */
int lb_download_write(struct lb_download *download, const uint8_t *data, uint32_t size_bytes,
                      lb_download_pause_fn *pause, enum lb_image_verdict *verdict);
/* Programs what is held. */
int lb_download_close(struct lb_download *download);
/* Programs nothing more: the slot goes on to show where the download broke off. */
void lb_download_stop(struct lb_download *download);
/* What was taken so far, as the source of an image; the download must stay where it is. */
struct lb_image_source lb_download_source(struct lb_download *download);

/* Where a download of that slot broke off: the offset of the first sector that must be written again. All before it is
 * as it was written, if that slot was being written at all: otherwise the number means nothing, as a comparison of the
 * bytes shows. */
uint32_t lb_download_found(const struct lb_flash *flash, struct lb_region region);
/* The same for a client that goes on: also a download that was complete, which ends with its image and shows no end of
 * its own. A whole image of before_id is what lay there before (or the very same again, which nothing can tell): 0. */
uint32_t lb_download_resumes_at(const struct lb_flash *flash, struct lb_region region, const struct lb_crypto *crypto,
                                uint64_t before_id);
/* Writes the first sector again with what it holds; to be called before a download goes on behind it. Its erase is the
 * one that leaves no trace when it had hardly begun: if the very same image lay there before, all looks like a whole
 * download, with cells in that sector that read well only now and then. copy has room for a sector. */
int lb_download_renew_first(const struct lb_flash *flash, struct lb_region region, uint8_t *copy);

#endif
