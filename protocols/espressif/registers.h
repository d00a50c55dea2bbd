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
};

/* The caller owns it; its fields are the registers' own. */
struct lb_regs {
	uint8_t mac[LB_REGS_MAC_BYTES];
	uint8_t status[LB_REGS_STATUS_BYTES]; /* of the flash chip, as far as tools can tell */
	uint32_t flash_bytes;
	uint32_t spi[LB_REGS_SPI_WORDS];
};

/* flash_bytes tells the chip's identity; a power of two. */
void lb_regs_init(struct lb_regs *regs, const uint8_t mac[LB_REGS_MAC_BYTES], uint32_t flash_bytes);
uint32_t lb_regs_read(const struct lb_regs *regs, uint32_t address);
/* Only the bits of mask change. */
void lb_regs_write(struct lb_regs *regs, uint32_t address, uint32_t value, uint32_t mask);

#endif
