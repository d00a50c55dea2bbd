/* The board's own side of time, alarms and interrupts (core/hw/periph.h). */
#ifndef PICO_TIME_H
#define PICO_TIME_H

#include "core/hw/periph.h"

/* Alarms of the board's own, behind the firmware's. */
enum { PICO_TIME_SLEEP = LB_ALARM_COUNT, PICO_TIME_WATCHDOG, PICO_TIME_ALARMS };

void pico_time_alarm(unsigned id, uint64_t delay_us, lb_alarm_fn *handler, void *ctx);
/* To be called with every call of one of the firmware's handlers: it ends lb_periph_wait_ms. */
void pico_time_note(void);

#endif
