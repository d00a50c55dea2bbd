#include "core/base/words.h"

#include <string.h>

const char *lb_words_get(const char *const words[], unsigned count, unsigned number, char room[LB_WORDS_BYTES])
{
	static const char start[] = "unknown (";
	char digits[10];
	unsigned length = 0, at = sizeof(start) - 1;

	if (number < count)
		return words[number];
	do {
		digits[length++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	memcpy(room, start, at);
	while (length > 0)
		room[at++] = digits[--length];
	memcpy(room + at, ")", 2);
	return room;
}
