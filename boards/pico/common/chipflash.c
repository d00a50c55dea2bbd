/* The commands are those of the W25Q16JV's data sheet; the SSI is section 4.10 of the RP2040's. */
#include "boards/pico/common/chipflash.h"

#include <hardware/regs/intctrl.h>
#include <hardware/regs/io_qspi.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/ssi.h>
#include <hardware/regs/xip.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "boards/pico/common/registers.h"
#include "boards/pico/pico_kind.h"
#include "core/base/bytes.h"
#include "core/base/error.h"

enum {
	FLASH_BYTES = 2 << 20,
	SECTOR_BYTES = 4096,
	PAGE_BYTES = 256,
	UNIT_BYTES = 16,
};

enum {
	COMMAND_PROGRAM = 0x02,
	COMMAND_STATUS = 0x05,
	COMMAND_WRITE_ENABLE = 0x06,
	COMMAND_ERASE_SECTOR = 0x20,
	COMMAND_UNIQUE_ID = 0x4B,
	STATUS_BUSY = 1,
	ADDRESS_BYTES = 3,
	HEAD_BYTES = 1 + ADDRESS_BYTES,
	ID_DUMMY_BYTES = 4,
	ID_BYTES = 8,
};

enum {
	COMMAND_DIVIDER = 6,                         /* 20 MHz */
	COMMAND_CTRLR0 = 7 << SSI_CTRLR0_DFS_32_LSB, /* bytes, in and out */
	IN_FLIGHT = 14, /* the SSI's FIFOs hold 16, and nobody empties them while uart0's handler runs */
	/* As boot2 leaves them: reads of 32 bits by command 03h. */
	XIP_DIVIDER = 4,
	XIP_CTRLR0 = 31 << SSI_CTRLR0_DFS_32_LSB | SSI_CTRLR0_TMOD_VALUE_EEPROM_READ << SSI_CTRLR0_TMOD_LSB,
	XIP_SPI_CTRLR0 = 3 << SSI_SPI_CTRLR0_XIP_CMD_LSB | 2 << SSI_SPI_CTRLR0_INST_L_LSB | 6 << SSI_SPI_CTRLR0_ADDR_L_LSB,
	SELECT_NORMAL = 0,
	SELECT_LOW = 2,
	SELECT_HIGH = 3,
};

/* ---- in RAM, with flash out of reach ---- */

PICO_IN_RAM static void select_chip(uint32_t level)
{
	const uint32_t control = IO_QSPI_BASE + IO_QSPI_GPIO_QSPI_SS_CTRL_OFFSET;

	PICO_REGISTER(control) = (PICO_REGISTER(control) & ~IO_QSPI_GPIO_QSPI_SS_CTRL_OUTOVER_BITS) |
	                         level << IO_QSPI_GPIO_QSPI_SS_CTRL_OUTOVER_LSB;
	(void)PICO_REGISTER(control); /* it is there before what comes next */
}

PICO_IN_RAM static void set_up_ssi(uint32_t divider, uint32_t ctrlr0, uint32_t spi_ctrlr0)
{
	PICO_REGISTER(XIP_SSI_BASE + SSI_SSIENR_OFFSET) = 0;
	PICO_REGISTER(XIP_SSI_BASE + SSI_BAUDR_OFFSET) = divider;
	PICO_REGISTER(XIP_SSI_BASE + SSI_CTRLR0_OFFSET) = ctrlr0;
	PICO_REGISTER(XIP_SSI_BASE + SSI_CTRLR1_OFFSET) = 0;
	PICO_REGISTER(XIP_SSI_BASE + SSI_SPI_CTRLR0_OFFSET) = spi_ctrlr0;
	PICO_REGISTER(XIP_SSI_BASE + SSI_SER_OFFSET) = 1;
	PICO_REGISTER(XIP_SSI_BASE + SSI_SSIENR_OFFSET) = 1;
}

PICO_IN_RAM static void leave_xip(void)
{
	while ((PICO_REGISTER(XIP_SSI_BASE + SSI_SR_OFFSET) & SSI_SR_BUSY_BITS) != 0)
		;
	select_chip(SELECT_HIGH);
	set_up_ssi(COMMAND_DIVIDER, COMMAND_CTRLR0, 0);
}

/* What the cache holds may be of before. */
PICO_IN_RAM static void enter_xip(void)
{
	set_up_ssi(XIP_DIVIDER, XIP_CTRLR0, XIP_SPI_CTRLR0);
	select_chip(SELECT_NORMAL);
	PICO_REGISTER(XIP_CTRL_BASE + XIP_FLUSH_OFFSET) = 1;
	(void)PICO_REGISTER(XIP_CTRL_BASE + XIP_FLUSH_OFFSET); /* is there when the cache is empty */
}

/* One command: head out, then out or in; either may be NULL. */
PICO_IN_RAM static void command(const uint8_t *head, uint32_t head_bytes, const uint8_t *out, uint8_t *in,
                                uint32_t size_bytes)
{
	const uint32_t all_bytes = head_bytes + size_bytes;
	uint32_t sent = 0, got = 0;

	select_chip(SELECT_LOW);
	while (got < all_bytes) {
		const uint32_t state = PICO_REGISTER(XIP_SSI_BASE + SSI_SR_OFFSET);

		if (sent < all_bytes && sent - got < IN_FLIGHT && (state & SSI_SR_TFNF_BITS) != 0) {
			const uint8_t *from = sent < head_bytes ? head + sent : out != NULL ? out + (sent - head_bytes) : NULL;

			PICO_REGISTER(XIP_SSI_BASE + SSI_DR0_OFFSET) = from != NULL ? *from : 0;
			sent++;
		}
		if ((state & SSI_SR_RFNE_BITS) != 0) {
			const uint8_t byte = (uint8_t)PICO_REGISTER(XIP_SSI_BASE + SSI_DR0_OFFSET);

			if (in != NULL && got >= head_bytes)
				in[got - head_bytes] = byte;
			got++;
		}
	}
	select_chip(SELECT_HIGH);
}

PICO_IN_RAM static void wait_until_done(void)
{
	uint8_t head = COMMAND_STATUS, status;

	do
		command(&head, 1, NULL, &status, 1);
	while ((status & STATUS_BUSY) != 0);
}

/* A change, from the first command to the moment that flash can be read again. */
PICO_IN_RAM static void change(const uint8_t *head, const uint8_t *out, uint32_t size_bytes)
{
	uint8_t enable = COMMAND_WRITE_ENABLE;

	leave_xip();
	command(&enable, 1, NULL, NULL, 0);
	command(head, HEAD_BYTES, out, NULL, size_bytes);
	wait_until_done();
	enter_xip();
}

PICO_IN_RAM static void read_id(const uint8_t *head, uint8_t *id)
{
	leave_xip();
	command(head, 1 + ID_DUMMY_BYTES, NULL, id, ID_BYTES);
	enter_xip();
}

/* ---- in flash ---- */

/* The handlers of all others lie in flash. Returns what was enabled. */
static uint32_t mask_others(void)
{
	const uint32_t enabled = PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET);

	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ICER_OFFSET) = enabled & ~(1u << UART0_IRQ);
	__asm__ volatile("dsb\n\tisb" ::: "memory");
	return enabled;
}

static void unmask(uint32_t enabled)
{
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = enabled;
}

static void put_head(uint8_t head[HEAD_BYTES], uint8_t what, uint32_t offset)
{
	head[0] = what;
	head[1] = (uint8_t)(offset >> 16);
	head[2] = (uint8_t)(offset >> 8);
	head[3] = (uint8_t)offset;
}

static const uint8_t *mapped(uint32_t offset)
{
	return (const uint8_t *)(XIP_BASE + offset);
}

static int flash_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const int result = lb_flash_check(FLASH_BYTES, offset, size_bytes, 1);

	(void)ctx;
	if (result == LB_OK)
		memcpy(data, mapped(offset), size_bytes);
	return result;
}

/* Within one page. The bytes may come from flash themselves, so they are copied first. */
static int program_page(uint32_t offset, const uint8_t *bytes, uint32_t size_bytes)
{
	uint8_t page[PAGE_BYTES], head[HEAD_BYTES];
	uint32_t enabled;

	memcpy(page, bytes, size_bytes);
	put_head(head, COMMAND_PROGRAM, offset);
	enabled = mask_others();
	change(head, page, size_bytes);
	unmask(enabled);
	return memcmp(mapped(offset), page, size_bytes) == 0 ? LB_OK : LB_ERR_IO;
}

static int flash_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	const uint8_t *bytes = data;
	int result = lb_flash_check(FLASH_BYTES, offset, size_bytes, UNIT_BYTES);

	(void)ctx;
	while (result == LB_OK && size_bytes > 0) {
		const uint32_t room_bytes = PAGE_BYTES - offset % PAGE_BYTES;
		const uint32_t part_bytes = size_bytes < room_bytes ? size_bytes : room_bytes;

		result = program_page(offset, bytes, part_bytes);
		offset += part_bytes;
		bytes += part_bytes;
		size_bytes -= part_bytes;
	}
	return result;
}

static int erase_sector(uint32_t offset)
{
	uint8_t head[HEAD_BYTES];
	uint32_t enabled;

	put_head(head, COMMAND_ERASE_SECTOR, offset);
	enabled = mask_others();
	change(head, NULL, 0);
	unmask(enabled);
	return lb_bytes_are_blank(mapped(offset), SECTOR_BYTES) ? LB_OK : LB_ERR_IO;
}

static int flash_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	const uint32_t end = offset + size_bytes;
	int result = lb_flash_check(FLASH_BYTES, offset, size_bytes, SECTOR_BYTES);

	(void)ctx;
	for (; result == LB_OK && offset < end; offset += SECTOR_BYTES)
		result = erase_sector(offset);
	return result;
}

void pico_chipflash_mac(uint8_t mac[LB_BOARD_MAC_BYTES])
{
	uint8_t head[1 + ID_DUMMY_BYTES] = {COMMAND_UNIQUE_ID}, id[ID_BYTES];
	const uint32_t enabled = mask_others();

	read_id(head, id);
	unmask(enabled);
	mac[0] = 0x02;
	memcpy(mac + 1, id + ID_BYTES - (LB_BOARD_MAC_BYTES - 1), LB_BOARD_MAC_BYTES - 1);
}

const struct pico_vectors_room pico_chipflash_room = {XIP_BASE, FLASH_BYTES};

const struct lb_flash pico_chipflash = {
	.read = flash_read,
	.program = flash_program,
	.erase = flash_erase,
	.size_bytes = FLASH_BYTES,
	.sector_bytes = SECTOR_BYTES,
	.program_bytes = UNIT_BYTES,
};
