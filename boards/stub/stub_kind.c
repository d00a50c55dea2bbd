#include "boards/stub/stub_kind.h"

/* Only what a bootloader needs. */
static const struct lb_flashmap map = {
	.part =
		{
			[LB_PART_RECORD] = {0x000000, 0x004000},
			[LB_PART_FACTORY] = {0x010000, 0x050000},
			[LB_PART_OTA_0] = {0x060000, 0x050000},
			[LB_PART_OTA_1] = {0x0B0000, 0x050000},
		},
};

/* 4d7d2a3c-6f0e-4c52-9a51-0b6d1f7c8e35 */
const struct lb_board_kind lb_kind_stub = {
	.name = "stub",
	.id = {0x4D, 0x7D, 0x2A, 0x3C, 0x6F, 0x0E, 0x4C, 0x52, 0x9A, 0x51, 0x0B, 0x6D, 0x1F, 0x7C, 0x8E, 0x35},
	.flashmap = &map,
	.flash_bytes = 1 << 20,
	.sector_bytes = 4096,
	.program_bytes = 4,
};
