#include "host/image/board_kind.h"

#include <sodium.h>
#include <string.h>

static const struct {
	const char *name, *id;
} kinds[] = {
	{"virtual", "6f048690-b200-4f08-bb0d-9805c6c7167e"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool parse_uuid(const char *text, uint8_t id[LB_BOARD_ID_BYTES])
{
	size_t id_bytes;

	return sodium_hex2bin(id, LB_BOARD_ID_BYTES, text, strlen(text), "-", &id_bytes, NULL) == 0 &&
	       id_bytes == LB_BOARD_ID_BYTES;
}

bool lb_board_kind_parse(const char *text, uint8_t id[LB_BOARD_ID_BYTES])
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(text, kinds[i].name) == 0)
			return parse_uuid(kinds[i].id, id);
	return parse_uuid(text, id);
}

const char *lb_board_kind_name(const uint8_t id[LB_BOARD_ID_BYTES])
{
	uint8_t known[LB_BOARD_ID_BYTES];

	for (int i = 0; i < KINDS; i++)
		if (parse_uuid(kinds[i].id, known) && memcmp(known, id, LB_BOARD_ID_BYTES) == 0)
			return kinds[i].name;
	return NULL;
}
