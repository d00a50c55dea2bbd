/* The board's own side of the firmware's alarms (core/hw/periph.h). */
#ifndef LB_VIRTUAL_ALARM_H
#define LB_VIRTUAL_ALARM_H

/* Before lb_interrupt_init. */
void lb_alarm_init(void);
/* A vector (interrupt.h). */
void lb_alarm_interrupt(void);

#endif
