/* What code can leave behind in the VM that would keep the prompt from being reached, or from being of use. */
#ifndef LB_LIFE_REPAIR_H
#define LB_LIFE_REPAIR_H

#include <stdbool.h>

/* After each piece of code, outside of any callback: the heap is unlocked, sys.ps1 and ps2 are strings. */
void lb_repair_after_exec(void);
/* Once the scripts have ended: the collector is on; names that replace MicroPython's own builtins are dropped, names
 * that add to them stay. */
void lb_repair_after_scripts(void);
/* The same, once there is memory: sys.path is a list of strings, the usual ones if it was not. */
void lb_repair_path(void);
/* Is there memory for a prompt and a tool's commands? Switches the collector on again before the answer is no. May
 * collect, and so run finalisers. */
bool lb_repair_has_memory(void);

#endif
