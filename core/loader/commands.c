#include "core/loader/commands.h"

#include <string.h>

#include "core/base/error.h"

enum { REGISTER_WRITE_BYTES = 16, ATTACH_PINS_BITS = 30 };

enum { REQUEST_WORDS = 5 };

/* A request, read once. */
struct request {
	const struct lb_frame *frame;
	uint32_t data_bytes;
	uint32_t word[REQUEST_WORDS]; /* of the data, as far as there are so many */
	uint8_t op;
};

struct command {
	uint8_t op;
	bool stub; /* unknown to the ROM */
	/* Sizes of the data that it may have. */
	uint16_t least_bytes;
	uint16_t most_bytes;
	uint16_t step_bytes;
	enum lb_answer (*run)(struct lb_loader_commands *commands, const struct request *request);
};

static bool inside(const struct lb_loader_commands *commands, uint32_t offset, uint32_t size_bytes)
{
	uint32_t flash_bytes = commands->session.setup.flash->size_bytes;

	return offset <= flash_bytes && size_bytes <= flash_bytes - offset;
}

static void start_job(struct lb_loader_commands *commands, const struct request *request, enum lb_job_kind kind,
                      uint32_t start, uint32_t size)
{
	lb_job_start(&commands->job, kind, request->op, start, size);
}

/* --- greeting, registers, set-up --- */

static enum lb_answer run_sync(struct lb_loader_commands *commands, const struct request *request)
{
	if (!lb_frame_is_sync(request->frame))
		return LB_ANSWER_VALUE;
	commands->reply.stub = false;
	commands->synced = true;
	lb_loader_session_end(&commands->session);
	start_job(commands, request, LB_JOB_SYNC, 0, LB_LOADER_SYNC_REPLIES);
	return LB_ANSWER_NONE;
}

static enum lb_answer run_read_reg(struct lb_loader_commands *commands, const struct request *request)
{
	uint32_t address = request->word[0];

	if (address % 4 != 0)
		return LB_ANSWER_VALUE;
	lb_reply_send(&commands->reply, LB_OP_READ_REG, LB_ANSWER_OK, lb_regs_read(&commands->regs, address), NULL, 0);
	return LB_ANSWER_NONE;
}

/* The delays that tools ask for are for hardware that is not there. */
static enum lb_answer run_write_reg(struct lb_loader_commands *commands, const struct request *request)
{
	unsigned count = request->data_bytes / REGISTER_WRITE_BYTES;

	for (unsigned i = 0; i < count; i++)
		if (lb_frame_word(request->frame, 4 * i) % 4 != 0)
			return LB_ANSWER_VALUE;
	for (unsigned i = 0; i < count; i++) {
		lb_regs_write(&commands->regs, lb_frame_word(request->frame, 4 * i), lb_frame_word(request->frame, 4 * i + 1),
		              lb_frame_word(request->frame, 4 * i + 2));
	}
	return LB_ANSWER_OK;
}

/* The pins of the flash chip cannot be chosen; any that could be pins will do. */
static enum lb_answer run_spi_attach(struct lb_loader_commands *commands, const struct request *request)
{
	bool legacy = request->data_bytes == 8 && request->word[1] != 0;

	(void)commands;
	if (legacy || request->word[0] >> ATTACH_PINS_BITS != 0)
		return LB_ANSWER_VALUE;
	return LB_ANSWER_OK;
}

static enum lb_answer run_spi_set_params(struct lb_loader_commands *commands, const struct request *request)
{
	const struct lb_flash *flash = commands->session.setup.flash;
	uint32_t size_bytes = request->word[1];

	if (size_bytes == 0 || size_bytes > flash->size_bytes)
		return LB_ANSWER_VALUE;
	if (request->word[2] != LB_CHIP_BLOCK_BYTES || request->word[3] != flash->sector_bytes ||
	    request->word[4] != LB_CHIP_PAGE_BYTES)
		return LB_ANSWER_VALUE;
	return LB_ANSWER_OK;
}

static enum lb_answer run_change_baudrate(struct lb_loader_commands *commands, const struct request *request)
{
	uint32_t baud = request->word[0];

	if (baud < LB_LOADER_BAUD_MIN || baud > LB_LOADER_BAUD_MAX)
		return LB_ANSWER_VALUE;
	commands->baud = baud;
	return LB_ANSWER_OK;
}

/* --- flash --- */

/* The most blocks that a range can need. A stream of bytes that cannot be packed is a little longer than they are. */
static uint32_t most_blocks(enum lb_session_mode mode, uint32_t size_bytes, uint32_t block_bytes)
{
	uint32_t most_bytes = size_bytes;

	if (size_bytes == 0)
		return 0;
	if (mode == LB_SESSION_DEFLATE)
		most_bytes += size_bytes / 64 + 64;
	return (most_bytes - 1) / block_bytes + 1;
}

/* Either kind of range. A BEGIN ends the session before it, whatever comes of it. */
static enum lb_answer start_flash(struct lb_loader_commands *commands, const struct request *request,
                                  enum lb_session_mode mode)
{
	uint32_t size_bytes = request->word[0];
	uint32_t blocks = request->word[1];
	uint32_t block_bytes = request->word[2];
	uint32_t offset = request->word[3];
	bool encrypted = request->data_bytes == 20 && request->word[4] != 0;

	lb_loader_session_end(&commands->session);
	if (encrypted || !inside(commands, offset, size_bytes))
		return LB_ANSWER_VALUE;
	if (block_bytes == 0 || block_bytes > LB_LOADER_BLOCK_MAX_BYTES)
		return LB_ANSWER_BLOCK;
	if (blocks > most_blocks(mode, size_bytes, block_bytes))
		return LB_ANSWER_BLOCK;
	lb_loader_session_start(&commands->session, mode, blocks, block_bytes);
	lb_loader_session_start_range(&commands->session, offset, size_bytes);
	return LB_ANSWER_OK;
}

static enum lb_answer run_flash_begin(struct lb_loader_commands *commands, const struct request *request)
{
	return start_flash(commands, request, LB_SESSION_PLAIN);
}

static enum lb_answer run_flash_defl_begin(struct lb_loader_commands *commands, const struct request *request)
{
	return start_flash(commands, request, LB_SESSION_DEFLATE);
}

/* Either END closes either session: hosts do mix them. A helper program that shall reboot ends in the ROM's loader
 * again, because the pins that chose it still count; it is how tools get rid of their helper and stay. */
static enum lb_answer run_flash_end(struct lb_loader_commands *commands, const struct request *request)
{
	uint32_t stay = request->word[0];
	enum lb_answer answer;

	if (stay > 1)
		return LB_ANSWER_VALUE;
	answer = lb_loader_session_complete(&commands->session);
	lb_loader_session_end(&commands->session);
	if (answer != LB_ANSWER_OK)
		return answer;
	lb_reply_send(&commands->reply, request->op, LB_ANSWER_OK, 0, NULL, 0);
	if (!commands->reply.stub)
		commands->leave = stay == 0 ? LB_LOADER_RESET : LB_LOADER_RUN;
	else if (stay == 0)
		commands->reply.stub = false;
	return LB_ANSWER_NONE;
}

static enum lb_answer start_erase(struct lb_loader_commands *commands, const struct request *request, uint32_t offset,
                                  uint32_t size_bytes)
{
	lb_loader_session_end(&commands->session);
	lb_loader_session_start_range(&commands->session, offset, size_bytes);
	start_job(commands, request, LB_JOB_ERASE, offset, size_bytes);
	return LB_ANSWER_NONE;
}

static enum lb_answer run_erase_flash(struct lb_loader_commands *commands, const struct request *request)
{
	return start_erase(commands, request, 0, commands->session.setup.flash->size_bytes);
}

static enum lb_answer run_erase_region(struct lb_loader_commands *commands, const struct request *request)
{
	struct lb_region guarded = commands->session.setup.map->part[LB_PART_PROTECTED];
	uint32_t offset = request->word[0];
	uint32_t size_bytes = request->word[1];

	if ((offset | size_bytes) % commands->session.setup.flash->sector_bytes != 0 ||
	    !inside(commands, offset, size_bytes))
		return LB_ANSWER_VALUE;
	if (offset < guarded.offset + guarded.size_bytes && guarded.offset < offset + size_bytes)
		return LB_ANSWER_WRITE;
	return start_erase(commands, request, offset, size_bytes);
}

static enum lb_answer run_spi_flash_md5(struct lb_loader_commands *commands, const struct request *request)
{
	uint32_t offset = request->word[0];
	uint32_t size_bytes = request->word[1];

	if (!inside(commands, offset, size_bytes) || request->word[2] != 0 || request->word[3] != 0)
		return LB_ANSWER_VALUE;
	start_job(commands, request, LB_JOB_MD5, offset, size_bytes);
	commands->session.setup.codec->md5_init(&commands->job.md5);
	return LB_ANSWER_NONE;
}

/* However few bytes are wanted, so many come. */
static enum lb_answer run_read_flash_slow(struct lb_loader_commands *commands, const struct request *request)
{
	const struct lb_flash *flash = commands->session.setup.flash;
	uint8_t data[LB_LOADER_SLOW_READ_BYTES];
	uint32_t offset = request->word[0];
	uint32_t size_bytes = request->word[1];

	if (size_bytes == 0 || size_bytes > sizeof(data) || !inside(commands, offset, size_bytes))
		return LB_ANSWER_VALUE;
	memset(data, 0xFF, sizeof(data));
	if (flash->read(flash->ctx, offset, data, size_bytes) != LB_OK)
		return LB_ANSWER_READ;
	lb_reply_send(&commands->reply, LB_OP_READ_FLASH_SLOW, LB_ANSWER_OK, 0, data, sizeof(data));
	return LB_ANSWER_NONE;
}

/* The host says how many frames may be on their way, so that its receiver keeps up. */
static enum lb_answer run_read_flash(struct lb_loader_commands *commands, const struct request *request)
{
	uint32_t offset = request->word[0];
	uint32_t size_bytes = request->word[1];
	uint32_t frame_bytes = request->word[2];
	uint32_t in_flight = request->word[3];

	if (!inside(commands, offset, size_bytes) || in_flight == 0 || in_flight > LB_LOADER_IN_FLIGHT_MAX)
		return LB_ANSWER_VALUE;
	if (frame_bytes == 0 || frame_bytes > LB_LOADER_BLOCK_MAX_BYTES)
		return LB_ANSWER_BLOCK;
	start_job(commands, request, LB_JOB_READ, offset, size_bytes);
	commands->job.frame_bytes = frame_bytes;
	commands->job.in_flight = in_flight;
	commands->session.setup.codec->md5_init(&commands->job.md5);
	return LB_ANSWER_OK;
}

/* --- code for RAM: the host's helper program. It is thrown away, and we behave as it would. --- */

/* Nobody will run the code, but a host that mistakes its size must hear so. */
static enum lb_answer run_mem_begin(struct lb_loader_commands *commands, const struct request *request)
{
	uint32_t size_bytes = request->word[0];
	uint32_t blocks = request->word[1];
	uint32_t block_bytes = request->word[2];

	lb_loader_session_end(&commands->session);
	if (size_bytes == 0 || size_bytes > LB_LOADER_RAM_MAX_BYTES || request->word[3] > UINT32_MAX - size_bytes)
		return LB_ANSWER_VALUE;
	if (block_bytes == 0 || block_bytes > LB_LOADER_BLOCK_MAX_BYTES)
		return LB_ANSWER_BLOCK;
	if (blocks != most_blocks(LB_SESSION_RAM, size_bytes, block_bytes))
		return LB_ANSWER_BLOCK;
	lb_loader_session_start(&commands->session, LB_SESSION_RAM, blocks, block_bytes);
	return LB_ANSWER_OK;
}

/* With an entry the helper would run now: its greeting, and its flavour from here on. */
static enum lb_answer run_mem_end(struct lb_loader_commands *commands, const struct request *request)
{
	const struct lb_loader_session *session = &commands->session;
	bool any = session->mode == LB_SESSION_RAM;
	bool complete = session->next == session->blocks;
	uint32_t stay = request->word[0];
	bool has_entry = request->word[1] != 0;

	if (stay > 1 || has_entry != (stay == 0))
		return LB_ANSWER_VALUE;
	lb_loader_session_end(&commands->session);
	if (!any)
		return LB_ANSWER_NO_SESSION;
	if (!complete)
		return LB_ANSWER_NOT_ENOUGH;
	lb_reply_send(&commands->reply, LB_OP_MEM_END, LB_ANSWER_OK, 0, NULL, 0);
	if (has_entry) {
		lb_reply_send_frame(&commands->reply, "OHAI", 4);
		commands->reply.stub = true;
	}
	return LB_ANSWER_NONE;
}

/* --- the table --- */

static const struct command known[] = {
	{LB_OP_FLASH_BEGIN, false, 16, 20, 4, run_flash_begin},
	{LB_OP_FLASH_END, false, 4, 4, 1, run_flash_end},
	{LB_OP_MEM_BEGIN, false, 16, 16, 1, run_mem_begin},
	{LB_OP_MEM_END, false, 8, 8, 1, run_mem_end},
	{LB_OP_SYNC, false, LB_FRAME_SYNC_BYTES, LB_FRAME_SYNC_BYTES, 1, run_sync},
	{LB_OP_WRITE_REG, false, REGISTER_WRITE_BYTES, LB_LOADER_WHOLE_BYTES, REGISTER_WRITE_BYTES, run_write_reg},
	{LB_OP_READ_REG, false, 4, 4, 1, run_read_reg},
	{LB_OP_SPI_SET_PARAMS, false, 24, 24, 1, run_spi_set_params},
	{LB_OP_SPI_ATTACH, false, 4, 8, 4, run_spi_attach},
	{LB_OP_READ_FLASH_SLOW, false, 8, 8, 1, run_read_flash_slow},
	{LB_OP_CHANGE_BAUDRATE, false, 8, 8, 1, run_change_baudrate},
	{LB_OP_FLASH_DEFL_BEGIN, false, 16, 20, 4, run_flash_defl_begin},
	{LB_OP_FLASH_DEFL_END, false, 4, 4, 1, run_flash_end},
	{LB_OP_SPI_FLASH_MD5, false, 16, 16, 1, run_spi_flash_md5},
	{LB_OP_ERASE_FLASH, true, 0, 0, 1, run_erase_flash},
	{LB_OP_ERASE_REGION, true, 8, 8, 1, run_erase_region},
	{LB_OP_READ_FLASH, true, 16, 16, 1, run_read_flash},
};

enum lb_answer lb_loader_commands_run(struct lb_loader_commands *commands, const struct lb_frame *frame)
{
	struct request request = {.frame = frame, .op = lb_frame_op(frame)};

	request.data_bytes = frame->total_bytes - LB_LOADER_HEADER_BYTES;
	for (unsigned i = 0; i < REQUEST_WORDS; i++)
		request.word[i] = lb_frame_word(frame, i);
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct command *command = &known[i];

		if (command->op != request.op || (command->stub && !commands->reply.stub))
			continue;
		if (request.data_bytes < command->least_bytes || request.data_bytes > command->most_bytes ||
		    (request.data_bytes - command->least_bytes) % command->step_bytes != 0)
			return LB_ANSWER_LENGTH;
		return command->run(commands, &request);
	}
	return LB_ANSWER_UNKNOWN;
}
