/* Mbed TLS's MD5 and our own inflate behind the loader's contract. */
#include <mbedtls/md5.h>

#include "core/hw/board.h"
#include "core/loader/codec.h"
#include "core/loader/inflate.h"

_Static_assert(sizeof(mbedtls_md5_context) <= LB_MD5_STATE_BYTES, "the state fits");

static struct lb_inflate stream;

static mbedtls_md5_context *state_of(struct lb_md5 *md5)
{
	return (mbedtls_md5_context *)(void *)md5->state;
}

static void md5_init(struct lb_md5 *md5)
{
	mbedtls_md5_init(state_of(md5));
	(void)mbedtls_md5_starts(state_of(md5));
}

static void md5_update(struct lb_md5 *md5, const void *data, size_t size_bytes)
{
	(void)mbedtls_md5_update(state_of(md5), data, size_bytes);
}

static void md5_final(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES])
{
	(void)mbedtls_md5_finish(state_of(md5), digest);
}

static const struct lb_codec codec = {
	.md5_init = md5_init,
	.md5_update = md5_update,
	.md5_final = md5_final,
	.inflate_start = lb_inflate_start,
	.inflate = lb_inflate_some,
	.ctx = &stream,
};

const struct lb_codec *lb_board_codec(void)
{
	return &codec;
}
