#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* of a context: where it sends and receives */
#include "firmware/tls/tls_calls.h"

#include <stdio.h>
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/net/nic.h"
#include "firmware/python/timeout_error.h"
#include "firmware/tls/tls_platform.h"
#include "mbedtls/x509_crt.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

/* What of a context is at work, kept in its user data. */
enum { READING = 1, WRITING = 2, CLOSED = 4, WRITE_FAILED = 8 };
enum {
	ERRNO_END = 256, /* as the module has it: what lies between is an errno, and not of the library */
	MICROS_PER_S = 1000000,
	FIRST_S = 1735689600, /* 2025-01-01: no clock that somebody set says less */
};

/* --- errors --- */

/* What became of a call that began when so many allocations had failed. Where one failed in it, its own result may be
 * anything, down to a certificate that cannot be verified. */
static int plain(int result, unsigned failures_before)
{
	return result < 0 && lb_tls_memory_failures() != failures_before ? MBEDTLS_ERR_SSL_ALLOC_FAILED : result;
}

/* --- one call at a time --- */

struct call {
	int (*run)(mbedtls_ssl_context *ssl, const struct call *call);
	unsigned char *into;
	const unsigned char *from;
	size_t size_bytes;
};

static void set_busy(mbedtls_ssl_context *ssl, uintptr_t set, uintptr_t clear)
{
	mbedtls_ssl_set_user_data_n(ssl, (mbedtls_ssl_get_user_data_n(ssl) & ~clear) | set);
}

static void release(mbedtls_ssl_context *ssl, uintptr_t kinds)
{
	set_busy(ssl, 0, kinds);
	if ((mbedtls_ssl_get_user_data_n(ssl) & (READING | WRITING | CLOSED)) == CLOSED)
		mbedtls_ssl_free(ssl);
}

/* A context that is closed has nothing any more, and what an unconnected socket says is no errno. */
static void must_be_open(const mbedtls_ssl_context *ssl)
{
	const mp_obj_t *stream = ssl->p_bio;

	if (stream == NULL)
		mp_raise_OSError(MP_EBADF);
	if (lb_nic_is_unconnected(*stream))
		mp_raise_OSError(MP_ENOTCONN);
}

/* The script's word on a certificate, where it wants to be asked. The library has memory on its way that it would lose
 * if an exception went through it. */
struct verdict {
	mp_obj_t context;
	void *raised; /* the exception; NULL: none */
};

/* The script may keep what it is given. */
static int ask_script(mp_obj_t callback, const mbedtls_x509_crt *certificate, int depth)
{
	const size_t size_bytes = certificate->raw.len;
	byte *data = m_new(byte, size_bytes);

	memcpy(data, certificate->raw.p, size_bytes);
	const mp_obj_t view = mp_obj_new_memoryview('B', size_bytes, data);

	const mp_int_t verdict = mp_obj_get_int(mp_call_function_2(callback, view, MP_OBJ_NEW_SMALL_INT(depth)));

	return verdict == (int)verdict ? (int)verdict : MBEDTLS_ERR_X509_FATAL_ERROR;
}

static int verify(void *verdict_ptr, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
	struct verdict *verdict = verdict_ptr;
	const mp_obj_t callback = mp_load_attr(verdict->context, MP_QSTR_verify_callback);
	nlr_buf_t nlr;
	int result;

	(void)flags;
	if (callback == mp_const_none)
		return 0;
	if (nlr_push(&nlr) != 0) {
		verdict->raised = nlr.ret_val;
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	}
	result = ask_script(callback, certificate, depth);
	nlr_pop();
	return result;
}

/* Runs the call with the context kept for it, also against those that the socket's waiting lets in. */
static int guarded(mbedtls_ssl_context *ssl, uintptr_t kinds, const struct call *call)
{
	struct verdict verdict = {.raised = NULL};
	nlr_buf_t nlr;
	int result;

	must_be_open(ssl);
	if ((mbedtls_ssl_get_user_data_n(ssl) & kinds) != 0)
		mp_raise_OSError(MP_EBUSY);
	set_busy(ssl, kinds, 0);
	if (nlr_push(&nlr) != 0) {
		release(ssl, kinds);
		nlr_jump(nlr.ret_val);
	}
	if (kinds == (READING | WRITING)) { /* a handshake: its script's context is where the library's has it */
		verdict.context = MP_OBJ_FROM_PTR(ssl->conf->p_vrfy);
		mbedtls_ssl_set_verify(ssl, verify, &verdict);
	}
	result = call->run(ssl, call);
	if (verdict.raised != NULL)
		nlr_raise(MP_OBJ_FROM_PTR(verdict.raised));
	nlr_pop();
	release(ssl, kinds);
	return result;
}

void lb_tls_free(mbedtls_ssl_context *ssl)
{
	if ((mbedtls_ssl_get_user_data_n(ssl) & (READING | WRITING)) != 0)
		set_busy(ssl, CLOSED, 0);
	else
		mbedtls_ssl_free(ssl);
}

/* --- handshake --- */

/* In the place of what the context sends and receives by, as long as the handshake lasts. */
struct handshake {
	mp_obj_t stream; /* first, since there the module's own functions look for it */
	mbedtls_ssl_send_t *send;
	mbedtls_ssl_recv_t *receive;
	void *context;
	int32_t *timeout_ms; /* of the socket; NULL: the stream is none */
	int32_t limit_ms;
	mp_uint_t start_ms;
};

/* Leaves the socket what is left of the time; false: nothing is. */
static bool has_time(struct handshake *handshake)
{
	const mp_uint_t spent_ms = mp_hal_ticks_ms() - handshake->start_ms;

	if (handshake->timeout_ms == NULL || handshake->limit_ms <= 0)
		return true;
	if (spent_ms >= (mp_uint_t)handshake->limit_ms)
		return false;
	*handshake->timeout_ms = handshake->limit_ms - (int32_t)spent_ms;
	return true;
}

static int send_in_time(void *context, const unsigned char *data, size_t size_bytes)
{
	struct handshake *handshake = context;

	return has_time(handshake) ? handshake->send(handshake, data, size_bytes) : -MP_ETIMEDOUT;
}

static int receive_in_time(void *context, unsigned char *data, size_t size_bytes)
{
	struct handshake *handshake = context;

	return has_time(handshake) ? handshake->receive(handshake, data, size_bytes) : -MP_ETIMEDOUT;
}

static struct handshake enter(mbedtls_ssl_context *ssl)
{
	struct handshake handshake = {
		.stream = *(mp_obj_t *)ssl->p_bio,
		.send = ssl->f_send,
		.receive = ssl->f_recv,
		.context = ssl->p_bio,
		.start_ms = mp_hal_ticks_ms(),
	};

	handshake.timeout_ms = lb_nic_timeout(handshake.stream);
	if (handshake.timeout_ms != NULL)
		handshake.limit_ms = *handshake.timeout_ms;
	return handshake;
}

static void leave(mbedtls_ssl_context *ssl, const struct handshake *handshake)
{
	if (handshake->timeout_ms != NULL)
		*handshake->timeout_ms = handshake->limit_ms;
	mbedtls_ssl_set_bio(ssl, handshake->context, handshake->send, handshake->receive, NULL);
}

static int run_handshake(mbedtls_ssl_context *ssl, const struct call *call)
{
	(void)call;
	return mbedtls_ssl_handshake(ssl);
}

/* A handshake that an exception ended cannot go on, and nobody has its object: its memory is free at once, and its
 * socket is the script's alone. */
int lb_tls_handshake(mbedtls_ssl_context *ssl)
{
	const unsigned failures = lb_tls_memory_failures();
	struct handshake handshake = enter(ssl);
	nlr_buf_t nlr;
	int result;

	if (nlr_push(&nlr) != 0) {
		leave(ssl, &handshake);
		*(mp_obj_t *)handshake.context = MP_OBJ_NULL;
		mbedtls_ssl_free(ssl);
		nlr_jump(nlr.ret_val);
	}
	mbedtls_ssl_set_bio(ssl, &handshake, send_in_time, receive_in_time, NULL);
	result = guarded(ssl, READING | WRITING, &(struct call){.run = run_handshake});
	nlr_pop();
	leave(ssl, &handshake);
	return plain(result, failures);
}

/* --- data --- */

static int run_read(mbedtls_ssl_context *ssl, const struct call *call)
{
	return mbedtls_ssl_read(ssl, call->into, call->size_bytes);
}

static int run_write(mbedtls_ssl_context *ssl, const struct call *call)
{
	return mbedtls_ssl_write(ssl, call->from, call->size_bytes);
}

/* What the socket said is the script's to know as such. Of a handshake that is done by reading and writing the module
 * does that itself. */
static void raise_errno(int result, bool shaken)
{
	if (shaken && result < 0 && result > -ERRNO_END)
		lb_timeout_error_raise(-result);
}

int lb_tls_read(mbedtls_ssl_context *ssl, unsigned char *data, size_t size_bytes)
{
	const bool shaken = mbedtls_ssl_is_handshake_over(ssl) != 0;
	const unsigned failures = lb_tls_memory_failures();
	const int result = guarded(ssl, shaken ? READING : READING | WRITING,
	                           &(struct call){.run = run_read, .into = data, .size_bytes = size_bytes});

	raise_errno(result, shaken);
	return plain(result, failures);
}

int lb_tls_write(mbedtls_ssl_context *ssl, const unsigned char *data, size_t size_bytes)
{
	const bool shaken = mbedtls_ssl_is_handshake_over(ssl) != 0;
	const unsigned failures = lb_tls_memory_failures();
	int result;

	if ((mbedtls_ssl_get_user_data_n(ssl) & WRITE_FAILED) != 0)
		mp_raise_OSError(MP_EPIPE);
	result = guarded(ssl, shaken ? WRITING : READING | WRITING,
	                 &(struct call){.run = run_write, .from = data, .size_bytes = size_bytes});
	if (shaken && result < 0 && result > -ERRNO_END)
		set_busy(ssl, WRITE_FAILED, 0);
	raise_errno(result, shaken);
	return plain(result, failures);
}

/* --- its beginning --- */

int lb_tls_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *config)
{
	const unsigned failures = lb_tls_memory_failures();

	return plain(mbedtls_ssl_setup(ssl, config), failures);
}

/* --- what is asked of it --- */

const char *lb_tls_ciphersuite(const mbedtls_ssl_context *ssl)
{
	const char *name = mbedtls_ssl_get_ciphersuite(ssl);

	if (name == NULL)
		mp_raise_OSError(MP_ENOTCONN);
	return name;
}

void lb_tls_load_method(mp_obj_t socket, qstr name, mp_obj_t *method)
{
	if (socket == MP_OBJ_NULL)
		mp_raise_OSError(MP_EBADF);
	mp_load_method(socket, name, method);
}

/* --- certificates --- */

static void must_have_memory(int result, unsigned failures_before)
{
	if (result != 0 && lb_tls_memory_failures() != failures_before)
		mp_raise_OSError(MP_ENOMEM);
}

int lb_tls_parse_certificate(mbedtls_x509_crt *chain, const unsigned char *data, size_t size_bytes)
{
	const unsigned failures = lb_tls_memory_failures();
	const int result = mbedtls_x509_crt_parse(chain, data, size_bytes);

	must_have_memory(result, failures);
	return result;
}

int lb_tls_parse_key(mbedtls_pk_context *key, const unsigned char *data, size_t size_bytes,
                     const unsigned char *password, size_t password_bytes,
                     int (*random)(void *, unsigned char *, size_t), void *random_arg)
{
	const unsigned failures = lb_tls_memory_failures();
	const int result = mbedtls_pk_parse_key(key, data, size_bytes, password, password_bytes, random, random_arg);

	must_have_memory(result, failures);
	return result;
}

int lb_tls_seed(mbedtls_ctr_drbg_context *random, int (*entropy)(void *, unsigned char *, size_t), void *entropy_arg,
                const unsigned char *own, size_t size_bytes)
{
	const unsigned failures = lb_tls_memory_failures();
	const int result = mbedtls_ctr_drbg_seed(random, entropy, entropy_arg, own, size_bytes);

	must_have_memory(result, failures);
	return result;
}

/* A clock that nobody set since the power came says 2000-01-01 and some seconds. */
int lb_tls_verify_info(char *text, size_t size_bytes, const char *prefix, uint32_t flags)
{
	const bool unset = (flags & MBEDTLS_X509_BADCERT_FUTURE) != 0 && lb_periph_rtc_micros() / MICROS_PER_S < FIRST_S;
	int size = 0, rest;

	if (!unset)
		return mbedtls_x509_crt_verify_info(text, size_bytes, prefix, flags);
	size = snprintf(text, size_bytes,
	                "%sThe module's clock is not set, so no certificate's time can be checked: see RTC.ntp_sync()\n",
	                prefix);
	flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_FUTURE;
	if (flags == 0)
		return size;
	rest = mbedtls_x509_crt_verify_info(text + size, size_bytes - (size_t)size, prefix, flags);
	return rest < 0 ? rest : size + rest;
}
