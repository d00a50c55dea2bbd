/* The heap of a board, as a person writes it. */
#ifndef LB_COMMANDS_CHECK_HEAP_H
#define LB_COMMANDS_CHECK_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* "160K" or "1M", of a board's bytes; NULL: 0, as much as there is. False after one line on stderr. */
bool lb_check_heap_parse(const char *text, uint32_t *heap_bytes);

#endif
