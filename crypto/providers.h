/* Providers of the cryptography that core/image asks for. A board takes the one that fits it, or brings its own. */
#ifndef LB_CRYPTO_PROVIDERS_H
#define LB_CRYPTO_PROVIDERS_H

#include "core/image/crypto.h"

/* libsodium and a file of crypto/blocks/: SHA-256 and Ed25519. Some 25 KB of code on a Cortex-M4. */
extern const struct lb_crypto lb_crypto_fast;
/* Mbed TLS with p256-m: SHA-256 and ECDSA P-256. Some 3.5 KB of code on a Cortex-M4, where a check takes five times as
 * long. */
extern const struct lb_crypto lb_crypto_small;
/* The same with BearSSL's SHA-256: half a kilobyte more, and a check takes a fifth less. */
extern const struct lb_crypto lb_crypto_bearssl;
/* Keys of either type; SHA-256 from libsodium. */
extern const struct lb_crypto lb_crypto_both;

#endif
