#include "firmware/io/led.h"

#include "firmware/io/alarms.h"
#include "core/hw/periph.h"

enum { US_PER_MS = 1000 };

static bool beating;
static bool lit;    /* of the heartbeat or the error pattern: the half under way */
static bool chosen; /* a colour was set since the heartbeat was stopped */
static uint32_t beat_rgb;
static uint32_t user_rgb;
static unsigned error_toggles; /* left to do */

static void step(void *ctx);

static void again_after(uint32_t wait_ms)
{
	lb_periph_alarm(LB_ALARM_LED, (uint64_t)wait_ms * US_PER_MS, step, NULL);
}

static void show_error_half(void)
{
	error_toggles--;
	lit = !lit;
	lb_periph_led(lit ? LB_LED_RED : 0, LB_LED_ERROR);
	again_after(LB_LED_ERROR_TOGGLE_MS);
}

static void show_beat_half(void)
{
	lit = !lit;
	lb_periph_led(lit ? beat_rgb : 0, LB_LED_HEARTBEAT);
	again_after(lit ? LB_LED_BEAT_ON_MS : LB_LED_BEAT_OFF_MS);
}

static void show_user(void)
{
	lb_periph_led(user_rgb, chosen ? LB_LED_USER : LB_LED_OFF);
}

/* In interrupt context, or with interrupts masked. */
static void step(void *ctx)
{
	(void)ctx;
	if (error_toggles > 0) {
		show_error_half();
		if (error_toggles == 0)
			lit = false;
	} else if (beating) {
		show_beat_half();
	} else {
		show_user();
	}
}

/* From dark, with interrupts masked. */
static void begin(void)
{
	lit = false;
	lb_periph_alarm(LB_ALARM_LED, 0, NULL, NULL);
	step(NULL);
}

void lb_led_init(bool heartbeat_on, uint32_t heartbeat_rgb)
{
	beat_rgb = heartbeat_rgb;
	lb_led_set_heartbeat(heartbeat_on);
}

void lb_led_set_heartbeat(bool on)
{
	const uint32_t state = lb_periph_irq_save();

	beating = on;
	chosen = false;
	user_rgb = 0;
	if (error_toggles == 0)
		begin();
	lb_periph_irq_restore(state);
}

bool lb_led_heartbeat(void)
{
	return beating;
}

void lb_led_set_rgb(uint32_t rgb)
{
	const uint32_t state = lb_periph_irq_save();

	chosen = true;
	user_rgb = rgb;
	if (error_toggles == 0 && !beating)
		show_user();
	lb_periph_irq_restore(state);
}

uint32_t lb_led_rgb(void)
{
	return user_rgb;
}

void lb_led_show_error(void)
{
	const uint32_t state = lb_periph_irq_save();

	error_toggles = LB_LED_ERROR_MS / LB_LED_ERROR_TOGGLE_MS;
	begin();
	lb_periph_irq_restore(state);
}
