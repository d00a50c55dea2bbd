/* What both ends of bootloader mode's protocol agree on, the loader and a tool: docs/spec/loader.md. Frames travel as
 * SLIP (protocols/espressif/slip.h); numbers are little-endian.
 */
#ifndef LB_ESPRESSIF_WIRE_H
#define LB_ESPRESSIF_WIRE_H

enum lb_op {
	LB_OP_FLASH_BEGIN = 0x02,
	LB_OP_FLASH_DATA = 0x03,
	LB_OP_FLASH_END = 0x04,
	LB_OP_MEM_BEGIN = 0x05,
	LB_OP_MEM_END = 0x06,
	LB_OP_MEM_DATA = 0x07,
	LB_OP_SYNC = 0x08,
	LB_OP_WRITE_REG = 0x09,
	LB_OP_READ_REG = 0x0A,
	LB_OP_SPI_SET_PARAMS = 0x0B,
	LB_OP_SPI_ATTACH = 0x0D,
	LB_OP_READ_FLASH_SLOW = 0x0E,
	LB_OP_CHANGE_BAUDRATE = 0x0F,
	LB_OP_FLASH_DEFL_BEGIN = 0x10,
	LB_OP_FLASH_DEFL_DATA = 0x11,
	LB_OP_FLASH_DEFL_END = 0x12,
	LB_OP_SPI_FLASH_MD5 = 0x13,
	LB_OP_ERASE_FLASH = 0xD0,
	LB_OP_ERASE_REGION = 0xD1,
	LB_OP_READ_FLASH = 0xD2,
};

/* Offsets in a frame. */
enum {
	LB_FRAME_AT_OP = 1,
	LB_FRAME_AT_LENGTH = 2,
	LB_FRAME_AT_SUM = 4,
	LB_FRAME_AT_DATA = 8,
	LB_FRAME_AT_BLOCK = 24, /* of a data block: its bytes, after a header of their own */
};

enum {
	LB_FRAME_REPLY = 1,        /* its first byte; a request's is 0 */
	LB_FRAME_SUM_SEED = 0xEF,  /* of the XOR over a block's bytes */
	LB_FRAME_STATUS_BYTES = 4, /* at the end of a reply, in the ROM's flavour: failed or not, and why */
	LB_FRAME_CODE_SUM = 7,     /* why: the frame was damaged; likewise the ROM's */
	LB_FRAME_SYNC_BYTES = 36,  /* of a SYNC's data: the word, then the fill */
	LB_FRAME_SYNC_WORD = 0x20120707,
	LB_FRAME_SYNC_FILL = 0x55,
	LB_FRAME_ROM_BLOCK_BYTES = 1024, /* the longest data block that every ROM takes in one piece */
	LB_FRAME_SLOW_READ_BYTES = 64,   /* of a reply to READ_FLASH_SLOW, however few are wanted */
};

/* How SPI_SET_PARAMS describes the flash chip. */
enum { LB_CHIP_BLOCK_BYTES = 0x10000, LB_CHIP_SECTOR_BYTES = 0x1000, LB_CHIP_PAGE_BYTES = 0x100 };

#endif
