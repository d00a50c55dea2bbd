/* The bootloader's main: a reset, and the turns that it takes. */
#include "boards/bootloader.h"
#include "core/base/assert.h"
#include "core/hw/board.h"

_Noreturn void lb_assert_failed(unsigned place)
{
	char text[] = "bootloader: assertion 00000\r\n";

	for (char *digit = text + sizeof(text) - sizeof("\r\n"); place > 0; place /= 10)
		*--digit = (char)('0' + place % 10);
	lb_board_serial_write(text, sizeof(text) - 1);
	lb_board_reset();
}

int main(void)
{
	struct bootloader bootloader;

	lb_board_init();
	bootloader_init(&bootloader);
	for (;;)
		bootloader_turn(&bootloader);
}
