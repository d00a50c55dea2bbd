#include "core/nvs/nvs.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"

enum {
	MOVE_TRIES = 8,
	READ_TRIES = 16,
	START_BYTES = LB_NVS_AT_BODY + LB_NVS_UNIT_BYTES, /* of an entry: one read has all of a small one */
	PIECE_BYTES = 64,
	WINDOW_KEYS = 64,
};

static const uint8_t claim[LB_NVS_UNIT_BYTES] = {
	LB_NVS_CLAIM & 0xFF,
	LB_NVS_CLAIM >> 8 & 0xFF,
	LB_NVS_CLAIM >> 16 & 0xFF,
	LB_NVS_CLAIM >> 24,
};

struct entry {
	uint32_t at;   /* offset in the partition */
	uint32_t next; /* offset behind it */
	uint8_t key_bytes;
	uint16_t value_bytes; /* or LB_NVS_REMOVED */
	uint32_t crc;         /* of key and value */
	bool intact;
	char key[LB_NVS_KEY_BYTES + 1];
};

/* What becomes of the store: one key's new value, or of all keys but some nothing. */
struct change {
	const char *key; /* or NULL: every key goes that does not begin with kept */
	const void *value;
	uint32_t value_bytes; /* or LB_NVS_REMOVED */
	char kept;
};

static uint32_t round_up(uint32_t bytes)
{
	return (bytes + LB_NVS_UNIT_BYTES - 1) / LB_NVS_UNIT_BYTES * LB_NVS_UNIT_BYTES;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t body_bytes(const struct entry *entry)
{
	return entry->key_bytes + (entry->value_bytes == LB_NVS_REMOVED ? 0u : entry->value_bytes);
}

static int read_at(const struct lb_nvs *nvs, uint32_t offset, void *data, uint32_t size_bytes)
{
	return lb_region_read(nvs->flash, nvs->region, offset, data, size_bytes);
}

/* --- reading --- */

/* The sequence number in one copy of a bank's header, 0 when it is not valid. Nobody reaches the highest numbers: a
 * header that has one is not ours, and what is written behind it would not be found again. */
static uint32_t header_sequence(const struct lb_nvs *nvs, uint32_t at)
{
	uint8_t header[LB_NVS_UNIT_BYTES];
	uint32_t sequence;

	if (read_at(nvs, at, header, LB_NVS_UNIT_BYTES) != LB_OK)
		return 0;
	if (lb_load32le(header + LB_NVS_AT_MAGIC) != LB_NVS_MAGIC ||
	    lb_load16le(header + LB_NVS_AT_VERSION) != LB_NVS_VERSION ||
	    lb_load32le(header + LB_NVS_AT_CRC) != lb_crc32(0, header, LB_NVS_AT_CRC))
		return 0;
	sequence = lb_load32le(header + LB_NVS_AT_SEQUENCE);
	return sequence <= LB_NVS_MAX_SEQUENCE ? sequence : 0;
}

static uint32_t bank_sequence(const struct lb_nvs *nvs, uint32_t bank)
{
	const uint32_t sequence = header_sequence(nvs, bank);

	return sequence != 0 ? sequence : header_sequence(nvs, bank + LB_NVS_UNIT_BYTES);
}

static uint32_t text_bytes(const char *text)
{
	uint32_t bytes = 0;

	while (text[bytes] != '\0')
		bytes++;
	return bytes;
}

static bool same_key(const char *a, const char *b)
{
	const uint32_t bytes = text_bytes(a);

	return text_bytes(b) == bytes && memcmp(a, b, bytes) == 0;
}

/* May what is read of this key be something else the next time? */
static bool is_doubtful(const struct lb_nvs *nvs, const char *key)
{
	return nvs->doubtful != 0 && same_key(nvs->doubtful_key, key);
}

static uint32_t other_bank(const struct lb_nvs *nvs)
{
	return nvs->bank != 0 ? 0 : nvs->bank_bytes;
}

/* Its first unit has been read, and the key lies within it. */
static bool body_is_intact(const struct lb_nvs *nvs, const struct entry *entry, const uint8_t first[LB_NVS_UNIT_BYTES])
{
	const uint32_t first_bytes = smaller(body_bytes(entry), LB_NVS_UNIT_BYTES);
	uint32_t left = body_bytes(entry) - first_bytes;
	uint32_t at = entry->at + START_BYTES;
	uint32_t crc = lb_crc32(0, first, first_bytes);
	uint8_t piece[PIECE_BYTES];

	while (left > 0) {
		const uint32_t count = smaller(left, PIECE_BYTES);

		if (read_at(nvs, at, piece, count) != LB_OK)
			return false;
		crc = lb_crc32(crc, piece, count);
		at += count;
		left -= count;
	}
	return crc == entry->crc;
}

/* False when there is no entry at that place: blank flash, the end of the bank, or one that was cut at its start. */
static bool read_entry(const struct lb_nvs *nvs, uint32_t at, struct entry *entry)
{
	const uint32_t room_bytes = nvs->bank + nvs->bank_bytes - at;
	uint8_t start[START_BYTES];
	const uint8_t *header = start + LB_NVS_UNIT_BYTES;

	if (room_bytes < LB_NVS_AT_BODY || read_at(nvs, at, start, smaller(room_bytes, START_BYTES)) != LB_OK ||
	    memcmp(start, claim, LB_NVS_UNIT_BYTES) != 0)
		return false;
	if (header[LB_NVS_AT_TAG] != LB_NVS_TAG ||
	    lb_load32le(header + LB_NVS_AT_HEADER_CRC) != lb_crc32(0, header, LB_NVS_AT_HEADER_CRC))
		return false;
	entry->at = at;
	entry->key_bytes = header[LB_NVS_AT_KEY_BYTES];
	entry->value_bytes = lb_load16le(header + LB_NVS_AT_VALUE_BYTES);
	if (entry->key_bytes > LB_NVS_KEY_BYTES || LB_NVS_AT_BODY + round_up(body_bytes(entry)) > room_bytes)
		return false;
	entry->next = at + LB_NVS_AT_BODY + round_up(body_bytes(entry));
	entry->crc = lb_load32le(header + LB_NVS_AT_BODY_CRC);
	memcpy(entry->key, start + LB_NVS_AT_BODY, entry->key_bytes);
	entry->key[entry->key_bytes] = '\0';
	entry->intact = body_is_intact(nvs, entry, start + LB_NVS_AT_BODY) && at != nvs->dead;
	return true;
}

/* The newest entry of that key, which may say that it was removed. */
static bool find(const struct lb_nvs *nvs, const char *key, struct entry *found)
{
	struct entry entry;
	bool any = false;

	if (nvs->sequence == 0)
		return false;
	for (uint32_t at = nvs->bank + LB_NVS_AT_ENTRIES; read_entry(nvs, at, &entry); at = entry.next) {
		if (entry.intact && same_key(entry.key, key)) {
			*found = entry;
			any = true;
		}
	}
	return any;
}

/* Behind the last entry, or behind the bank if nothing may be appended: it is not known to be blank for sure, or what
 * was appended might not be found again. */
static void find_end(struct lb_nvs *nvs)
{
	const uint32_t bank_end = nvs->bank + nvs->bank_bytes;
	struct entry entry;

	nvs->end = nvs->bank + LB_NVS_AT_ENTRIES;
	for (; read_entry(nvs, nvs->end, &entry); nvs->end = entry.next) {
		nvs->doubtful = entry.intact ? nvs->end : 0;
		nvs->dead = entry.intact ? 0 : nvs->end;
		memcpy(nvs->doubtful_key, entry.key, sizeof(entry.key));
	}
	/* The other bank is the one before; else a cut may have left it with a header that comes up later. */
	if (nvs->dead != 0 || nvs->sequence == 1 || bank_sequence(nvs, other_bank(nvs)) != nvs->sequence - 1 ||
	    lb_region_check_blank(nvs->flash, nvs->region, nvs->end, bank_end - nvs->end) != LB_OK)
		nvs->end = bank_end;
	nvs->certain = nvs->end != bank_end && header_sequence(nvs, nvs->bank + LB_NVS_UNIT_BYTES) != 0;
}

/* The valid bank of the higher number is the state: the other is the one before, or was never completed. */
int lb_nvs_open(struct lb_nvs *nvs, const struct lb_flash *flash, struct lb_region region)
{
	const uint32_t sectors = region.size_bytes / flash->sector_bytes;

	*nvs = (struct lb_nvs){.flash = flash, .region = region};
	if (sectors < LB_NVS_BANKS)
		return LB_ERR_BOUNDS;
	nvs->bank_bytes = sectors / LB_NVS_BANKS * flash->sector_bytes;
	for (uint32_t bank = 0; bank < LB_NVS_BANKS * nvs->bank_bytes; bank += nvs->bank_bytes) {
		const uint32_t sequence = bank_sequence(nvs, bank);

		if (sequence > nvs->sequence) {
			nvs->sequence = sequence;
			nvs->bank = bank;
		}
	}
	if (nvs->sequence != 0)
		find_end(nvs);
	return LB_OK;
}

/* What was checked and what is copied are two reads, which may differ: the copy is checked too. */
int lb_nvs_get(const struct lb_nvs *nvs, const char *key, void *value, uint32_t size_bytes)
{
	for (unsigned i = 0; i < READ_TRIES; i++) {
		struct entry entry;

		if (!find(nvs, key, &entry) || entry.value_bytes == LB_NVS_REMOVED)
			return LB_ERR_NOT_FOUND;
		if (entry.value_bytes > size_bytes)
			return LB_ERR_BOUNDS;
		const int error = read_at(nvs, entry.at + LB_NVS_AT_BODY + entry.key_bytes, value, entry.value_bytes);

		if (error != LB_OK)
			return error;
		if (lb_crc32(lb_crc32(0, key, entry.key_bytes), value, entry.value_bytes) == entry.crc)
			return entry.value_bytes;
	}
	return LB_ERR_CHECKSUM;
}

/* --- writing --- */

/* Collects bytes into units. */
struct writer {
	const struct lb_nvs *nvs;
	uint32_t at;
	uint32_t used;
	int error;
	uint8_t unit[LB_NVS_UNIT_BYTES];
};

static void write_unit(struct writer *writer)
{
	if (writer->error == LB_OK)
		writer->error =
			lb_region_program(writer->nvs->flash, writer->nvs->region, writer->at, writer->unit, LB_NVS_UNIT_BYTES);
	writer->at += LB_NVS_UNIT_BYTES;
	writer->used = 0;
}

static void write_bytes(struct writer *writer, const void *data, uint32_t size_bytes)
{
	const uint8_t *bytes = data;

	for (uint32_t i = 0; i < size_bytes; i++) {
		writer->unit[writer->used++] = bytes[i];
		if (writer->used == LB_NVS_UNIT_BYTES)
			write_unit(writer);
	}
}

static void write_rest(struct writer *writer)
{
	if (writer->used == 0)
		return;
	memset(writer->unit + writer->used, 0xFF, LB_NVS_UNIT_BYTES - writer->used);
	write_unit(writer);
}

static uint32_t stored_bytes(const struct change *change)
{
	return change->value_bytes == LB_NVS_REMOVED ? 0 : change->value_bytes;
}

/* Writes an entry at *at and moves *at behind it. */
static int write_entry(const struct lb_nvs *nvs, uint32_t *at, const struct change *change)
{
	struct writer writer = {.nvs = nvs, .at = *at};
	const uint32_t key_bytes = text_bytes(change->key);
	const uint32_t value_bytes = stored_bytes(change);
	uint8_t header[LB_NVS_UNIT_BYTES];

	memset(header, 0xFF, sizeof(header));
	header[LB_NVS_AT_TAG] = LB_NVS_TAG;
	header[LB_NVS_AT_KEY_BYTES] = (uint8_t)key_bytes;
	lb_store16le(header + LB_NVS_AT_VALUE_BYTES, (uint16_t)change->value_bytes);
	lb_store32le(header + LB_NVS_AT_BODY_CRC,
	             lb_crc32(lb_crc32(0, change->key, key_bytes), change->value, value_bytes));
	lb_store32le(header + LB_NVS_AT_HEADER_CRC, lb_crc32(0, header, LB_NVS_AT_HEADER_CRC));
	write_bytes(&writer, claim, LB_NVS_UNIT_BYTES);
	write_bytes(&writer, header, LB_NVS_UNIT_BYTES);
	write_bytes(&writer, change->key, key_bytes);
	write_bytes(&writer, change->value, value_bytes);
	write_rest(&writer);
	*at = writer.at;
	return writer.error;
}

/* To *to, which is moved behind the copy, by programs of at most so many bytes, none over a multiple of that:
 * LB_ERR_CHECKSUM when it does not read well there. */
static int copy_entry(const struct lb_nvs *nvs, const struct entry *entry, uint32_t bank_end, uint32_t *to,
                      uint32_t piece_bytes)
{
	struct lb_nvs there = *nvs;
	struct entry copy;
	uint8_t piece[PIECE_BYTES];

	there.bank = bank_end - nvs->bank_bytes;
	there.dead = 0;
	if (*to + (entry->next - entry->at) > bank_end)
		return LB_ERR_BOUNDS;
	for (uint32_t at = entry->at, target = *to; at < entry->next;) {
		const uint32_t count = smaller(entry->next - at, piece_bytes - target % piece_bytes);
		int error = read_at(nvs, at, piece, count);

		if (error == LB_OK)
			error = lb_region_program(nvs->flash, nvs->region, target, piece, count);
		if (error != LB_OK)
			return error;
		at += count;
		target += count;
	}
	if (!read_entry(&there, *to, &copy) || !copy.intact || !same_key(copy.key, entry->key))
		return LB_ERR_CHECKSUM;
	*to = copy.next;
	return LB_OK;
}

/* --- what lives: the newest entry of each key that has a value and is not about to change --- */

/* As many keys as are followed in one walk to the journal's end. Those that find no room are for the next walk, which
 * begins where the first of them was met: a search for each entry would read the whole journal as often. */
struct window {
	uint32_t next; /* where that walk begins; 0: all keys are done */
	uint32_t count;
	struct {
		uint32_t at; /* the key's newest entry so far */
		uint32_t hash;
	} key[WINDOW_KEYS];
};

static bool is_changed(const struct change *change, const char *key)
{
	return change->key != NULL ? same_key(key, change->key) : key[0] != change->kept;
}

/* The place of that key in the window, or its count. Two keys may have one hash. */
static uint32_t window_find(const struct lb_nvs *nvs, const struct window *window, const char *key, uint32_t hash)
{
	struct entry older;
	uint32_t i = 0;

	while (i < window->count &&
	       (window->key[i].hash != hash || !read_entry(nvs, window->key[i].at, &older) || !same_key(older.key, key)))
		i++;
	return i;
}

/* An entry is newer than all that the window has. */
static void window_add(const struct lb_nvs *nvs, struct window *window, const struct entry *entry)
{
	const uint32_t hash = lb_crc32(0, entry->key, entry->key_bytes);
	const uint32_t i = window_find(nvs, window, entry->key, hash);

	if (i < window->count)
		window->key[i] = window->key[--window->count];
	if (window->next != 0 || entry->value_bytes == LB_NVS_REMOVED)
		return;
	if (window->count == WINDOW_KEYS) {
		window->next = entry->at;
		return;
	}
	window->key[window->count].at = entry->at;
	window->key[window->count++].hash = hash;
}

/* What lives of the keys from there on. The doubtful entry and older ones of its key are the caller's to mind. */
static void window_fill(const struct lb_nvs *nvs, uint32_t from, const struct change *change, struct window *window)
{
	struct entry entry;

	window->next = 0;
	window->count = 0;
	for (uint32_t at = from; read_entry(nvs, at, &entry); at = entry.next)
		if (entry.intact && at != nvs->doubtful && !is_doubtful(nvs, entry.key) && !is_changed(change, entry.key))
			window_add(nvs, window, &entry);
}

/* The bytes of what lives; the doubtful entry counts, though it may come to nothing. */
static uint32_t live_bytes(const struct lb_nvs *nvs, const struct change *change)
{
	struct window window = {.next = nvs->sequence != 0 ? nvs->bank + LB_NVS_AT_ENTRIES : 0};
	struct entry entry;
	uint32_t sum = 0;

	if (nvs->doubtful != 0 && !is_changed(change, nvs->doubtful_key) && read_entry(nvs, nvs->doubtful, &entry))
		sum += entry.next - entry.at;
	while (window.next != 0) {
		window_fill(nvs, window.next, change, &window);
		for (uint32_t i = 0; i < window.count; i++)
			if (read_entry(nvs, window.key[i].at, &entry))
				sum += entry.next - entry.at;
	}
	return sum;
}

static int write_header(const struct lb_nvs *nvs, uint32_t at, uint32_t sequence)
{
	uint8_t header[LB_NVS_UNIT_BYTES];

	memset(header, 0xFF, sizeof(header));
	lb_store32le(header + LB_NVS_AT_MAGIC, LB_NVS_MAGIC);
	lb_store16le(header + LB_NVS_AT_VERSION, LB_NVS_VERSION);
	lb_store32le(header + LB_NVS_AT_SEQUENCE, sequence);
	lb_store32le(header + LB_NVS_AT_CRC, lb_crc32(0, header, LB_NVS_AT_CRC));
	return lb_region_program(nvs->flash, nvs->region, at, header, LB_NVS_UNIT_BYTES);
}

/* Copies what lives into the other bank, from *to on. The doubtful entry goes first: its copy shows what it is to be,
 * for itself and for older entries of its key. Nothing counts there yet, so that whole pieces may be programmed. */
static int copy_live(const struct lb_nvs *nvs, const struct change *change, uint32_t bank_end, uint32_t *to)
{
	struct window window = {.next = nvs->sequence != 0 ? nvs->bank + LB_NVS_AT_ENTRIES : 0};
	struct entry entry;
	int error = LB_OK;

	if (nvs->doubtful != 0 && !is_changed(change, nvs->doubtful_key))
		error = read_entry(nvs, nvs->doubtful, &entry) ? copy_entry(nvs, &entry, bank_end, to, PIECE_BYTES) :
		                                                 LB_ERR_CHECKSUM;
	while (error == LB_OK && window.next != 0) {
		window_fill(nvs, window.next, change, &window);
		for (uint32_t i = 0; error == LB_OK && i < window.count; i++)
			error = read_entry(nvs, window.key[i].at, &entry) ? copy_entry(nvs, &entry, bank_end, to, PIECE_BYTES) :
			                                                    LB_ERR_CHECKSUM;
	}
	return error;
}

/* The other bank becomes the state with the one change in it. */
static int move_once(struct lb_nvs *nvs, const struct change *change)
{
	const uint32_t bank = nvs->sequence == 0 ? 0 : other_bank(nvs);
	uint32_t at = bank + LB_NVS_AT_ENTRIES;
	int error = lb_region_erase(nvs->flash, nvs->region, bank, nvs->bank_bytes);

	if (error == LB_OK)
		error = copy_live(nvs, change, bank + nvs->bank_bytes, &at);
	if (error == LB_OK && change->value_bytes != LB_NVS_REMOVED)
		error = write_entry(nvs, &at, change);
	if (error == LB_OK)
		error = write_header(nvs, bank, nvs->sequence + 1);
	if (error == LB_OK)
		error = write_header(nvs, bank + LB_NVS_UNIT_BYTES, nvs->sequence + 1);
	if (error != LB_OK)
		return error;
	nvs->bank = bank;
	nvs->end = at;
	nvs->sequence++;
	nvs->certain = true;
	nvs->doubtful = 0;
	nvs->dead = 0;
	return LB_OK;
}

/* A copy that does not read well is made anew: the doubtful entry may read well the next time. */
static int move(struct lb_nvs *nvs, const struct change *change)
{
	int error = LB_ERR_CHECKSUM;

	if (nvs->sequence >= LB_NVS_MAX_SEQUENCE)
		return LB_ERR_BOUNDS;
	for (unsigned i = 0; i < MOVE_TRIES && error == LB_ERR_CHECKSUM; i++)
		error = move_once(nvs, change);
	if (error != LB_ERR_CHECKSUM || nvs->doubtful == 0)
		return error;
	/* It reads badly too often: the value before it is the one that counts. */
	nvs->dead = nvs->doubtful;
	nvs->doubtful = 0;
	return move_once(nvs, change);
}

/* Before the first change after a reset: the header's second copy, and the newest entry once more, unless it is about
 * to be replaced. */
static void settle(struct lb_nvs *nvs, const char *key)
{
	const uint32_t bank_end = nvs->bank + nvs->bank_bytes;
	struct entry entry;

	/* If it was started before, the first copy is whole. */
	if (!nvs->certain && header_sequence(nvs, nvs->bank + LB_NVS_UNIT_BYTES) == 0)
		(void)write_header(nvs, nvs->bank + LB_NVS_UNIT_BYTES, nvs->sequence);
	nvs->certain = true;
	if (nvs->doubtful == 0 || nvs->end == bank_end)
		return;
	if (!is_doubtful(nvs, key) && (!read_entry(nvs, nvs->doubtful, &entry) ||
	                               copy_entry(nvs, &entry, bank_end, &nvs->end, LB_NVS_UNIT_BYTES) != LB_OK))
		nvs->end = bank_end;
	else
		nvs->doubtful = 0;
}

/* Behind the last entry when it fits there for sure, else by a move. The room is counted first, so that a full store
 * stays as it is. */
static int append(struct lb_nvs *nvs, const struct change *change)
{
	const uint32_t needed = LB_NVS_AT_BODY + round_up(text_bytes(change->key) + stored_bytes(change));
	const uint32_t bank_end = nvs->bank + nvs->bank_bytes;

	if (nvs->bank_bytes == 0)
		return LB_ERR_UNSUPPORTED;
	if (nvs->sequence != 0)
		settle(nvs, change->key);
	if (nvs->sequence != 0 && nvs->end + needed <= bank_end) {
		if (write_entry(nvs, &nvs->end, change) == LB_OK)
			return LB_OK;
		nvs->end = bank_end; /* flash that looked blank and was not, or is worn: leave it */
	}
	if (LB_NVS_AT_ENTRIES + live_bytes(nvs, change) + needed > nvs->bank_bytes)
		return LB_ERR_BOUNDS;
	return move(nvs, change);
}

/* Read piece by piece: a value may be larger than the stack bears. */
static bool is_equal(const struct lb_nvs *nvs, const struct entry *entry, const uint8_t *value, uint32_t size_bytes)
{
	const uint32_t start = entry->at + LB_NVS_AT_BODY + entry->key_bytes;
	uint8_t piece[LB_NVS_UNIT_BYTES];

	if (entry->value_bytes != size_bytes)
		return false;
	for (uint32_t done = 0; done < size_bytes; done += LB_NVS_UNIT_BYTES) {
		const uint32_t count = size_bytes - done < LB_NVS_UNIT_BYTES ? size_bytes - done : LB_NVS_UNIT_BYTES;

		if (read_at(nvs, start + done, piece, count) != LB_OK || memcmp(piece, value + done, count) != 0)
			return false;
	}
	return true;
}

int lb_nvs_set(struct lb_nvs *nvs, const char *key, const void *value, uint32_t size_bytes)
{
	const struct change change = {.key = key, .value = value, .value_bytes = size_bytes};
	struct entry entry;

	if (text_bytes(key) > LB_NVS_KEY_BYTES || size_bytes > LB_NVS_VALUE_BYTES)
		return LB_ERR_BOUNDS;
	if (nvs->certain && !is_doubtful(nvs, key) && find(nvs, key, &entry) && is_equal(nvs, &entry, value, size_bytes))
		return LB_OK;
	return append(nvs, &change);
}

int lb_nvs_remove(struct lb_nvs *nvs, const char *key)
{
	const struct change change = {.key = key, .value_bytes = LB_NVS_REMOVED};
	struct entry entry;

	if (!is_doubtful(nvs, key) && (!find(nvs, key, &entry) || entry.value_bytes == LB_NVS_REMOVED))
		return LB_ERR_NOT_FOUND;
	return append(nvs, &change);
}

/* Is there for sure no entry of such a key, from which it might come back? */
static bool has_none(const struct lb_nvs *nvs, const struct change *change)
{
	struct entry entry;

	if (nvs->sequence == 0)
		return lb_region_check_blank(nvs->flash, nvs->region, 0, LB_NVS_BANKS * nvs->bank_bytes) == LB_OK;
	if (!nvs->certain || (nvs->doubtful != 0 && is_changed(change, nvs->doubtful_key)))
		return false;
	for (uint32_t at = nvs->bank + LB_NVS_AT_ENTRIES; read_entry(nvs, at, &entry); at = entry.next)
		if (is_changed(change, entry.key))
			return false;
	return true;
}

/* One move, which leaves them behind: the new bank's header removes all of them at once. */
int lb_nvs_remove_all(struct lb_nvs *nvs, char kept)
{
	const struct change change = {.value_bytes = LB_NVS_REMOVED, .kept = kept};

	if (nvs->bank_bytes == 0)
		return LB_ERR_UNSUPPORTED;
	return has_none(nvs, &change) ? LB_OK : move(nvs, &change);
}
