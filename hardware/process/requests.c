#include "hardware/process/requests.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/hw/pinout.h"
#include "hardware/model/pins.h"
#include "hardware/process/names.h"
#include "hardware/process/snapshot.h"
#include "hardware/process/utf8.h"

enum { REASON_BYTES = LB_CARDSLOT_REASON_BYTES, QUOTED_BYTES = 40, FIELDS_MAX = 2, ID_BYTES = 1024 };

struct call {
	struct lb_module *module;
	const cJSON *request;
	struct lb_requests_result *result;
	char reason[REASON_BYTES]; /* not empty: the request is refused */
};

struct command {
	const char *name;
	void (*run)(struct call *call);
	const char *fields[FIELDS_MAX]; /* beside "cmd" and "id" */
};

cJSON *lb_requests_refusal(const char *reason)
{
	cJSON *reply = cJSON_CreateObject();

	cJSON_AddBoolToObject(reply, "ok", false);
	cJSON_AddStringToObject(reply, "error", reason);
	return reply;
}

__attribute__((format(printf, 2, 3))) static void refuse(struct call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(call->reason, sizeof(call->reason), format, arguments);
	va_end(arguments);
}

/* What a client named, for a text that must stay one short line. */
static const char *quoted(const char *text)
{
	return strlen(text) <= QUOTED_BYTES ? text : "(a long text)";
}

static const cJSON *field(const struct call *call, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(call->request, name);
}

/* --- the commands --- */

bool lb_requests_is_level(const char *level)
{
	return lb_names_find_drive(level) >= 0 || lb_pins_parse_volts(level) >= 0;
}

bool lb_requests_drive(struct lb_module *module, unsigned pin, const char *level)
{
	int drive = lb_names_find_drive(level), millivolts = lb_pins_parse_volts(level);

	if (drive >= 0)
		lb_module_drive_pin(module, pin, (uint32_t)drive);
	else if (millivolts >= 0)
		lb_module_apply_volts(module, pin, (uint32_t)millivolts);
	return lb_requests_is_level(level);
}

/* Reads a pin, or drives it first; the reply shows the net either way. */
static void run_pin(struct call *call)
{
	const cJSON *name = field(call, "name"), *level = field(call, "level");

	if (!cJSON_IsString(name)) {
		refuse(call, "pin: \"name\" is missing: " LB_PINOUT_NAMES ", or an alias such as G23");
		return;
	}
	int pin = lb_pinout_find(name->valuestring);
	if (pin < 0) {
		refuse(call, "no pin \"%s\": " LB_PINOUT_NAMES ", or an alias such as G23", quoted(name->valuestring));
		return;
	}
	if (level != NULL &&
	    !lb_requests_drive(call->module, (unsigned)pin, cJSON_IsString(level) ? level->valuestring : ""))
		refuse(call, "%s takes high, low, float, or 0V to 3.6V with up to three decimals, not %s", name->valuestring,
		       cJSON_IsString(level) ? quoted(level->valuestring) : "that");
	else
		lb_snapshot_add_pin(call->result->reply, call->module, (unsigned)pin);
}

static void run_led(struct call *call)
{
	lb_snapshot_add_led(call->result->reply, call->module);
}

static void run_reset(struct call *call)
{
	if (!lb_module_press_reset(call->module))
		refuse(call, "the module has no power: put the plug in first");
}

static void run_power(struct call *call)
{
	const cJSON *on = field(call, "on");

	if (!cJSON_IsBool(on))
		refuse(call, "power: \"on\" is not true or false");
	else if (cJSON_IsTrue(on))
		lb_module_power_on(call->module);
	else
		lb_module_power_off(call->module);
}

/* Puts a card in or takes it out; the reply is the slot as it then is. */
static void run_sd(struct call *call)
{
	const cJSON *insert = field(call, "insert"), *eject = field(call, "eject");
	struct lb_cardslot *card = &call->module->card;

	if ((insert != NULL) == (eject != NULL) || (insert != NULL && !cJSON_IsString(insert)) ||
	    (eject != NULL && !cJSON_IsTrue(eject))) {
		refuse(call, "sd: one of \"insert\", the path of a file, and \"eject\": true");
		return;
	}
	if (insert == NULL)
		cJSON_AddBoolToObject(call->result->reply, "ejected", lb_cardslot_eject(card));
	else if (!lb_cardslot_insert(card, insert->valuestring, call->reason))
		return;
	lb_cardslot_add_status(card, call->result->reply);
}

static void run_status(struct call *call)
{
	lb_snapshot_add(call->result->reply, call->module);
}

/* From here on the connection gets events; the reply is the state that they start from, so that none is missed. */
static void run_watch(struct call *call)
{
	const cJSON *events = field(call, "events"), *event;
	unsigned mask = (1u << LB_EVENT_COUNT) - 1;

	if (events != NULL) {
		mask = 0;
		bool is_list = cJSON_IsArray(events);
		cJSON_ArrayForEach(event, events)
		{
			int kind = is_list && cJSON_IsString(event) ? lb_events_find(event->valuestring) : -1;
			is_list = kind >= 0;
			if (kind < 0)
				break;
			mask |= 1u << kind;
		}
		if (!is_list) {
			refuse(call, "watch: \"events\" is not a list out of \"led\", \"phase\", \"pin\", \"client\"");
			return;
		}
	}
	call->result->next = LB_NEXT_WATCH;
	call->result->events = mask;
	lb_snapshot_add(call->result->reply, call->module);
}

static void run_attach(struct call *call)
{
	const cJSON *port = field(call, "port");

	if (port != NULL && (!cJSON_IsNumber(port) || port->valuedouble != port->valueint || port->valueint < 0 ||
	                     port->valueint >= LB_UARTHUB_COUNT)) {
		refuse(call, "attach: \"port\" is not 0 to %d", LB_UARTHUB_COUNT - 1);
		return;
	}
	call->result->next = LB_NEXT_ATTACH;
	call->result->port = port == NULL ? 0 : (unsigned)port->valueint;
}

static void run_stop(struct call *call)
{
	lb_module_power_off(call->module);
	call->result->next = LB_NEXT_STOP;
}

static const struct command COMMANDS[] = {
	{"pin", run_pin, {"name", "level"}}, {"led", run_led, {NULL}},
	{"reset", run_reset, {NULL}},        {"power", run_power, {"on"}},
	{"sd", run_sd, {"insert", "eject"}}, {"status", run_status, {NULL}},
	{"watch", run_watch, {"events"}},    {"attach", run_attach, {"port"}},
	{"stop", run_stop, {NULL}},
};
static const char COMMAND_NAMES[] = "pin, led, reset, power, sd, status, watch, attach, stop";

/* --- a request --- */

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		if (strcmp(name, COMMANDS[i].name) == 0)
			return &COMMANDS[i];
	return NULL;
}

static bool takes_field(const struct command *command, const char *name)
{
	if (strcmp(name, "cmd") == 0 || strcmp(name, "id") == 0)
		return true;
	for (int i = 0; i < FIELDS_MAX && command->fields[i] != NULL; i++)
		if (strcmp(name, command->fields[i]) == 0)
			return true;
	return false;
}

/* The reply repeats the id, and it too must fit a line. */
static bool id_is_short(const cJSON *id)
{
	char text[ID_BYTES + 1];

	return id == NULL || cJSON_PrintPreallocated((cJSON *)(uintptr_t)id, text, sizeof(text), false);
}

static void check_fields(struct call *call, const struct command *command)
{
	const cJSON *item;

	if (!id_is_short(field(call, "id")))
		refuse(call, "\"id\" is longer than %d bytes", ID_BYTES);
	cJSON_ArrayForEach(item, call->request)
	{
		if (!takes_field(command, item->string))
			refuse(call, "%s takes no field \"%s\"", command->name, quoted(item->string));
		else if (field(call, item->string) != item)
			refuse(call, "the field \"%s\" is there twice", quoted(item->string));
	}
}

/* A request is checked whole before it does anything. */
static void dispatch(struct call *call)
{
	const cJSON *name = field(call, "cmd");

	if (!cJSON_IsString(name)) {
		refuse(call, "\"cmd\" is missing: one of %s", COMMAND_NAMES);
		return;
	}
	const struct command *command = find_command(name->valuestring);
	if (command == NULL) {
		refuse(call, "no command \"%s\": one of %s", quoted(name->valuestring), COMMAND_NAMES);
		return;
	}
	check_fields(call, command);
	if (call->reason[0] == '\0')
		command->run(call);
}

static cJSON *parse(const char *line, size_t line_bytes)
{
	char text[LB_COMMANDS_LINE_BYTES + 1];

	if (line_bytes > LB_COMMANDS_LINE_BYTES || memchr(line, '\0', line_bytes) != NULL ||
	    !lb_utf8_valid(line, line_bytes))
		return NULL;
	memcpy(text, line, line_bytes);
	text[line_bytes] = '\0';
	return cJSON_ParseWithOpts(text, NULL, true);
}

struct lb_requests_result lb_requests_run(struct lb_module *module, const char *line, size_t line_bytes)
{
	struct lb_requests_result result = {.next = LB_NEXT_REQUEST};
	cJSON *request = parse(line, line_bytes);

	if (!cJSON_IsObject(request)) {
		cJSON_Delete(request);
		result.reply = lb_requests_refusal("this line is no JSON object in UTF-8");
		return result;
	}
	result.reply = cJSON_CreateObject();
	cJSON_AddBoolToObject(result.reply, "ok", true);
	struct call call = {.module = module, .request = request, .result = &result};
	dispatch(&call);
	if (call.reason[0] != '\0') {
		cJSON_Delete(result.reply);
		result.reply = lb_requests_refusal(call.reason);
	}
	cJSON *id = cJSON_DetachItemFromObjectCaseSensitive(request, "id");
	if (id == NULL || !id_is_short(id) || !cJSON_AddItemToObject(result.reply, "id", id))
		cJSON_Delete(id);
	cJSON_Delete(request);
	return result;
}
