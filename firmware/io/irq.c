#include "firmware/io/irq.h"

#include <string.h>

#include "firmware/io/gil.h"
#include "py/runtime.h"

MP_REGISTER_ROOT_POINTER(void *lb_irqs[27]);
_Static_assert(LB_IRQ_COUNT == 27, "the root pointers above");

struct lb_irq *lb_irq_get(unsigned which)
{
	return MP_STATE_VM(lb_irqs)[which];
}

static struct lb_irq *irq_of(mp_obj_t parent)
{
	unsigned which = 0;

	while (lb_irq_get(which) == NULL || lb_irq_get(which)->base.parent != parent)
		which++;
	return lb_irq_get(which);
}

static mp_uint_t irq_trigger(mp_obj_t parent, mp_uint_t trigger)
{
	struct lb_irq *irq = irq_of(parent);

	irq->flags = 0;
	irq->trigger = trigger;
	return 0;
}

static mp_uint_t irq_info(mp_obj_t parent, mp_uint_t what)
{
	const struct lb_irq *irq = irq_of(parent);

	return what == MP_IRQ_INFO_FLAGS ? irq->flags : irq->trigger;
}

static const mp_irq_methods_t irq_methods = {.trigger = irq_trigger, .info = irq_info};

struct lb_irq *lb_irq_make(unsigned which, mp_obj_t parent)
{
	struct lb_irq *irq = lb_irq_get(which);

	if (irq == NULL) {
		irq = m_new0(struct lb_irq, 1);
		mp_irq_init(&irq->base, &irq_methods, parent);
		MP_STATE_VM(lb_irqs)[which] = irq;
	}
	return irq;
}

void lb_irq_set(struct lb_irq *irq, mp_obj_t handler, mp_obj_t argument, mp_uint_t trigger, bool hard)
{
	irq->trigger = 0;
	irq->base.handler = handler;
	irq->base.ishard = hard;
	irq->argument = argument;
	irq->trigger = handler == mp_const_none ? 0 : trigger;
}

/* A hard one is called here and now, unless another thread runs Python: then it is scheduled as the others are. */
static void call_hard(struct lb_irq *irq)
{
	const enum lb_gil_claim claim = lb_gil_claim();

	if (claim == LB_GIL_REFUSED) {
		mp_sched_schedule(irq->base.handler, irq->base.parent);
		return;
	}
	mp_irq_handler(&irq->base);
	lb_gil_end_claim(claim);
}

void lb_irq_call(unsigned which, mp_uint_t event)
{
	struct lb_irq *irq = lb_irq_get(which);

	if (irq == NULL || (irq->trigger & event) == 0)
		return;
	irq->flags = event;
	if (irq->base.ishard)
		call_hard(irq);
	else if (irq->base.handler != mp_const_none)
		mp_sched_schedule(irq->base.handler, irq->argument);
}

void lb_irq_drop(mp_obj_t handler, mp_obj_t argument)
{
	for (unsigned which = 0; which < LB_IRQ_COUNT; which++) {
		struct lb_irq *irq = lb_irq_get(which);

		if (irq != NULL && irq->base.handler == handler && irq->argument == argument)
			lb_irq_set(irq, mp_const_none, argument, 0, false);
	}
}

void lb_irq_forget(unsigned first, unsigned count)
{
	memset(&MP_STATE_VM(lb_irqs)[first], 0, count * sizeof(MP_STATE_VM(lb_irqs)[0]));
}

/* --- pins --- */

static void on_pin_change(unsigned pin, bool level)
{
	lb_irq_call(LB_IRQ_PIN + pin, level ? LB_IRQ_RISING : LB_IRQ_FALLING);
}

void lb_irq_init(void)
{
	lb_periph_pin_on_change(on_pin_change);
}

void lb_irq_forget_pins(void)
{
	const uint32_t state = lb_periph_irq_save();

	lb_irq_forget(LB_IRQ_PIN, LB_PIN_COUNT);
	lb_periph_irq_restore(state);
}
