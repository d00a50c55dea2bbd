/* What MicroPython asks of a port's hardware layer, in terms of core/hw/periph.h. */
#ifndef LB_MPHALPORT_H
#define LB_MPHALPORT_H

#include "core/hw/periph.h"
#include "firmware/io/gil.h"
#include "firmware/life/lineedit.h"
#include "firmware/python/machine_pin.h"
#include "py/obj.h"
#include "shared/runtime/interrupt_char.h"

#define MICROPY_BEGIN_ATOMIC_SECTION() lb_periph_irq_save()
#define MICROPY_END_ATOMIC_SECTION(state) lb_periph_irq_restore(state)
#define MICROPY_INTERNAL_WFE(TIMEOUT_MS) \
	lb_gil_wait_ms((mp_int_t)(TIMEOUT_MS) < 0 ? UINT32_MAX : (uint32_t)(TIMEOUT_MS))

#define mp_hal_readline lb_lineedit_read /* of input() */
#define mp_hal_delay_us_fast(us) lb_periph_busy_wait_us((uint32_t)(us))

/* Pins, as the software I2C and SPI use them. I2C has the pull-ups that its bus needs. */
#define mp_hal_pin_obj_t unsigned
#define MP_HAL_PIN_FMT "P%u"
#define mp_hal_pin_name(pin) (pin)
#define mp_hal_get_pin_obj(pin) lb_machine_pin_number(pin)
#define mp_hal_pin_read(pin) lb_periph_pin_read(pin)
#define mp_hal_pin_write(pin, level) lb_machine_pin_write((pin), (level) != 0)
#define mp_hal_pin_od_low(pin) lb_machine_pin_write((pin), false)
#define mp_hal_pin_od_high(pin) lb_machine_pin_write((pin), true)
#define mp_hal_pin_input(pin) lb_machine_pin_set_input((pin), LB_PULL_NONE)
#define mp_hal_pin_output(pin) lb_machine_pin_configure((pin), LB_PIN_OUT, LB_PULL_NONE)
#define mp_hal_pin_open_drain(pin) lb_machine_pin_configure((pin), LB_PIN_OPEN_DRAIN, LB_PULL_UP)

mp_uint_t mp_hal_ticks_ms(void);
mp_uint_t mp_hal_ticks_us(void);
mp_uint_t mp_hal_ticks_cpu(void);

#endif
