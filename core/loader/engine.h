/* What the loader's own files share: loader.c (frames, jobs), commands.c (requests), block.c (data blocks). */
#ifndef LB_LOADER_ENGINE_H
#define LB_LOADER_ENGINE_H

#include "core/loader/loader.h"
#include "protocols/espressif/espressif_wire.h"

/* Answers; the codes of both flavours for each are in loader.c. */
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

enum lb_session_mode { LB_SESSION_NONE = 0, LB_SESSION_PLAIN, LB_SESSION_DEFLATE, LB_SESSION_RAM };
enum lb_job_kind { LB_JOB_NONE = 0, LB_JOB_SYNC, LB_JOB_ERASE, LB_JOB_MD5, LB_JOB_READ, LB_JOB_BLOCK };
enum lb_block_fate { LB_FATE_OPEN = 0, LB_FATE_WRITE, LB_FATE_AGAIN, LB_FATE_REFUSE };

/* loader.c */
uint32_t lb_loader_word(const struct lb_loader *loader, unsigned index); /* of the request's data */
struct lb_region lb_loader_device(const struct lb_loader *loader);
/* Sends the reply to the request op. */
void lb_loader_reply(struct lb_loader *loader, uint8_t op, enum lb_answer answer, uint32_t value, const void *data,
                     size_t size_bytes);
/* Sends bytes as a frame of their own. */
void lb_loader_send(struct lb_loader *loader, const void *data, size_t size_bytes);
/* What the writer gathered goes into flash. */
enum lb_answer lb_loader_flush(struct lb_loader *loader);

/* commands.c: carries out the request in the frame, which is no data block. */
enum lb_answer lb_loader_command(struct lb_loader *loader);
/* Is it a SYNC as it should be? */
bool lb_loader_is_sync(const struct lb_loader *loader);

/* block.c */
bool lb_block_is(uint8_t op);
/* May the block whose header is in the frame be used? Decides its fate. */
void lb_block_decide(struct lb_loader *loader);
/* The whole frame is there. LB_ANSWER_NONE: the job will answer. */
enum lb_answer lb_block_complete(struct lb_loader *loader);
/* What came of the frame is not to be trusted: if some of it was written already, that is the answer from now on. */
void lb_block_cut(struct lb_loader *loader, enum lb_answer answer);
/* One step of the writing of what is kept. LB_ANSWER_NONE: there is more to do. */
enum lb_answer lb_block_step(struct lb_loader *loader);

#endif
