#include "host/client/json.h"

#include <stdio.h>
#include <string.h>

const cJSON *lb_json_field(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *lb_json_text(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(lb_json_field(object, key));

	return text != NULL ? text : "";
}

bool lb_json_is(const cJSON *object, const char *key, const char *text)
{
	return strcmp(lb_json_text(object, key), text) == 0;
}

double lb_json_number(const cJSON *object, const char *key)
{
	const cJSON *value = lb_json_field(object, key);

	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

void lb_json_copy(const cJSON *object, const char *key, char *text, size_t size_bytes)
{
	snprintf(text, size_bytes, "%s", lb_json_text(object, key));
}
