/* The interpreter's lock: of all threads only the one that has it runs Python, and what Python calls. The main thread
 * has it from the start.
 *
 * It changes hands where a thread waits, and between bytecodes (lb_gil_yield); whoever waits for it gets it in turn,
 * the main thread each second time. It does not change hands while interrupts are masked or between lb_gil_keep and
 * lb_gil_unkeep: a wait then keeps all other threads waiting. Changes of the record, the store and the file systems run
 * without a place of either kind in them, so no other thread comes in between.
 */
#ifndef LB_IO_GIL_H
#define LB_IO_GIL_H

#include <stdbool.h>
#include <stdint.h>

bool lb_gil_is_main(void); /* this is the main thread */

/* work(arg), which waits and touches nothing of Python's, while others may have it. */
void lb_gil_without(void (*work)(void *arg), void *arg);
/* lb_periph_wait_ms so. */
void lb_gil_wait_ms(uint32_t wait_ms);
/* Another thread's turn, if one waits and this one had its time. */
void lb_gil_yield(void);
/* The same, but at once if the main thread waits: it has something to do. */
void lb_gil_yield_to_main(void);

/* In the middle of something that no other thread may come into. Nests. */
void lb_gil_keep(void);
void lb_gil_unkeep(void);
/* True where it would change hands in a wait. */
bool lb_gil_may_change(void);

/* Of a thread's beginning; false: not within that time, UINT32_MAX: without limit. */
bool lb_gil_enter(uint32_t wait_ms);
/* Of its end. */
void lb_gil_leave(void);

/* In interrupt context: may Python be called here? Then it is to be ended by lb_gil_end_claim, with that claim. */
enum lb_gil_claim { LB_GIL_REFUSED, LB_GIL_OURS, LB_GIL_TAKEN };
enum lb_gil_claim lb_gil_claim(void);
void lb_gil_end_claim(enum lb_gil_claim claim);

/* Where the stack of a thread that has not got it ends: what it holds lies above, its registers' contents too. */
void **lb_gil_stack(unsigned number);
/* Something was scheduled for the main thread. Also in interrupts. */
void lb_gil_wake_main(void);
/* Called by each thread that has got it, with its number, and with 0 by each one that is about to leave it. */
void lb_gil_on_switch(void (*handler)(unsigned number));

#endif
