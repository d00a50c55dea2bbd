/* /flash: mounting, formatting, and the files that a module always has. */
#ifndef LB_STORE_STORAGE_H
#define LB_STORE_STORAGE_H

#include <stdbool.h>

/* At every start of the VM: mounts /flash and makes it the current folder. Blank flash is formatted, and so is one
 * whose format was cut; anything else that does not mount is left alone. Missing boot.py, main.py and lib are made.
 * A safe boot does none of this but mount what mounts: it writes nothing. False: there is no /flash. */
bool lb_storage_start(void);
/* Erases /flash, whatever is in it, and mounts it anew: 0, or the errno. Files in it must be closed. */
int lb_storage_format(void);
/* Says on the console what is wrong with /flash, if anything is, and how to get it back. mounted: what
 * lb_storage_start returned. */
void lb_storage_explain(bool mounted);

#endif
