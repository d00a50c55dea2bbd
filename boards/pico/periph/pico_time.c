/* The timer's first alarm serves all of the firmware's: it is set to the earliest of them. */
#include "boards/pico/periph/pico_time.h"

#include "boards/pico/common/chip.h"
#include "boards/pico/common/handlers.h"

enum {
	HARDWARE_ALARM = 0,
	LEAST_US = 50, /* so that an alarm is not over before it is set */
	MOST_US = 1 << 30,
	US_PER_MS = 1000,
};

static struct alarm {
	lb_alarm_fn *handler; /* NULL: not set */
	void *ctx;
	uint64_t due_us;
} alarms[PICO_TIME_ALARMS];

static volatile bool noted; /* a handler ran since the last wait returned */
static volatile bool slept; /* the wait's time is over */

uint64_t lb_periph_micros(void)
{
	return pico_chip_micros();
}

void lb_periph_busy_wait_us(uint32_t wait_us)
{
	const uint64_t end_us = pico_chip_micros() + wait_us;

	while (pico_chip_micros() < end_us)
		;
}

/* --- interrupts --- */

uint32_t lb_periph_irq_save(void)
{
	uint32_t state;

	__asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(state)::"memory");
	return state;
}

void lb_periph_irq_restore(uint32_t state)
{
	__asm__ volatile("msr primask, %0" ::"r"(state) : "memory");
}

void pico_time_note(void)
{
	noted = true;
}

/* --- alarms --- */

static void set_timer(void)
{
	const uint64_t now_us = pico_chip_micros();
	uint64_t left_us = UINT64_MAX;

	for (unsigned id = 0; id < PICO_TIME_ALARMS; id++) {
		const uint64_t due_us = alarms[id].due_us;

		if (alarms[id].handler != NULL && due_us <= now_us)
			left_us = 0;
		else if (alarms[id].handler != NULL && due_us - now_us < left_us)
			left_us = due_us - now_us;
	}
	if (left_us == UINT64_MAX)
		pico_chip_alarm_off(HARDWARE_ALARM);
	else
		pico_chip_alarm(HARDWARE_ALARM, left_us < LEAST_US ? LEAST_US :
		                                left_us < MOST_US  ? (uint32_t)left_us :
		                                                     MOST_US);
}

void pico_time_alarm(unsigned id, uint64_t delay_us, lb_alarm_fn *handler, void *ctx)
{
	const uint32_t state = lb_periph_irq_save();

	alarms[id] = (struct alarm){.handler = handler, .ctx = ctx, .due_us = pico_chip_micros() + delay_us};
	set_timer();
	lb_periph_irq_restore(state);
}

void lb_periph_alarm(unsigned id, uint64_t delay_us, lb_alarm_fn *handler, void *ctx)
{
	pico_time_alarm(id, delay_us, handler, ctx);
}

/* Each alarm at most once a call: one that sets itself again without delay must not keep the main program out. */
void pico_handle_alarm(void)
{
	const uint64_t now_us = pico_chip_micros();

	pico_chip_alarm_seen(HARDWARE_ALARM);
	for (unsigned id = 0; id < PICO_TIME_ALARMS; id++) {
		const struct alarm fired = alarms[id];

		if (fired.handler == NULL || fired.due_us > now_us)
			continue;
		alarms[id].handler = NULL;
		if (id < LB_ALARM_COUNT)
			pico_time_note();
		fired.handler(fired.ctx);
	}
	set_timer();
}

/* --- sleep --- */

static void end_sleep(void *unused)
{
	(void)unused;
	slept = true;
}

/* The question and the sleep lie in one section: an interrupt that comes between them ends the sleep all the same. A
 * section of the caller's does not hold meanwhile. */
static void sleep(void)
{
	for (;;) {
		__asm__ volatile("cpsid i" ::: "memory");
		if (noted || slept)
			break;
		__asm__ volatile("wfi\n\tcpsie i\n\tisb" ::: "memory");
	}
}

void lb_periph_wait_ms(uint32_t wait_ms)
{
	const uint32_t state = lb_periph_irq_save();

	slept = wait_ms == 0;
	if (wait_ms != 0 && wait_ms != UINT32_MAX)
		pico_time_alarm(PICO_TIME_SLEEP, (uint64_t)wait_ms * US_PER_MS, end_sleep, NULL);
	sleep();
	noted = false;
	pico_time_alarm(PICO_TIME_SLEEP, 0, NULL, NULL);
	lb_periph_irq_restore(state);
}
