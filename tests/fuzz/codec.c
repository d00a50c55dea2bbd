/* A double of the loader's libraries that a fuzzer can talk to: a stream is a row of {count, byte}, 64 times count of
 * that byte; count 0 ends it, and is damage when the byte is not 0. */
#include <stdbool.h>
#include <string.h>

#include "core/base/crc32.h"
#include "tests/fuzz/fuzz.h"

static struct {
	uint32_t run_left;
	uint8_t run_byte;
	uint8_t count;
	bool have_count;
} stream;

static void md5_init(struct lb_md5 *md5)
{
	memset(md5, 0, sizeof(*md5));
}

static void md5_update(struct lb_md5 *md5, const void *data, size_t size_bytes)
{
	md5->state[0] = lb_crc32((uint32_t)md5->state[0], data, size_bytes);
}

static void md5_final(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES])
{
	memset(digest, (int)(md5->state[0] & 0xFF), LB_MD5_BYTES);
}

static void inflate_start(void *ctx)
{
	(void)ctx;
	memset(&stream, 0, sizeof(stream));
}

/* One input byte; MORE when the stream goes on. */
static enum lb_inflate_result take(uint8_t byte)
{
	if (!stream.have_count) {
		stream.count = byte;
		stream.have_count = true;
		return LB_INFLATE_MORE;
	}
	stream.have_count = false;
	stream.run_byte = byte;
	stream.run_left = 64u * stream.count;
	if (stream.count != 0)
		return LB_INFLATE_MORE;
	return byte == 0 ? LB_INFLATE_END : LB_INFLATE_BAD;
}

static enum lb_inflate_result inflate(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out, size_t *out_bytes)
{
	enum lb_inflate_result result = LB_INFLATE_MORE;
	size_t used = 0, made = 0;

	(void)ctx;
	while (result == LB_INFLATE_MORE) {
		while (stream.run_left != 0 && made < *out_bytes) {
			out[made++] = stream.run_byte;
			stream.run_left--;
		}
		if (stream.run_left != 0 || used == *in_bytes)
			break;
		result = take(in[used++]);
	}
	*in_bytes = used;
	*out_bytes = made;
	return result;
}

const struct lb_codec *lb_fuzz_codec(void)
{
	static const struct lb_codec codec = {md5_init, md5_update, md5_final, inflate_start, inflate, NULL};

	return &codec;
}
