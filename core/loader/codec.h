/* Contract: what the loader needs of libraries, as a struct of functions that the board gives: MD5, which the protocol
 * uses to compare flash with what was sent, and the unpacking of zlib streams (RFC 1950).
 *
 * The caller owns an MD5 state; a state is used for one sum only, init to final. There is one stream at a time, whose
 * state and window of 32 KiB are the board's, behind ctx.
 */
#ifndef LB_LOADER_CODEC_H
#define LB_LOADER_CODEC_H

#include <stddef.h>
#include <stdint.h>

enum {
	LB_MD5_BYTES = 16,
	LB_MD5_STATE_BYTES = 96, /* room for the state of any implementation that a board may bring */
};

struct lb_md5 {
	uint64_t state[LB_MD5_STATE_BYTES / 8];
};

enum lb_inflate_result {
	LB_INFLATE_MORE = 0, /* the input is used up or the output is full */
	LB_INFLATE_END = 1,  /* the stream is complete, and its checksum right */
	LB_INFLATE_BAD = 2,  /* damaged; no more is to be asked of this stream */
};

struct lb_codec {
	void (*md5_init)(struct lb_md5 *md5);
	void (*md5_update)(struct lb_md5 *md5, const void *data, size_t size_bytes);
	void (*md5_final)(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES]);
	/* Forgets the stream before, if there was one. */
	void (*inflate_start)(void *ctx);
	/* The sizes are what is there, and on return what was used of it. Damage is always found, whatever the input. */
	enum lb_inflate_result (*inflate)(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out, size_t *out_bytes);
	void *ctx;
};

#endif
