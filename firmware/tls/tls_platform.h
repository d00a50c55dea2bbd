/* Mbed TLS as the image has it: MicroPython's own configuration for a device without a C library to lean on,
 * and what is more here.
 *
 * TLS 1.2, and 1.0 and 1.1 not: nothing of this library is in the bootloader. */
#ifndef LB_TLS_TLS_PLATFORM_H
#define LB_TLS_TLS_PLATFORM_H

#include <stddef.h>
#include <time.h>

#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1)
#include "extmod/mbedtls/mbedtls_config_common.h"

/* --- certificates and keys as PEM files too, as Pycom's scripts have them; what else peers and keys want --- */
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_ENCRYPT_THEN_MAC
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#undef MBEDTLS_ECP_DP_SECP192R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP224R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP192K1_ENABLED
#undef MBEDTLS_ECP_DP_SECP224K1_ENABLED

/* --- for cryptolib and crypto --- */
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CIPHER_MODE_CFB

/* --- memory of the VM's heap, so that a soft reset has it back, and how often there was none --- */
void *lb_tls_calloc(size_t count, size_t size_bytes);
unsigned lb_tls_memory_failures(void);
#undef MBEDTLS_PLATFORM_STD_CALLOC
#define MBEDTLS_PLATFORM_STD_CALLOC lb_tls_calloc

/* --- this board's clock: tls_platform.c has its random numbers as well --- */
time_t lb_tls_time(time_t *now);
#define MBEDTLS_PLATFORM_TIME_MACRO lb_tls_time
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_HAVE_ASM

#endif
