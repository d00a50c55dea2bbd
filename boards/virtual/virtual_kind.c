#include "boards/virtual/virtual_kind.h"

/* 6f048690-b200-4f08-bb0d-9805c6c7167e */
const struct lb_board_kind lb_kind_virtual = {
	.name = "virtual",
	.id = {0x6F, 0x04, 0x86, 0x90, 0xB2, 0x00, 0x4F, 0x08, 0xBB, 0x0D, 0x98, 0x05, 0xC6, 0xC7, 0x16, 0x7E},
	.flashmap = &lb_flashmap_8mib,
	.flash_bytes = 8 << 20,
	.sector_bytes = 4096,
	.program_bytes = 4,
};
