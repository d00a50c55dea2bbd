/* One change of the record or of the store at a time. A change decides by what it has read and then acts: whoever
 * comes in between, from the handler of a hard interrupt, is refused. Nothing that may run Python is called while it is
 * locked.
 */
#ifndef LB_IO_FLASHLOCK_H
#define LB_IO_FLASHLOCK_H

#include <stdbool.h>

/* False: a change is under way, and the caller must leave (LB_ERR_BUSY). */
bool lb_flashlock_enter(void);
void lb_flashlock_leave(void);

#endif
