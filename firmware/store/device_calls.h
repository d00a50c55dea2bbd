/* Calls of a file system to its block device. One in Python lets callbacks and servers run in the middle of the file
 * system's work, which is not to be called again meanwhile; other threads do not run. */
#ifndef LB_STORE_DEVICE_CALLS_H
#define LB_STORE_DEVICE_CALLS_H

#include <stdbool.h>

/* Is a file system waiting for its device? */
bool lb_device_calls_are_open(void);

#endif
