/* machine.Timer: MicroPython's software timers on one of the board's alarms. */
#ifndef LB_IO_TIMERS_H
#define LB_IO_TIMERS_H

/* At the end of the VM: no timer calls any more. */
void lb_timers_stop(void);

#endif
