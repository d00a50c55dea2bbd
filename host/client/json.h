/* Reading what a module's hardware says, without asking twice whether it said it. */
#ifndef LB_CLIENT_JSON_H
#define LB_CLIENT_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* NULL: object (which may be NULL, or no object) has no such key. */
const cJSON *lb_json_field(const cJSON *object, const char *key);
/* "": there is none, or it is no text. */
const char *lb_json_text(const cJSON *object, const char *key);
bool lb_json_is(const cJSON *object, const char *key, const char *text);
/* 0: there is none, or it is no number. */
double lb_json_number(const cJSON *object, const char *key);
/* lb_json_text, cut to size_bytes with the 0 at its end. */
void lb_json_copy(const cJSON *object, const char *key, char *text, size_t size_bytes);

#endif
