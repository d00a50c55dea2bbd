/* Flash operations while scripts run: counted, and where the host wants it, the place of a power cut. */
#ifndef LB_CHECK_TRACECUT_H
#define LB_CHECK_TRACECUT_H

/* Once, at the start of a CPU. */
void lb_tracecut_init(void);

#endif
