#include "boards/pico/pico_kind.h"

/* Three images, which run in place. */
static const struct lb_flashmap map = {
	.part =
		{
			[LB_PART_PROTECTED] = {0x000000, 0x010000},
			[LB_PART_FACTORY] = {0x010000, 0x070000},
			[LB_PART_OTA_0] = {0x080000, 0x070000},
			[LB_PART_OTA_1] = {0x0F0000, 0x070000},
			[LB_PART_RECORD] = {0x160000, 0x004000},
			[LB_PART_NVS] = {0x164000, 0x004000},
			[LB_PART_LOG] = {0x168000, 0x004000},
			[LB_PART_CONFIG] = {0x16C000, 0x004000},
			[LB_PART_FS] = {0x170000, 0x090000},
		},
};

/* 6e965b0a-8ef3-49dd-a176-9ea238822b31 */
const struct lb_board_kind lb_kind_pico = {
	.name = "pico",
	.id = {0x6E, 0x96, 0x5B, 0x0A, 0x8E, 0xF3, 0x49, 0xDD, 0xA1, 0x76, 0x9E, 0xA2, 0x38, 0x82, 0x2B, 0x31},
	.flashmap = &map,
	.flash_bytes = 2 << 20,
	.sector_bytes = 4096,
	.program_bytes = 16,
};
