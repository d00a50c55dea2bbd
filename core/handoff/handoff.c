#define LB_ASSERT_FILE 5
#include "core/handoff/handoff.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"

/* Offsets in a part: docs/spec/handoff.md. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_LENGTH = 6,
	AT_CRC = 8,
	HEADER_BYTES = 12,

	DOWN_MODE = 12,
	DOWN_REASON = 13,
	DOWN_WHY = 14,
	DOWN_CAUSE = 15,
	DOWN_SLOT = 16,
	DOWN_LATEST = 17,
	DOWN_PREVIOUS = 18,
	DOWN_ON_TRIAL = 19,
	DOWN_TRIES_LEFT = 20,
	DOWN_HOLD_MS = 24,
	DOWN_CRASH_COUNT = 28,
	DOWN_IMAGE_VERSION = 32,
	DOWN_BOOTLOADER_VERSION = 40,
	DOWN_BOARD_ID = 48,
	DOWN_FLASHMAP = 64,
	DOWN_PARTS = 9, /* as many partitions lie there; further ones in the table at the end */
	DOWN_VERDICT = DOWN_FLASHMAP + 8 * DOWN_PARTS,
	DOWN_LAST_CHANGE = DOWN_VERDICT + 4 * LB_SLOT_COUNT,
	DOWN_BELOW_FLOOR = DOWN_LAST_CHANGE + 1,
	DOWN_MORE_COUNT = DOWN_LAST_CHANGE + 4,
	DOWN_MORE_PARTS = DOWN_MORE_COUNT + 4,
	DOWN_MORE_MAX = 8,
	DOWN_TRIAL_WAKES = DOWN_MORE_PARTS + 8 * DOWN_MORE_MAX,
	DOWN_BYTES = DOWN_TRIAL_WAKES + 4,

	UP_REQUEST = 12,
	UP_SLOT = 13,
	UP_LAST_ERROR = 16,
	UP_BYTES = UP_LAST_ERROR + LB_HANDOFF_ERROR_BYTES,

	KEYS_COUNT = 12,
	KEYS_FIRST = 16,
	KEY_TYPE = 0,
	KEY_HASH = 4,
	KEY_POINT = KEY_HASH + (int)LB_SHA256_BYTES,
	KEY_BYTES = KEY_POINT + (int)LB_KEY_POINT_BYTES,
};

_Static_assert((int)DOWN_BYTES <= (int)LB_HANDOFF_DOWN_SPACE, "the down part fits its space");
_Static_assert((int)UP_BYTES <= (int)LB_HANDOFF_UP_SPACE, "the up part fits its space");
_Static_assert(KEYS_FIRST + (int)LB_HANDOFF_KEYS_MAX * (int)KEY_BYTES <= (int)LB_HANDOFF_KEYS_SPACE,
               "the keys fit their space");
_Static_assert(DOWN_BYTES == 224, "docs/spec/handoff.md");
_Static_assert((int)LB_PART_COUNT >= (int)DOWN_PARTS && (int)LB_PART_COUNT <= (int)DOWN_PARTS + (int)DOWN_MORE_MAX,
               "every partition has its place");

/* Over the whole part but the CRC's own four bytes. */
static uint32_t part_crc(const uint8_t *part, uint16_t length)
{
	uint32_t crc = lb_crc32(0, part, AT_CRC);

	return lb_crc32(crc, part + HEADER_BYTES, (size_t)length - HEADER_BYTES);
}

static void seal(uint8_t *part, uint32_t magic, uint16_t length)
{
	lb_store32le(part + AT_MAGIC, magic);
	lb_store16le(part + AT_VERSION, LB_HANDOFF_VERSION);
	lb_store16le(part + AT_LENGTH, length);
	lb_store32le(part + AT_CRC, part_crc(part, length));
}

static int check(const uint8_t *part, uint32_t magic, uint16_t space)
{
	uint16_t length = lb_load16le(part + AT_LENGTH);

	if (lb_load32le(part + AT_MAGIC) != magic || length < HEADER_BYTES || length > space)
		return LB_ERR_FORMAT;
	if (lb_load32le(part + AT_CRC) != part_crc(part, length))
		return LB_ERR_CHECKSUM;
	if (lb_load16le(part + AT_VERSION) != LB_HANDOFF_VERSION)
		return LB_ERR_VERSION;
	return LB_OK;
}

/* The fields of a part laid over those of the defaults, so that a shorter part leaves the defaults in place. */
static void overlay(uint8_t *fields, uint16_t known, const uint8_t *part)
{
	uint16_t length = lb_load16le(part + AT_LENGTH);

	memcpy(fields, part, length < known ? length : known);
}

static uint8_t known_or(uint8_t value, uint8_t end, uint8_t otherwise)
{
	return value < end ? value : otherwise;
}

static void store_version(uint8_t *bytes, const struct lb_version *version)
{
	bytes[0] = version->major;
	bytes[1] = version->minor;
	lb_store16le(bytes + 2, version->revision);
	lb_store32le(bytes + 4, version->build);
}

static struct lb_version load_version(const uint8_t *bytes)
{
	return (struct lb_version){bytes[0], bytes[1], lb_load16le(bytes + 2), lb_load32le(bytes + 4)};
}

static unsigned part_place(unsigned number)
{
	return number < DOWN_PARTS ? DOWN_FLASHMAP + 8 * number : DOWN_MORE_PARTS + 8 * (number - DOWN_PARTS);
}

static void store_flashmap(uint8_t *part, const struct lb_flashmap *map)
{
	for (unsigned i = 0; i < LB_PART_COUNT; i++) {
		lb_store32le(part + part_place(i), map->part[i].offset);
		lb_store32le(part + part_place(i) + 4, map->part[i].size_bytes);
	}
	part[DOWN_MORE_COUNT] = LB_PART_COUNT - DOWN_PARTS;
}

/* A partition that the writer did not know is one that the board has not: size 0. */
static void load_flashmap(const uint8_t *part, struct lb_flashmap *map)
{
	const unsigned count = DOWN_PARTS + part[DOWN_MORE_COUNT];

	memset(map, 0, sizeof(*map));
	for (unsigned i = 0; i < LB_PART_COUNT && i < count; i++) {
		map->part[i].offset = lb_load32le(part + part_place(i));
		map->part[i].size_bytes = lb_load32le(part + part_place(i) + 4);
	}
}

/* Byte by byte in the places that docs/spec/handoff.md gives, whatever the compiler makes of the struct. */
static void encode_down(uint8_t *part, const struct lb_handoff_down *down)
{
	part[DOWN_MODE] = (uint8_t)down->mode;
	part[DOWN_REASON] = (uint8_t)down->reason;
	part[DOWN_WHY] = (uint8_t)down->why;
	part[DOWN_CAUSE] = (uint8_t)down->cause;
	part[DOWN_SLOT] = (uint8_t)down->slot;
	part[DOWN_LATEST] = (uint8_t)down->latest;
	part[DOWN_PREVIOUS] = (uint8_t)down->previous;
	part[DOWN_ON_TRIAL] = down->on_trial;
	part[DOWN_TRIES_LEFT] = down->tries_left;
	lb_store32le(part + DOWN_HOLD_MS, down->hold_ms);
	lb_store32le(part + DOWN_CRASH_COUNT, down->crash_count);
	store_version(part + DOWN_IMAGE_VERSION, &down->image_version);
	store_version(part + DOWN_BOOTLOADER_VERSION, &down->bootloader_version);
	memcpy(part + DOWN_BOARD_ID, down->board_id, LB_BOARD_ID_BYTES);
	store_flashmap(part, &down->flashmap);
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		lb_store32le(part + DOWN_VERDICT + 4 * i, down->verdict[i]);
	part[DOWN_LAST_CHANGE] = down->last_change;
	part[DOWN_BELOW_FLOOR] = down->below_floor;
	lb_store32le(part + DOWN_TRIAL_WAKES, down->trial_wakes);
}

/* The same places read; a slot that is none reads as LB_SLOT_NONE, other numbers as they are, for newer writers. */
static void decode_down(const uint8_t *part, struct lb_handoff_down *down)
{
	down->mode = part[DOWN_MODE];
	down->reason = part[DOWN_REASON];
	down->why = part[DOWN_WHY];
	down->cause = part[DOWN_CAUSE];
	down->slot = known_or(part[DOWN_SLOT], LB_SLOT_COUNT, LB_SLOT_NONE);
	down->latest = known_or(part[DOWN_LATEST], LB_SLOT_COUNT, LB_SLOT_NONE);
	down->previous = known_or(part[DOWN_PREVIOUS], LB_SLOT_COUNT, LB_SLOT_NONE);
	down->on_trial = part[DOWN_ON_TRIAL] == 1;
	down->tries_left = part[DOWN_TRIES_LEFT];
	down->hold_ms = lb_load32le(part + DOWN_HOLD_MS);
	down->crash_count = lb_load32le(part + DOWN_CRASH_COUNT);
	down->image_version = load_version(part + DOWN_IMAGE_VERSION);
	down->bootloader_version = load_version(part + DOWN_BOOTLOADER_VERSION);
	memcpy(down->board_id, part + DOWN_BOARD_ID, LB_BOARD_ID_BYTES);
	load_flashmap(part, &down->flashmap);
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		down->verdict[i] = lb_load32le(part + DOWN_VERDICT + 4 * i);
	down->last_change = part[DOWN_LAST_CHANGE];
	down->below_floor = part[DOWN_BELOW_FLOOR] == 1;
	down->trial_wakes = lb_load32le(part + DOWN_TRIAL_WAKES);
}

void lb_handoff_put_down(uint8_t *retained, const struct lb_handoff_down *down)
{
	uint8_t *part = retained + LB_HANDOFF_DOWN_OFFSET;

	memset(part, 0, LB_HANDOFF_DOWN_SPACE);
	encode_down(part, down);
	seal(part, LB_HANDOFF_DOWN_MAGIC, DOWN_BYTES);
}

int lb_handoff_get_down(const uint8_t *retained, struct lb_handoff_down *down)
{
	const uint8_t *part = retained + LB_HANDOFF_DOWN_OFFSET;
	uint8_t fields[DOWN_BYTES] = {
		[DOWN_SLOT] = LB_SLOT_NONE,
		[DOWN_LATEST] = LB_SLOT_NONE,
		[DOWN_PREVIOUS] = LB_SLOT_NONE,
	};
	int result = check(part, LB_HANDOFF_DOWN_MAGIC, LB_HANDOFF_DOWN_SPACE);

	if (result == LB_OK)
		overlay(fields, DOWN_BYTES, part);
	decode_down(fields, down);
	return result;
}

/* A field that an earlier writer did not know is 0. */
static uint32_t load_or_zero(const uint8_t *part, uint16_t at)
{
	return at + sizeof(uint32_t) <= lb_load16le(part + AT_LENGTH) ? lb_load32le(part + at) : 0;
}

struct lb_handoff_counts lb_handoff_get_counts(const uint8_t *retained)
{
	const uint8_t *part = retained + LB_HANDOFF_DOWN_OFFSET;

	if (check(part, LB_HANDOFF_DOWN_MAGIC, LB_HANDOFF_DOWN_SPACE) != LB_OK)
		return (struct lb_handoff_counts){0};
	return (struct lb_handoff_counts){load_or_zero(part, DOWN_CRASH_COUNT), load_or_zero(part, DOWN_TRIAL_WAKES)};
}

void lb_handoff_put_up(uint8_t *retained, const struct lb_handoff_up *up)
{
	uint8_t *part = retained + LB_HANDOFF_UP_OFFSET;
	const char *text = up->last_error;

	memset(part, 0, LB_HANDOFF_UP_SPACE);
	part[UP_REQUEST] = (uint8_t)up->request;
	part[UP_SLOT] = (uint8_t)up->slot;
	for (unsigned i = 0; i < LB_HANDOFF_ERROR_BYTES - 1 && text[i] != '\0'; i++)
		part[UP_LAST_ERROR + i] = (uint8_t)text[i];
	seal(part, LB_HANDOFF_UP_MAGIC, UP_BYTES);
}

int lb_handoff_get_up(const uint8_t *retained, struct lb_handoff_up *up)
{
	const uint8_t *part = retained + LB_HANDOFF_UP_OFFSET;
	uint8_t fields[UP_BYTES] = {[UP_SLOT] = LB_SLOT_NONE};
	int result = check(part, LB_HANDOFF_UP_MAGIC, LB_HANDOFF_UP_SPACE);

	if (result == LB_OK)
		overlay(fields, UP_BYTES, part);
	up->request = known_or(fields[UP_REQUEST], LB_REQUEST_COUNT, LB_REQUEST_NONE);
	up->slot = known_or(fields[UP_SLOT], LB_SLOT_COUNT, LB_SLOT_NONE);
	memcpy(up->last_error, fields + UP_LAST_ERROR, LB_HANDOFF_ERROR_BYTES);
	up->last_error[LB_HANDOFF_ERROR_BYTES - 1] = '\0';
	return result;
}

/* In place: what a newer image put behind the request stays, and so does the error, which is news and not an order. */
enum lb_request lb_handoff_take_request(uint8_t *retained, enum lb_slot *slot)
{
	uint8_t *part = retained + LB_HANDOFF_UP_OFFSET;
	uint8_t fields[UP_LAST_ERROR] = {[UP_SLOT] = LB_SLOT_NONE};
	uint16_t length = lb_load16le(part + AT_LENGTH);

	if (check(part, LB_HANDOFF_UP_MAGIC, LB_HANDOFF_UP_SPACE) == LB_OK) {
		overlay(fields, UP_LAST_ERROR, part);
	} else {
		memset(part, 0, LB_HANDOFF_UP_SPACE);
		length = UP_BYTES;
	}
	part[UP_REQUEST] = LB_REQUEST_NONE;
	part[UP_SLOT] = LB_SLOT_NONE;
	seal(part, LB_HANDOFF_UP_MAGIC, length < UP_LAST_ERROR ? UP_LAST_ERROR : length);
	*slot = known_or(fields[UP_SLOT], LB_SLOT_COUNT, LB_SLOT_NONE);
	return known_or(fields[UP_REQUEST], LB_REQUEST_COUNT, LB_REQUEST_NONE);
}

void lb_handoff_put_keys(uint8_t *retained, const struct lb_image_key *keys, size_t count)
{
	uint8_t *part = retained + LB_HANDOFF_KEYS_OFFSET;

	LB_ASSERT(count <= LB_HANDOFF_KEYS_MAX);
	memset(part, 0, LB_HANDOFF_KEYS_SPACE);
	part[KEYS_COUNT] = (uint8_t)count;
	for (size_t i = 0; i < count; i++) {
		uint8_t *key = part + KEYS_FIRST + KEY_BYTES * i;

		key[KEY_TYPE] = (uint8_t)keys[i].type;
		memcpy(key + KEY_HASH, keys[i].hash, LB_SHA256_BYTES);
		memcpy(key + KEY_POINT, keys[i].point, LB_KEY_POINT_BYTES);
	}
	seal(part, LB_HANDOFF_KEYS_MAGIC, (uint16_t)(KEYS_FIRST + KEY_BYTES * count));
}

int lb_handoff_get_keys(const uint8_t *retained, struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], size_t *count)
{
	const uint8_t *part = retained + LB_HANDOFF_KEYS_OFFSET;
	uint16_t length = lb_load16le(part + AT_LENGTH);
	int result = check(part, LB_HANDOFF_KEYS_MAGIC, LB_HANDOFF_KEYS_SPACE);

	memset(keys, 0, LB_HANDOFF_KEYS_MAX * sizeof(*keys));
	*count = 0;
	if (result != LB_OK)
		return result;
	/* Only keys that are there as a whole. */
	while (*count < LB_HANDOFF_KEYS_MAX && *count < part[KEYS_COUNT] &&
	       length >= KEYS_FIRST + KEY_BYTES * (*count + 1)) {
		const uint8_t *from = part + KEYS_FIRST + KEY_BYTES * *count;
		struct lb_image_key *key = &keys[*count];

		key->type = (enum lb_key_type)from[KEY_TYPE];
		memcpy(key->hash, from + KEY_HASH, LB_SHA256_BYTES);
		memcpy(key->point, from + KEY_POINT, LB_KEY_POINT_BYTES);
		++*count;
	}
	return LB_OK;
}

bool lb_handoff_add_key(struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], size_t *count, const struct lb_image_key *key)
{
	for (size_t i = 0; i < *count; i++)
		if (memcmp(keys[i].hash, key->hash, LB_SHA256_BYTES) == 0)
			return true;
	if (*count >= LB_HANDOFF_KEYS_MAX)
		return false;
	keys[(*count)++] = *key;
	return true;
}

void lb_handoff_clear(uint8_t *retained)
{
	memset(retained, 0, LB_HANDOFF_SPACE);
}
