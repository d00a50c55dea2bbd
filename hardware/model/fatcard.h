/* An empty SD card of 32 MiB, as it comes out of the shop: FAT16 over the whole card, without a partition table.
 *
 * Layout after Microsoft's "FAT: General Overview of On-Disk Format": 512-byte sectors, clusters of 2 KiB, two FATs, a
 * root directory of 512 entries.
 */
#ifndef HARDWARE_MODEL_FATCARD_H
#define HARDWARE_MODEL_FATCARD_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LB_FATCARD_BLOCK_BYTES = 512,
	LB_FATCARD_BLOCKS = 65536,    /* 32 MiB */
	LB_FATCARD_HEAD_BLOCKS = 164, /* boot sector, FATs, root directory; what follows is the files' and all zero */
};

/* Fills one block of the card; false: it is all zero. The volume id is any number, best a random one. */
bool lb_fatcard_block(uint32_t block, uint32_t volume_id, uint8_t data[LB_FATCARD_BLOCK_BYTES]);

#endif
