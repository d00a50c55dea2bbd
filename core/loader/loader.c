#include "core/loader/loader.h"

#include <string.h>

#include "core/base/bytes.h"

enum { ACKNOWLEDGE_BYTES = 4 };

/* --- in --- */

static void forget_frame(struct lb_loader *loader)
{
	loader->ready = false;
	loader->part = false;
	loader->block.fate = LB_FATE_OPEN;
	lb_frame_clear(&loader->frame);
}

static void cut_block(struct lb_loader *loader, enum lb_answer answer)
{
	lb_block_cut(&loader->block, &loader->frame, &loader->commands.session, answer);
}

/* What is no request is a reader's acknowledgement, or noise. */
static void end_frame(struct lb_loader *loader)
{
	const struct lb_frame *frame = &loader->frame;
	struct lb_job *job = &loader->commands.job;

	loader->ready = lb_frame_is_request(frame);
	if (loader->ready)
		return;
	if (job->kind == LB_JOB_READ && !frame->bad && frame->total_bytes == ACKNOWLEDGE_BYTES)
		lb_job_acknowledge(job, lb_load32le(frame->bytes));
	cut_block(loader, LB_ANSWER_LENGTH);
	forget_frame(loader);
}

/* Until something must be done about what came. */
static size_t parse(struct lb_loader *loader, const uint8_t *in, size_t in_bytes)
{
	size_t parsed = 0;

	while (parsed < in_bytes && !loader->ready && !loader->part) {
		switch (lb_frame_parse(&loader->frame, in[parsed++])) {
		case LB_FRAME_FULL:
			loader->part = lb_block_part(&loader->block, &loader->frame, &loader->commands.session);
			break;
		case LB_FRAME_END: end_frame(loader); break;
		case LB_FRAME_GOES_ON: break;
		}
	}
	return parsed;
}

/* --- the steps --- */

static void answer(struct lb_loader *loader, enum lb_answer result)
{
	lb_reply_result(&loader->commands.reply, lb_frame_op(&loader->frame), result);
	forget_frame(loader);
}

static void move_block(struct lb_loader *loader)
{
	enum lb_answer result = lb_block_step(&loader->block, &loader->frame, loader->ready, &loader->commands.session);

	if (result == LB_ANSWER_NONE)
		return;
	loader->moving = false;
	loader->part = false; /* more of it is to come */
	if (loader->ready)
		answer(loader, result);
}

/* The request in the frame; it stays there until it is answered. */
static void carry_out(struct lb_loader *loader)
{
	struct lb_frame *frame = &loader->frame;
	struct lb_loader_session *session = &loader->commands.session;

	if (frame->total_bytes != lb_frame_reported_bytes(frame)) {
		cut_block(loader, LB_ANSWER_LENGTH);
		answer(loader, LB_ANSWER_LENGTH);
	} else if (lb_block_is(lb_frame_op(frame))) {
		enum lb_answer result = lb_block_complete(&loader->block, frame, session);

		loader->moving = result == LB_ANSWER_NONE;
		if (!loader->moving)
			answer(loader, result);
	} else if (lb_frame_op(frame) != LB_OP_SYNC && lb_loader_session_wants_erase(session)) {
		lb_loader_session_erase_ahead(session); /* what a BEGIN promised comes first */
	} else {
		answer(loader, lb_loader_commands_run(&loader->commands, frame));
	}
}

static bool start_work(struct lb_loader *loader)
{
	struct lb_loader_session *session = &loader->commands.session;

	if (loader->ready)
		carry_out(loader);
	else if (loader->part)
		loader->moving = true;
	else if (lb_loader_session_wants_erase(session))
		lb_loader_session_erase_ahead(session);
	else
		return false;
	return true;
}

/* False: nothing to do. */
static bool work(struct lb_loader *loader)
{
	struct lb_loader_commands *commands = &loader->commands;
	struct lb_job *job = &commands->job;

	if (loader->moving) {
		move_block(loader);
		return true;
	}
	/* A host that starts anew does not wait for the old one's work. */
	if (loader->ready && (job->kind == LB_JOB_READ || lb_frame_is_sync(&loader->frame)))
		job->kind = LB_JOB_NONE;
	if (job->kind == LB_JOB_NONE)
		return start_work(loader);
	return lb_job_step(job, &commands->session, &commands->reply);
}

void lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup)
{
	memset(loader, 0, sizeof(*loader));
	loader->commands.session.setup = *setup;
	lb_regs_init(&loader->commands.regs, setup->mac, setup->board_id, setup->flash->size_bytes);
	forget_frame(loader);
}

/* Nothing new starts before all of the last reply went out: so one buffer does, and baud and leave come after it. */
struct lb_loader_output lb_loader_step(struct lb_loader *loader, const uint8_t *in, size_t in_bytes, uint8_t *out,
                                       size_t out_bytes)
{
	struct lb_loader_commands *commands = &loader->commands;
	struct lb_loader_output output = {0};
	bool nothing_left;

	commands->session.changing = false;
	output.consumed_bytes = parse(loader, in, in_bytes);
	nothing_left = lb_reply_is_drained(&commands->reply) && !work(loader);
	output.sent_bytes = lb_reply_drain(&commands->reply, out, out_bytes);
	output.changing = commands->session.changing;
	output.synced = commands->synced;
	if (!lb_reply_is_drained(&commands->reply))
		return output;
	output.idle = nothing_left;
	output.baud = commands->baud;
	output.leave = (enum lb_loader_leave)commands->leave;
	commands->baud = 0;
	commands->leave = LB_LOADER_STAY;
	return output;
}
