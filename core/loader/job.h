/* A request that takes more than one step: the replies to a SYNC, an erase, a sum, a read. */
#ifndef LB_LOADER_JOB_H
#define LB_LOADER_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/loader/reply.h"
#include "core/loader/session.h"

enum lb_job_kind { LB_JOB_NONE = 0, LB_JOB_SYNC, LB_JOB_ERASE, LB_JOB_MD5, LB_JOB_READ };

/* The caller owns it, and ends a job by clearing kind. */
struct lb_job {
	uint8_t kind;
	uint8_t op; /* the request that it answers */
	uint32_t start;
	uint32_t at;
	uint32_t end;
	uint32_t frame_left; /* reads: of the data frame under way */
	uint32_t frame_bytes;
	uint32_t in_flight;
	uint32_t acknowledged; /* reads: so many bytes the host has */
	struct lb_md5 md5;
};

/* start and size: bytes of flash; for a SYNC, replies. The caller sets a read's frame_bytes and in_flight afterwards,
 * and starts the sum of those that have one. */
void lb_job_start(struct lb_job *job, enum lb_job_kind kind, uint8_t op, uint32_t start, uint32_t size);
/* How far the reader says it has come, counted from the first byte. What cannot be is ignored. */
void lb_job_acknowledge(struct lb_job *job, uint32_t total_bytes);
/* One step of a job; the reply is drained. False: it is the host's turn. */
bool lb_job_step(struct lb_job *job, struct lb_loader_session *session, struct lb_reply *reply);

#endif
