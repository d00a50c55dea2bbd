/* What is taken of Mbed TLS: SHA-256, in the form that trades some speed for half the code; and p256-m, whose source
 * asks for it. */
#ifndef CRYPTO_MBEDTLS_CONFIG_H
#define CRYPTO_MBEDTLS_CONFIG_H

/* Without the compiler's own memcpy its hash takes 65 instructions a byte instead of 56. */
#if __STDC_HOSTED__ != 1
#error "Mbed TLS is not to be compiled with -ffreestanding"
#endif

#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED

#endif
