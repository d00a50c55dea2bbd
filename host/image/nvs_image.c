#include "host/image/nvs_image.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/nvs/script_value.h"
#include "host/image/board_kinds.h"

struct partition {
	uint8_t *bytes;
	char *reason;
};

/* ---- a flash in memory, without a chip's habits: nobody cuts its power ---- */

static int read_bytes(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct partition *partition = ctx;

	memcpy(data, partition->bytes + offset, size_bytes);
	return LB_OK;
}

static int program_bytes(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	struct partition *partition = ctx;

	memcpy(partition->bytes + offset, data, size_bytes);
	return LB_OK;
}

static int erase_bytes(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	struct partition *partition = ctx;

	memset(partition->bytes + offset, 0xFF, size_bytes);
	return LB_OK;
}

/* ---- values ---- */

static bool refuse(const struct partition *partition, const char *key, const char *why)
{
	snprintf(partition->reason, LB_NVS_IMAGE_REASON_BYTES, "%.40s: %s", key, why);
	return false;
}

/* The value's size; 0 after a line. */
static uint32_t pack(const struct partition *partition, const cJSON *value, uint8_t packed[LB_NVS_VALUE_BYTES])
{
	static const double TOO_LARGE = 9007199254740992.0; /* 2^53: from there on what is read is not what was written */

	if (cJSON_IsString(value) && strlen(value->valuestring) <= LB_SCRIPT_VALUE_STR_BYTES)
		return lb_script_value_of_str(packed, value->valuestring, strlen(value->valuestring));
	if (cJSON_IsString(value)) {
		refuse(partition, value->string, "a text has 2047 bytes at most");
		return 0;
	}
	if (cJSON_IsNumber(value) && value->valuedouble > -TOO_LARGE && value->valuedouble < TOO_LARGE &&
	    (double)(int64_t)value->valuedouble == value->valuedouble)
		return lb_script_value_of_int(packed, (int64_t)value->valuedouble);
	refuse(partition, value->string, "a value is a text or a whole number of up to 53 bits");
	return 0;
}

static bool add(const struct partition *partition, struct lb_nvs *nvs, const cJSON *value)
{
	uint8_t packed[LB_NVS_VALUE_BYTES];

	if (!lb_script_value_is_key(value->string, strlen(value->string)))
		return refuse(partition, value->string, "a name has 1 to 15 bytes and begins with no dot");
	uint32_t packed_bytes = pack(partition, value, packed);
	if (packed_bytes == 0)
		return false;
	if (lb_nvs_set(nvs, value->string, packed, packed_bytes) == LB_OK)
		return true;
	return refuse(partition, value->string, "from here on the values do not fit into nvs");
}

static bool fill(struct partition *partition, uint32_t size_bytes, const cJSON *object)
{
	const struct lb_flash flash = {
		.read = read_bytes,
		.program = program_bytes,
		.erase = erase_bytes,
		.ctx = partition,
		.size_bytes = size_bytes,
		.sector_bytes = lb_board_kinds_here()->sector_bytes,
		.program_bytes = lb_board_kinds_here()->program_bytes,
	};
	struct lb_nvs nvs;
	const cJSON *value;

	memset(partition->bytes, 0xFF, size_bytes);
	if (lb_nvs_open(&nvs, &flash, (struct lb_region){.offset = 0, .size_bytes = size_bytes}) != LB_OK)
		return refuse(partition, "nvs", "this board has no room for values");
	cJSON_ArrayForEach(value, object) if (!add(partition, &nvs, value)) return false;
	return true;
}

bool lb_nvs_image_make(const char *json, size_t json_bytes, uint8_t *bytes, uint32_t size_bytes,
                       char reason[LB_NVS_IMAGE_REASON_BYTES])
{
	struct partition partition = {bytes, reason};
	cJSON *object = cJSON_ParseWithLength(json, json_bytes);
	bool made = false;

	/* cJSON ends a text there, and says nothing. */
	if (memmem(json, json_bytes, "\\u0000", 6) != NULL)
		snprintf(reason, LB_NVS_IMAGE_REASON_BYTES, "a text cannot hold \\u0000");
	else if (cJSON_IsObject(object))
		made = fill(&partition, size_bytes, object);
	else
		snprintf(reason, LB_NVS_IMAGE_REASON_BYTES, "no JSON object such as {\"serial\": 1042, \"site\": \"roof\"}");
	cJSON_Delete(object);
	return made;
}
