/* Interrupts of the virtual CPU: the signals SIGIO (sockets) and SIGALRM (the alarm timer).
 *
 * A signal handler is interrupt context, sigprocmask is the mask, ppoll with the mask open is "wait for interrupt".
 * One handler runs at a time. There are no threads.
 */
#ifndef LB_PERIPH_INTERRUPT_H
#define LB_PERIPH_INTERRUPT_H

#include <poll.h>
#include <stdint.h>

/* Takes the signals into service; the vectors below must be ready. */
void lb_interrupt_init(void);
/* To be called with every call of one of the firmware's handlers: the next lb_interrupt_sleep returns at once. */
void lb_interrupt_note(void);
/* From now on what happens on that socket is an interrupt. */
void lb_interrupt_from(int fd);
/* lb_periph_wait_ms, ended early also by any of the descriptors. */
void lb_interrupt_sleep(struct pollfd *fds, nfds_t count, uint32_t wait_ms);

/* The vectors. Called with interrupts masked. */
void lb_inbox_interrupt(void);
void lb_serial_interrupt(void);
void lb_net_interrupt(void);
void lb_alarm_interrupt(void);

/* To be called before lb_interrupt_init. */
void lb_alarm_init(void);
void lb_pin_init(void);

#endif
