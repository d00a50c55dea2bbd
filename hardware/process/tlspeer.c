#include "hardware/process/tlspeer.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

enum { READ_BYTES = 4096, VERSION_3 = 2, SECONDS_A_DAY = 86400, DAYS_VALID = 365 };

struct lb_tlspeer {
	SSL *ssl;
	BIO *in, *out; /* the connection's own */
	const struct lb_tlspeer_calls *calls;
	void *ctx;
};

/* --- the certificate --- */

static bool fill_certificate(X509 *certificate, EVP_PKEY *key)
{
	static const unsigned char name[] = "made for this run";
	X509_NAME *subject = X509_get_subject_name(certificate);

	return X509_set_version(certificate, VERSION_3) == 1 &&
	       ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -(long)SECONDS_A_DAY) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), (long)SECONDS_A_DAY * DAYS_VALID) != NULL &&
	       X509_set_pubkey(certificate, key) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1 && X509_sign(certificate, key, EVP_sha256()) != 0;
}

static bool give_certificate(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	const bool given = key != NULL && certificate != NULL && fill_certificate(certificate, key) &&
	                   SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;

	X509_free(certificate);
	EVP_PKEY_free(key);
	return given;
}

/* One for all connections of a role, made when the first comes: most modules never see one. */
static SSL_CTX *context_of(enum lb_tlspeer_role role)
{
	static SSL_CTX *contexts[2];

	if (contexts[role] != NULL)
		return contexts[role];
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	if (context == NULL || (role == LB_TLSPEER_SERVER && !give_certificate(context))) {
		SSL_CTX_free(context);
		return NULL;
	}
	contexts[role] = context;
	return context;
}

/* --- the connection --- */

static void send_out(const struct lb_tlspeer *peer)
{
	uint8_t bytes[READ_BYTES];
	int got;

	while ((got = BIO_read(peer->out, bytes, sizeof(bytes))) > 0)
		peer->calls->send(peer->ctx, bytes, (size_t)got);
}

/* Both memories are the connection's from the moment on that it has them. */
static bool connect_memory(struct lb_tlspeer *peer)
{
	peer->in = BIO_new(BIO_s_mem());
	peer->out = BIO_new(BIO_s_mem());
	if (peer->in == NULL || peer->out == NULL) {
		BIO_free(peer->in);
		BIO_free(peer->out);
		return false;
	}
	SSL_set_bio(peer->ssl, peer->in, peer->out);
	return true;
}

struct lb_tlspeer *lb_tlspeer_open(enum lb_tlspeer_role role, const struct lb_tlspeer_calls *calls, void *ctx)
{
	SSL_CTX *context = context_of(role);
	struct lb_tlspeer *peer = context != NULL ? calloc(1, sizeof(*peer)) : NULL;

	if (peer == NULL)
		return NULL;
	*peer = (struct lb_tlspeer){.ssl = SSL_new(context), .calls = calls, .ctx = ctx};
	if (peer->ssl == NULL || !connect_memory(peer)) {
		SSL_free(peer->ssl);
		free(peer);
		return NULL;
	}
	if (role == LB_TLSPEER_SERVER) {
		SSL_set_accept_state(peer->ssl);
	} else {
		SSL_set_connect_state(peer->ssl);
		SSL_do_handshake(peer->ssl);
		send_out(peer);
	}
	return peer;
}

bool lb_tlspeer_feed(struct lb_tlspeer *peer, const uint8_t *bytes, size_t size_bytes)
{
	uint8_t said[READ_BYTES];
	int got;

	if (BIO_write(peer->in, bytes, (int)size_bytes) != (int)size_bytes)
		return false;
	while ((got = SSL_read(peer->ssl, said, sizeof(said))) > 0)
		peer->calls->heard(peer->ctx, said, (size_t)got);
	const int why = SSL_get_error(peer->ssl, got);
	send_out(peer);
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_ZERO_RETURN;
}

bool lb_tlspeer_is_up(const struct lb_tlspeer *peer)
{
	return SSL_is_init_finished(peer->ssl) == 1;
}

void lb_tlspeer_say(struct lb_tlspeer *peer, const void *bytes, size_t size_bytes)
{
	SSL_write(peer->ssl, bytes, (int)size_bytes);
	send_out(peer);
}

void lb_tlspeer_end(struct lb_tlspeer *peer)
{
	SSL_shutdown(peer->ssl);
	send_out(peer);
}

void lb_tlspeer_close(struct lb_tlspeer *peer)
{
	if (peer != NULL)
		SSL_free(peer->ssl);
	free(peer);
}
