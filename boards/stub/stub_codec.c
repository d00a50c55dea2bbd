/* No inflate and no MD5: a tool that packs what it sends is refused, and no sum compares equal. */
#include <string.h>

#include "core/hw/board.h"
#include "core/loader/codec.h"

static void md5_init(struct lb_md5 *md5)
{
	memset(md5, 0, sizeof(*md5));
}

static void md5_update(struct lb_md5 *md5, const void *data, size_t size_bytes)
{
	(void)md5;
	(void)data;
	(void)size_bytes;
}

static void md5_final(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES])
{
	(void)md5;
	memset(digest, 0, LB_MD5_BYTES);
}

static void inflate_start(void *ctx)
{
	(void)ctx;
}

static enum lb_inflate_result inflate(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out, size_t *out_bytes)
{
	(void)ctx;
	(void)in;
	(void)out;
	*in_bytes = 0;
	*out_bytes = 0;
	return LB_INFLATE_BAD;
}

static const struct lb_codec codec = {
	.md5_init = md5_init,
	.md5_update = md5_update,
	.md5_final = md5_final,
	.inflate_start = inflate_start,
	.inflate = inflate,
};

const struct lb_codec *lb_board_codec(void)
{
	return &codec;
}
