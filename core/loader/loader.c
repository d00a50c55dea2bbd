#include "core/loader/loader.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loader/engine.h"

enum {
	PIECE_BYTES = 128, /* of a data frame, sent in one go */
	MD5_PIECE_BYTES = 256,
	MD5_STEP_BYTES = 4096,
	STATUS_STUB_BYTES = 2,
	ACKNOWLEDGE_BYTES = 4,
};

#define SYNC_VALUE_ROM 0x55552007u /* not 0, which would mean the stub */

_Static_assert(2 + LB_SLIP_BYTE_MAX * PIECE_BYTES <= LB_LOADER_WIRE_BYTES, "a piece of a read fits");
_Static_assert(2 + LB_SLIP_BYTE_MAX * (LB_LOADER_HEADER_BYTES + LB_LOADER_SLOW_READ_BYTES + LB_FRAME_STATUS_BYTES) <=
                   LB_LOADER_WIRE_BYTES,
               "the longest reply fits");

/* What tools know the answers by: {ROM's code, stub's}. */
static const uint8_t codes[LB_ANSWER_COUNT][2] = {
	[LB_ANSWER_OK] = {0x00, 0x00},         [LB_ANSWER_LENGTH] = {0x06, 0xC0},
	[LB_ANSWER_VALUE] = {0x05, 0xC3},      [LB_ANSWER_SUM] = {LB_FRAME_CODE_SUM, 0xC1},
	[LB_ANSWER_BLOCK] = {0x05, 0xC2},      [LB_ANSWER_NO_SESSION] = {0x06, 0xC6},
	[LB_ANSWER_NOT_ENOUGH] = {0x0A, 0xC8}, [LB_ANSWER_TOO_MUCH] = {0x08, 0xC9},
	[LB_ANSWER_INFLATE] = {0x0B, 0xC7},    [LB_ANSWER_WRITE] = {0x08, 0xC4},
	[LB_ANSWER_READ] = {0x09, 0xC4},       [LB_ANSWER_UNKNOWN] = {0x05, 0xFF},
};

uint32_t lb_loader_word(const struct lb_loader *loader, unsigned index)
{
	return lb_load32le(loader->frame + LB_FRAME_AT_DATA + 4 * index);
}

struct lb_region lb_loader_device(const struct lb_loader *loader)
{
	return (struct lb_region){0, loader->setup.flash->size_bytes};
}

/* --- out --- */

static void put_edge(struct lb_loader *loader)
{
	LB_ASSERT(loader->wire_end < LB_LOADER_WIRE_BYTES);
	loader->wire_end = (uint16_t)(loader->wire_end + lb_slip_put_edge(loader->wire + loader->wire_end));
}

static void put(struct lb_loader *loader, const void *data, size_t size_bytes)
{
	LB_ASSERT(LB_SLIP_BYTE_MAX * size_bytes <= (size_t)(LB_LOADER_WIRE_BYTES - loader->wire_end));
	loader->wire_end = (uint16_t)(loader->wire_end + lb_slip_put(loader->wire + loader->wire_end, data, size_bytes));
}

void lb_loader_send(struct lb_loader *loader, const void *data, size_t size_bytes)
{
	put_edge(loader);
	put(loader, data, size_bytes);
	put_edge(loader);
}

void lb_loader_reply(struct lb_loader *loader, uint8_t op, enum lb_answer answer, uint32_t value, const void *data,
                     size_t size_bytes)
{
	uint8_t header[LB_LOADER_HEADER_BYTES] = {LB_FRAME_REPLY, op};
	uint8_t status[LB_FRAME_STATUS_BYTES] = {0};
	size_t status_bytes = loader->stub ? STATUS_STUB_BYTES : LB_FRAME_STATUS_BYTES;

	if (answer != LB_ANSWER_OK && loader->stub)
		status[0] = codes[answer][1];
	if (answer != LB_ANSWER_OK && !loader->stub) {
		status[0] = 1;
		status[1] = codes[answer][0];
	}
	lb_store16le(header + LB_FRAME_AT_LENGTH, (uint16_t)(size_bytes + status_bytes));
	lb_store32le(header + LB_FRAME_AT_SUM, value);
	put_edge(loader);
	put(loader, header, sizeof(header));
	if (size_bytes != 0)
		put(loader, data, size_bytes);
	put(loader, status, status_bytes);
	put_edge(loader);
}

/* To a request for which there is nothing to say but how it went. The ROM says which command it does not know by not
 * naming it. */
static void answer_frame(struct lb_loader *loader, uint8_t op, enum lb_answer answer)
{
	bool nameless = answer == LB_ANSWER_UNKNOWN && !loader->stub;

	if (answer != LB_ANSWER_NONE)
		lb_loader_reply(loader, nameless ? 0 : op, answer, 0, NULL, 0);
}

static size_t drain(struct lb_loader *loader, uint8_t *out, size_t out_bytes)
{
	size_t size_bytes = (size_t)(loader->wire_end - loader->wire_at);

	if (size_bytes > out_bytes)
		size_bytes = out_bytes;
	if (size_bytes != 0)
		memcpy(out, loader->wire + loader->wire_at, size_bytes);
	loader->wire_at = (uint16_t)(loader->wire_at + size_bytes);
	if (loader->wire_at == loader->wire_end)
		loader->wire_at = loader->wire_end = 0;
	return size_bytes;
}

/* --- in --- */

static void forget_frame(struct lb_loader *loader)
{
	loader->frame_bad = false;
	loader->frame_ready = false;
	loader->block_full = false;
	loader->fate = LB_FATE_OPEN;
	loader->sum = LB_FRAME_SUM_SEED;
	loader->frame_bytes = 0;
	loader->kept_bytes = 0;
	loader->used_bytes = LB_FRAME_AT_BLOCK;
}

static uint32_t reported_bytes(const struct lb_loader *loader)
{
	return LB_LOADER_HEADER_BYTES + (uint32_t)lb_load16le(loader->frame + LB_FRAME_AT_LENGTH);
}

static void parse_byte(struct lb_loader *loader, uint8_t byte)
{
	if (loader->frame_bytes >= LB_FRAME_AT_BLOCK)
		loader->sum ^= byte;
	if (loader->frame_bytes != UINT32_MAX)
		loader->frame_bytes++;
	if (loader->kept_bytes == sizeof(loader->frame))
		return;
	loader->frame[loader->kept_bytes++] = byte;
	if (loader->kept_bytes != sizeof(loader->frame) || loader->frame_bytes >= reported_bytes(loader))
		return;
	if (loader->frame_bad || loader->frame[0] != 0 || !lb_block_is(loader->frame[LB_FRAME_AT_OP]))
		return;
	if (loader->fate == LB_FATE_OPEN)
		lb_block_decide(loader);
	loader->block_full = loader->fate == LB_FATE_WRITE;
}

/* How far the reader has come, counted from the first byte. What cannot be is ignored. */
static void parse_acknowledgement(struct lb_loader *loader)
{
	struct lb_loader_job *job = &loader->job;
	uint32_t total = lb_load32le(loader->frame);

	if (total <= job->at - job->begin)
		job->acknowledged = total;
}

static void end_frame(struct lb_loader *loader)
{
	bool whole = !loader->frame_bad && loader->frame_bytes >= LB_LOADER_HEADER_BYTES && loader->frame[0] == 0 &&
	             loader->frame_bytes >= reported_bytes(loader);

	if (whole) {
		loader->frame_ready = true;
		return;
	}
	if (loader->job.kind == LB_JOB_READ && !loader->frame_bad && loader->frame_bytes == ACKNOWLEDGE_BYTES)
		parse_acknowledgement(loader);
	lb_block_cut(loader, LB_ANSWER_LENGTH);
	forget_frame(loader);
}

/* Until something must be done about what came. */
static size_t take(struct lb_loader *loader, const uint8_t *in, size_t in_bytes)
{
	size_t taken = 0;
	uint8_t byte = 0;

	while (taken < in_bytes && !loader->frame_ready && !loader->block_full) {
		switch (lb_slip_parse(&loader->slip, in[taken++], &byte)) {
		case LB_SLIP_BYTE: parse_byte(loader, byte); break;
		case LB_SLIP_EDGE: end_frame(loader); break;
		case LB_SLIP_BAD: loader->frame_bad = true; break;
		case LB_SLIP_NONE: break;
		}
	}
	return taken;
}

/* --- flash --- */

static bool overlap(struct lb_region a, struct lb_region b)
{
	return a.size_bytes != 0 && b.size_bytes != 0 && a.offset < b.offset + b.size_bytes &&
	       b.offset < a.offset + a.size_bytes;
}

/* To be called before the writer changes anything. */
static void tell(struct lb_loader *loader)
{
	const struct lb_writer *writer = &loader->writer;
	struct lb_region range = {writer->erase_at, writer->erase_end - writer->erase_at};

	loader->changing = true;
	if (loader->session.told)
		return;
	loader->session.told = true;
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		struct lb_region region = loader->setup.map->part[lb_slot_part((enum lb_slot)slot)];

		if (overlap(region, range) && loader->setup.slot_changes != NULL)
			loader->setup.slot_changes(loader->setup.ctx, (enum lb_slot)slot);
	}
}

enum lb_answer lb_loader_flush(struct lb_loader *loader)
{
	if (!lb_writer_empty(&loader->writer) && !lb_writer_is_guarded(&loader->writer))
		tell(loader);
	return lb_writer_flush(&loader->writer) == LB_OK ? LB_ANSWER_OK : LB_ANSWER_WRITE;
}

static int erase_next(struct lb_loader *loader)
{
	tell(loader);
	return lb_writer_erase(&loader->writer);
}

/* A range that blocks are sent for, and of which not all is erased yet. One that begins in the protected region is not
 * erased ahead of its blocks, for those may yet be refused. */
static bool wants_erase(const struct lb_loader *loader)
{
	const struct lb_loader_session *session = &loader->session;

	return (session->mode == LB_SESSION_PLAIN || session->mode == LB_SESSION_DEFLATE) &&
	       session->broken == LB_ANSWER_OK && lb_writer_wants_erase(&loader->writer) &&
	       !lb_writer_is_guarded(&loader->writer);
}

static void erase_ahead(struct lb_loader *loader)
{
	if (erase_next(loader) != LB_OK)
		loader->session.broken = LB_ANSWER_WRITE;
}

/* --- jobs: one step of each --- */

static void end_job(struct lb_loader *loader, enum lb_answer answer)
{
	loader->job.kind = LB_JOB_NONE;
	answer_frame(loader, loader->job.op, answer);
}

static void step_sync(struct lb_loader *loader)
{
	lb_loader_reply(loader, LB_OP_SYNC, LB_ANSWER_OK, SYNC_VALUE_ROM, NULL, 0);
	if (++loader->job.at == loader->job.end)
		end_job(loader, LB_ANSWER_NONE);
}

static void step_erase(struct lb_loader *loader)
{
	if (!lb_writer_wants_erase(&loader->writer))
		end_job(loader, LB_ANSWER_OK);
	else if (erase_next(loader) != LB_OK)
		end_job(loader, LB_ANSWER_WRITE);
}

/* Reads on, and adds what it read to the sum. */
static int read_on(struct lb_loader *loader, uint8_t *data, uint32_t size_bytes)
{
	struct lb_loader_job *job = &loader->job;
	int error = lb_region_read(loader->setup.flash, lb_loader_device(loader), job->at, data, size_bytes);

	if (error != LB_OK)
		return error;
	loader->setup.codec->md5_update(&job->md5, data, size_bytes);
	job->at += size_bytes;
	return LB_OK;
}

static void reply_md5(struct lb_loader *loader, const uint8_t digest[LB_MD5_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t text[2 * LB_MD5_BYTES];

	for (unsigned i = 0; i < LB_MD5_BYTES; i++) {
		text[2 * i] = (uint8_t)digits[digest[i] >> 4];
		text[2 * i + 1] = (uint8_t)digits[digest[i] & 15];
	}
	if (loader->stub)
		lb_loader_reply(loader, LB_OP_SPI_FLASH_MD5, LB_ANSWER_OK, 0, digest, LB_MD5_BYTES);
	else
		lb_loader_reply(loader, LB_OP_SPI_FLASH_MD5, LB_ANSWER_OK, 0, text, sizeof(text));
}

static void step_md5(struct lb_loader *loader)
{
	struct lb_loader_job *job = &loader->job;
	uint8_t piece[MD5_PIECE_BYTES];
	uint8_t digest[LB_MD5_BYTES];

	for (unsigned done = 0; done < MD5_STEP_BYTES && job->at < job->end; done += MD5_PIECE_BYTES) {
		uint32_t left = job->end - job->at;

		if (read_on(loader, piece, left < sizeof(piece) ? left : (uint32_t)sizeof(piece)) != LB_OK) {
			end_job(loader, LB_ANSWER_READ);
			return;
		}
	}
	if (job->at < job->end)
		return;
	loader->setup.codec->md5_final(&job->md5, digest);
	reply_md5(loader, digest);
	end_job(loader, LB_ANSWER_NONE);
}

/* All was sent: when the host has it, the sum follows. */
static bool end_read(struct lb_loader *loader)
{
	struct lb_loader_job *job = &loader->job;
	uint8_t digest[LB_MD5_BYTES];

	if (job->acknowledged < job->end - job->begin)
		return false;
	loader->setup.codec->md5_final(&job->md5, digest);
	lb_loader_send(loader, digest, sizeof(digest));
	end_job(loader, LB_ANSWER_NONE);
	return true;
}

/* Data frames, as many as the host allows without an acknowledgement. When flash cannot be read the frame ends early,
 * which tells the host. False: it is the host's turn. */
static bool step_read(struct lb_loader *loader)
{
	struct lb_loader_job *job = &loader->job;
	uint8_t piece[PIECE_BYTES];
	uint32_t size_bytes;

	if (job->frame_left == 0) {
		if (job->at == job->end)
			return end_read(loader);
		if ((job->at - job->begin - job->acknowledged) / job->frame_bytes >= job->in_flight)
			return false;
		job->frame_left = job->end - job->at < job->frame_bytes ? job->end - job->at : job->frame_bytes;
		put_edge(loader);
	}
	size_bytes = job->frame_left < PIECE_BYTES ? job->frame_left : PIECE_BYTES;
	if (read_on(loader, piece, size_bytes) != LB_OK) {
		put_edge(loader);
		end_job(loader, LB_ANSWER_NONE);
		return true;
	}
	put(loader, piece, size_bytes);
	job->frame_left -= size_bytes;
	if (job->frame_left == 0)
		put_edge(loader);
	return true;
}

static void step_block(struct lb_loader *loader)
{
	enum lb_answer answer = lb_block_step(loader);

	if (answer == LB_ANSWER_NONE)
		return;
	loader->job.kind = LB_JOB_NONE;
	if (!loader->frame_ready)
		return; /* a part of the block; more of it is to come */
	answer_frame(loader, loader->frame[LB_FRAME_AT_OP], answer);
	forget_frame(loader);
}

/* --- the steps --- */

static void carry_out(struct lb_loader *loader)
{
	uint8_t op = loader->frame[LB_FRAME_AT_OP];
	enum lb_answer answer;

	if (loader->frame_bytes != reported_bytes(loader)) {
		lb_block_cut(loader, LB_ANSWER_LENGTH);
		answer = LB_ANSWER_LENGTH;
	} else if (lb_block_is(op)) {
		answer = lb_block_complete(loader);
		if (answer == LB_ANSWER_NONE)
			return; /* the job needs the frame */
	} else if (op != LB_OP_SYNC && wants_erase(loader)) {
		erase_ahead(loader); /* what a BEGIN promised comes first */
		return;
	} else {
		answer = lb_loader_command(loader);
	}
	answer_frame(loader, op, answer);
	forget_frame(loader);
}

static bool start_work(struct lb_loader *loader)
{
	if (loader->frame_ready)
		carry_out(loader);
	else if (loader->block_full)
		loader->job.kind = LB_JOB_BLOCK;
	else if (wants_erase(loader))
		erase_ahead(loader);
	else
		return false;
	return true;
}

/* False: nothing to do. */
static bool work(struct lb_loader *loader)
{
	/* A host that begins anew does not wait for the old one's work. */
	if (loader->frame_ready && loader->job.kind != LB_JOB_BLOCK &&
	    (loader->job.kind == LB_JOB_READ || lb_loader_is_sync(loader)))
		loader->job.kind = LB_JOB_NONE;
	switch (loader->job.kind) {
	case LB_JOB_SYNC: step_sync(loader); break;
	case LB_JOB_ERASE: step_erase(loader); break;
	case LB_JOB_MD5: step_md5(loader); break;
	case LB_JOB_BLOCK: step_block(loader); break;
	case LB_JOB_READ: return step_read(loader);
	default: return start_work(loader);
	}
	return true;
}

void lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup)
{
	memset(loader, 0, sizeof(*loader));
	loader->setup = *setup;
	lb_regs_init(&loader->regs, setup->mac, setup->flash->size_bytes);
	forget_frame(loader);
}

struct lb_loader_output lb_loader_step(struct lb_loader *loader, const uint8_t *in, size_t in_bytes, uint8_t *out,
                                       size_t out_bytes)
{
	struct lb_loader_output output = {0};
	bool nothing_left;

	loader->changing = false;
	output.consumed_bytes = take(loader, in, in_bytes);
	nothing_left = loader->wire_end == 0 && !work(loader);
	output.sent_bytes = drain(loader, out, out_bytes);
	output.changing = loader->changing;
	output.synced = loader->synced;
	if (loader->wire_end != 0)
		return output;
	output.idle = nothing_left;
	output.baud = loader->baud;
	output.leave = (enum lb_loader_leave)loader->leave;
	loader->baud = 0;
	loader->leave = LB_LOADER_STAY;
	return output;
}
