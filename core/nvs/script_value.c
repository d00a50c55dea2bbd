#include "core/nvs/script_value.h"

#include <string.h>

#include "core/base/bytes.h"

bool lb_script_value_is_key(const char *key, size_t key_bytes)
{
	if (key_bytes < 1 || key_bytes > LB_NVS_KEY_BYTES || key[0] == '.')
		return false;
	for (size_t i = 0; i < key_bytes; i++)
		if (key[i] == '\0')
			return false;
	return true;
}

uint32_t lb_script_value_of_int(uint8_t value[LB_NVS_VALUE_BYTES], int64_t number)
{
	value[0] = LB_SCRIPT_VALUE_INT;
	lb_store64le(value + 1, (uint64_t)number);
	return LB_SCRIPT_VALUE_INT_BYTES;
}

uint32_t lb_script_value_of_str(uint8_t value[LB_NVS_VALUE_BYTES], const char *text, size_t text_bytes)
{
	value[0] = LB_SCRIPT_VALUE_STR;
	memcpy(value + 1, text, text_bytes);
	return (uint32_t)text_bytes + 1;
}
