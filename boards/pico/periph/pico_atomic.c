/* What the compiler calls for atomic words that this CPU has no instruction for. There is one core, and no
 * other way to be interrupted. */
#include "core/hw/periph.h"

typedef unsigned long long word; /* as the compiler declares them */

word __atomic_load_8(const volatile void *at, int order)
{
	const uint32_t state = lb_periph_irq_save();
	const word value = *(const volatile word *)at;

	(void)order;
	lb_periph_irq_restore(state);
	return value;
}

word __atomic_fetch_or_8(volatile void *at, word bits, int order)
{
	const uint32_t state = lb_periph_irq_save();
	const word value = *(volatile word *)at;

	(void)order;
	*(volatile word *)at = value | bits;
	lb_periph_irq_restore(state);
	return value;
}

word __atomic_fetch_and_8(volatile void *at, word bits, int order)
{
	const uint32_t state = lb_periph_irq_save();
	const word value = *(volatile word *)at;

	(void)order;
	*(volatile word *)at = value & bits;
	lb_periph_irq_restore(state);
	return value;
}
