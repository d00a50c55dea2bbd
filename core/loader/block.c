#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loader/engine.h"

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
static bool is_again(const struct lb_loader *loader)
{
	return loader->session.next != 0 && lb_loader_word(loader, 1) == loader->session.next - 1;
}

static enum lb_answer find_objection(const struct lb_loader *loader)
{
	const struct lb_loader_session *session = &loader->session;
	uint32_t data_bytes = lb_load16le(loader->frame + LB_FRAME_AT_LENGTH);
	uint32_t size_bytes, number;

	if (data_bytes < LB_LOADER_BLOCK_HEADER_BYTES)
		return LB_ANSWER_LENGTH;
	if (session->mode != mode_of(loader->frame[LB_FRAME_AT_OP]))
		return LB_ANSWER_NO_SESSION;
	if (session->broken != LB_ANSWER_OK)
		return (enum lb_answer)session->broken;
	size_bytes = lb_loader_word(loader, 0);
	number = lb_loader_word(loader, 1);
	if (size_bytes != data_bytes - LB_LOADER_BLOCK_HEADER_BYTES)
		return LB_ANSWER_LENGTH;
	if (lb_loader_word(loader, 2) != 0 || lb_loader_word(loader, 3) != 0)
		return LB_ANSWER_VALUE;
	if (size_bytes == 0 || size_bytes > session->block_bytes)
		return LB_ANSWER_BLOCK;
	if (is_again(loader))
		return LB_ANSWER_OK;
	if (number != session->next || number >= session->blocks)
		return LB_ANSWER_BLOCK;
	if (session->mode == LB_SESSION_PLAIN && size_bytes != session->block_bytes && number + 1 != session->blocks)
		return LB_ANSWER_BLOCK;
	if (session->mode == LB_SESSION_DEFLATE && session->ended)
		return LB_ANSWER_TOO_MUCH;
	return LB_ANSWER_OK;
}

void lb_block_decide(struct lb_loader *loader)
{
	loader->objection = (uint8_t)find_objection(loader);
	if (loader->objection != LB_ANSWER_OK)
		loader->fate = LB_FATE_REFUSE;
	else
		loader->fate = is_again(loader) ? LB_FATE_AGAIN : LB_FATE_WRITE;
}

void lb_block_cut(struct lb_loader *loader, enum lb_answer answer)
{
	bool partly_written = loader->fate == LB_FATE_WRITE && loader->frame_bytes > loader->kept_bytes;

	if (partly_written)
		loader->session.broken = (uint8_t)answer;
}

enum lb_answer lb_block_complete(struct lb_loader *loader)
{
	if (loader->fate == LB_FATE_OPEN)
		lb_block_decide(loader);
	if (loader->fate == LB_FATE_REFUSE)
		return (enum lb_answer)loader->objection;
	if (lb_load32le(loader->frame + LB_FRAME_AT_SUM) != loader->sum) {
		lb_block_cut(loader, LB_ANSWER_SUM);
		return LB_ANSWER_SUM;
	}
	if (loader->fate == LB_FATE_AGAIN)
		return LB_ANSWER_OK;
	loader->job.kind = LB_JOB_BLOCK;
	return LB_ANSWER_NONE;
}

/* Fills room from the kept bytes through the stream. more: it may have more to give, or to take. */
static enum lb_answer inflate(struct lb_loader *loader, uint8_t *room, uint32_t *room_bytes, bool *more)
{
	const struct lb_codec *codec = loader->setup.codec;
	size_t in_bytes = loader->kept_bytes - loader->used_bytes;
	size_t out_bytes = *room_bytes;
	enum lb_inflate_result result;

	result = codec->inflate(codec->ctx, loader->frame + loader->used_bytes, &in_bytes, room, &out_bytes);
	if (result == LB_INFLATE_BAD)
		return LB_ANSWER_INFLATE;
	loader->used_bytes += (uint32_t)in_bytes;
	loader->session.ended = result == LB_INFLATE_END;
	if (loader->session.ended)
		loader->used_bytes = loader->kept_bytes;
	*more = !loader->session.ended && (out_bytes == *room_bytes || loader->used_bytes < loader->kept_bytes);
	if (*more && in_bytes == 0 && out_bytes == 0)
		return LB_ANSWER_INFLATE; /* neither takes nor gives: it would never end */
	*room_bytes = (uint32_t)out_bytes;
	return LB_ANSWER_OK;
}

static void copy(struct lb_loader *loader, uint8_t *room, uint32_t *room_bytes, bool *more)
{
	uint32_t left = loader->kept_bytes - loader->used_bytes;

	if (*room_bytes > left)
		*room_bytes = left;
	memcpy(room, loader->frame + loader->used_bytes, *room_bytes);
	loader->used_bytes += *room_bytes;
	*more = loader->used_bytes < loader->kept_bytes;
}

/* Moves kept bytes on, at most until a page is full. */
static enum lb_answer move(struct lb_loader *loader, bool *more)
{
	enum lb_answer answer = LB_ANSWER_OK;
	uint32_t size_bytes;
	uint8_t *room = lb_writer_room(&loader->writer, &size_bytes);

	if (loader->session.mode == LB_SESSION_PLAIN)
		copy(loader, room, &size_bytes, more);
	else if (!loader->session.ended)
		answer = inflate(loader, room, &size_bytes, more);
	else
		size_bytes = 0;
	if (answer != LB_ANSWER_OK)
		return answer;
	if (lb_writer_added(&loader->writer, size_bytes) != LB_OK)
		return LB_ANSWER_TOO_MUCH;
	return lb_writer_full(&loader->writer) ? lb_loader_flush(loader) : LB_ANSWER_OK;
}

static enum lb_answer end_block(struct lb_loader *loader)
{
	struct lb_loader_session *session = &loader->session;

	if (session->next + 1 == session->blocks && session->mode != LB_SESSION_RAM) {
		if (session->mode == LB_SESSION_DEFLATE && !session->ended)
			return LB_ANSWER_NOT_ENOUGH;
		if (lb_loader_flush(loader) != LB_ANSWER_OK)
			return LB_ANSWER_WRITE;
	}
	session->next++;
	return LB_ANSWER_OK;
}

enum lb_answer lb_block_step(struct lb_loader *loader)
{
	enum lb_answer answer = LB_ANSWER_OK;
	bool more = false;

	if (loader->session.mode != LB_SESSION_RAM)
		answer = move(loader, &more);
	if (answer == LB_ANSWER_OK && more)
		return LB_ANSWER_NONE;
	if (answer == LB_ANSWER_OK && loader->frame_ready)
		answer = end_block(loader);
	if (answer != LB_ANSWER_OK) {
		loader->session.broken = (uint8_t)answer;
		loader->fate = LB_FATE_REFUSE;
		loader->objection = (uint8_t)answer;
	}
	if (!loader->frame_ready) {
		loader->kept_bytes = LB_FRAME_AT_BLOCK;
		loader->used_bytes = LB_FRAME_AT_BLOCK;
		loader->block_full = false;
	}
	return answer;
}
