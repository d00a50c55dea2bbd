/* Providers of the cryptography that core/image asks for. A board takes the one that fits it, or brings its own. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "core/image/crypto.h"

/* libsodium: SHA-256 and Ed25519. Some 25 KB of code on a Cortex-M4. */
extern const struct lb_crypto lb_crypto_fast;

#endif
