/* Linked around the provider of cryptography (--wrap): what hash and signature cost, in ticks of the clock of the stub,
 * goes into its notes. */
#include "boards/stub/machine.h"
#include "core/hw/board.h"
#include "core/image/crypto.h"

#define SYST_CVR (*(volatile uint32_t *)0xE000E018)

enum { TICKS_PER_MS = 25000, NOTE_HASH = 0, NOTE_SIGNATURE = 1 };

const struct lb_crypto *__real_lb_board_crypto(void);
const struct lb_crypto *__wrap_lb_board_crypto(void);

/* The millisecond is read again, should it have ended between the two. */
static uint32_t now(void)
{
	uint32_t millis;
	uint32_t left;

	do {
		millis = stub_knobs.millis;
		left = SYST_CVR;
	} while (millis != stub_knobs.millis);
	return millis * TICKS_PER_MS + (TICKS_PER_MS - 1 - left);
}

static void note(unsigned number, uint32_t since)
{
	stub_knobs.notes[number] += now() - since;
}

static void sha256_init(struct lb_sha256 *sha)
{
	const uint32_t start = now();

	stub_knobs.notes[NOTE_HASH] = 0;
	stub_knobs.notes[NOTE_SIGNATURE] = 0;
	__real_lb_board_crypto()->sha256_init(sha);
	note(NOTE_HASH, start);
}

static void sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	const uint32_t start = now();

	__real_lb_board_crypto()->sha256_update(sha, data, size_bytes);
	note(NOTE_HASH, start);
}

static void sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES])
{
	const uint32_t start = now();

	__real_lb_board_crypto()->sha256_final(sha, digest);
	note(NOTE_HASH, start);
}

static enum lb_signature verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                const uint8_t *signature, size_t signature_bytes)
{
	const uint32_t start = now();
	const enum lb_signature result = __real_lb_board_crypto()->verify(key, digest, signature, signature_bytes);

	note(NOTE_SIGNATURE, start);
	return result;
}

static const struct lb_crypto counting = {
	.sha256_init = sha256_init,
	.sha256_update = sha256_update,
	.sha256_final = sha256_final,
	.verify = verify,
};

const struct lb_crypto *__wrap_lb_board_crypto(void)
{
	return &counting;
}
