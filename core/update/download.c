#define LB_ASSERT_FILE 11
#include "core/update/download.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/error.h"

void lb_download_start(struct lb_download *download, const struct lb_flash *flash, struct lb_region region,
                       uint32_t offset)
{
	LB_ASSERT(flash->sector_bytes % LB_DOWNLOAD_PAGE_BYTES == 0 && offset % flash->sector_bytes == 0);
	memset(download, 0, sizeof(*download));
	download->flash = flash;
	download->region = region;
	download->programmed = offset;
	download->erased_end = offset;
}

void lb_download_ask_first(struct lb_download *download, int (*first)(void *ctx), void *ctx)
{
	download->first = first;
	download->first_ctx = ctx;
}

int lb_download_expect(struct lb_download *download, uint32_t size_bytes)
{
	const uint32_t sector_bytes = download->flash->sector_bytes;

	if (size_bytes > download->region.size_bytes)
		return LB_ERR_BOUNDS;
	download->whole_end = (size_bytes + sector_bytes - 1) / sector_bytes * sector_bytes;
	return LB_OK;
}

uint32_t lb_download_position(const struct lb_download *download)
{
	return download->programmed + download->held_bytes;
}

/* --- flash --- */

/* Behind what is erased. The first of a download is a sector: its last page, blank from then on, is where a download
 * broke off. A block that was cut when it had hardly begun might leave all of an old image, with cells in doubt. */
static int erase_next(struct lb_download *download)
{
	const bool is_first = download->programmed == download->erased_end;
	int error = download->first != NULL ? download->first(download->first_ctx) : LB_OK;

	if (error != LB_OK)
		return error;
	download->first = NULL;
	return lb_region_erase_next(download->flash, download->region, &download->erased_end,
	                            is_first ? download->erased_end : download->whole_end);
}

/* goes_on: there is a byte that follows this page. */
static int program_page(struct lb_download *download, bool goes_on)
{
	const uint32_t unit_bytes = download->flash->program_bytes;
	const uint32_t size_bytes = (download->held_bytes + unit_bytes - 1) / unit_bytes * unit_bytes;
	const uint32_t end = download->programmed + LB_DOWNLOAD_PAGE_BYTES;
	int error = LB_OK;

	memset(download->page + download->held_bytes, 0xFF, size_bytes - download->held_bytes);
	if (download->programmed >= download->erased_end)
		error = erase_next(download);
	if (error == LB_OK && goes_on && end >= download->erased_end)
		error = erase_next(download);
	if (error == LB_OK)
		error = lb_region_program(download->flash, download->region, download->programmed, download->page, size_bytes);
	if (error != LB_OK)
		return error;
	download->programmed += download->held_bytes;
	download->held_bytes = 0;
	return LB_OK;
}

/* --- the header --- */

struct held {
	const struct lb_download *download;
};

static int read_held(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct lb_download *download = ((const struct held *)ctx)->download;

	if (offset > download->held_bytes || size_bytes > download->held_bytes - offset)
		return LB_ERR_IO;
	memcpy(data, download->page + offset, size_bytes);
	return LB_OK;
}

/* Of a header alone the TLVs cannot be read: that much then is right. */
static enum lb_image_verdict judge_header(const struct lb_download *download)
{
	struct held held = {download};
	const struct lb_image_source source = {read_held, &held, download->region.size_bytes, NULL};
	struct lb_image_info info;
	const enum lb_image_verdict verdict = lb_image_inspect(&source, &info);

	return verdict == LB_IMAGE_UNREADABLE ? LB_IMAGE_GOOD : verdict;
}

/* --- writing --- */

/* As many bytes as the page has room for; of the first page, up to the end of the header first. */
static uint32_t take(struct lb_download *download, const uint8_t *data, uint32_t size_bytes)
{
	const bool in_header = download->programmed == 0 && download->held_bytes < LB_IMAGE_HEADER_BYTES;
	const uint32_t end = in_header ? (uint32_t)LB_IMAGE_HEADER_BYTES : (uint32_t)LB_DOWNLOAD_PAGE_BYTES;
	const uint32_t room = end - download->held_bytes;
	const uint32_t count = size_bytes < room ? size_bytes : room;

	memcpy(download->page + download->held_bytes, data, count);
	download->held_bytes += count;
	return count;
}

int lb_download_write(struct lb_download *download, const uint8_t *data, uint32_t size_bytes,
                      lb_download_pause_fn *pause, enum lb_image_verdict *verdict)
{
	if (download->closed)
		return LB_ERR_UNSUPPORTED;
	if (size_bytes > download->region.size_bytes - lb_download_position(download))
		return LB_ERR_BOUNDS;
	while (size_bytes > 0) {
		if (download->held_bytes == LB_DOWNLOAD_PAGE_BYTES) {
			const int error = program_page(download, true);

			if (error != LB_OK)
				return error;
			if (download->programmed % download->flash->sector_bytes == 0 && !pause())
				return LB_ERR_UNSUPPORTED;
		}
		const uint32_t count = take(download, data, size_bytes);

		data += count;
		size_bytes -= count;
		if (download->programmed == 0 && download->held_bytes == LB_IMAGE_HEADER_BYTES) {
			*verdict = judge_header(download);
			if (*verdict != LB_IMAGE_GOOD)
				return LB_ERR_FORMAT;
		}
	}
	return LB_OK;
}

int lb_download_close(struct lb_download *download)
{
	const int error = download->held_bytes > 0 ? program_page(download, false) : LB_OK;

	if (error == LB_OK)
		download->closed = true;
	return error;
}

void lb_download_stop(struct lb_download *download)
{
	download->closed = true;
}

/* The bytes so far lie in two places: in flash, and behind them in the page that is not full yet. */
static int read_consumed(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct lb_download *download = ctx;
	const uint32_t in_flash = offset < download->programmed ? download->programmed - offset : 0;
	const uint32_t first_bytes = size_bytes < in_flash ? size_bytes : in_flash;

	if (first_bytes > 0) {
		const int error = lb_region_read(download->flash, download->region, offset, data, first_bytes);

		if (error != LB_OK)
			return error;
	}
	if (first_bytes < size_bytes)
		memcpy((uint8_t *)data + first_bytes, download->page + (offset + first_bytes - download->programmed),
		       size_bytes - first_bytes);
	return LB_OK;
}

struct lb_image_source lb_download_source(struct lb_download *download)
{
	return (struct lb_image_source){read_consumed, download, lb_download_position(download), NULL};
}

/* --- where it broke off --- */

/* What cannot be read must be written. */
static bool is_blank(const struct lb_flash *flash, struct lb_region region, uint32_t offset, uint32_t size_bytes)
{
	return lb_region_check_blank(flash, region, offset, size_bytes) != LB_ERR_NOT_ERASED;
}

/* When nothing was programmed into the sector with the blank end, the last page of the one before may be torn, with
 * cells that read well only now and then. */
uint32_t lb_download_found(const struct lb_flash *flash, struct lb_region region)
{
	const uint32_t sector_bytes = flash->sector_bytes;
	uint32_t offset = 0;

	while (offset < region.size_bytes &&
	       !is_blank(flash, region, offset + sector_bytes - LB_DOWNLOAD_PAGE_BYTES, LB_DOWNLOAD_PAGE_BYTES))
		offset += sector_bytes;
	if (offset > 0 && (offset == region.size_bytes || is_blank(flash, region, offset, sector_bytes)))
		offset -= sector_bytes;
	return offset;
}

/* The last sector of a whole image may be the torn one. */
uint32_t lb_download_resumes_at(const struct lb_flash *flash, struct lb_region region, const struct lb_crypto *crypto,
                                uint64_t before_id)
{
	struct lb_image_slot in_flash = {flash, region};
	const struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_image_info info;

	if (lb_image_check(&source, crypto, &info) == LB_IMAGE_GOOD)
		return lb_image_id(&info) == before_id ? 0 : (info.total_bytes - 1) / flash->sector_bytes * flash->sector_bytes;
	return lb_download_found(flash, region);
}

int lb_download_renew_first(const struct lb_flash *flash, struct lb_region region, uint8_t *copy)
{
	const uint32_t sector_bytes = flash->sector_bytes;
	int error = lb_region_read(flash, region, 0, copy, sector_bytes);

	if (error == LB_OK)
		error = lb_region_erase(flash, region, 0, sector_bytes);
	/* The last page comes last: until then the download is seen to have broken off in this sector. */
	for (uint32_t at = 0; at < sector_bytes && error == LB_OK; at += LB_DOWNLOAD_PAGE_BYTES)
		error = lb_region_program(flash, region, at, copy + at, LB_DOWNLOAD_PAGE_BYTES);
	return error;
}
