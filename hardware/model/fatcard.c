#include "hardware/model/fatcard.h"

#include <string.h>

#include "core/base/bytes.h"

enum {
	SECTORS_A_CLUSTER = 4,
	RESERVED_SECTORS = 4, /* so that clusters begin at a multiple of their size */
	FAT_COUNT = 2,
	FAT_SECTORS = 64,
	ROOT_ENTRIES = 512,
	ENTRY_BYTES = 32,
	MEDIA_FIXED = 0xF8,
	SECTORS_A_TRACK = 32,
	HEADS = 64,
	DRIVE_HARD_DISK = 0x80,
	EXTENDED_SIGNATURE = 0x29, /* volume id, label and type follow */
};

enum { CLUSTERS = (LB_FATCARD_BLOCKS - LB_FATCARD_HEAD_BLOCKS) / SECTORS_A_CLUSTER };
_Static_assert(RESERVED_SECTORS + FAT_COUNT * FAT_SECTORS + ROOT_ENTRIES * ENTRY_BYTES / LB_FATCARD_BLOCK_BYTES ==
                   LB_FATCARD_HEAD_BLOCKS,
               "the parts of the head fill it");
_Static_assert((CLUSTERS + 2) * 2 <= FAT_SECTORS * LB_FATCARD_BLOCK_BYTES, "a FAT has an entry for each cluster");
_Static_assert(CLUSTERS >= 4085 && CLUSTERS < 65525, "this many clusters mean FAT16");

/* The BIOS parameter block of FAT16, by the offsets of Microsoft's FAT specification. */
static void boot_sector(uint32_t volume_id, uint8_t *data)
{
	static const uint8_t jump[] = {0xEB, 0x3C, 0x90}; /* readers want it, though there is no code to jump to */

	memcpy(data, jump, sizeof(jump));
	memcpy(data + 3, "LIFEBOAT", 8);
	lb_store16le(data + 11, LB_FATCARD_BLOCK_BYTES);
	data[13] = SECTORS_A_CLUSTER;
	lb_store16le(data + 14, RESERVED_SECTORS);
	data[16] = FAT_COUNT;
	lb_store16le(data + 17, ROOT_ENTRIES);
	lb_store16le(data + 19, 0); /* the count does not fit 16 bits: it is at 32 */
	data[21] = MEDIA_FIXED;
	lb_store16le(data + 22, FAT_SECTORS);
	lb_store16le(data + 24, SECTORS_A_TRACK);
	lb_store16le(data + 26, HEADS);
	lb_store32le(data + 32, LB_FATCARD_BLOCKS);
	data[36] = DRIVE_HARD_DISK;
	data[38] = EXTENDED_SIGNATURE;
	lb_store32le(data + 39, volume_id);
	memcpy(data + 43, "NO NAME    ", 11);
	memcpy(data + 54, "FAT16   ", 8);
	lb_store16le(data + 510, 0xAA55);
}

bool lb_fatcard_block(uint32_t block, uint32_t volume_id, uint8_t data[LB_FATCARD_BLOCK_BYTES])
{
	memset(data, 0, LB_FATCARD_BLOCK_BYTES);
	if (block == 0) {
		boot_sector(volume_id, data);
		return true;
	}
	if (block != RESERVED_SECTORS && block != RESERVED_SECTORS + FAT_SECTORS)
		return false;
	/* A FAT's two first entries stand for no cluster: the media byte, and the mark of a chain's end. */
	lb_store16le(data, 0xFF00 | MEDIA_FIXED);
	lb_store16le(data + 2, 0xFFFF);
	return true;
}
