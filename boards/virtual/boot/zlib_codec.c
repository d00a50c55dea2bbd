/* zlib and libmd behind the loader's contract. zlib gets its memory from here, so the bootloader needs no heap. */
#include <md5.h>
#include <stddef.h>
#include <zlib.h>

#include "boards/virtual/boot/zlib_codec.h"

enum {
	ARENA_BYTES = 40 * 1024 + 512, /* a window of 32 KiB, and a little over 7 KiB for the state */
	ARENA_ALIGN = 16,
};

_Static_assert(sizeof(MD5_CTX) <= LB_MD5_STATE_BYTES, "libmd's state fits");
_Static_assert(_Alignof(MD5_CTX) <= _Alignof(struct lb_md5), "libmd's state is aligned");

struct arena {
	_Alignas(ARENA_ALIGN) uint8_t bytes[ARENA_BYTES];
	size_t used_bytes;
	z_stream stream;
};

static struct arena arena;

static void md5_init(struct lb_md5 *md5)
{
	MD5Init((MD5_CTX *)md5->state);
}

static void md5_update(struct lb_md5 *md5, const void *data, size_t size_bytes)
{
	MD5Update((MD5_CTX *)md5->state, data, size_bytes);
}

static void md5_final(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES])
{
	MD5Final(digest, (MD5_CTX *)md5->state);
}

static void *take(void *ctx, unsigned count, unsigned size_bytes)
{
	struct arena *from = ctx;
	size_t wanted_bytes = ((size_t)count * size_bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	void *taken = from->bytes + from->used_bytes;

	if (wanted_bytes > ARENA_BYTES - from->used_bytes)
		return NULL;
	from->used_bytes += wanted_bytes;
	return taken;
}

/* All is given back at once, when the next stream begins. */
static void give_back(void *ctx, void *taken)
{
	(void)ctx;
	(void)taken;
}

static void inflate_start(void *ctx)
{
	struct arena *started = ctx;

	started->used_bytes = 0;
	started->stream = (z_stream){.zalloc = take, .zfree = give_back, .opaque = started};
	inflateInit(&started->stream); /* if it fails, so does the first inflate */
}

/* zlib's words for the loader's: what was consumed and what came out, and whether more can come. */
static enum lb_inflate_result inflate_some(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out,
                                           size_t *out_bytes)
{
	z_stream *stream = &((struct arena *)ctx)->stream;
	int result;

	stream->next_in = (uint8_t *)(uintptr_t)in; /* zlib does not write there */
	stream->avail_in = (unsigned)*in_bytes;
	stream->next_out = out;
	stream->avail_out = (unsigned)*out_bytes;
	result = inflate(stream, Z_NO_FLUSH);
	*in_bytes -= stream->avail_in;
	*out_bytes -= stream->avail_out;
	if (result == Z_STREAM_END)
		return LB_INFLATE_END;
	return result == Z_OK || result == Z_BUF_ERROR ? LB_INFLATE_MORE : LB_INFLATE_BAD;
}

const struct lb_codec lb_virtual_codec = {
	.md5_init = md5_init,
	.md5_update = md5_update,
	.md5_final = md5_final,
	.inflate_start = inflate_start,
	.inflate = inflate_some,
	.ctx = &arena,
};
