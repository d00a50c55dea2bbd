#include "core/loader/block.h"

#include "core/base/bytes.h"

static enum lb_session_mode mode_of(uint8_t op)
{
	switch (op) {
	case LB_OP_FLASH_DATA: return LB_SESSION_PLAIN;
	case LB_OP_FLASH_DEFL_DATA: return LB_SESSION_DEFLATE;
	case LB_OP_MEM_DATA: return LB_SESSION_RAM;
	default: return LB_SESSION_NONE;
	}
}

bool lb_block_is(uint8_t op)
{
	return mode_of(op) != LB_SESSION_NONE;
}

/* The block before this one, sent again: the host did not get our reply. */
static bool is_again(const struct lb_frame *frame, const struct lb_loader_session *session)
{
	return session->next != 0 && lb_frame_word(frame, 1) == session->next - 1;
}

/* Which answer the block's header deserves, in the order in which tools expect them. */
static enum lb_answer find_objection(const struct lb_frame *frame, const struct lb_loader_session *session)
{
	uint32_t header_bytes = LB_LOADER_HEADER_BYTES + LB_LOADER_BLOCK_HEADER_BYTES;
	uint32_t reported_bytes = lb_frame_reported_bytes(frame);
	uint32_t size_bytes, number;

	if (reported_bytes < header_bytes)
		return LB_ANSWER_LENGTH;
	if (session->mode != mode_of(lb_frame_op(frame)))
		return LB_ANSWER_NO_SESSION;
	if (session->broken != LB_ANSWER_OK)
		return (enum lb_answer)session->broken;
	size_bytes = lb_frame_word(frame, 0);
	number = lb_frame_word(frame, 1);
	if (size_bytes != reported_bytes - header_bytes)
		return LB_ANSWER_LENGTH;
	if (lb_frame_word(frame, 2) != 0 || lb_frame_word(frame, 3) != 0)
		return LB_ANSWER_VALUE;
	if (size_bytes == 0 || size_bytes > session->block_bytes)
		return LB_ANSWER_BLOCK;
	if (is_again(frame, session))
		return LB_ANSWER_OK;
	if (number != session->next || number >= session->blocks)
		return LB_ANSWER_BLOCK;
	if (session->mode == LB_SESSION_PLAIN && size_bytes != session->block_bytes && number + 1 != session->blocks)
		return LB_ANSWER_BLOCK;
	if (session->mode == LB_SESSION_DEFLATE && session->ended)
		return LB_ANSWER_TOO_MUCH;
	return LB_ANSWER_OK;
}

static void refuse(struct lb_block *block, enum lb_answer objection)
{
	block->fate = LB_FATE_REFUSE;
	block->objection = (uint8_t)objection;
}

/* Once for each block, by its header alone. */
static void decide(struct lb_block *block, const struct lb_frame *frame, const struct lb_loader_session *session)
{
	enum lb_answer objection;

	if (block->fate != LB_FATE_OPEN)
		return;
	objection = find_objection(frame, session);
	if (objection != LB_ANSWER_OK)
		refuse(block, objection);
	else
		block->fate = is_again(frame, session) ? LB_FATE_AGAIN : LB_FATE_WRITE;
}

bool lb_block_part(struct lb_block *block, const struct lb_frame *frame, const struct lb_loader_session *session)
{
	if (!lb_block_is(lb_frame_op(frame)))
		return false;
	decide(block, frame, session);
	return block->fate == LB_FATE_WRITE;
}

enum lb_answer lb_block_complete(struct lb_block *block, const struct lb_frame *frame,
                                 struct lb_loader_session *session)
{
	decide(block, frame, session);
	if (block->fate == LB_FATE_REFUSE)
		return (enum lb_answer)block->objection;
	if (lb_load32le(frame->bytes + LB_FRAME_AT_SUM) != frame->sum) {
		lb_block_cut(block, frame, session, LB_ANSWER_SUM);
		return LB_ANSWER_SUM;
	}
	return block->fate == LB_FATE_AGAIN ? LB_ANSWER_OK : LB_ANSWER_NONE;
}

enum lb_answer lb_block_step(struct lb_block *block, struct lb_frame *frame, bool whole,
                             struct lb_loader_session *session)
{
	uint32_t used_bytes = frame->kept_bytes - frame->used_bytes;
	bool more;
	enum lb_answer answer = lb_loader_session_add(session, frame->bytes + frame->used_bytes, &used_bytes, &more);

	frame->used_bytes += used_bytes;
	if (answer == LB_ANSWER_OK && more)
		return LB_ANSWER_NONE;
	if (answer == LB_ANSWER_OK && whole)
		answer = lb_loader_session_end_block(session);
	if (answer != LB_ANSWER_OK) {
		session->broken = (uint8_t)answer;
		refuse(block, answer);
	}
	if (!whole)
		lb_frame_make_room(frame);
	return answer;
}

void lb_block_cut(const struct lb_block *block, const struct lb_frame *frame, struct lb_loader_session *session,
                  enum lb_answer answer)
{
	bool partly_written = block->fate == LB_FATE_WRITE && frame->total_bytes > frame->kept_bytes;

	if (partly_written)
		session->broken = (uint8_t)answer;
}
