#include "firmware/io/console.h"

#include "core/hw/periph.h"

enum { US_PER_MS = 1000 };

static volatile uint32_t input_ms;

uint32_t lb_console_now_ms(void)
{
	return (uint32_t)(lb_periph_micros() / US_PER_MS);
}

void lb_console_note_input(void)
{
	input_ms = lb_console_now_ms();
}

uint32_t lb_console_input_ms(void)
{
	return input_ms;
}
