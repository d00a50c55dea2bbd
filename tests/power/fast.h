/* What the proof spends most of its time in, done faster than a microcontroller does it, with the same results: SHA-256
 * by the CPU's own instructions, CRC-32 by tables, and a signature that was judged before not judged again.
 */
#ifndef TESTS_POWER_FAST_H
#define TESTS_POWER_FAST_H

#include <stdbool.h>

#include "core/image/crypto.h"

extern const struct lb_crypto fast_crypto;

/* Are the results the same as the real code's, over random bytes? */
bool fast_is_right(void);

#endif
