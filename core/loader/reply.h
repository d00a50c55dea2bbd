/* What goes out: replies and frames of data, as they travel. One thing is sent at a time: whoever adds to it sees to it
 * that all of the last was drained.
 */
#ifndef LB_LOADER_REPLY_H
#define LB_LOADER_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loader/setup.h"

/* Answers; the codes of both flavours for each are in reply.c. */
enum lb_answer {
	LB_ANSWER_OK = 0,
	LB_ANSWER_LENGTH, /* the frame is not as long as it says, or not as its command needs */
	LB_ANSWER_VALUE,  /* a field out of range */
	LB_ANSWER_SUM,
	LB_ANSWER_BLOCK,      /* block size or number */
	LB_ANSWER_NO_SESSION, /* no BEGIN of this kind came before */
	LB_ANSWER_NOT_ENOUGH, /* the stream is not complete */
	LB_ANSWER_TOO_MUCH,   /* more bytes than the range has */
	LB_ANSWER_INFLATE,
	LB_ANSWER_WRITE, /* flash failed, or is protected */
	LB_ANSWER_READ,
	LB_ANSWER_UNKNOWN, /* no such command */
	LB_ANSWER_COUNT,
	LB_ANSWER_NONE, /* was given, or will be when a job is done */
};

/* The caller owns it; stub is the caller's, the rest this module's own. */
struct lb_reply {
	bool stub; /* flavour */
	uint16_t at;
	uint16_t end;
	uint8_t wire[LB_LOADER_WIRE_BYTES];
};

/* The reply to the request op. */
void lb_reply_send(struct lb_reply *reply, uint8_t op, enum lb_answer answer, uint32_t value, const void *data,
                   size_t size_bytes);
/* To a request for which there is nothing to say but how it went; LB_ANSWER_NONE says nothing. */
void lb_reply_result(struct lb_reply *reply, uint8_t op, enum lb_answer answer);
/* Bytes as a frame of their own. */
void lb_reply_send_frame(struct lb_reply *reply, const void *data, size_t size_bytes);
/* The same in parts: an edge, bytes, an edge. */
void lb_reply_put_edge(struct lb_reply *reply);
void lb_reply_put(struct lb_reply *reply, const void *data, size_t size_bytes);

bool lb_reply_is_drained(const struct lb_reply *reply);
/* Moves what is to be sent to out, and returns how many bytes. */
size_t lb_reply_drain(struct lb_reply *reply, uint8_t *out, size_t out_bytes);

#endif
