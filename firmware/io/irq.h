/* Handlers of interrupts, as Pin.irq() and UART.irq() give them out: one for each pin and each UART. */
#ifndef LB_IO_IRQ_H
#define LB_IO_IRQ_H

#include "core/hw/periph.h"
#include "py/obj.h"
#include "shared/runtime/mpirq.h"
#include "firmware/io/uart.h"

enum { LB_IRQ_PIN = 0, LB_IRQ_UART = LB_IRQ_PIN + LB_PIN_COUNT, LB_IRQ_COUNT = LB_IRQ_UART + LB_UART_COUNT };

/* The events of a pin, as Pin.IRQ_FALLING and Pin.IRQ_RISING have them. */
enum { LB_IRQ_FALLING = 1, LB_IRQ_RISING = 2 };

struct lb_irq {
	mp_irq_obj_t base; /* parent: the pin or UART */
	mp_obj_t argument; /* what a handler gets that is not a hard one; that gets the parent */
	mp_uint_t trigger; /* events that call it; 0: off */
	mp_uint_t flags;   /* the event of the last call */
};

/* Once, after a hard reset. */
void lb_irq_init(void);
/* At the end of the VM: those of all pins. */
void lb_irq_forget_pins(void);
/* LB_IRQ_PIN or LB_IRQ_UART plus a number. NULL: nobody asked for it yet. */
struct lb_irq *lb_irq_get(unsigned which);
/* The same, made if there is none. */
struct lb_irq *lb_irq_make(unsigned which, mp_obj_t parent);
/* handler None: off. */
void lb_irq_set(struct lb_irq *irq, mp_obj_t handler, mp_obj_t argument, mp_uint_t trigger, bool hard);
/* In interrupt context: calls the handler if this event is one of its. */
void lb_irq_call(unsigned which, mp_uint_t event);
/* Was this call scheduled by one of them? Then it is off. */
void lb_irq_drop(mp_obj_t handler, mp_obj_t argument);
/* Forgets so many from the first on; the caller sees to it that none of them comes meanwhile. */
void lb_irq_forget(unsigned first, unsigned count);

#endif
