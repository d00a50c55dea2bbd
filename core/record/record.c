#define LB_ASSERT_FILE 10
#include "core/record/record.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"

/* Each sector's first unit is its erase-complete mark, the others are places for entries. */
static uint32_t places_per_sector(const struct lb_flash *flash)
{
	return flash->sector_bytes / LB_RECORD_UNIT_BYTES - 1;
}

static uint32_t sector_count(const struct lb_flash *flash, struct lb_region region)
{
	return region.size_bytes / flash->sector_bytes;
}

static bool usable(const struct lb_flash *flash, struct lb_region region)
{
	return flash->sector_bytes >= 2 * LB_RECORD_UNIT_BYTES && flash->program_bytes <= LB_RECORD_CLAIM_BYTES &&
	       sector_count(flash, region) >= LB_RECORD_MIN_SECTORS;
}

uint32_t lb_record_capacity(const struct lb_flash *flash, struct lb_region region)
{
	return usable(flash, region) ? sector_count(flash, region) * places_per_sector(flash) : 0;
}

static uint32_t mark_offset(const struct lb_flash *flash, uint32_t place)
{
	return place / places_per_sector(flash) * flash->sector_bytes;
}

static uint32_t place_offset(const struct lb_flash *flash, uint32_t place)
{
	return mark_offset(flash, place) + (1 + place % places_per_sector(flash)) * LB_RECORD_UNIT_BYTES;
}

/* ---- units ---- */

static void start_unit(uint8_t unit[LB_RECORD_UNIT_BYTES], uint32_t magic, uint32_t sequence)
{
	memset(unit, 0, LB_RECORD_UNIT_BYTES);
	lb_store32le(unit + LB_RECORD_AT_MAGIC, magic);
	unit[LB_RECORD_AT_VERSION] = LB_RECORD_VERSION;
	lb_store32le(unit + LB_RECORD_AT_SEQUENCE, sequence);
}

static void seal_unit(uint8_t unit[LB_RECORD_UNIT_BYTES])
{
	lb_store32le(unit + LB_RECORD_AT_CRC, lb_crc32(0, unit, LB_RECORD_AT_CRC));
}

static bool is_sealed(const uint8_t unit[LB_RECORD_UNIT_BYTES])
{
	return lb_load32le(unit + LB_RECORD_AT_CRC) == lb_crc32(0, unit, LB_RECORD_AT_CRC);
}

/* The order is docs/spec/record.md's; decode is its mirror. */
static void encode(uint8_t unit[LB_RECORD_UNIT_BYTES], uint32_t sequence, const struct lb_record_state *state)
{
	start_unit(unit, LB_RECORD_ENTRY_MAGIC, sequence);
	unit[LB_RECORD_AT_LATEST] = (uint8_t)state->latest;
	unit[LB_RECORD_AT_PREVIOUS] = (uint8_t)state->previous;
	unit[LB_RECORD_AT_DOWNLOAD] = (uint8_t)state->download;
	unit[LB_RECORD_AT_ON_TRIAL] = state->on_trial ? 1 : 0;
	unit[LB_RECORD_AT_TRIES_LEFT] = state->tries_left;
	unit[LB_RECORD_AT_CHANGE] = state->change;
	memcpy(unit + LB_RECORD_AT_RESERVED, state->reserved, LB_RECORD_RESERVED_BYTES);
	lb_store32le(unit + LB_RECORD_AT_COUNTER_FLOOR, state->counter_floor);
	lb_store64le(unit + LB_RECORD_AT_FAILED_ID, state->failed_id);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		lb_store64le(unit + LB_RECORD_AT_ID + 8 * slot, state->id[slot]);
	seal_unit(unit);
}

static bool is_consistent(const struct lb_record_state *state)
{
	if (state->latest >= LB_SLOT_COUNT || state->latest == state->previous)
		return false;
	if (state->previous >= LB_SLOT_COUNT && state->previous != LB_SLOT_NONE)
		return false;
	if (state->download == LB_SLOT_FACTORY || (state->download >= LB_SLOT_COUNT && state->download != LB_SLOT_NONE))
		return false;
	return state->on_trial || state->tries_left == 0;
}

/* Also of an entry of a later version: these fields stay where they are. */
static bool decode(const uint8_t unit[LB_RECORD_UNIT_BYTES], struct lb_record_state *state)
{
	memset(state, 0, sizeof(*state));
	state->latest = (enum lb_slot)unit[LB_RECORD_AT_LATEST];
	state->previous = (enum lb_slot)unit[LB_RECORD_AT_PREVIOUS];
	state->download = (enum lb_slot)unit[LB_RECORD_AT_DOWNLOAD];
	state->on_trial = unit[LB_RECORD_AT_ON_TRIAL] == 1;
	state->tries_left = unit[LB_RECORD_AT_TRIES_LEFT];
	state->change = unit[LB_RECORD_AT_CHANGE];
	memcpy(state->reserved, unit + LB_RECORD_AT_RESERVED, LB_RECORD_RESERVED_BYTES);
	state->counter_floor = lb_load32le(unit + LB_RECORD_AT_COUNTER_FLOOR);
	state->failed_id = lb_load64le(unit + LB_RECORD_AT_FAILED_ID);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		state->id[slot] = lb_load64le(unit + LB_RECORD_AT_ID + 8 * slot);
	return unit[LB_RECORD_AT_ON_TRIAL] <= 1 && is_consistent(state);
}

/* ---- reading ---- */

/* An entry of any version at the place that its number names, above the number given. */
static bool read_entry(const struct lb_flash *flash, struct lb_region region, uint32_t place, uint32_t least_sequence,
                       uint8_t unit[LB_RECORD_UNIT_BYTES])
{
	uint32_t sequence;

	if (lb_region_read(flash, region, place_offset(flash, place), unit, LB_RECORD_UNIT_BYTES) != LB_OK)
		return false;
	if (lb_load32le(unit + LB_RECORD_AT_MAGIC) != LB_RECORD_ENTRY_MAGIC)
		return false;
	sequence = lb_load32le(unit + LB_RECORD_AT_SEQUENCE);
	if (sequence < least_sequence || sequence > LB_RECORD_MAX_SEQUENCE)
		return false;
	return sequence % lb_record_capacity(flash, region) == place && is_sealed(unit);
}

bool lb_record_entry(const struct lb_flash *flash, struct lb_region region, uint32_t place, uint32_t *sequence,
                     struct lb_record_state *state)
{
	uint8_t unit[LB_RECORD_UNIT_BYTES];

	LB_ASSERT(place < lb_record_capacity(flash, region));
	if (!read_entry(flash, region, place, 0, unit) || !decode(unit, state))
		return false;
	*sequence = lb_load32le(unit + LB_RECORD_AT_SEQUENCE);
	return true;
}

/* The bytes that an entry at this place begins with in the first round, whatever became of its rest. */
static bool has_first_claim(const uint8_t unit[LB_RECORD_UNIT_BYTES], uint32_t place)
{
	return lb_load32le(unit + LB_RECORD_AT_MAGIC) == LB_RECORD_ENTRY_MAGIC &&
	       lb_load32le(unit + LB_RECORD_AT_SEQUENCE) == place;
}

/* First appends that were cut have touched the first sector alone: its mark, its first place, and in an erase that was
 * cut all of it. They claim no place but the first, so where another is claimed there was an entry. */
static bool is_new(const struct lb_flash *flash, struct lb_region region)
{
	uint8_t unit[LB_RECORD_UNIT_BYTES];

	for (uint32_t at = 2 * LB_RECORD_UNIT_BYTES; at < region.size_bytes; at += LB_RECORD_UNIT_BYTES) {
		if (lb_region_read(flash, region, at, unit, sizeof(unit)) != LB_OK)
			return false;
		if (at < flash->sector_bytes ? has_first_claim(unit, at / LB_RECORD_UNIT_BYTES - 1) :
		                               !lb_bytes_are_blank(unit, sizeof(unit)))
			return false;
	}
	return true;
}

/* From the last place to the first: in a full sector the first entry met is the newest there, so that the CRC of all
 * the others need not be computed. */
static void find_newest(struct lb_record *record)
{
	uint32_t least_sequence = 0;
	uint32_t foreign_end = 0; /* behind the newest entry of a newer version that means nothing to us */

	for (uint32_t place = lb_record_capacity(record->flash, record->region); place-- > 0;) {
		uint8_t unit[LB_RECORD_UNIT_BYTES];
		struct lb_record_state state;

		if (!read_entry(record->flash, record->region, place, least_sequence, unit))
			continue;
		uint32_t sequence = lb_load32le(unit + LB_RECORD_AT_SEQUENCE);
		bool newer = unit[LB_RECORD_AT_VERSION] > LB_RECORD_VERSION;
		if (!decode(unit, &state)) {
			if (newer && sequence >= foreign_end)
				foreign_end = sequence + 1;
			continue;
		}
		record->status = LB_RECORD_VALID;
		record->read_only = newer;
		record->sequence = sequence;
		record->state = state;
		least_sequence = sequence + 1;
	}
	if (foreign_end > least_sequence)
		record->read_only = true;
}

void lb_record_open(struct lb_record *record, const struct lb_flash *flash, struct lb_region region)
{
	memset(record, 0, sizeof(*record));
	record->flash = flash;
	record->region = region;
	record->status = LB_RECORD_LOST;
	if (!usable(flash, region)) {
		record->read_only = true;
		return;
	}
	find_newest(record);
	if (record->status != LB_RECORD_VALID && !record->read_only && is_new(flash, region))
		record->status = LB_RECORD_BLANK;
}

/* ---- appending ---- */

static int read_back(const struct lb_record *record, uint32_t offset, const uint8_t *expected, uint32_t size_bytes)
{
	uint8_t found[LB_RECORD_UNIT_BYTES];

	if (lb_region_read(record->flash, record->region, offset, found, size_bytes) != LB_OK)
		return LB_ERR_IO;
	return memcmp(found, expected, size_bytes) == 0 ? LB_OK : LB_ERR_CHECKSUM;
}

static int program(const struct lb_record *record, uint32_t offset, const uint8_t *bytes, uint32_t size_bytes)
{
	int result = lb_region_program(record->flash, record->region, offset, bytes, size_bytes);

	return result == LB_OK ? read_back(record, offset, bytes, size_bytes) : result;
}

/* Makes the sector that begins with this number ready, unless its mark says that it is. */
static int prepare_sector(const struct lb_record *record, uint32_t sequence)
{
	uint32_t offset = mark_offset(record->flash, sequence % lb_record_capacity(record->flash, record->region));
	uint8_t mark[LB_RECORD_UNIT_BYTES];
	int result;

	start_unit(mark, LB_RECORD_SECTOR_MAGIC, sequence);
	seal_unit(mark);
	result = read_back(record, offset, mark, sizeof(mark));
	if (result != LB_ERR_CHECKSUM)
		return result;
	result = lb_region_erase(record->flash, record->region, offset, record->flash->sector_bytes);
	return result == LB_OK ? program(record, offset, mark, sizeof(mark)) : result;
}

/* The claim is the same bytes however often it is tried, and goes first. If the power fails in it, cells may be left
 * that read blank now and programmed later; programming the same bytes again settles all of them. If the power fails
 * after it, the unit is seen to be used. So no other bytes ever meet a cell in doubt. */
static int write_entry(const struct lb_record *record, uint32_t sequence, const struct lb_record_state *state)
{
	uint32_t offset = place_offset(record->flash, sequence % lb_record_capacity(record->flash, record->region));
	uint8_t unit[LB_RECORD_UNIT_BYTES];
	int result = lb_region_read(record->flash, record->region, offset, unit, sizeof(unit));

	if (result != LB_OK)
		return result;
	if (!lb_bytes_are_blank(unit, sizeof(unit)))
		return LB_ERR_NOT_ERASED;
	encode(unit, sequence, state);
	result = program(record, offset, unit, LB_RECORD_CLAIM_BYTES);
	if (result != LB_OK)
		return result;
	result = lb_region_program(record->flash, record->region, offset + LB_RECORD_CLAIM_BYTES,
	                           unit + LB_RECORD_CLAIM_BYTES, sizeof(unit) - LB_RECORD_CLAIM_BYTES);
	return result == LB_OK ? read_back(record, offset, unit, sizeof(unit)) : result;
}

static bool is_sector_blank(const struct lb_record *record, uint32_t sector)
{
	uint8_t unit[LB_RECORD_UNIT_BYTES];

	for (uint32_t at = 0; at < record->flash->sector_bytes; at += sizeof(unit)) {
		uint32_t offset = sector * record->flash->sector_bytes + at;

		if (lb_region_read(record->flash, record->region, offset, unit, sizeof(unit)) != LB_OK)
			return false;
		if (!lb_bytes_are_blank(unit, sizeof(unit)))
			return false;
	}
	return true;
}

/* A loss must stay one to a reader until the first entry is there, so something must always be left that a new module
 * does not have: the mark of a sector other than the first, written before the last of the stale sectors is erased. */
static uint32_t sector_after_loss(const struct lb_record *record)
{
	for (uint32_t sector = 1; sector < sector_count(record->flash, record->region); sector++)
		if (is_sector_blank(record, sector))
			return sector;
	return 1;
}

/* Prepares one sector and erases all others: an old entry whose cells are in doubt must not come back above the new
 * ones. first is the number to go on from. */
static int clear_stale(const struct lb_record *record, uint32_t *first)
{
	uint32_t sector_bytes = record->flash->sector_bytes;
	uint32_t keep = sector_after_loss(record);
	int result;

	*first = keep * places_per_sector(record->flash);
	result = prepare_sector(record, *first);
	for (uint32_t sector = 0; sector < sector_count(record->flash, record->region) && result == LB_OK; sector++)
		if (sector != keep)
			result = lb_region_erase(record->flash, record->region, sector * sector_bytes, sector_bytes);
	return result;
}

/* What first appends that were cut have left goes, so that none of them claims a second place: that would be a loss to
 * a reader. A sector that is blank to the eye has no mark, and is erased for that. */
static int clear_cut_starts(const struct lb_record *record)
{
	if (is_sector_blank(record, 0))
		return LB_OK;
	return lb_region_erase(record->flash, record->region, 0, record->flash->sector_bytes);
}

/* Tries the places from first on, up to the sector that holds the newest entry, which is never erased. */
static int append_from(struct lb_record *record, uint32_t first, uint32_t end, const struct lb_record_state *state)
{
	uint32_t per_sector = places_per_sector(record->flash);
	uint32_t sequence = first;

	while (sequence < end) {
		bool at_border = sequence % per_sector == 0;
		int result = at_border ? prepare_sector(record, sequence) : LB_OK;

		if (result == LB_ERR_IO)
			return result;
		if (result != LB_OK) {
			sequence += per_sector;
			continue;
		}
		result = write_entry(record, sequence, state);
		if (result == LB_OK) {
			record->status = LB_RECORD_VALID;
			record->sequence = sequence;
			record->state = *state;
			return LB_OK;
		}
		if (result == LB_ERR_IO)
			return result;
		sequence++;
	}
	return LB_ERR_IO;
}

/* Goes at most once round: the newest entry's sector is left alone, and of a lost record nothing may come back above
 * what is appended now. */
int lb_record_append(struct lb_record *record, const struct lb_record_state *state)
{
	uint32_t capacity = lb_record_capacity(record->flash, record->region);
	uint32_t per_sector = places_per_sector(record->flash);
	uint32_t first = record->status == LB_RECORD_VALID ? record->sequence + 1 : 0;

	LB_ASSERT(is_consistent(state));
	if (record->read_only)
		return LB_ERR_VERSION;
	if (first > LB_RECORD_MAX_SEQUENCE - capacity)
		return LB_ERR_BOUNDS;
	if (record->status == LB_RECORD_VALID)
		return append_from(record, first, record->sequence / per_sector * per_sector + capacity, state);

	int result = record->status == LB_RECORD_LOST ? clear_stale(record, &first) : clear_cut_starts(record);
	return result == LB_OK ? append_from(record, first, first + capacity, state) : result;
}

const char *lb_record_change_text(uint8_t change, char room[LB_WORDS_BYTES])
{
	/* ORDER: enum lb_change. */
	static const char *const words[] = {
		"none",        "update started",     "update finished",     "trial boot",        "confirmed",
		"rolled back", "chosen by a script", "tool began to write", "written by a tool",
	};

	_Static_assert(sizeof(words) / sizeof(words[0]) == LB_CHANGE_COUNT, "a word for each number");
	return lb_words_get(words, LB_CHANGE_COUNT, change, room);
}
