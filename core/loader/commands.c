#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loader/engine.h"

enum { REGISTER_WRITE_BYTES = 16, ATTACH_PINS_BITS = 30 };

struct command {
	uint8_t op;
	bool stub; /* unknown to the ROM */
	/* Sizes of the data that it may have. */
	uint16_t least_bytes;
	uint16_t most_bytes;
	uint16_t step_bytes;
	enum lb_answer (*run)(struct lb_loader *loader);
};

static uint32_t data_bytes(const struct lb_loader *loader)
{
	return loader->frame_bytes - LB_LOADER_HEADER_BYTES;
}

static bool inside(const struct lb_loader *loader, uint32_t offset, uint32_t size_bytes)
{
	uint32_t flash_bytes = loader->setup.flash->size_bytes;

	return offset <= flash_bytes && size_bytes <= flash_bytes - offset;
}

static void start_job(struct lb_loader *loader, enum lb_job_kind kind, uint32_t begin, uint32_t size_bytes)
{
	memset(&loader->job, 0, sizeof(loader->job));
	loader->job.kind = (uint8_t)kind;
	loader->job.op = loader->frame[LB_FRAME_AT_OP];
	loader->job.begin = begin;
	loader->job.at = begin;
	loader->job.end = begin + size_bytes;
}

static void start_session(struct lb_loader *loader, enum lb_session_mode mode, uint32_t blocks, uint32_t block_bytes)
{
	loader->session = (struct lb_loader_session){
		.mode = (uint8_t)mode,
		.blocks = blocks,
		.block_bytes = block_bytes,
	};
}

static void start_range(struct lb_loader *loader, uint32_t offset, uint32_t size_bytes)
{
	lb_writer_start(&loader->writer, loader->setup.flash, loader->setup.map->part[LB_PART_PROTECTED],
	                (struct lb_region){offset, size_bytes});
}

/* --- greeting, registers, set-up --- */

bool lb_loader_is_sync(const struct lb_loader *loader)
{
	const uint8_t *data = loader->frame + LB_FRAME_AT_DATA;

	if (loader->frame[LB_FRAME_AT_OP] != LB_OP_SYNC || loader->frame_bytes != LB_FRAME_AT_DATA + LB_FRAME_SYNC_BYTES)
		return false;
	if (lb_load16le(loader->frame + LB_FRAME_AT_LENGTH) != LB_FRAME_SYNC_BYTES ||
	    lb_load32le(data) != LB_FRAME_SYNC_WORD)
		return false;
	for (unsigned i = 4; i < LB_FRAME_SYNC_BYTES; i++)
		if (data[i] != LB_FRAME_SYNC_FILL)
			return false;
	return true;
}

static enum lb_answer run_sync(struct lb_loader *loader)
{
	if (!lb_loader_is_sync(loader))
		return LB_ANSWER_VALUE;
	loader->stub = false;
	loader->synced = true;
	start_session(loader, LB_SESSION_NONE, 0, 0);
	start_job(loader, LB_JOB_SYNC, 0, LB_LOADER_SYNC_REPLIES);
	return LB_ANSWER_NONE;
}

static enum lb_answer run_read_reg(struct lb_loader *loader)
{
	uint32_t address = lb_loader_word(loader, 0);

	if (address % 4 != 0)
		return LB_ANSWER_VALUE;
	lb_loader_reply(loader, LB_OP_READ_REG, LB_ANSWER_OK, lb_regs_read(&loader->regs, address), NULL, 0);
	return LB_ANSWER_NONE;
}

/* The delays that tools ask for are for hardware that is not there. */
static enum lb_answer run_write_reg(struct lb_loader *loader)
{
	unsigned count = data_bytes(loader) / REGISTER_WRITE_BYTES;

	for (unsigned i = 0; i < count; i++)
		if (lb_loader_word(loader, 4 * i) % 4 != 0)
			return LB_ANSWER_VALUE;
	for (unsigned i = 0; i < count; i++) {
		lb_regs_write(&loader->regs, lb_loader_word(loader, 4 * i), lb_loader_word(loader, 4 * i + 1),
		              lb_loader_word(loader, 4 * i + 2));
	}
	return LB_ANSWER_OK;
}

/* The pins of the flash chip cannot be chosen; any that could be pins will do. */
static enum lb_answer run_spi_attach(struct lb_loader *loader)
{
	bool legacy = data_bytes(loader) == 8 && lb_loader_word(loader, 1) != 0;

	if (legacy || lb_loader_word(loader, 0) >> ATTACH_PINS_BITS != 0)
		return LB_ANSWER_VALUE;
	return LB_ANSWER_OK;
}

static enum lb_answer run_spi_set_params(struct lb_loader *loader)
{
	const struct lb_flash *flash = loader->setup.flash;
	uint32_t size_bytes = lb_loader_word(loader, 1);

	if (size_bytes == 0 || size_bytes > flash->size_bytes)
		return LB_ANSWER_VALUE;
	if (lb_loader_word(loader, 2) != 0x10000 || lb_loader_word(loader, 3) != flash->sector_bytes ||
	    lb_loader_word(loader, 4) != LB_WRITER_PAGE_BYTES)
		return LB_ANSWER_VALUE;
	return LB_ANSWER_OK;
}

static enum lb_answer run_change_baudrate(struct lb_loader *loader)
{
	uint32_t baud = lb_loader_word(loader, 0);

	if (baud < LB_LOADER_BAUD_MIN || baud > LB_LOADER_BAUD_MAX)
		return LB_ANSWER_VALUE;
	loader->baud = baud;
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

static enum lb_answer start_flash(struct lb_loader *loader, enum lb_session_mode mode)
{
	uint32_t size_bytes = lb_loader_word(loader, 0);
	uint32_t blocks = lb_loader_word(loader, 1);
	uint32_t block_bytes = lb_loader_word(loader, 2);
	uint32_t offset = lb_loader_word(loader, 3);
	bool encrypted = data_bytes(loader) == 20 && lb_loader_word(loader, 4) != 0;

	start_session(loader, LB_SESSION_NONE, 0, 0);
	if (encrypted || !inside(loader, offset, size_bytes))
		return LB_ANSWER_VALUE;
	if (block_bytes == 0 || block_bytes > LB_LOADER_BLOCK_MAX_BYTES)
		return LB_ANSWER_BLOCK;
	if (blocks > most_blocks(mode, size_bytes, block_bytes))
		return LB_ANSWER_BLOCK;
	start_session(loader, mode, blocks, block_bytes);
	start_range(loader, offset, size_bytes);
	if (mode == LB_SESSION_DEFLATE)
		loader->setup.codec->inflate_start(loader->setup.codec->ctx);
	return LB_ANSWER_OK;
}

static enum lb_answer run_flash_begin(struct lb_loader *loader)
{
	return start_flash(loader, LB_SESSION_PLAIN);
}

static enum lb_answer run_flash_defl_begin(struct lb_loader *loader)
{
	return start_flash(loader, LB_SESSION_DEFLATE);
}

static enum lb_answer complete_session(struct lb_loader *loader)
{
	const struct lb_loader_session *session = &loader->session;

	if (session->mode != LB_SESSION_PLAIN && session->mode != LB_SESSION_DEFLATE)
		return LB_ANSWER_NO_SESSION;
	if (session->broken != LB_ANSWER_OK)
		return (enum lb_answer)session->broken;
	if (session->mode == LB_SESSION_DEFLATE && session->next != session->blocks)
		return LB_ANSWER_NOT_ENOUGH;
	return lb_loader_flush(loader);
}

/* Either END closes either session: hosts do mix them. A helper program that is told to reboot ends in the ROM's loader
 * again, because the pins that chose it still count; it is how tools get rid of their helper and stay. */
static enum lb_answer run_flash_end(struct lb_loader *loader)
{
	uint32_t stay = lb_loader_word(loader, 0);
	enum lb_answer answer;

	if (stay > 1)
		return LB_ANSWER_VALUE;
	answer = complete_session(loader);
	start_session(loader, LB_SESSION_NONE, 0, 0);
	if (answer != LB_ANSWER_OK)
		return answer;
	lb_loader_reply(loader, loader->frame[LB_FRAME_AT_OP], LB_ANSWER_OK, 0, NULL, 0);
	if (!loader->stub)
		loader->leave = stay == 0 ? LB_LOADER_RESET : LB_LOADER_RUN;
	else if (stay == 0)
		loader->stub = false;
	return LB_ANSWER_NONE;
}

static enum lb_answer start_erase(struct lb_loader *loader, uint32_t offset, uint32_t size_bytes)
{
	start_session(loader, LB_SESSION_NONE, 0, 0);
	start_range(loader, offset, size_bytes);
	start_job(loader, LB_JOB_ERASE, offset, size_bytes);
	return LB_ANSWER_NONE;
}

static enum lb_answer run_erase_flash(struct lb_loader *loader)
{
	return start_erase(loader, 0, loader->setup.flash->size_bytes);
}

static enum lb_answer run_erase_region(struct lb_loader *loader)
{
	struct lb_region guarded = loader->setup.map->part[LB_PART_PROTECTED];
	uint32_t offset = lb_loader_word(loader, 0);
	uint32_t size_bytes = lb_loader_word(loader, 1);

	if ((offset | size_bytes) % loader->setup.flash->sector_bytes != 0 || !inside(loader, offset, size_bytes))
		return LB_ANSWER_VALUE;
	if (offset < guarded.offset + guarded.size_bytes && guarded.offset < offset + size_bytes)
		return LB_ANSWER_WRITE;
	return start_erase(loader, offset, size_bytes);
}

static enum lb_answer run_spi_flash_md5(struct lb_loader *loader)
{
	uint32_t offset = lb_loader_word(loader, 0);
	uint32_t size_bytes = lb_loader_word(loader, 1);

	if (!inside(loader, offset, size_bytes) || lb_loader_word(loader, 2) != 0 || lb_loader_word(loader, 3) != 0)
		return LB_ANSWER_VALUE;
	start_job(loader, LB_JOB_MD5, offset, size_bytes);
	loader->setup.codec->md5_init(&loader->job.md5);
	return LB_ANSWER_NONE;
}

/* However few bytes are wanted, so many come. */
static enum lb_answer run_read_flash_slow(struct lb_loader *loader)
{
	uint8_t data[LB_LOADER_SLOW_READ_BYTES];
	uint32_t offset = lb_loader_word(loader, 0);
	uint32_t size_bytes = lb_loader_word(loader, 1);

	if (size_bytes == 0 || size_bytes > sizeof(data) || !inside(loader, offset, size_bytes))
		return LB_ANSWER_VALUE;
	memset(data, 0xFF, sizeof(data));
	if (lb_region_read(loader->setup.flash, lb_loader_device(loader), offset, data, size_bytes) != LB_OK)
		return LB_ANSWER_READ;
	lb_loader_reply(loader, LB_OP_READ_FLASH_SLOW, LB_ANSWER_OK, 0, data, sizeof(data));
	return LB_ANSWER_NONE;
}

static enum lb_answer run_read_flash(struct lb_loader *loader)
{
	uint32_t offset = lb_loader_word(loader, 0);
	uint32_t size_bytes = lb_loader_word(loader, 1);
	uint32_t frame_bytes = lb_loader_word(loader, 2);
	uint32_t in_flight = lb_loader_word(loader, 3);

	if (!inside(loader, offset, size_bytes) || in_flight == 0 || in_flight > LB_LOADER_IN_FLIGHT_MAX)
		return LB_ANSWER_VALUE;
	if (frame_bytes == 0 || frame_bytes > LB_LOADER_BLOCK_MAX_BYTES)
		return LB_ANSWER_BLOCK;
	start_job(loader, LB_JOB_READ, offset, size_bytes);
	loader->job.frame_bytes = frame_bytes;
	loader->job.in_flight = in_flight;
	loader->setup.codec->md5_init(&loader->job.md5);
	return LB_ANSWER_OK;
}

/* --- code for RAM: the host's helper program. It is thrown away, and we behave as it would. --- */

static enum lb_answer run_mem_begin(struct lb_loader *loader)
{
	uint32_t size_bytes = lb_loader_word(loader, 0);
	uint32_t blocks = lb_loader_word(loader, 1);
	uint32_t block_bytes = lb_loader_word(loader, 2);

	start_session(loader, LB_SESSION_NONE, 0, 0);
	if (size_bytes == 0 || size_bytes > LB_LOADER_RAM_MAX_BYTES || lb_loader_word(loader, 3) > UINT32_MAX - size_bytes)
		return LB_ANSWER_VALUE;
	if (block_bytes == 0 || block_bytes > LB_LOADER_BLOCK_MAX_BYTES)
		return LB_ANSWER_BLOCK;
	if (blocks != most_blocks(LB_SESSION_RAM, size_bytes, block_bytes))
		return LB_ANSWER_BLOCK;
	start_session(loader, LB_SESSION_RAM, blocks, block_bytes);
	return LB_ANSWER_OK;
}

static enum lb_answer run_mem_end(struct lb_loader *loader)
{
	struct lb_loader_session session = loader->session;
	uint32_t stay = lb_loader_word(loader, 0);
	bool has_entry = lb_loader_word(loader, 1) != 0;

	if (stay > 1 || has_entry != (stay == 0))
		return LB_ANSWER_VALUE;
	start_session(loader, LB_SESSION_NONE, 0, 0);
	if (session.mode != LB_SESSION_RAM)
		return LB_ANSWER_NO_SESSION;
	if (session.next != session.blocks)
		return LB_ANSWER_NOT_ENOUGH;
	lb_loader_reply(loader, LB_OP_MEM_END, LB_ANSWER_OK, 0, NULL, 0);
	if (has_entry) {
		lb_loader_send(loader, "OHAI", 4);
		loader->stub = true;
	}
	return LB_ANSWER_NONE;
}

/* --- */

static const struct command commands[] = {
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

enum lb_answer lb_loader_command(struct lb_loader *loader)
{
	uint32_t size_bytes = data_bytes(loader);

	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *command = &commands[i];

		if (command->op != loader->frame[LB_FRAME_AT_OP] || (command->stub && !loader->stub))
			continue;
		if (size_bytes < command->least_bytes || size_bytes > command->most_bytes ||
		    (size_bytes - command->least_bytes) % command->step_bytes != 0)
			return LB_ANSWER_LENGTH;
		return command->run(loader);
	}
	return LB_ANSWER_UNKNOWN;
}
