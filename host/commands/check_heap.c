#include "host/commands/check_heap.h"

#include <stdlib.h>
#include <string.h>

#include "host/commands/args.h"

enum {
	HEAP_LEAST_KIB = 16,
	HEAP_MOST_KIB = 1024, /* half of the module's: its objects are twice a board's */
};

bool lb_check_heap_parse(const char *text, uint32_t *heap_bytes)
{
	char *end;

	*heap_bytes = 0;
	if (text == NULL)
		return true;
	long kib = strtol(text, &end, 10);
	if (strcmp(end, "M") == 0 && kib > 0 && kib <= HEAP_MOST_KIB / 1024)
		kib *= 1024;
	else if (strcmp(end, "K") != 0)
		kib = 0;
	if (end != text && kib >= HEAP_LEAST_KIB && kib <= HEAP_MOST_KIB) {
		*heap_bytes = (uint32_t)kib * 1024;
		return true;
	}
	lb_args_wrong("--heap takes a board's heap from %dK to %dK, such as 160K: '%s'", HEAP_LEAST_KIB, HEAP_MOST_KIB,
	              text);
	return false;
}
