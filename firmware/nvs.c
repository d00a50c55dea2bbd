#include "firmware/nvs.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"

#define MAGIC 0x564E424Cu /* "LBNV" */

enum {
	UNIT = 16,
	VERSION = 1,
	TAG = 0x4E,
	REMOVED = 0xFFFF,
	BANKS = 2,
};

struct entry {
	uint32_t at;         /* offset of the header in the partition */
	uint32_t next;       /* offset behind it */
	uint8_t key_bytes;
	uint16_t value_bytes; /* or REMOVED */
	bool intact;
	char key[LB_NVS_KEY_BYTES + 1];
};

static uint32_t round_up(uint32_t bytes)
{
	return (bytes + UNIT - 1) / UNIT * UNIT;
}

static uint32_t body_bytes(const struct entry *entry)
{
	return entry->key_bytes + (entry->value_bytes == REMOVED ? 0u : entry->value_bytes);
}

static int read_at(const struct lb_nvs *nvs, uint32_t offset, void *data, uint32_t size_bytes)
{
	return lb_region_read(nvs->flash, nvs->region, offset, data, size_bytes);
}

static bool is_blank(const struct lb_nvs *nvs, uint32_t from, uint32_t to)
{
	uint8_t piece[UNIT];

	for (uint32_t at = from; at < to; at += UNIT) {
		if (read_at(nvs, at, piece, UNIT) != LB_OK)
			return false;
		for (unsigned i = 0; i < UNIT; i++)
			if (piece[i] != 0xFF)
				return false;
	}
	return true;
}

/* --- reading --- */

/* The sequence number of a bank, 0 when it has no valid header. */
static uint32_t bank_sequence(const struct lb_nvs *nvs, uint32_t bank)
{
	uint8_t header[UNIT];

	if (read_at(nvs, bank, header, UNIT) != LB_OK)
		return 0;
	if (lb_load32le(header) != MAGIC || lb_load16le(header + 4) != VERSION ||
	    lb_load32le(header + 12) != lb_crc32(0, header, 12))
		return 0;
	return lb_load32le(header + 8);
}

static bool body_is_intact(const struct lb_nvs *nvs, struct entry *entry, uint32_t expected_crc)
{
	uint32_t left = body_bytes(entry);
	uint32_t at = entry->at + UNIT;
	uint32_t crc = 0;
	uint8_t piece[UNIT];

	while (left > 0) {
		const uint32_t count = left < UNIT ? left : UNIT;

		if (read_at(nvs, at, piece, UNIT) != LB_OK)
			return false;
		if (at == entry->at + UNIT)
			memcpy(entry->key, piece, entry->key_bytes);
		crc = lb_crc32(crc, piece, count);
		at += UNIT;
		left -= count;
	}
	entry->key[entry->key_bytes] = '\0';
	return crc == expected_crc;
}

/* False when there is no entry at that place: blank flash, the end of the bank, or a torn header. */
static bool read_entry(const struct lb_nvs *nvs, uint32_t at, struct entry *entry)
{
	const uint32_t bank_end = nvs->bank + nvs->bank_bytes;
	uint8_t header[UNIT];

	if (at + UNIT > bank_end || read_at(nvs, at, header, UNIT) != LB_OK)
		return false;
	if (header[0] != TAG || lb_load32le(header + 8) != lb_crc32(0, header, 8))
		return false;
	entry->at = at;
	entry->key_bytes = header[1];
	entry->value_bytes = lb_load16le(header + 2);
	if (entry->key_bytes > LB_NVS_KEY_BYTES)
		return false;
	entry->next = at + UNIT + round_up(body_bytes(entry));
	if (entry->next > bank_end)
		return false;
	entry->intact = body_is_intact(nvs, entry, lb_load32le(header + 4));
	return true;
}

/* The newest entry of that key, which may say that it was removed. */
static bool find(const struct lb_nvs *nvs, const char *key, struct entry *found)
{
	struct entry entry;
	bool any = false;

	if (nvs->sequence == 0)
		return false;
	for (uint32_t at = nvs->bank + UNIT; read_entry(nvs, at, &entry); at = entry.next) {
		if (entry.intact && strcmp(entry.key, key) == 0) {
			*found = entry;
			any = true;
		}
	}
	return any;
}

int lb_nvs_open(struct lb_nvs *nvs, const struct lb_flash *flash, struct lb_region region)
{
	const uint32_t sectors = region.size_bytes / flash->sector_bytes;
	struct entry entry;

	*nvs = (struct lb_nvs){ .flash = flash, .region = region };
	if (sectors < BANKS)
		return LB_ERR_BOUNDS;
	nvs->bank_bytes = sectors / BANKS * flash->sector_bytes;
	for (uint32_t bank = 0; bank < BANKS * nvs->bank_bytes; bank += nvs->bank_bytes) {
		const uint32_t sequence = bank_sequence(nvs, bank);

		if (sequence > nvs->sequence) {
			nvs->sequence = sequence;
			nvs->bank = bank;
		}
	}
	if (nvs->sequence == 0)
		return LB_OK;
	nvs->end = nvs->bank + UNIT;
	while (read_entry(nvs, nvs->end, &entry))
		nvs->end = entry.next;
	/* After a cut the rest may look blank in places and not be: then the next write moves to the other bank. */
	if (!is_blank(nvs, nvs->end, nvs->bank + nvs->bank_bytes))
		nvs->end = nvs->bank + nvs->bank_bytes;
	return LB_OK;
}

int lb_nvs_get(const struct lb_nvs *nvs, const char *key, void *value, uint32_t size_bytes)
{
	struct entry entry;
	int error;

	if (!find(nvs, key, &entry) || entry.value_bytes == REMOVED)
		return LB_ERR_NOT_FOUND;
	if (entry.value_bytes > size_bytes)
		return LB_ERR_BOUNDS;
	error = read_at(nvs, entry.at + UNIT + entry.key_bytes, value, entry.value_bytes);
	return error == LB_OK ? entry.value_bytes : error;
}

/* --- writing --- */

/* Collects bytes into units. */
struct writer {
	const struct lb_nvs *nvs;
	uint32_t at;
	uint32_t used;
	int error;
	uint8_t unit[UNIT];
};

static void write_unit(struct writer *writer)
{
	if (writer->error == LB_OK)
		writer->error = lb_region_program(writer->nvs->flash, writer->nvs->region, writer->at, writer->unit, UNIT);
	writer->at += UNIT;
	writer->used = 0;
}

static void write_bytes(struct writer *writer, const void *data, uint32_t size_bytes)
{
	const uint8_t *bytes = data;

	for (uint32_t i = 0; i < size_bytes; i++) {
		writer->unit[writer->used++] = bytes[i];
		if (writer->used == UNIT)
			write_unit(writer);
	}
}

static void write_rest(struct writer *writer)
{
	if (writer->used == 0)
		return;
	memset(writer->unit + writer->used, 0xFF, UNIT - writer->used);
	write_unit(writer);
}

/* Writes an entry at *at and moves *at behind it. value_bytes may be REMOVED. */
static int write_entry(const struct lb_nvs *nvs, uint32_t *at, const char *key, const void *value, uint32_t value_bytes)
{
	struct writer writer = { .nvs = nvs, .at = *at };
	const uint32_t key_bytes = (uint32_t)strlen(key);
	const uint32_t stored_bytes = value_bytes == REMOVED ? 0 : value_bytes;
	uint8_t header[UNIT];

	memset(header, 0xFF, sizeof header);
	header[0] = TAG;
	header[1] = (uint8_t)key_bytes;
	lb_store16le(header + 2, (uint16_t)value_bytes);
	lb_store32le(header + 4, lb_crc32(lb_crc32(0, key, key_bytes), value, stored_bytes));
	lb_store32le(header + 8, lb_crc32(0, header, 8));
	write_bytes(&writer, header, UNIT);
	write_bytes(&writer, key, key_bytes);
	write_bytes(&writer, value, stored_bytes);
	write_rest(&writer);
	*at = writer.at;
	return writer.error;
}

static int copy_entry(const struct lb_nvs *nvs, const struct entry *entry, uint32_t *to)
{
	uint8_t piece[UNIT];

	for (uint32_t at = entry->at; at < entry->next; at += UNIT, *to += UNIT) {
		int error = read_at(nvs, at, piece, UNIT);

		if (error == LB_OK)
			error = lb_region_program(nvs->flash, nvs->region, *to, piece, UNIT);
		if (error != LB_OK)
			return error;
	}
	return LB_OK;
}

/* Live: the newest of its key, not removed, and not the key that is about to be written anew. */
static bool is_live(const struct lb_nvs *nvs, const struct entry *entry, const char *except)
{
	struct entry newest;

	if (!entry->intact || entry->value_bytes == REMOVED || strcmp(entry->key, except) == 0)
		return false;
	return find(nvs, entry->key, &newest) && newest.at == entry->at;
}

static uint32_t live_bytes(const struct lb_nvs *nvs, const char *except)
{
	struct entry entry;
	uint32_t sum = 0;

	if (nvs->sequence == 0)
		return 0;
	for (uint32_t at = nvs->bank + UNIT; read_entry(nvs, at, &entry); at = entry.next)
		if (is_live(nvs, &entry, except))
			sum += entry.next - entry.at;
	return sum;
}

bool lb_nvs_first_key(const struct lb_nvs *nvs, char not_first, char key[LB_NVS_KEY_BYTES + 1])
{
	struct entry entry;

	if (nvs->sequence == 0)
		return false;
	for (uint32_t at = nvs->bank + UNIT; read_entry(nvs, at, &entry); at = entry.next) {
		if (entry.key[0] == not_first || !is_live(nvs, &entry, ""))
			continue;
		memcpy(key, entry.key, sizeof entry.key);
		return true;
	}
	return false;
}

static int write_bank_header(const struct lb_nvs *nvs, uint32_t bank, uint32_t sequence)
{
	uint8_t header[UNIT];

	lb_store32le(header, MAGIC);
	lb_store16le(header + 4, VERSION);
	lb_store16le(header + 6, 0xFFFF);
	lb_store32le(header + 8, sequence);
	lb_store32le(header + 12, lb_crc32(0, header, 12));
	return lb_region_program(nvs->flash, nvs->region, bank, header, UNIT);
}

/* The other bank becomes the state with the one change in it. */
static int move(struct lb_nvs *nvs, const char *key, const void *value, uint32_t value_bytes)
{
	const uint32_t bank = nvs->sequence == 0 || nvs->bank != 0 ? 0 : nvs->bank_bytes;
	uint32_t at = bank + UNIT;
	struct entry entry;
	int error = lb_region_erase(nvs->flash, nvs->region, bank, nvs->bank_bytes);

	if (nvs->sequence != 0) {
		for (uint32_t from = nvs->bank + UNIT; error == LB_OK && read_entry(nvs, from, &entry); from = entry.next)
			if (is_live(nvs, &entry, key))
				error = copy_entry(nvs, &entry, &at);
	}
	if (error == LB_OK && value_bytes != REMOVED)
		error = write_entry(nvs, &at, key, value, value_bytes);
	if (error == LB_OK)
		error = write_bank_header(nvs, bank, nvs->sequence + 1);
	if (error != LB_OK)
		return error;
	nvs->bank = bank;
	nvs->end = at;
	nvs->sequence++;
	return LB_OK;
}

static int append(struct lb_nvs *nvs, const char *key, const void *value, uint32_t value_bytes)
{
	const uint32_t stored_bytes = value_bytes == REMOVED ? 0 : value_bytes;
	const uint32_t needed = UNIT + round_up((uint32_t)strlen(key) + stored_bytes);
	const uint32_t bank_end = nvs->bank + nvs->bank_bytes;

	if (nvs->bank_bytes == 0)
		return LB_ERR_UNSUPPORTED;
	if (nvs->sequence != 0 && nvs->end + needed <= bank_end) {
		if (write_entry(nvs, &nvs->end, key, value, value_bytes) == LB_OK)
			return LB_OK;
		nvs->end = bank_end; /* flash that looked blank and was not, or is worn: leave it */
	}
	if (UNIT + live_bytes(nvs, key) + needed > nvs->bank_bytes)
		return LB_ERR_BOUNDS;
	return move(nvs, key, value, value_bytes);
}

static bool is_equal(const struct lb_nvs *nvs, const struct entry *entry, const uint8_t *value, uint32_t size_bytes)
{
	const uint32_t start = entry->at + UNIT + entry->key_bytes;
	uint8_t piece[UNIT];

	if (entry->value_bytes != size_bytes)
		return false;
	for (uint32_t done = 0; done < size_bytes; done += UNIT) {
		const uint32_t count = size_bytes - done < UNIT ? size_bytes - done : UNIT;

		if (read_at(nvs, start + done, piece, count) != LB_OK || memcmp(piece, value + done, count) != 0)
			return false;
	}
	return true;
}

int lb_nvs_set(struct lb_nvs *nvs, const char *key, const void *value, uint32_t size_bytes)
{
	struct entry entry;

	if (strlen(key) > LB_NVS_KEY_BYTES || size_bytes > LB_NVS_VALUE_BYTES)
		return LB_ERR_BOUNDS;
	if (find(nvs, key, &entry) && is_equal(nvs, &entry, value, size_bytes))
		return LB_OK;
	return append(nvs, key, value, size_bytes);
}

int lb_nvs_remove(struct lb_nvs *nvs, const char *key)
{
	struct entry entry;

	if (!find(nvs, key, &entry) || entry.value_bytes == REMOVED)
		return LB_ERR_NOT_FOUND;
	return append(nvs, key, NULL, REMOVED);
}
