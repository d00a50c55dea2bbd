/* What MicroPython asks of a port's hardware layer, in terms of core/hw/periph.h. */
#ifndef LB_MPHALPORT_H
#define LB_MPHALPORT_H

#include "core/hw/periph.h"
#include "py/obj.h"
#include "shared/runtime/interrupt_char.h"

#define MICROPY_BEGIN_ATOMIC_SECTION() lb_periph_irq_save()
#define MICROPY_END_ATOMIC_SECTION(state) lb_periph_irq_restore(state)
#define MICROPY_INTERNAL_WFE(TIMEOUT_MS) \
	lb_periph_wait_ms((mp_int_t)(TIMEOUT_MS) < 0 ? UINT32_MAX : (uint32_t)(TIMEOUT_MS))

#define mp_hal_delay_us_fast(us) lb_periph_busy_wait_us((uint32_t)(us))

mp_uint_t mp_hal_ticks_ms(void);
mp_uint_t mp_hal_ticks_us(void);
mp_uint_t mp_hal_ticks_cpu(void);

#endif
