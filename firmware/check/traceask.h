/* What scripts ask of devices, and of stand-ins for another board's modules, written into the trace. */
#ifndef LB_CHECK_TRACEASK_H
#define LB_CHECK_TRACEASK_H

#include <stdint.h>

#include "protocols/trace/trace.h"

/* A script asks a device, so an error or a wait right after that is for want of what is connected there. */
void lb_traceask_device(enum lb_trace_device device);
/* The same, of whatever is on its bus: a scan, whose last address says nothing. */
void lb_traceask_bus(enum lb_trace_device device);
/* Attributes that were looked up measure what comes right after. */
void lb_traceask_count_lookup(void);
/* Which one of them, once that is known. */
void lb_traceask_place(enum lb_trace_device device, unsigned number, unsigned address);
/* 1 + the device that was asked just before; 0: none. Its place is then trace->used_place. */
uint32_t lb_traceask_device_just_before(void);
/* A script asks, by a stand-in, for what nothing here can answer: with the text, where the script is. */
void lb_traceask_gap(const char *text);

#endif
