/* A program of one's own in MicroPython's place: the LED blinks green, or blue while P12 is high, and what comes in on
 * uart0 goes out again. docs/lowlevel.md tells how it is built, flashed, and left again.
 *
 * The on_... functions run in interrupt context, one at a time; main sleeps in between.
 */
#include <stdio.h>
#include <string.h>

#include "confirm.h"
#include "core/base/assert.h"
#include "core/base/error.h"
#include "core/handoff/handoff.h"
#include "core/hw/colours.h"
#include "core/hw/periph.h"
#include "core/update/rules.h"

enum { P12 = 12, BLINK_ALARM = 0, BLINK_US = 250000, PROVEN_US = 5000000 };
enum { CTRL_L = 'L' - '@', CTRL_R = 'R' - '@' };
enum { GREEN = 0x002000, BLUE = 0x000050 };

static struct lb_handoff_down boot; /* how this boot came about */
static bool lit;
static uint8_t inbox[64];
static volatile size_t waiting; /* bytes in inbox */

static void print(const char *text)
{
	lb_periph_serial_write(0, text, strlen(text));
}

_Noreturn void lb_assert_failed(unsigned place)
{
	char text[100];

	snprintf(text, sizeof(text), "\r\nassertion %u (docs/assertions.md)\r\n", place);
	print(text);
	lb_periph_reset();
}

static void show(void)
{
	const uint32_t at_rest = boot.mode == LB_MODE_SAFE ? LB_COLOURS_SAFE : GREEN;

	lb_periph_led(!lit ? 0 : lb_periph_pin_read(P12) ? BLUE : at_rest, LB_LED_USER);
}

static void on_blink(void *ctx)
{
	lit = !lit;
	show();
	lb_periph_alarm(BLINK_ALARM, BLINK_US, on_blink, ctx);
}

static void on_pin(unsigned pin, bool level)
{
	(void)level;
	if (pin == P12)
		show();
}

static size_t on_receive(unsigned port, const uint8_t *data, size_t size_bytes)
{
	const size_t room_bytes = sizeof(inbox) - waiting;
	const size_t consumed_bytes = size_bytes < room_bytes ? size_bytes : room_bytes;

	(void)port;
	memcpy(inbox + waiting, data, consumed_bytes);
	waiting += consumed_bytes;
	return consumed_bytes; /* the board offers the rest again */
}

static _Noreturn void reset_into(enum lb_request request)
{
	struct lb_handoff_up up;

	lb_handoff_get_up(lb_periph_retained(), &up);
	up.request = request;
	up.slot = LB_SLOT_NONE;
	lb_handoff_put_up(lb_periph_retained(), &up);
	lb_periph_reset();
}

/* What came in is copied out with interrupts masked for as short as can be; the echo may take its time. */
static void answer(void)
{
	uint8_t bytes[sizeof(inbox)];
	const uint32_t state = lb_periph_irq_save();
	const size_t count = waiting;

	memcpy(bytes, inbox, count);
	waiting = 0;
	lb_periph_irq_restore(state);
	lb_periph_serial_resume(0);
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == CTRL_R)
			reset_into(LB_REQUEST_NONE);
		if (bytes[i] == CTRL_L)
			reset_into(LB_REQUEST_LOADER);
		lb_periph_serial_write(0, &bytes[i], 1);
	}
}

static void greet(void)
{
	const struct lb_version *version = &boot.image_version;
	const char *slot = lb_slot_name(boot.slot);
	char text[160];

	snprintf(text, sizeof(text), "lowlevel %u.%u.%u in %s%s. Ctrl-R: reset, Ctrl-L: bootloader mode.\r\n",
	         version->major, version->minor, version->revision, slot != NULL ? slot : "no slot",
	         boot.on_trial ? ", on trial" : "");
	print(text);
	if (boot.mode != LB_MODE_SAFE)
		return;
	snprintf(text, sizeof(text), "Safe boot; P12 was held for %u ms.\r\n", (unsigned)boot.hold_ms);
	print(boot.reason == LB_REASON_PIN ? text : "Safe boot, not by P12.\r\n");
}

/* Nothing confirms an image but the image: here it has blinked for a while by then. Never in a safe boot. */
static bool is_proven(void)
{
	return boot.on_trial && boot.mode == LB_MODE_NORMAL && lb_periph_micros() >= PROVEN_US;
}

static void finish_trial(void)
{
	const int result = confirm(&boot);

	print(result == LB_OK ? "confirmed" : lb_refusal_text(result));
	print("\r\n");
	boot.on_trial = false; /* once is enough: a refusal stays one */
}

/* Everything happens in interrupts and after them: the CPU sleeps in between. */
int main(void)
{
	lb_periph_init();
	lb_handoff_get_down(lb_periph_retained(), &boot);
	lb_periph_phase(LB_PHASE_SCRIPT);
	greet();
	lb_periph_pin_on_change(on_pin);
	lb_periph_serial_on_receive(0, on_receive);
	lb_periph_alarm(BLINK_ALARM, 0, on_blink, NULL);
	for (;;) {
		lb_periph_wait_ms(UINT32_MAX);
		answer();
		if (is_proven())
			finish_trial();
	}
}
