/* SHA-256 as it should be: what every provider's is held against. */
#ifndef TESTS_UNIT_HASH_WORLD_H
#define TESTS_UNIT_HASH_WORLD_H

#include "core/image/crypto.h"

/* Hashes FIPS 180-2's own examples, every length from 0 to 300 bytes and some up to 4096, whole, in steps and in pieces
 * of random sizes; libsodium is the judge. */
void hash_world_check(const struct lb_crypto *crypto);

#endif
