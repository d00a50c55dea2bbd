#include "firmware/io/flashlock.h"

/* A handler that comes between the two lines of enter has left again before the second. */
static volatile bool locked;

bool lb_flashlock_enter(void)
{
	if (locked)
		return false;
	locked = true;
	return true;
}

void lb_flashlock_leave(void)
{
	locked = false;
}
