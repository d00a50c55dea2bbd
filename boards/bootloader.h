/* The bootloader, the same for every board: the boot engine with board.h for hands. main.c runs it for ever, and the
 * power proof runs it on a board of its own. */
#ifndef BOARDS_BOOTLOADER_H
#define BOARDS_BOOTLOADER_H

#include "boards/loader_mode.h"
#include "core/boot/drive.h"
#include "core/image/image.h"
#include "core/record/record.h"

/* The caller owns it, and it stays where it is; its fields are this module's own. */
struct bootloader {
	struct lb_boot boot;
	struct lb_boot_input input;
	struct lb_boot_output shown;
	struct lb_record record;
	struct lb_image_info info; /* of the image that was verified last */
	struct loader_mode loader;
};

/* One reset, once lb_board_init was called. */
void bootloader_init(struct bootloader *bootloader);
void bootloader_turn(struct bootloader *bootloader);

#endif
