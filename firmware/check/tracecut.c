#include "firmware/check/tracecut.h"

#include "core/hw/periph.h"
#include "firmware/check/tracing.h"

enum { WAIT_US = 1000000 };

/* Nothing more happens here until the host takes the power away. */
_Noreturn static void await_cut(void)
{
	lb_tracing()->cut_reached = 1;
	lb_periph_irq_save();
	for (;;)
		lb_periph_busy_wait_us(WAIT_US);
}

static void on_flash(enum lb_flash_moment moment)
{
	struct lb_trace *trace = lb_tracing();

	if (trace->in_script == 0)
		return;
	if (moment == LB_FLASH_BEFORE) {
		trace->writes++;
		if (trace->writes <= LB_TRACE_WRITES)
			trace->written_us = lb_periph_micros();
	}
	if (trace->cut_at != 0 && trace->writes == trace->cut_at && moment == (enum lb_flash_moment)trace->cut_moment)
		await_cut();
}

void lb_tracecut_init(void)
{
	lb_periph_on_flash(on_flash);
}
