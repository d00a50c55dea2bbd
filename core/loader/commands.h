/* What a tool's requests act upon, and the table of the requests, but for data blocks: docs/spec/loader.md. */
#ifndef LB_LOADER_COMMANDS_H
#define LB_LOADER_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/loader/frame.h"
#include "core/loader/job.h"
#include "core/loader/reply.h"
#include "core/loader/session.h"
#include "protocols/espressif/regs.h"

/* The caller owns it. */
struct lb_loader_commands {
	struct lb_regs regs;
	struct lb_loader_session session;
	struct lb_job job;
	struct lb_reply reply;
	bool synced;   /* a SYNC was answered */
	uint8_t leave; /* enum lb_loader_leave, asked for */
	uint32_t baud; /* asked for; 0: no change */
};

/* Carries out the request in the frame. LB_ANSWER_NONE: it replied, or started a job that will. */
enum lb_answer lb_loader_commands_run(struct lb_loader_commands *commands, const struct lb_frame *frame);

#endif
