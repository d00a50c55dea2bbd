/* The registers that update tools read to learn what they talk to, as a table: no address ever reaches memory.
 *
 * Tools know the module's kin by these numbers (docs/spec/loader.md lists them). A register that is not there reads 0,
 * and writing it changes nothing. One peripheral is more than its table: the flash controller's user command, by which
 * tools read the flash chip's identity and its status.
 */
#ifndef LB_ESPRESSIF_REGISTERS_H
#define LB_ESPRESSIF_REGISTERS_H

#include <stdint.h>

enum {
	LB_REGS_MAC_BYTES = 6,
	LB_REGS_SPI_WORDS = 12 + 16, /* offsets 0x00 to 0x2C, command to data lengths; 0x80 to 0xBC, data */
	LB_REGS_STATUS_BYTES = 3,
	LB_REGS_ID_BYTES = 16,
};

/* Addresses and bits that both ends name: the ESP32's technical reference manual, eFuse and SPI controller. The flash
 * controller runs its user's command: the opcode is in SPI_USER2, what goes out and comes back in SPI_DATA. */
enum lb_reg {
	LB_REG_CHIP = 0x40001000, /* which chip it is, by a word of its ROM */
	LB_REG_SPI_COMMAND = 0x3FF42000,
	LB_REG_SPI_USER = 0x3FF4201C,
	LB_REG_SPI_USER2 = 0x3FF42024,
	LB_REG_SPI_MOSI_BITS = 0x3FF42028, /* one less than the number */
	LB_REG_SPI_MISO_BITS = 0x3FF4202C, /* likewise */
	LB_REG_SPI_DATA = 0x3FF42080,
	LB_REG_MAC_LOW = 0x3FF5A004,
	LB_REG_MAC_HIGH = 0x3FF5A008,
	LB_REG_ID = 0x3FF5A078, /* eFuse block 3, the user's: four words, the id of the kind of board */
};
enum {
	LB_REG_CHIP_ESP32 = 0x00F01D83,
	LB_REG_COMMAND_USER = 1 << 18,   /* of SPI_COMMAND: run it */
	LB_REG_USER_MISO = 1 << 28,      /* of SPI_USER: something comes back */
	LB_REG_USER2_OPCODE_8 = 7 << 28, /* of SPI_USER2: the opcode has eight bits */
	LB_REG_OPCODE_IDENTITY = 0x9F,
};
#define LB_REG_USER_COMMAND 0x80000000u /* of SPI_USER: an opcode goes out */

/* The caller owns it; its fields are the registers' own. */
struct lb_regs {
	uint8_t mac[LB_REGS_MAC_BYTES];
	uint8_t status[LB_REGS_STATUS_BYTES]; /* of the flash chip, as far as tools can tell */
	uint8_t id[LB_REGS_ID_BYTES];
	uint32_t flash_bytes;
	uint32_t spi[LB_REGS_SPI_WORDS];
};

/* flash_bytes decides the chip's identity; a power of two. */
void lb_regs_init(struct lb_regs *regs, const uint8_t mac[LB_REGS_MAC_BYTES], const uint8_t id[LB_REGS_ID_BYTES],
                  uint32_t flash_bytes);
uint32_t lb_regs_read(const struct lb_regs *regs, uint32_t address);
/* Only the bits of mask change. */
void lb_regs_write(struct lb_regs *regs, uint32_t address, uint32_t value, uint32_t mask);

#endif
