/* The firmware's alarms, all on one timer of the host, which is set to the earliest of them. */
#define LB_ASSERT_FILE 13
#include <signal.h>
#include <time.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/alarm.h"
#include "boards/virtual/periph/interrupt.h"
#include "core/base/assert.h"
#include "core/hw/periph.h"

enum { NS_PER_S = 1000000000 };

struct alarm_slot {
	lb_alarm_fn *handler; /* NULL: not set */
	void *ctx;
	uint64_t due_ns;
};

static struct alarm_slot alarms[LB_ALARM_COUNT];
static timer_t timer;

void lb_alarm_init(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		lb_bus_fail("timer");
}

/* An earliest time that has passed already raises the signal at once. */
static void set_timer(void)
{
	struct itimerspec setting = {0};
	uint64_t earliest_ns = UINT64_MAX;

	for (unsigned id = 0; id < LB_ALARM_COUNT; id++)
		if (alarms[id].handler != NULL && alarms[id].due_ns < earliest_ns)
			earliest_ns = alarms[id].due_ns;
	if (earliest_ns != UINT64_MAX) {
		setting.it_value.tv_sec = (time_t)(earliest_ns / NS_PER_S);
		setting.it_value.tv_nsec = (long)(earliest_ns % NS_PER_S);
	}
	timer_settime(timer, TIMER_ABSTIME, &setting, NULL);
}

void lb_periph_alarm(unsigned id, uint64_t delay_us, lb_alarm_fn *handler, void *ctx)
{
	const uint64_t due_ns = lb_bus_host_ns() + lb_bus_host_span_ns(delay_us);
	const uint32_t state = lb_periph_irq_save();

	LB_ASSERT(id < LB_ALARM_COUNT);
	alarms[id] = (struct alarm_slot){.handler = handler, .ctx = ctx, .due_ns = due_ns};
	set_timer();
	lb_periph_irq_restore(state);
}

/* Each alarm at most once a call: one that sets itself again without delay must not keep the main program out. */
void lb_alarm_interrupt(void)
{
	const uint64_t now_ns = lb_bus_host_ns();

	for (unsigned id = 0; id < LB_ALARM_COUNT; id++) {
		const struct alarm_slot fired = alarms[id];

		if (fired.handler == NULL || fired.due_ns > now_ns)
			continue;
		alarms[id].handler = NULL;
		lb_interrupt_note();
		fired.handler(fired.ctx);
	}
	set_timer();
}
