#include "firmware/io/led.h"

#include "firmware/io/alarms.h"
#include "core/hw/colours.h"
#include "core/hw/periph.h"

enum { US_PER_MS = 1000 };

static struct {
	bool beating;
	bool lit;    /* of the heartbeat or the error pattern: the half under way */
	bool chosen; /* a colour was set since the heartbeat was stopped */
	uint32_t beat_rgb;
	uint32_t user_rgb;
	unsigned error_toggles; /* left to do */
} led;

static void step(void *ctx);

static void again_after(uint32_t wait_ms)
{
	lb_periph_alarm(LB_ALARM_LED, (uint64_t)wait_ms * US_PER_MS, step, NULL);
}

static void show_error_half(void)
{
	led.error_toggles--;
	led.lit = !led.lit;
	lb_periph_led(led.lit ? LB_COLOURS_ERROR : 0, LB_LED_ERROR);
	again_after(LB_LED_ERROR_TOGGLE_MS);
}

static void show_beat_half(void)
{
	led.lit = !led.lit;
	lb_periph_led(led.lit ? led.beat_rgb : 0, LB_LED_HEARTBEAT);
	again_after(led.lit ? LB_LED_BEAT_ON_MS : LB_LED_BEAT_OFF_MS);
}

static void show_user(void)
{
	lb_periph_led(led.user_rgb, led.chosen ? LB_LED_USER : LB_LED_OFF);
}

/* In interrupt context, or with interrupts masked. */
static void step(void *ctx)
{
	(void)ctx;
	if (led.error_toggles > 0) {
		show_error_half();
		if (led.error_toggles == 0)
			led.lit = false;
	} else if (led.beating) {
		show_beat_half();
	} else {
		show_user();
	}
}

/* From dark, with interrupts masked. */
static void start(void)
{
	led.lit = false;
	lb_periph_alarm(LB_ALARM_LED, 0, NULL, NULL);
	step(NULL);
}

void lb_led_init(bool heartbeat_on, uint32_t heartbeat_rgb)
{
	led.beat_rgb = heartbeat_rgb;
	lb_led_set_heartbeat(heartbeat_on);
}

void lb_led_set_heartbeat(bool on)
{
	const uint32_t state = lb_periph_irq_save();

	led.beating = on;
	led.chosen = false;
	led.user_rgb = 0;
	if (led.error_toggles == 0)
		start();
	lb_periph_irq_restore(state);
}

bool lb_led_heartbeat(void)
{
	return led.beating;
}

void lb_led_set_rgb(uint32_t rgb)
{
	const uint32_t state = lb_periph_irq_save();

	led.chosen = true;
	led.user_rgb = rgb;
	if (led.error_toggles == 0 && !led.beating)
		show_user();
	lb_periph_irq_restore(state);
}

uint32_t lb_led_rgb(void)
{
	return led.user_rgb;
}

void lb_led_show_error(void)
{
	const uint32_t state = lb_periph_irq_save();

	led.error_toggles = LB_LED_ERROR_MS / LB_LED_ERROR_TOGGLE_MS;
	start();
	lb_periph_irq_restore(state);
}
