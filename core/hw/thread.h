/* Contract: threads of a board that has them (FIRMWARE_THREADS in its board.mk).
 *
 * The thread that called lb_periph_init is number 0. Handlers of interrupts run in it alone; in every thread an
 * interrupt that was handled ends lb_periph_wait_ms and lb_net_wait, and whoever masks interrupts (periph.h) keeps out
 * handlers and whoever else masks them. Memory, flash and all the rest of core/hw are for one thread at a time: which,
 * is the firmware's business (firmware/io/gil.h).
 */
#ifndef LB_HW_THREAD_H
#define LB_HW_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_THREAD_COUNT = 64 }; /* number 0 among them */

typedef void lb_thread_fn(void *arg);

/* Runs entry(arg) in a thread of its own, which ends when it returns: its number, or LB_ERR_BOUNDS: there is none left.
 * entry may use stack_bytes of stack; what the board needs there comes on top. Interrupts that it has left masked are
 * let in again. */
int lb_thread_start(lb_thread_fn *entry, void *arg, size_t stack_bytes);
unsigned lb_thread_self(void);
/* Ends that thread's lb_periph_wait_ms or lb_net_wait, or the next one. Also for a thread that is no more, and from
 * interrupts, as the next one. */
void lb_thread_wake(unsigned number);
/* Sleeps until lb_thread_resume is called for this thread, or was since the last call returned; false: the time is
 * over. UINT32_MAX waits without limit. Interrupts are handled meanwhile, and end nothing. */
bool lb_thread_pause(uint32_t wait_ms);
void lb_thread_resume(unsigned number);

#endif
