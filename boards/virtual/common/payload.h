/* Which payloads the machine under the virtual module can run: asked by the bootloader before it starts one, and by the
 * firmware before it accepts an update.
 */
#ifndef LB_VIRTUAL_PAYLOAD_H
#define LB_VIRTUAL_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

/* start is the payload's beginning, LB_PAYLOAD_START_BYTES of it or all that there is. */
bool lb_payload_runs_here(const void *start, size_t size_bytes);

#endif
