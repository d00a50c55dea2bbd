#define LB_ASSERT_FILE 19
#include "host/image/board_kinds.h"

#include <sodium.h>
#include <string.h>

#include "core/base/assert.h"

/* The build lists the folders in LB_BOARDS: KIND(one) KIND(other). */
#define KIND(name) extern const struct lb_board_kind lb_kind_##name;
LB_BOARDS
#undef KIND

static const struct lb_board_kind *const kinds[] = {
#define KIND(name) &lb_kind_##name,
	LB_BOARDS
#undef KIND
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const struct lb_board_kind *lb_board_kinds_find(const uint8_t id[LB_BOARD_ID_BYTES])
{
	for (int i = 0; i < KINDS; i++)
		if (memcmp(kinds[i]->id, id, LB_BOARD_ID_BYTES) == 0)
			return kinds[i];
	return NULL;
}

const struct lb_board_kind *lb_board_kinds_named(const char *name)
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

const struct lb_board_kind *lb_board_kinds_here(void)
{
	const struct lb_board_kind *kind = lb_board_kinds_named("virtual");

	LB_ASSERT(kind != NULL);
	return kind;
}

uint32_t lb_board_kinds_slot_bytes(const uint8_t *id)
{
	const struct lb_board_kind *only = id != NULL ? lb_board_kinds_find(id) : NULL;
	uint32_t most_bytes = 0;

	for (int i = 0; i < KINDS; i++) {
		for (int slot = 0; slot < LB_SLOT_COUNT && (only == NULL || only == kinds[i]); slot++) {
			uint32_t size_bytes = kinds[i]->flashmap->part[lb_slot_part((enum lb_slot)slot)].size_bytes;
			most_bytes = size_bytes > most_bytes ? size_bytes : most_bytes;
		}
	}
	return most_bytes;
}

bool lb_board_kinds_parse(const char *text, uint8_t id[LB_BOARD_ID_BYTES])
{
	const struct lb_board_kind *kind = lb_board_kinds_named(text);
	size_t id_bytes = LB_BOARD_ID_BYTES;

	if (kind != NULL)
		memcpy(id, kind->id, LB_BOARD_ID_BYTES);
	return kind != NULL || (sodium_hex2bin(id, LB_BOARD_ID_BYTES, text, strlen(text), "-", &id_bytes, NULL) == 0 &&
	                        id_bytes == LB_BOARD_ID_BYTES);
}
