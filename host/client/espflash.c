#include "host/client/espflash.h"

#include <md5.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/bytes.h"
#include "protocols/espressif/regs.h"

enum {
	LEAST_SIZE = 0x12, /* powers of two, of chips that there are: 256 KiB to 64 MiB */
	MOST_SIZE = 0x1A,
	ERASE_BYTES = 262144,  /* by one request: so often progress is reported, and the boot record hears of a slot */
	PIECE_BYTES = 8192,    /* read and compared */
	IN_FLIGHT = 4,         /* read requests; a ROM's receiver has room for 128 bytes, which is a few more */
	WRITE_MS_PER_KIB = 40, /* the slowest flash chips, to erase and to write */
	MD5_MS_PER_KIB = 8,
	SETTLE_MS = 50,
	SYNC_TRIES = 8,
};

static int time_for(size_t size_bytes, int per_kib_ms)
{
	return 3 * LB_ESP_TIME_MS + (int)(size_bytes / 1024 + 1) * per_kib_ms;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void report(const struct lb_espflash *flash, size_t done_bytes, size_t all_bytes)
{
	if (flash->progress != NULL)
		flash->progress(flash->ctx, done_bytes, all_bytes);
}

/* --- the chip --- */

static int read_register(struct lb_espflash *flash, uint32_t address, uint32_t *value)
{
	struct lb_esp_reply reply;
	int result = lb_esp_request(&flash->esp, LB_OP_READ_REG, &address, 1, LB_ESP_TIME_MS, &reply);

	*value = result == LB_ESP_OK ? reply.value : 0;
	return result;
}

static int write_register(struct lb_espflash *flash, uint32_t address, uint32_t value)
{
	const uint32_t words[] = {address, value, UINT32_MAX, 0};

	return lb_esp_request(&flash->esp, LB_OP_WRITE_REG, words, 4, LB_ESP_TIME_MS, NULL);
}

/* The flash controller runs one command of its user. Its registers are the ROM's afterwards. */
static int read_identity(struct lb_espflash *flash, uint32_t *identity)
{
	static const struct {
		uint32_t address, value;
	} steps[] = {
		{LB_REG_SPI_MISO_BITS, 23},
		{LB_REG_SPI_USER, LB_REG_USER_COMMAND | LB_REG_USER_MISO},
		{LB_REG_SPI_USER2, LB_REG_USER2_OPCODE_8 | LB_REG_OPCODE_IDENTITY},
		{LB_REG_SPI_DATA, 0},
		{LB_REG_SPI_COMMAND, LB_REG_COMMAND_USER},
	};
	uint32_t user = 0, user_2 = 0, busy = LB_REG_COMMAND_USER;
	int result = read_register(flash, LB_REG_SPI_USER, &user);

	if (result == LB_ESP_OK)
		result = read_register(flash, LB_REG_SPI_USER2, &user_2);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && result == LB_ESP_OK; i++)
		result = write_register(flash, steps[i].address, steps[i].value);
	for (unsigned i = 0; i < 10 && result == LB_ESP_OK && (busy & LB_REG_COMMAND_USER) != 0; i++)
		result = read_register(flash, LB_REG_SPI_COMMAND, &busy);
	if (result == LB_ESP_OK)
		result = read_register(flash, LB_REG_SPI_DATA, identity);
	if (result == LB_ESP_OK)
		result = write_register(flash, LB_REG_SPI_USER, user);
	return result == LB_ESP_OK ? write_register(flash, LB_REG_SPI_USER2, user_2) : result;
}

static int read_board_id(struct lb_espflash *flash)
{
	int result = LB_ESP_OK;

	for (uint32_t i = 0; i < LB_BOARD_ID_BYTES && result == LB_ESP_OK; i += 4) {
		uint32_t word;
		result = read_register(flash, LB_REG_ID + i, &word);
		lb_store32le(flash->board_id + i, word);
	}
	return result;
}

int lb_espflash_open(struct lb_espflash *flash)
{
	static const uint32_t pins[] = {0, 0};
	uint32_t magic, identity = 0;
	int result = read_register(flash, LB_REG_CHIP, &magic);

	if (result == LB_ESP_OK && magic != LB_REG_CHIP_ESP32)
		return LB_ESP_NO_CHIP;
	if (result == LB_ESP_OK)
		result = lb_esp_request(&flash->esp, LB_OP_SPI_ATTACH, pins, 2, time_for(0, 0), NULL);
	if (result == LB_ESP_OK)
		result = read_identity(flash, &identity);
	if (result == LB_ESP_OK)
		result = read_board_id(flash);
	uint32_t power = identity >> 16 & 0xFF;
	if (result != LB_ESP_OK || power < LEAST_SIZE || power > MOST_SIZE)
		return result != LB_ESP_OK ? result : LB_ESP_NO_CHIP;
	flash->flash_bytes = UINT32_C(1) << power;
	const uint32_t geometry[] = {
		0, flash->flash_bytes, LB_CHIP_BLOCK_BYTES, LB_CHIP_SECTOR_BYTES, LB_CHIP_PAGE_BYTES, 0xFFFF};
	return lb_esp_request(&flash->esp, LB_OP_SPI_SET_PARAMS, geometry, 6, LB_ESP_TIME_MS, NULL);
}

int lb_espflash_speed(struct lb_espflash *flash, uint32_t baud)
{
	const struct lb_port *port = flash->esp.port;
	const uint32_t words[] = {baud, 0};
	uint32_t magic;
	int result = port->set_baud(port->ctx, LB_ESP_BAUD); /* does it know rates at all? */

	if (result == LB_ESP_OK)
		result = lb_esp_request(&flash->esp, LB_OP_CHANGE_BAUDRATE, words, 2, LB_ESP_TIME_MS, NULL);
	if (result == LB_ESP_OK)
		result = port->set_baud(port->ctx, baud);
	if (result == LB_ESP_OK)
		result = port->pause(port->ctx, SETTLE_MS);
	return result == LB_ESP_OK ? read_register(flash, LB_REG_CHIP, &magic) : result;
}

/* --- comparing --- */

static unsigned digit_of(uint8_t letter)
{
	return letter <= '9' ? letter - (unsigned)'0' : (letter | 0x20u) - 'a' + 10;
}

/* LB_ESP_DIFFERS unless flash holds these bytes. */
static int compare(struct lb_espflash *flash, uint32_t offset, const uint8_t *data, uint32_t size_bytes)
{
	const uint32_t words[] = {offset, size_bytes, 0, 0};
	uint8_t digest[MD5_DIGEST_LENGTH];
	struct lb_esp_reply reply;
	MD5_CTX md5;
	int result =
		lb_esp_request(&flash->esp, LB_OP_SPI_FLASH_MD5, words, 4, time_for(size_bytes, MD5_MS_PER_KIB), &reply);

	if (result != LB_ESP_OK || reply.data_bytes != 2 * sizeof(digest))
		return result != LB_ESP_OK ? result : LB_ESP_DIFFERS;
	MD5Init(&md5);
	MD5Update(&md5, data, size_bytes);
	MD5Final(digest, &md5);
	for (size_t i = 0; i < sizeof(digest); i++)
		if ((digit_of(reply.data[2 * i]) << 4 | digit_of(reply.data[2 * i + 1])) != digest[i])
			return LB_ESP_DIFFERS;
	return LB_ESP_OK;
}

/* --- erasing and writing --- */

static bool is_mendable(int result)
{
	return result == LB_ESP_SILENT || result == LB_ESP_REFUSED || result == LB_ESP_DIFFERS;
}

/* A ROM erases when a range is started. The register's answer comes when that is done, whoever does it when. */
int lb_espflash_erase(struct lb_espflash *flash, uint32_t offset, uint32_t size_bytes)
{
	int result = LB_ESP_OK;

	for (uint32_t done = 0; done < size_bytes && result == LB_ESP_OK;) {
		uint32_t piece = least(size_bytes - done, ERASE_BYTES);
		const uint32_t words[] = {piece, piece / LB_FRAME_ROM_BLOCK_BYTES, LB_FRAME_ROM_BLOCK_BYTES, offset + done};
		const uint32_t address = LB_REG_CHIP;
		int time_ms = time_for(piece, WRITE_MS_PER_KIB);

		report(flash, done, size_bytes);
		result = lb_esp_request(&flash->esp, LB_OP_FLASH_BEGIN, words, 4, time_ms, NULL);
		if (result == LB_ESP_OK)
			result = lb_esp_request(&flash->esp, LB_OP_READ_REG, &address, 1, time_ms, NULL);
		done += piece;
	}
	if (result == LB_ESP_OK)
		report(flash, size_bytes, size_bytes);
	return result;
}

/* A zlib stream on its way to flash, unpacked here as well, to know what each block of it makes the module write. */
struct stream {
	uint8_t *packed;
	uint32_t packed_bytes;
	z_stream unpacker;
	uint8_t window[32768];
};

static uint32_t unpack(struct stream *stream, uint8_t *block, uint32_t block_bytes)
{
	uLong before = stream->unpacker.total_out;
	int result;

	stream->unpacker.next_in = block;
	stream->unpacker.avail_in = block_bytes;
	do {
		stream->unpacker.next_out = stream->window;
		stream->unpacker.avail_out = sizeof(stream->window);
		result = inflate(&stream->unpacker, Z_NO_FLUSH);
	} while (result == Z_OK && stream->unpacker.avail_out == 0);
	return (uint32_t)(stream->unpacker.total_out - before);
}

/* Several blocks are on their way at a time, so that a slow answer does not stop the line. */
static int send_stream(struct lb_espflash *flash, struct stream *stream, uint32_t offset, uint32_t size_bytes)
{
	uint32_t blocks = (stream->packed_bytes - 1) / LB_FRAME_ROM_BLOCK_BYTES + 1;
	const uint32_t words[] = {size_bytes, blocks, LB_FRAME_ROM_BLOCK_BYTES, offset};
	uint32_t written = 0;

	report(flash, 0, size_bytes);
	int result =
		lb_esp_request(&flash->esp, LB_OP_FLASH_DEFL_BEGIN, words, 4, time_for(size_bytes, WRITE_MS_PER_KIB), NULL);
	for (uint32_t number = 0; number < blocks && result == LB_ESP_OK; number++) {
		uint8_t *block = stream->packed + (size_t)number * LB_FRAME_ROM_BLOCK_BYTES;
		uint32_t block_bytes =
			least(stream->packed_bytes - number * LB_FRAME_ROM_BLOCK_BYTES, LB_FRAME_ROM_BLOCK_BYTES);
		uint32_t makes = unpack(stream, block, block_bytes);

		result = lb_esp_block(&flash->esp, LB_OP_FLASH_DEFL_DATA, number, block, block_bytes,
		                      time_for(makes + LB_CHIP_SECTOR_BYTES, WRITE_MS_PER_KIB));
		written += makes;
		report(flash, least(written, size_bytes), size_bytes);
	}
	return result;
}

/* data has whole blocks, which is what ROMs count in. */
static int write_blocks(struct lb_espflash *flash, uint32_t offset, const uint8_t *data, uint32_t size_bytes)
{
	uLongf packed_bytes = compressBound(size_bytes);
	struct stream *stream = calloc(1, sizeof(*stream));
	int result = LB_ESP_NO_MEMORY;

	if (stream == NULL)
		return result;
	stream->packed = malloc(packed_bytes);
	if (stream->packed != NULL && inflateInit(&stream->unpacker) == Z_OK) {
		if (compress2(stream->packed, &packed_bytes, data, size_bytes, Z_BEST_COMPRESSION) == Z_OK) {
			stream->packed_bytes = (uint32_t)packed_bytes;
			result = send_stream(flash, stream, offset, size_bytes);
		}
		inflateEnd(&stream->unpacker);
	}
	free(stream->packed);
	free(stream);
	return result;
}

static int write_and_compare(struct lb_espflash *flash, uint32_t offset, const uint8_t *data, uint32_t size_bytes)
{
	uint32_t padded_bytes =
		(size_bytes + LB_FRAME_ROM_BLOCK_BYTES - 1) / LB_FRAME_ROM_BLOCK_BYTES * LB_FRAME_ROM_BLOCK_BYTES;
	uint8_t *padded = malloc(padded_bytes);

	if (padded == NULL)
		return LB_ESP_NO_MEMORY;
	memcpy(padded, data, size_bytes);
	memset(padded + size_bytes, 0xFF, padded_bytes - size_bytes);
	int result = write_blocks(flash, offset, padded, padded_bytes);
	free(padded);
	return result == LB_ESP_OK ? compare(flash, offset, data, size_bytes) : result;
}

/* Noise on the line can break a range in a way that only a new one mends. */
int lb_espflash_write(struct lb_espflash *flash, uint32_t offset, const uint8_t *data, uint32_t size_bytes)
{
	int result = write_and_compare(flash, offset, data, size_bytes);

	for (unsigned i = 1; i < LB_ESP_TRIES && is_mendable(result); i++) {
		result = lb_esp_sync(&flash->esp, SYNC_TRIES);
		if (result == LB_ESP_OK)
			result = write_and_compare(flash, offset, data, size_bytes);
	}
	return result;
}

/* --- reading --- */

/* Replies do not say where their bytes are from: that none was lost is seen by comparing. */
static int read_many(struct lb_espflash *flash, uint32_t offset, uint8_t *data, uint32_t size_bytes)
{
	uint32_t asked = 0, got = 0;
	int result = LB_ESP_OK;

	while (got < size_bytes && result == LB_ESP_OK) {
		struct lb_esp_reply reply;

		while (asked < size_bytes && asked - got < IN_FLIGHT * LB_FRAME_SLOW_READ_BYTES && result == LB_ESP_OK) {
			const uint32_t words[] = {offset + asked, least(size_bytes - asked, LB_FRAME_SLOW_READ_BYTES)};

			result = lb_esp_ask(&flash->esp, LB_OP_READ_FLASH_SLOW, words, 2);
			asked += words[1];
		}
		if (result == LB_ESP_OK)
			result = lb_esp_await(&flash->esp, LB_OP_READ_FLASH_SLOW, LB_ESP_TIME_MS, &reply);
		if (result == LB_ESP_OK && reply.data_bytes != LB_FRAME_SLOW_READ_BYTES)
			result = LB_ESP_DIFFERS;
		if (result == LB_ESP_OK) {
			memcpy(data + got, reply.data, least(size_bytes - got, LB_FRAME_SLOW_READ_BYTES));
			got += LB_FRAME_SLOW_READ_BYTES;
		}
	}
	return result == LB_ESP_OK ? compare(flash, offset, data, size_bytes) : result;
}

static int read_one_by_one(struct lb_espflash *flash, uint32_t offset, uint8_t *data, uint32_t size_bytes)
{
	struct lb_esp_reply reply;

	for (uint32_t got = 0; got < size_bytes; got += LB_FRAME_SLOW_READ_BYTES) {
		uint32_t wanted = least(size_bytes - got, LB_FRAME_SLOW_READ_BYTES);
		const uint32_t words[] = {offset + got, wanted};
		int result = lb_esp_request(&flash->esp, LB_OP_READ_FLASH_SLOW, words, 2, LB_ESP_TIME_MS, &reply);

		if (result != LB_ESP_OK || reply.data_bytes != LB_FRAME_SLOW_READ_BYTES)
			return result != LB_ESP_OK ? result : LB_ESP_DIFFERS;
		memcpy(data + got, reply.data, wanted);
	}
	return compare(flash, offset, data, size_bytes);
}

/* For a bad line: each request for itself, and damage reported soon. */
static int read_patiently(struct lb_espflash *flash, uint32_t offset, uint8_t *data, uint32_t size_bytes)
{
	int result = LB_ESP_OK;

	for (uint32_t done = 0; done < size_bytes && result == LB_ESP_OK; done += LB_FRAME_ROM_BLOCK_BYTES) {
		uint32_t piece = least(size_bytes - done, LB_FRAME_ROM_BLOCK_BYTES);

		result = read_one_by_one(flash, offset + done, data + done, piece);
		for (unsigned i = 1; i < LB_ESP_TRIES && is_mendable(result); i++) {
			result = lb_esp_sync(&flash->esp, SYNC_TRIES);
			if (result == LB_ESP_OK)
				result = read_one_by_one(flash, offset + done, data + done, piece);
		}
	}
	return result;
}

static int read_piece(struct lb_espflash *flash, uint32_t offset, uint8_t *data, uint32_t size_bytes)
{
	int result = read_many(flash, offset, data, size_bytes);

	if (is_mendable(result)) {
		result = lb_esp_sync(&flash->esp, SYNC_TRIES);
		return result == LB_ESP_OK ? read_patiently(flash, offset, data, size_bytes) : result;
	}
	return result;
}

int lb_espflash_read(struct lb_espflash *flash, uint32_t offset, uint8_t *data, uint32_t size_bytes)
{
	int result = LB_ESP_OK;

	for (uint32_t done = 0; done < size_bytes && result == LB_ESP_OK;) {
		uint32_t piece = least(size_bytes - done, PIECE_BYTES);

		report(flash, done, size_bytes);
		result = read_piece(flash, offset + done, data + done, piece);
		done += piece;
	}
	if (result == LB_ESP_OK)
		report(flash, size_bytes, size_bytes);
	return result;
}

/* --- leaving --- */

int lb_espflash_reboot(struct lb_espflash *flash)
{
	static const uint32_t nothing[] = {0, 0, LB_FRAME_ROM_BLOCK_BYTES, 0};
	static const uint32_t reboot = 0;
	int result = lb_esp_request(&flash->esp, LB_OP_FLASH_BEGIN, nothing, 4, LB_ESP_TIME_MS, NULL);

	return result == LB_ESP_OK ? lb_esp_ask(&flash->esp, LB_OP_FLASH_END, &reboot, 1) : result;
}
