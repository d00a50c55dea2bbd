/* Contract: the public keys that a bootloader trusts, made when it is built ("lifeboat image public" writes them). */
#ifndef LB_IMAGE_KEYS_H
#define LB_IMAGE_KEYS_H

#include <stddef.h>

#include "core/image/crypto.h"

extern const struct lb_image_key lb_image_keys[];
extern const size_t lb_image_key_count;

#endif
