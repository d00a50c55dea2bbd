/* Interrupts of the virtual CPU: the signals SIGIO (sockets) and SIGALRM (the alarm timer).
 *
 * A signal handler is interrupt context, and ppoll with the signals let in is "wait for interrupt". What masks is a
 * section that one thread has at a time, whichever it is: handlers run in the thread that called lb_interrupt_init,
 * find a section open and leave, and come again when it ends. One handler runs at a time, in a section of its own.
 * Other threads must have both signals blocked.
 */
#ifndef LB_PERIPH_INTERRUPT_H
#define LB_PERIPH_INTERRUPT_H

#include <poll.h>
#include <stdint.h>

enum { LB_INTERRUPT_SOCKETS = 3 };

/* Who serves them. Called with interrupts masked. */
struct lb_interrupt_vectors {
	void (*sockets[LB_INTERRUPT_SOCKETS])(void); /* any of which may have something */
	void (*alarm)(void);
};

/* From now on interrupts are served; the vectors must be ready, and live on. */
void lb_interrupt_init(const struct lb_interrupt_vectors *vectors);
/* To be called with every call of one of the firmware's handlers: every thread's lb_interrupt_sleep returns, or its
 * next one does at once. */
void lb_interrupt_note(void);
/* The same for one thread, which may be no more. */
void lb_interrupt_wake(unsigned number);
/* This thread waits under that number from now on; and no longer. The first one does so by itself, under number 0. */
void lb_interrupt_join(unsigned number);
void lb_interrupt_quit(unsigned number);
/* From now on what happens on that socket is an interrupt. */
void lb_interrupt_from(int fd);
/* lb_periph_wait_ms, ended early also by any of the descriptors. */
void lb_interrupt_sleep(struct pollfd *fds, nfds_t count, uint32_t wait_ms);

#endif
