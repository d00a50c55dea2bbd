#include "hardware/process/utf8.h"

#include <stdint.h>

/* How many bytes follow a first byte, and the range that the first of them is in; after it, 0x80 to 0xBF. */
struct lead {
	uint8_t first, last;
	uint8_t followers;
	uint8_t least, most;
};

static const struct lead LEADS[] = {
	{0x00, 0x7F, 0, 0x00, 0x00}, {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF},
	{0xE1, 0xEC, 2, 0x80, 0xBF}, {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF},
	{0xF0, 0xF0, 3, 0x90, 0xBF}, {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

static const struct lead *find_lead(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(LEADS) / sizeof(LEADS[0]); i++)
		if (byte >= LEADS[i].first && byte <= LEADS[i].last)
			return &LEADS[i];
	return NULL;
}

/* How many bytes the character at the start takes; 0 when it is none. */
static size_t character_bytes(const uint8_t *bytes, size_t size_bytes)
{
	const struct lead *lead = find_lead(bytes[0]);

	if (lead == NULL || lead->followers >= size_bytes)
		return 0;
	for (size_t i = 1; i <= lead->followers; i++) {
		uint8_t least = i == 1 ? lead->least : 0x80, most = i == 1 ? lead->most : 0xBF;
		if (bytes[i] < least || bytes[i] > most)
			return 0;
	}
	return lead->followers + 1u;
}

bool lb_utf8_valid(const char *text, size_t size_bytes)
{
	const uint8_t *bytes = (const uint8_t *)text;

	while (size_bytes != 0) {
		size_t taken = character_bytes(bytes, size_bytes);
		if (taken == 0)
			return false;
		bytes += taken;
		size_bytes -= taken;
	}
	return true;
}
