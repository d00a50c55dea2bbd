/* What a script stores by pycom.nvs_set, as the store has it: docs/spec/nvs.md. */
#ifndef LB_NVS_SCRIPT_VALUE_H
#define LB_NVS_SCRIPT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nvs/nvs.h"

enum {
	LB_SCRIPT_VALUE_INT = 'i', /* before an i64 */
	LB_SCRIPT_VALUE_STR = 's', /* before UTF-8 */
	LB_SCRIPT_VALUE_INT_BYTES = 1 + 8,
	LB_SCRIPT_VALUE_STR_BYTES = LB_NVS_VALUE_BYTES - 1, /* at most, without its kind */
};

/* A key that a script may use: 1 to LB_NVS_KEY_BYTES bytes, none of them 0, and no dot before them. */
bool lb_script_value_is_key(const char *key, size_t key_bytes);
/* Both return the size of what they made. text_bytes is at most LB_SCRIPT_VALUE_STR_BYTES. */
uint32_t lb_script_value_of_int(uint8_t value[LB_NVS_VALUE_BYTES], int64_t number);
uint32_t lb_script_value_of_str(uint8_t value[LB_NVS_VALUE_BYTES], const char *text, size_t text_bytes);

#endif
