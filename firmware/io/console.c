#include "firmware/io/console.h"

#include "core/hw/periph.h"

enum { US_PER_MS = 1000, RESCUE_MS = 1000, CTRL_C = 3, CTRL_F = 6 };

static volatile uint32_t input_ms;

static struct {
	volatile bool heard; /* a program runs and leaves the console alone */
	volatile bool asked; /* a Ctrl-C came, at: */
	volatile uint32_t asked_ms;
} rescue;

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

void lb_console_note_code(bool heard)
{
	rescue.heard = heard;
}

void lb_console_note_read(void)
{
	rescue.heard = false;
}

bool lb_console_is_rescue(uint8_t byte, int interrupt)
{
	if (interrupt != CTRL_C)
		return false;
	if (byte == CTRL_C) {
		rescue.asked = true;
		rescue.asked_ms = lb_console_now_ms();
		return false;
	}
	return byte == CTRL_F && rescue.heard && rescue.asked && lb_console_now_ms() - rescue.asked_ms < RESCUE_MS;
}
