/* The card's file is asked for when a block of it is first wanted, so that a card may come and go unnoticed by a
 * program that does not use it. The registers say at once when it has gone; the file is what it was until then. */
#include "core/hw/card.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/cardfile.h"
#include "boards/virtual/periph/inbox.h"

static struct {
	uint32_t known; /* generation that the caller knows */
	uint32_t held;  /* generation that the file belongs to */
	int file;
} card = {.file = -1};

uint32_t lb_card_blocks(void)
{
	return lb_bus_get(WIRE_REG_CARD_BLOCKS);
}

uint32_t lb_card_generation(void)
{
	card.known = lb_bus_get(WIRE_REG_CARD_GENERATION);
	return card.known;
}

void lb_cardfile_given(uint32_t generation, int new_file)
{
	if (card.file != -1)
		close(card.file);
	card.file = new_file;
	card.held = generation;
}

static bool is_in(void)
{
	return lb_bus_get(WIRE_REG_CARD_BLOCKS) != 0 && lb_bus_get(WIRE_REG_CARD_GENERATION) == card.known;
}

/* 0 when `file` is that of the card which the caller knows. */
static int find_file(uint32_t block, uint32_t count)
{
	const uint32_t blocks = lb_bus_get(WIRE_REG_CARD_BLOCKS);

	if (!is_in())
		return -ENODEV;
	if (block >= blocks || count > blocks - block)
		return -EINVAL;
	if (card.file == -1 || card.held != card.known)
		lb_inbox_ask(WIRE_CARD, WIRE_CARD_FILE);
	return card.file != -1 && card.held == card.known ? 0 : -ENODEV;
}

typedef ssize_t transfer_fn(off_t at, uint8_t *data, size_t size_bytes);

static ssize_t read_part(off_t at, uint8_t *data, size_t size_bytes)
{
	return pread(card.file, data, size_bytes, at);
}

static ssize_t write_part(off_t at, uint8_t *data, size_t size_bytes)
{
	return pwrite(card.file, data, size_bytes, at);
}

/* A card that was pulled meanwhile has failed the transfer, whatever the file says. */
static int transfer(transfer_fn *move, uint32_t block, uint8_t *data, uint32_t count)
{
	size_t left_bytes = (size_t)count * LB_CARD_BLOCK_BYTES;
	off_t at = (off_t)block * LB_CARD_BLOCK_BYTES;
	const int error = find_file(block, count);

	if (error != 0)
		return error;
	while (left_bytes > 0) {
		const ssize_t moved = is_in() ? move(at, data, left_bytes) : 0;

		if (moved < 0 && errno == EINTR)
			continue;
		if (moved <= 0)
			break;
		at += moved;
		data += moved;
		left_bytes -= (size_t)moved;
	}
	if (!is_in())
		return -ENODEV;
	return left_bytes == 0 ? 0 : -EIO;
}

int lb_card_read(uint32_t block, void *data, uint32_t count)
{
	return transfer(read_part, block, data, count);
}

int lb_card_write(uint32_t block, const void *data, uint32_t count)
{
	union {
		const void *in;
		uint8_t *out;
	} bytes = {.in = data}; /* write_part does not write to them */

	return transfer(write_part, block, bytes.out, count);
}

int lb_card_sync(void)
{
	return is_in() ? 0 : -ENODEV;
}
