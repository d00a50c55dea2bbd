/* The keys that this bootloader believes, as the build chose (conf/keys.mk): those that it was built with, or, with
 * RUNTIME_KEYS=1 on a board that has it, more that its module was made with. */
#ifndef BOARDS_TRUST_H
#define BOARDS_TRUST_H

#include <stddef.h>

#include "core/image/crypto.h"

/* At most LB_HANDOFF_KEYS_MAX, in memory that stays; the same at each call. The first is one that was built in. */
const struct lb_image_key *trust_keys(size_t *count);

#endif
