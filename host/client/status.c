#include "host/client/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/handoff/handoff.h"
#include "core/handoff/handoff_text.h"
#include "core/image/image.h"
#include "core/record/record.h"
#include "host/client/json.h"
#include "host/image/board_kinds.h"

static void add_text(cJSON *object, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		cJSON_AddNullToObject(object, key);
	else
		cJSON_AddStringToObject(object, key, text);
}

/* The reply's field as it is, or null. */
static void copy(cJSON *object, const char *key, const cJSON *reply, const char *reply_key)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(reply, reply_key);

	cJSON_AddItemToObject(object, key, value != NULL ? cJSON_Duplicate(value, true) : cJSON_CreateNull());
}

static void copy_object(cJSON *object, const char *key, const cJSON *reply)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(reply, key);

	cJSON_AddItemToObject(object, key, value != NULL ? cJSON_Duplicate(value, true) : cJSON_CreateObject());
}

static int nibble(char digit)
{
	const char *digits = "0123456789abcdef";
	char small = (char)(digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit);
	const char *at = digit != '\0' ? strchr(digits, small) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* As many bytes as the text has, the rest 0. */
static void decode_hex(const char *hex, uint8_t *bytes, size_t size_bytes)
{
	memset(bytes, 0, size_bytes);
	for (size_t i = 0; hex != NULL && i < size_bytes; i++) {
		int high = nibble(hex[2 * i]);
		int low = high >= 0 ? nibble(hex[2 * i + 1]) : -1;
		if (low < 0)
			return;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
}

void lb_status_version(const struct lb_version *version, char text[LB_STATUS_VERSION_BYTES])
{
	int used = snprintf(text, LB_STATUS_VERSION_BYTES, "%u.%u.%u", version->major, version->minor, version->revision);

	if (version->build != 0)
		snprintf(text + used, LB_STATUS_VERSION_BYTES - (size_t)used, "+%u", version->build);
}

static void add_version(cJSON *object, const char *key, const struct lb_version *version)
{
	char text[LB_STATUS_VERSION_BYTES];

	lb_status_version(version, text);
	cJSON_AddStringToObject(object, key, text);
}

/* down NULL: nothing was handed over. */
static void add_boot(cJSON *status, const struct lb_handoff_down *down, const cJSON *reply)
{
	cJSON *boot = cJSON_AddObjectToObject(status, "boot");
	char room[LB_WORDS_BYTES];
	bool runs_image = down != NULL && down->slot < LB_SLOT_COUNT;

	add_text(boot, "mode", down != NULL ? lb_handoff_text_mode(down->mode, room) : NULL);
	add_text(boot, "reason", down != NULL ? lb_handoff_text_reason(down->reason, room) : NULL);
	add_text(boot, "why", runs_image ? lb_handoff_text_why(down->why, room) : NULL);
	add_text(boot, "slot", runs_image ? lb_slot_name(down->slot) : NULL);
	if (runs_image)
		add_version(boot, "version", &down->image_version);
	else
		cJSON_AddNullToObject(boot, "version");
	copy(boot, "cause", reply, "cause");
	cJSON_AddNumberToObject(boot, "hold_ms", down != NULL ? down->hold_ms : 0);
	cJSON_AddBoolToObject(boot, "below_floor", runs_image && down->below_floor);
}

/* What the bootloader knew of the record at this boot: null where it handed nothing over. */
static void add_record(cJSON *status, const struct lb_handoff_down *down)
{
	char room[LB_WORDS_BYTES];

	if (down != NULL && down->on_trial) {
		cJSON *trial = cJSON_AddObjectToObject(status, "trial");
		cJSON_AddNumberToObject(trial, "left", down->tries_left);
	} else {
		cJSON_AddNullToObject(status, "trial");
	}
	cJSON *record = cJSON_AddObjectToObject(status, "record");
	bool has_previous = down != NULL && down->previous < LB_SLOT_COUNT;
	add_text(record, "latest", down != NULL && down->latest < LB_SLOT_COUNT ? lb_slot_name(down->latest) : NULL);
	add_text(record, "previous", has_previous ? lb_slot_name(down->previous) : NULL);
	bool changed = down != NULL && down->last_change != LB_CHANGE_NONE;
	add_text(record, "last_change", changed ? lb_record_change_text(down->last_change, room) : NULL);
	if (down != NULL)
		add_version(status, "bootloader", &down->bootloader_version);
	else
		cJSON_AddNullToObject(status, "bootloader");
}

static void add_images(cJSON *status, const struct lb_handoff_down *down)
{
	cJSON *images = cJSON_AddObjectToObject(status, "images");

	for (int slot = 0; down != NULL && slot < LB_SLOT_COUNT; slot++)
		if (down->verdict[slot] != LB_IMAGE_UNKNOWN)
			add_text(images, lb_slot_name((enum lb_slot)slot), lb_image_verdict_text(down->verdict[slot]));
}

cJSON *lb_status_compose(const cJSON *reply)
{
	uint8_t retained[LB_RETAINED_BYTES];
	struct lb_handoff_down down;
	struct lb_handoff_up up;

	decode_hex(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "handoff")), retained, sizeof(retained));
	/* Without power retained RAM is forgotten, whatever the hardware may still show of it. */
	bool is_on = lb_json_is(reply, "power", "on");
	bool handed = is_on && lb_handoff_get_down(retained, &down) == 0;
	bool erred = is_on && lb_handoff_get_up(retained, &up) == 0;

	cJSON *status = cJSON_CreateObject();
	cJSON_AddNumberToObject(status, "v", 1);
	copy(status, "board", reply, "board");
	copy(status, "power", reply, "power");
	copy(status, "phase", reply, "phase");
	add_boot(status, handed ? &down : NULL, reply);
	add_record(status, handed ? &down : NULL);
	copy(status, "led", reply, "led");
	copy(status, "led_mode", reply, "led_mode");
	copy_object(status, "pins", reply);
	copy_object(status, "pwm", reply);
	copy_object(status, "volts", reply);
	copy(status, "uart0", reply, "uart0");
	copy(status, "uart1", reply, "uart1");
	copy(status, "uart2", reply, "uart2");
	copy(status, "rfc2217", reply, "rfc2217");
	copy_object(status, "net", reply);
	copy(status, "sd", reply, "sd");
	add_text(status, "last_error", erred ? up.last_error : NULL);
	copy(status, "keys", reply, "keys");
	copy(status, "added_keys", reply, "added_keys");
	copy(status, "clock", reply, "clock");
	copy(status, "t_ms", reply, "t_ms");
	copy(status, "boots", reply, "boot");
	copy(status, "reset_line", reply, "reset_line");
	copy_object(status, "g23_held_by", reply);
	copy_object(status, "drive", reply);
	copy_object(status, "flash", reply);
	add_images(status, handed ? &down : NULL);
	copy(status, "dir", reply, "dir");
	copy(status, "pid", reply, "pid");
	return status;
}

/* Keys and words are the same: the firmware gives fewer of them. */
static void overlay(cJSON *status, const cJSON *own)
{
	const cJSON *value;

	cJSON_ArrayForEach(value, own)
	{
		cJSON *here = cJSON_GetObjectItemCaseSensitive(status, value->string);
		if (here == NULL)
			continue;
		if (cJSON_IsObject(here) && cJSON_IsObject(value))
			overlay(here, value);
		else
			cJSON_ReplaceItemInObjectCaseSensitive(status, value->string, cJSON_Duplicate(value, true));
	}
}

cJSON *lb_status_of_repl(const cJSON *own)
{
	cJSON *reply = cJSON_CreateObject();

	cJSON_AddStringToObject(reply, "power", "on");
	cJSON_AddStringToObject(reply, "phase", "repl");
	cJSON *status = lb_status_compose(reply);
	cJSON_Delete(reply);
	overlay(status, own);
	return status;
}

cJSON *lb_status_stopped(void)
{
	cJSON *reply = cJSON_CreateObject();

	cJSON_AddStringToObject(reply, "board", lb_board_kinds_here()->name);
	cJSON_AddStringToObject(reply, "power", "off");
	cJSON_AddStringToObject(reply, "phase", "off");
	cJSON_AddStringToObject(reply, "led", "#000000");
	cJSON_AddStringToObject(reply, "led_mode", "off");
	cJSON *status = lb_status_compose(reply);
	cJSON_Delete(reply);
	return status;
}
