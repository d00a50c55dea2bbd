/* Calls of MicroPython's tls module to Mbed TLS, led through here (see Makefile). The functions below are declared by
 * Mbed TLS's own headers, under which the module is compiled with these names for the library's; they are like those
 * they are named for, and besides:
 *
 * - a handshake as a whole is over within the socket's timeout, however slowly the peer's bytes come;
 * - what ends a call from within (Ctrl-C, an exception of a stream in Python) leaves an object that is closed, and a
 *   socket that is not;
 * - a socket's read may meet a write of the same one, from a callback or another thread, but no second read: that is
 *   OSError(EBUSY). So is whatever meets a handshake. One that is closed meanwhile is freed when the call is over;
 * - a read that met a timeout may be tried again; after a write that did, so that nobody knows what was sent, writes
 *   fail with OSError(EPIPE);
 * - what the socket says comes as OSError with its errno, and memory that is full as OSError(ENOMEM);
 * - what the script's verify_callback raises ends the handshake, and a certificate that it is given is its own;
 * - a socket that is not connected is OSError(ENOTCONN), and one that is closed OSError(EBADF);
 * - a certificate that is not yet valid for a module whose clock is not set has an error that says so.
 */
#ifndef LB_TLS_TLS_CALLS_H
#define LB_TLS_TLS_CALLS_H

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/ssl.h"
#include "py/obj.h"

int lb_tls_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *config);
int lb_tls_handshake(mbedtls_ssl_context *ssl);
int lb_tls_read(mbedtls_ssl_context *ssl, unsigned char *data, size_t size_bytes);
int lb_tls_write(mbedtls_ssl_context *ssl, const unsigned char *data, size_t size_bytes);
void lb_tls_free(mbedtls_ssl_context *ssl);
const char *lb_tls_ciphersuite(const mbedtls_ssl_context *ssl);
/* mp_load_method, of the socket below. */
void lb_tls_load_method(mp_obj_t socket, qstr name, mp_obj_t *method);
int lb_tls_parse_certificate(mbedtls_x509_crt *chain, const unsigned char *data, size_t size_bytes);
int lb_tls_parse_key(mbedtls_pk_context *key, const unsigned char *data, size_t size_bytes,
                     const unsigned char *password, size_t password_bytes,
                     int (*random)(void *, unsigned char *, size_t), void *random_arg);
int lb_tls_seed(mbedtls_ctr_drbg_context *random, int (*entropy)(void *, unsigned char *, size_t), void *entropy_arg,
                const unsigned char *own, size_t size_bytes);
int lb_tls_verify_info(char *text, size_t size_bytes, const char *prefix, uint32_t flags);

#endif
