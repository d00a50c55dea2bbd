/* The scripts' threads: each with the VM's state for it, known to the collector, and asked to end at a soft reset.
 * Called with the interpreter's lock (firmware/io/gil.h).
 */
#ifndef LB_THREADS_THREADS_H
#define LB_THREADS_THREADS_H

#include <stdbool.h>
#include <stddef.h>

#include "py/obj.h"

/* Runs run(argument) in a thread of its own, with this one's globals; run deals with every exception. Its number, or a
 * negative enum lb_error. Raises MemoryError. */
typedef void lb_threads_fn(mp_obj_t argument);
int lb_threads_start(lb_threads_fn *run, mp_obj_t argument);
/* How much stack those get that are started from now on; 0: the usual. Less than a thread needs is more, without a
 * word. Returns what it was; a soft reset forgets it. */
size_t lb_threads_set_stack(size_t stack_bytes);
unsigned lb_threads_self(void);
/* Waits as lb_gil_wait_ms does, and at most until lb_threads_wake is called for that object. */
void lb_threads_await(const void *object, uint32_t wait_ms);
void lb_threads_wake(const void *object);

/* All of the others are asked to end, by SystemExit where they are, which is not to be caught for long. False: one of
 * them has not, 2 s later; then this has not got the interpreter's lock any more. Of the main thread. */
bool lb_threads_end(void);
/* Has it come to where what was asked comes again and again? */
bool lb_threads_are_to_end(void);
/* In a collection: what the others hold. */
void lb_threads_mark(void);

#endif
