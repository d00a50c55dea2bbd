#include "core/loader/job.h"

#include <string.h>

#include "core/base/error.h"
#include "protocols/espressif/espressif_wire.h"
#include "protocols/espressif/slip.h"

enum {
	PIECE_BYTES = 128, /* of a data frame, sent in one go */
	MD5_PIECE_BYTES = 256,
	MD5_STEP_BYTES = 4096,
};

#define SYNC_VALUE_ROM 0x55552007u /* not 0, which would mean the stub */

_Static_assert(2 + LB_SLIP_BYTE_MAX * PIECE_BYTES <= LB_LOADER_WIRE_BYTES, "a piece of a read fits");

void lb_job_start(struct lb_job *job, enum lb_job_kind kind, uint8_t op, uint32_t start, uint32_t size)
{
	memset(job, 0, sizeof(*job));
	job->kind = (uint8_t)kind;
	job->op = op;
	job->start = start;
	job->at = start;
	job->end = start + size;
}

void lb_job_acknowledge(struct lb_job *job, uint32_t total_bytes)
{
	if (total_bytes <= job->at - job->start)
		job->acknowledged = total_bytes;
}

static void end_job(struct lb_job *job, struct lb_reply *reply, enum lb_answer answer)
{
	job->kind = LB_JOB_NONE;
	lb_reply_result(reply, job->op, answer);
}

static void step_sync(struct lb_job *job, struct lb_reply *reply)
{
	lb_reply_send(reply, LB_OP_SYNC, LB_ANSWER_OK, SYNC_VALUE_ROM, NULL, 0);
	if (++job->at == job->end)
		end_job(job, reply, LB_ANSWER_NONE);
}

static void step_erase(struct lb_job *job, struct lb_loader_session *session, struct lb_reply *reply)
{
	enum lb_answer answer = lb_loader_session_erase(session);

	if (answer != LB_ANSWER_NONE)
		end_job(job, reply, answer);
}

/* Reads on, and adds what it read to the sum. */
static int read_on(struct lb_job *job, const struct lb_loader_setup *setup, uint8_t *data, uint32_t size_bytes)
{
	struct lb_region device = {0, setup->flash->size_bytes};
	int error = lb_region_read(setup->flash, device, job->at, data, size_bytes);

	if (error != LB_OK)
		return error;
	setup->codec->md5_update(&job->md5, data, size_bytes);
	job->at += size_bytes;
	return LB_OK;
}

/* The ROM says a sum in letters, the stub in bytes. */
static void reply_md5(struct lb_reply *reply, const uint8_t digest[LB_MD5_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t text[2 * LB_MD5_BYTES];

	for (unsigned i = 0; i < LB_MD5_BYTES; i++) {
		text[2 * i] = (uint8_t)digits[digest[i] >> 4];
		text[2 * i + 1] = (uint8_t)digits[digest[i] & 15];
	}
	if (reply->stub)
		lb_reply_send(reply, LB_OP_SPI_FLASH_MD5, LB_ANSWER_OK, 0, digest, LB_MD5_BYTES);
	else
		lb_reply_send(reply, LB_OP_SPI_FLASH_MD5, LB_ANSWER_OK, 0, text, sizeof(text));
}

/* One step reads so much that the watchdog is fed in time, and the host's patience lasts. */
static void step_md5(struct lb_job *job, const struct lb_loader_setup *setup, struct lb_reply *reply)
{
	uint8_t piece[MD5_PIECE_BYTES];
	uint8_t digest[LB_MD5_BYTES];

	for (unsigned done = 0; done < MD5_STEP_BYTES && job->at < job->end; done += MD5_PIECE_BYTES) {
		uint32_t left = job->end - job->at;

		if (read_on(job, setup, piece, left < sizeof(piece) ? left : (uint32_t)sizeof(piece)) != LB_OK) {
			end_job(job, reply, LB_ANSWER_READ);
			return;
		}
	}
	if (job->at < job->end)
		return;
	setup->codec->md5_final(&job->md5, digest);
	reply_md5(reply, digest);
	end_job(job, reply, LB_ANSWER_NONE);
}

/* All was sent: when the host has it, the sum follows. */
static bool end_read(struct lb_job *job, const struct lb_loader_setup *setup, struct lb_reply *reply)
{
	uint8_t digest[LB_MD5_BYTES];

	if (job->acknowledged < job->end - job->start)
		return false;
	setup->codec->md5_final(&job->md5, digest);
	lb_reply_send_frame(reply, digest, sizeof(digest));
	end_job(job, reply, LB_ANSWER_NONE);
	return true;
}

/* Data frames, as many as the host allows without an acknowledgement. When flash cannot be read the frame ends early,
 * which tells the host. False: it is the host's turn. */
static bool step_read(struct lb_job *job, const struct lb_loader_setup *setup, struct lb_reply *reply)
{
	uint8_t piece[PIECE_BYTES];
	uint32_t size_bytes;

	if (job->frame_left == 0) {
		if (job->at == job->end)
			return end_read(job, setup, reply);
		if ((job->at - job->start - job->acknowledged) / job->frame_bytes >= job->in_flight)
			return false;
		job->frame_left = job->end - job->at < job->frame_bytes ? job->end - job->at : job->frame_bytes;
		lb_reply_put_edge(reply);
	}
	size_bytes = job->frame_left < PIECE_BYTES ? job->frame_left : PIECE_BYTES;
	if (read_on(job, setup, piece, size_bytes) != LB_OK) {
		lb_reply_put_edge(reply);
		end_job(job, reply, LB_ANSWER_NONE);
		return true;
	}
	lb_reply_put(reply, piece, size_bytes);
	job->frame_left -= size_bytes;
	if (job->frame_left == 0)
		lb_reply_put_edge(reply);
	return true;
}

bool lb_job_step(struct lb_job *job, struct lb_loader_session *session, struct lb_reply *reply)
{
	switch (job->kind) {
	case LB_JOB_SYNC: step_sync(job, reply); break;
	case LB_JOB_ERASE: step_erase(job, session, reply); break;
	case LB_JOB_MD5: step_md5(job, &session->setup, reply); break;
	case LB_JOB_READ: return step_read(job, &session->setup, reply);
	default: return false;
	}
	return true;
}
