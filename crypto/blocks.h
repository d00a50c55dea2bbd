/* Contract: SHA-256 by instructions that a CPU has for it. A file in crypto/blocks/ for each kind of CPU, of which the
 * build takes one, and none.c for all others.
 */
#ifndef CRYPTO_BLOCKS_H
#define CRYPTO_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

enum { LB_SHA256_BLOCK_BYTES = 64 };

/* Goes on with the hash's eight words (FIPS 180-4, 6.2.2) over so many blocks. Returns how many it has done: all, or
 * none where this very CPU cannot. */
size_t lb_blocks_hash(uint32_t words[8], const uint8_t *data, size_t block_count);

#endif
