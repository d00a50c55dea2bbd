#include "protocols/espressif/regs.h"

#include <stddef.h>
#include <string.h>

#include "core/base/bytes.h"

/* Where the flash controller's words are in our array; there is a gap before the data. */
enum {
	SPI = LB_REG_SPI_COMMAND,
	SPI_COMMAND = 0,
	SPI_USER = (LB_REG_SPI_USER - SPI) / 4,
	SPI_USER2 = (LB_REG_SPI_USER2 - SPI) / 4,
	SPI_MOSI_BITS = (LB_REG_SPI_MOSI_BITS - SPI) / 4,
	SPI_MISO_BITS = (LB_REG_SPI_MISO_BITS - SPI) / 4,
	SPI_DATA = 12,
	SPI_DATA_OFFSET = LB_REG_SPI_DATA - SPI,
};

#define PERIPHERALS 0x3FF40000u
#define PERIPHERALS_ALIAS 0x60000000u /* what old tools call the same place */
#define ALIAS_BYTES 0x00040000u
#define FLASH_MAKER 0x40C8u /* maker and kind; the size is the byte above */

/* Address and value of all that never changes; what reads 0 needs no line. */
static const uint32_t fixed[][2] = {
	{LB_REG_CHIP, LB_REG_CHIP_ESP32},
	{0x3FF5A00C, 0x00008200}, /* package, bit 0 of the revision */
	{0x3FF5A010, 0x00000080}, /* calibration of the slow clock: with the one below, 40 MHz exactly */
	{0x3FF5A014, 0x00100000}, /* bit 1 of the revision */
	{0x3FF6607C, 0x80000000}, /* bit 2 of the revision */
	{0x3FF40078, 0x15122500}, /* the UART's date, by which esptool 2.x tells an ESP32 from an ESP8266 */
	{0x3FF40014, 347},        /* the UART's divider: 40 MHz at 115200 baud */
	{0x3FF5F06C, 800u << 7},  /* slow clock against the crystal */
};

/* Of the MAC address, as it is programmed beside it: polynomial 0x31, reflected, from 0. */
static uint8_t crc8(const uint8_t *bytes, size_t size_bytes)
{
	unsigned crc = 0;

	for (size_t i = 0; i < size_bytes; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ 0x8C : crc >> 1;
	}
	return (uint8_t)crc;
}

static uint32_t flash_id(const struct lb_regs *regs)
{
	uint32_t log2 = 0;

	while (log2 < 31 && regs->flash_bytes >> (log2 + 1) != 0)
		log2++;
	return log2 << 16 | FLASH_MAKER;
}

void lb_regs_init(struct lb_regs *regs, const uint8_t mac[LB_REGS_MAC_BYTES], const uint8_t id[LB_REGS_ID_BYTES],
                  uint32_t flash_bytes)
{
	memset(regs, 0, sizeof(*regs));
	memcpy(regs->mac, mac, LB_REGS_MAC_BYTES);
	memcpy(regs->id, id, LB_REGS_ID_BYTES);
	regs->flash_bytes = flash_bytes;
}

static uint32_t canonical(uint32_t address)
{
	if (address >= PERIPHERALS_ALIAS && address - PERIPHERALS_ALIAS < ALIAS_BYTES)
		return PERIPHERALS + (address - PERIPHERALS_ALIAS);
	return address;
}

/* Which word of the flash controller, or -1. */
static int spi_word(uint32_t address)
{
	uint32_t offset = address - SPI;

	if (address < SPI || offset % 4 != 0)
		return -1;
	if (offset / 4 < SPI_DATA)
		return (int)(offset / 4);
	if (offset >= SPI_DATA_OFFSET && (offset - SPI_DATA_OFFSET) / 4 < LB_REGS_SPI_WORDS - SPI_DATA)
		return (int)(SPI_DATA + (offset - SPI_DATA_OFFSET) / 4);
	return -1;
}

uint32_t lb_regs_read(const struct lb_regs *regs, uint32_t address)
{
	const uint8_t *mac = regs->mac;
	int word;

	address = canonical(address);
	if (address == LB_REG_MAC_LOW)
		return (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
	if (address == LB_REG_MAC_HIGH)
		return (uint32_t)crc8(mac, LB_REGS_MAC_BYTES) << 16 | (uint32_t)mac[0] << 8 | mac[1];
	if (address >= LB_REG_ID && address - LB_REG_ID < LB_REGS_ID_BYTES && address % 4 == 0)
		return lb_load32le(regs->id + (address - LB_REG_ID));
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i][0] == address)
			return fixed[i][1];
	word = spi_word(address);
	return word >= 0 ? regs->spi[word] : 0;
}

/* What the chip would have answered on its data line. */
static uint32_t flash_answer(const struct lb_regs *regs, uint8_t opcode)
{
	switch (opcode) {
	case LB_REG_OPCODE_IDENTITY: return flash_id(regs);
	case 0x05: return regs->status[0];
	case 0x35: return regs->status[1];
	case 0x15: return regs->status[2];
	default: return UINT32_MAX; /* nobody drives the line */
	}
}

/* Tools set the status bytes and read them back; the flash behind them is another. */
static void run_user_command(struct lb_regs *regs)
{
	uint8_t opcode = (uint8_t)regs->spi[SPI_USER2];
	uint32_t miso_bits = (regs->spi[SPI_MISO_BITS] & 0x1FF) + 1;
	uint32_t sent = regs->spi[SPI_DATA];

	if (opcode == 0x01)
		regs->status[0] = (uint8_t)sent;
	if (opcode == 0x31)
		regs->status[1] = (uint8_t)sent;
	if (opcode == 0x01 && (regs->spi[SPI_MOSI_BITS] & 0x1FF) >= 15)
		regs->status[1] = (uint8_t)(sent >> 8);
	if (opcode == 0x11)
		regs->status[2] = (uint8_t)sent;
	if ((regs->spi[SPI_USER] & LB_REG_USER_MISO) == 0)
		return;
	regs->spi[SPI_DATA] = flash_answer(regs, opcode);
	if (miso_bits < 32)
		regs->spi[SPI_DATA] &= (1u << miso_bits) - 1;
}

void lb_regs_write(struct lb_regs *regs, uint32_t address, uint32_t value, uint32_t mask)
{
	int word = spi_word(canonical(address));

	if (word < 0)
		return;
	regs->spi[word] = (regs->spi[word] & ~mask) | (value & mask);
	if (word == SPI_COMMAND) {
		if ((regs->spi[word] & LB_REG_COMMAND_USER) != 0)
			run_user_command(regs);
		regs->spi[word] = 0; /* done at once, as tools see it */
	}
}
