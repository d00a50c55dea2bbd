#include "core/loader/session.h"

#include <string.h>

#include "core/base/error.h"

void lb_loader_session_start(struct lb_loader_session *session, enum lb_session_mode mode, uint32_t blocks,
                             uint32_t block_bytes)
{
	session->mode = (uint8_t)mode;
	session->broken = LB_ANSWER_OK;
	session->ended = false;
	session->reported = false;
	session->blocks = blocks;
	session->block_bytes = block_bytes;
	session->next = 0;
	if (mode == LB_SESSION_DEFLATE)
		session->setup.codec->inflate_start(session->setup.codec->ctx);
}

void lb_loader_session_end(struct lb_loader_session *session)
{
	lb_loader_session_start(session, LB_SESSION_NONE, 0, 0);
}

void lb_loader_session_start_range(struct lb_loader_session *session, uint32_t offset, uint32_t size_bytes)
{
	lb_writer_start(&session->writer, session->setup.flash, session->setup.map->part[LB_PART_PROTECTED],
	                (struct lb_region){offset, size_bytes});
}

/* To be called before the writer changes anything: the owner's record must not lag behind what a cut leaves. */
static void report(struct lb_loader_session *session)
{
	const struct lb_loader_setup *setup = &session->setup;
	struct lb_region range = {session->writer.erase_at, session->writer.erase_end - session->writer.erase_at};

	session->changing = true;
	if (session->reported)
		return;
	session->reported = true;
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		struct lb_region region = setup->map->part[lb_slot_part((enum lb_slot)slot)];

		if (lb_region_overlaps(region, range) && setup->slot_changes != NULL)
			setup->slot_changes(setup->ctx, (enum lb_slot)slot);
	}
}

/* What the writer gathered goes into flash. */
static enum lb_answer flush(struct lb_loader_session *session)
{
	if (!lb_writer_empty(&session->writer) && !lb_writer_is_guarded(&session->writer))
		report(session);
	return lb_writer_flush(&session->writer) == LB_OK ? LB_ANSWER_OK : LB_ANSWER_WRITE;
}

/* A range that starts in the protected region is not erased ahead of its blocks, for those may yet be refused. */
bool lb_loader_session_wants_erase(const struct lb_loader_session *session)
{
	return (session->mode == LB_SESSION_PLAIN || session->mode == LB_SESSION_DEFLATE) &&
	       session->broken == LB_ANSWER_OK && lb_writer_wants_erase(&session->writer) &&
	       !lb_writer_is_guarded(&session->writer);
}

static int erase_next(struct lb_loader_session *session)
{
	report(session);
	return lb_writer_erase(&session->writer);
}

void lb_loader_session_erase_ahead(struct lb_loader_session *session)
{
	if (erase_next(session) != LB_OK)
		session->broken = LB_ANSWER_WRITE;
}

enum lb_answer lb_loader_session_erase(struct lb_loader_session *session)
{
	if (!lb_writer_wants_erase(&session->writer))
		return LB_ANSWER_OK;
	return erase_next(session) == LB_OK ? LB_ANSWER_NONE : LB_ANSWER_WRITE;
}

/* Fills room from in through the stream. more: it may have more to give, or to use. */
static enum lb_answer inflate(struct lb_loader_session *session, const uint8_t *in, uint32_t *in_bytes, uint8_t *room,
                              uint32_t *room_bytes, bool *more)
{
	const struct lb_codec *codec = session->setup.codec;
	size_t used_bytes = *in_bytes;
	size_t out_bytes = *room_bytes;
	enum lb_inflate_result result = codec->inflate(codec->ctx, in, &used_bytes, room, &out_bytes);

	if (result == LB_INFLATE_BAD)
		return LB_ANSWER_INFLATE;
	session->ended = result == LB_INFLATE_END;
	*more = !session->ended && (out_bytes == *room_bytes || used_bytes < *in_bytes);
	if (*more && used_bytes == 0 && out_bytes == 0)
		return LB_ANSWER_INFLATE; /* neither uses nor gives: it would never end */
	if (!session->ended)          /* what follows the stream is used up with it */
		*in_bytes = (uint32_t)used_bytes;
	*room_bytes = (uint32_t)out_bytes;
	return LB_ANSWER_OK;
}

static void copy(const uint8_t *in, uint32_t *in_bytes, uint8_t *room, uint32_t *room_bytes, bool *more)
{
	*more = *in_bytes > *room_bytes;
	if (*more)
		*in_bytes = *room_bytes;
	*room_bytes = *in_bytes;
	memcpy(room, in, *in_bytes);
}

enum lb_answer lb_loader_session_add(struct lb_loader_session *session, const uint8_t *in, uint32_t *in_bytes,
                                     bool *more)
{
	enum lb_answer answer = LB_ANSWER_OK;
	uint32_t size_bytes;
	uint8_t *room;

	*more = false;
	if (session->mode == LB_SESSION_RAM)
		return LB_ANSWER_OK;
	room = lb_writer_room(&session->writer, &size_bytes);
	if (session->mode == LB_SESSION_PLAIN)
		copy(in, in_bytes, room, &size_bytes, more);
	else if (!session->ended)
		answer = inflate(session, in, in_bytes, room, &size_bytes, more);
	else
		size_bytes = 0;
	if (answer != LB_ANSWER_OK)
		return answer;
	if (lb_writer_added(&session->writer, size_bytes) != LB_OK)
		return LB_ANSWER_TOO_MUCH;
	return lb_writer_full(&session->writer) ? flush(session) : LB_ANSWER_OK;
}

enum lb_answer lb_loader_session_end_block(struct lb_loader_session *session)
{
	if (session->next + 1 == session->blocks && session->mode != LB_SESSION_RAM) {
		if (session->mode == LB_SESSION_DEFLATE && !session->ended)
			return LB_ANSWER_NOT_ENOUGH;
		if (flush(session) != LB_ANSWER_OK)
			return LB_ANSWER_WRITE;
	}
	session->next++;
	return LB_ANSWER_OK;
}

enum lb_answer lb_loader_session_complete(struct lb_loader_session *session)
{
	if (session->mode != LB_SESSION_PLAIN && session->mode != LB_SESSION_DEFLATE)
		return LB_ANSWER_NO_SESSION;
	if (session->broken != LB_ANSWER_OK)
		return (enum lb_answer)session->broken;
	if (session->mode == LB_SESSION_DEFLATE && session->next != session->blocks)
		return LB_ANSWER_NOT_ENOUGH;
	return flush(session);
}
