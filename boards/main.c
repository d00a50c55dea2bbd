/* The bootloader's main: a reset, and the turns that it takes. */
#include <stddef.h>

#include "boards/bootloader.h"
#include "core/base/assert.h"
#include "core/hw/board.h"

static void write_text(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	lb_board_serial_write(text, length);
}

_Noreturn void lb_assert_failed(const char *file, int line)
{
	(void)line; /* a small bootloader has no number formatting; the file is told */
	write_text("bootloader: assertion failed in ");
	write_text(file);
	write_text("\r\n");
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
