/* The bytes that machine.RTC().memory() keeps at the end of retained RAM: over resets and deep sleep, not over
 * power-off. Format: magic (u32), CRC-32 (u32) of what follows it, size (u16), two bytes of 0, then the bytes; all
 * little-endian. (docs/spec/handoff.md has what lies where in retained RAM.) */
#ifndef LB_STORE_RTCMEMORY_H
#define LB_STORE_RTCMEMORY_H

#include <stddef.h>
#include <stdint.h>

enum { LB_RTCMEMORY_BYTES = 2048 }; /* at most */

/* What is kept, and how much; no bytes where nothing was kept since the power came. Valid until the next put. */
const uint8_t *lb_rtcmemory_get(size_t *size_bytes);
void lb_rtcmemory_put(const void *data, size_t size_bytes); /* LB_RTCMEMORY_BYTES at most */

#endif
