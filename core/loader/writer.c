#define LB_ASSERT_FILE 9
#include "core/loader/writer.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/error.h"

static uint32_t round_down(uint32_t value, uint32_t unit)
{
	return value - value % unit;
}

static uint32_t page_start(const struct lb_writer *writer)
{
	return round_down(writer->first, LB_WRITER_PAGE_BYTES);
}

/* Where the page, or the range in it, ends. */
static uint32_t page_end(const struct lb_writer *writer)
{
	uint32_t left = writer->end - page_start(writer);

	return page_start(writer) + (left < LB_WRITER_PAGE_BYTES ? left : LB_WRITER_PAGE_BYTES);
}

static struct lb_region device(const struct lb_writer *writer)
{
	return (struct lb_region){0, writer->flash->size_bytes};
}

static bool guarded(const struct lb_writer *writer, uint32_t offset)
{
	return offset >= writer->guarded.offset && offset - writer->guarded.offset < writer->guarded.size_bytes;
}

void lb_writer_start(struct lb_writer *writer, const struct lb_flash *flash, struct lb_region guarded_region,
                     struct lb_region range)
{
	uint32_t sector_bytes = flash->sector_bytes;

	LB_ASSERT(range.offset <= flash->size_bytes && range.size_bytes <= flash->size_bytes - range.offset);
	LB_ASSERT(sector_bytes % LB_WRITER_PAGE_BYTES == 0 && flash->size_bytes % sector_bytes == 0);
	LB_ASSERT(LB_WRITER_PAGE_BYTES % flash->program_bytes == 0);
	writer->flash = flash;
	writer->guarded = guarded_region;
	writer->end = range.offset + range.size_bytes;
	writer->at = range.offset;
	writer->first = range.offset;
	writer->erase_at = round_down(range.offset, sector_bytes);
	writer->erase_end = writer->erase_at;
	if (range.size_bytes != 0)
		writer->erase_end = round_down(writer->end - 1, sector_bytes) + sector_bytes;
	memset(writer->page, 0xFF, sizeof(writer->page));
}

bool lb_writer_wants_erase(const struct lb_writer *writer)
{
	return writer->erase_at < writer->erase_end;
}

/* No block reaches into the protected region. */
int lb_writer_erase(struct lb_writer *writer)
{
	uint32_t end = writer->erase_end;

	if (guarded(writer, writer->erase_at)) {
		writer->erase_at += writer->flash->sector_bytes;
		return LB_OK;
	}
	if (writer->guarded.offset > writer->erase_at && writer->guarded.offset < end)
		end = writer->guarded.offset;
	return lb_region_erase_next(writer->flash, device(writer), &writer->erase_at, end);
}

/* All of the range is written: from here on the page is only a place to compare the bytes. */
static bool beyond(const struct lb_writer *writer)
{
	return writer->at == writer->end && writer->first == writer->at;
}

uint8_t *lb_writer_room(struct lb_writer *writer, uint32_t *room_bytes)
{
	if (beyond(writer)) {
		*room_bytes = LB_WRITER_PAGE_BYTES;
		return writer->page;
	}
	*room_bytes = page_end(writer) - writer->at;
	return writer->page + (writer->at - page_start(writer));
}

int lb_writer_added(struct lb_writer *writer, uint32_t size_bytes)
{
	if (beyond(writer))
		return lb_bytes_are_blank(writer->page, size_bytes) ? LB_OK : LB_ERR_BOUNDS;
	LB_ASSERT(size_bytes <= page_end(writer) - writer->at);
	writer->at += size_bytes;
	return LB_OK;
}

bool lb_writer_full(const struct lb_writer *writer)
{
	return writer->at != writer->first && writer->at == page_end(writer);
}

bool lb_writer_empty(const struct lb_writer *writer)
{
	return writer->at == writer->first;
}

bool lb_writer_is_guarded(const struct lb_writer *writer)
{
	return guarded(writer, writer->first);
}

/* Are these the bytes that the protected region holds already? */
static int compare(const struct lb_writer *writer)
{
	uint8_t there[LB_WRITER_PAGE_BYTES];
	uint32_t size_bytes = writer->at - writer->first;
	int error = lb_region_read(writer->flash, device(writer), writer->first, there, size_bytes);

	if (error != LB_OK)
		return error;
	if (memcmp(there, writer->page + (writer->first - page_start(writer)), size_bytes) != 0)
		return LB_ERR_UNSUPPORTED;
	return LB_OK;
}

static int program(const struct lb_writer *writer)
{
	uint32_t unit = writer->flash->program_bytes;
	uint32_t from = round_down(writer->first, unit);
	uint32_t to = round_down(writer->at + unit - 1, unit);
	const uint8_t *bytes = writer->page + (from - page_start(writer));

	if (lb_bytes_are_blank(bytes, to - from))
		return LB_OK;
	return lb_region_program(writer->flash, device(writer), from, bytes, to - from);
}

int lb_writer_flush(struct lb_writer *writer)
{
	int error = LB_OK;

	if (lb_writer_empty(writer))
		return LB_OK;
	if (writer->erase_at <= page_start(writer))
		error = lb_writer_erase(writer);
	if (error == LB_OK)
		error = lb_writer_is_guarded(writer) ? compare(writer) : program(writer);
	if (error != LB_OK)
		return error;
	writer->first = writer->at;
	memset(writer->page, 0xFF, sizeof(writer->page));
	return LB_OK;
}
