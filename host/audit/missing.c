#include "host/audit/missing.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 128 };

static bool is_known(const char *name)
{
	for (size_t i = 0; i < lb_missing_count; i++)
		if (strcmp(lb_missing_names[i], name) == 0)
			return true;
	return false;
}

/* The last word in quotes of an error's text, or its last word; "" when there is none. */
static void last_name(const char *text, char name[NAME_BYTES])
{
	const char *end = strrchr(text, '\'');
	const char *start = end;

	while (start != NULL && start > text && start[-1] != '\'')
		start--;
	if (end == NULL || start == text) {
		start = strrchr(text, ' ');
		start = start != NULL ? start + 1 : text;
		end = text + strlen(text);
	}
	snprintf(name, NAME_BYTES, "%.*s", (int)(end - start), start);
}

static bool is_module_of_others(const char *name)
{
	char package[NAME_BYTES];

	snprintf(package, sizeof(package), "%.*s", (int)strcspn(name, "."), name);
	return is_known(name) || is_known(package);
}

/* "no module named 'x'", "can't import name x", "this module has no LoRa radio". Of a file of the script's own a name
 * that is not there is the script's mistake. */
static bool import_error(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	const char *said = lb_flow_text(flow, error->text);
	const char *base = lb_flow_text(flow, error->base);
	char name[NAME_BYTES];

	last_name(said, name);
	if (strncmp(said, "no module", 9) == 0) {
		const char *why = is_module_of_others(name) ? "Lifeboat has none" : "it is not in the folder (--add FILE)";
		snprintf(text, room, "there is no module %s: %s", name, why);
		return true;
	}
	if (strncmp(said, "this module", 11) == 0)
		snprintf(text, room, "%s", said);
	else if (base[0] != '\0')
		snprintf(text, room, "Lifeboat has no %s.%s", base, name);
	else
		return false;
	return true;
}

/* Of the language's own types only what is known to be elsewhere: None.foo is a mistake. */
static bool attribute_error(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	static const char *const plain[] = {"NoneType",  "bool",      "int",          "float", "str",       "bytes",
	                                    "bytearray", "list",      "tuple",        "dict",  "set",       "function",
	                                    "closure",   "generator", "bound_method", "range", "object",    "module",
	                                    "iterator",  "map",       "zip",          "slice", "memoryview"};
	const char *base = lb_flow_text(flow, error->base);
	char name[NAME_BYTES];
	char whole[2 * NAME_BYTES];

	if (base[0] == '\0')
		return false;
	last_name(lb_flow_text(flow, error->text), name);
	snprintf(whole, sizeof(whole), "%s.%s", base, name);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(base, plain[i]) == 0 && !is_known(whole))
			return false;
	snprintf(text, room, "Lifeboat has no %s", whole);
	return true;
}

static bool name_error(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	char name[NAME_BYTES];
	char whole[NAME_BYTES + sizeof("builtins.")];

	last_name(lb_flow_text(flow, error->text), name);
	snprintf(whole, sizeof(whole), "builtins.%s", name);
	if (!is_known(whole))
		return false;
	snprintf(text, room, "Lifeboat has no %s", name);
	return true;
}

/* Does the call that raised, on this line, name both the callee and the keyword of "machine.Pin(alt)"? */
static bool line_has(const struct lb_flow *flow, const struct lb_trace_error *error, const char *entry)
{
	const struct lb_trace_function *f = &flow->code->function[error->function - 1];
	const char *open = strchr(entry, '(');
	bool callee = false, keyword = false;

	if (open == NULL)
		return false;
	const char *class_name = open;
	while (class_name > entry && class_name[-1] != '.')
		class_name--;
	for (uint32_t i = f->instructions_at; i < f->instructions_at + f->instructions; i++) {
		const struct lb_trace_instruction *in = &flow->code->instruction[i];
		const char *name = lb_flow_text(flow, in->argument < LB_TRACE_TEXT_BYTES ? in->argument : 0);
		size_t size = strlen(name);
		if (in->line != error->line)
			continue;
		if (in->kind == LB_TRACE_NAME || in->kind == LB_TRACE_METHOD)
			callee = callee || (size == (size_t)(open - class_name) && strncmp(name, class_name, size) == 0);
		else if (in->kind == LB_TRACE_STRING)
			keyword = keyword || (strncmp(name, open + 1, size) == 0 && strcmp(open + 1 + size, ")") == 0);
	}
	return callee && keyword;
}

static bool type_error(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	if (error->function == 0)
		return false;
	for (size_t i = 0; i < lb_missing_count; i++)
		if (line_has(flow, error, lb_missing_names[i])) {
			snprintf(text, room, "Lifeboat has no %s", lb_missing_names[i]);
			return true;
		}
	return false;
}

/* Numbers and names of pins, buses and ports that other boards have. */
static bool shape_error(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	static const char *const starts[] = {"pin numbers are ", "no pin '",        "there is bus ",
	                                     "there are buses ", "there are UART ", "Timer doesn't exist"};
	const char *said = lb_flow_text(flow, error->text);

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(said, starts[i], strlen(starts[i])) == 0) {
			snprintf(text, room, "this module is of another shape: %s", said);
			return true;
		}
	return false;
}

/* What the module's own code refuses, and not the script by a `raise`. */
static bool refusal(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	uint32_t at = error->function != 0 ? lb_flow_find(flow, error->function - 1, error->offset) : UINT32_MAX;

	if (at != UINT32_MAX && flow->code->instruction[at].kind == LB_TRACE_RAISE)
		return false;
	snprintf(text, room, "Lifeboat cannot do that: %s", lb_flow_text(flow, error->text));
	return true;
}

/* A file that the scripts want and the folder has not: data, or settings that are kept apart. Its name is in no error,
 * but mostly on the line. */
static bool file_error(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	if (error->script == 0 || strstr(lb_flow_text(flow, error->text), "ENOENT") == NULL)
		return false;
	snprintf(text, room, "a file is not in the folder (--add FILE)");
	if (error->function == 0)
		return true;
	const struct lb_trace_function *f = &flow->code->function[error->function - 1];
	for (uint32_t i = f->instructions_at; i < f->instructions_at + f->instructions; i++) {
		const struct lb_trace_instruction *in = &flow->code->instruction[i];
		const char *name = in->kind == LB_TRACE_STRING ? lb_flow_text(flow, in->argument) : "";
		if (in->line != error->line || strpbrk(name, "./") == NULL)
			continue;
		snprintf(text, room, "there is no file %.60s: it is not in the folder (--add FILE)", name);
		return true;
	}
	return true;
}

/* Each kind of error words a missing name in its own way; of memory the whole board has too little. */
static bool is_a_name(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	const char *type = lb_flow_text(flow, error->type);

	if (strcmp(type, "ImportError") == 0)
		return import_error(flow, error, text, room);
	if (strcmp(type, "AttributeError") == 0)
		return attribute_error(flow, error, text, room);
	if (strcmp(type, "NameError") == 0)
		return name_error(flow, error, text, room);
	if (strcmp(type, "TypeError") == 0)
		return type_error(flow, error, text, room);
	if (strcmp(type, "ValueError") == 0 && shape_error(flow, error, text, room))
		return true;
	if (strcmp(type, "NotImplementedError") == 0 || strstr(lb_flow_text(flow, error->text), "EOPNOTSUPP") != NULL)
		return refusal(flow, error, text, room);
	if (strcmp(type, "OSError") == 0)
		return file_error(flow, error, text, room);
	if (strstr(lb_flow_text(flow, error->text), "incompatible .mpy") != NULL) {
		snprintf(text, room, "a .mpy file that was made for another MicroPython");
		return true;
	}
	if (strcmp(type, "MemoryError") != 0)
		return false;
	snprintf(text, room, "the heap is too small for it");
	return true;
}

/* "I2C bus 0 at 0x3c", as far as the trace knows. */
static void name_device(const struct lb_trace_error *error, const char *bus, char *name, size_t room)
{
	const unsigned number = (error->place & 0xFF) - 1, address = error->place >> 8;

	if (error->place == 0)
		snprintf(name, room, "%s", bus);
	else if (address == 0)
		snprintf(name, room, "%s %u", bus, number);
	else
		snprintf(name, room, "%s bus %u at 0x%02x", bus, number, address);
}

enum lb_missing lb_missing(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room)
{
	static const char *const buses[LB_TRACE_DEVICES] = {
		"I2C", "SPI", "UART", NULL, "the sensor's pin", "the card's slot"};
	const char *bus = error->device != 0 ? buses[error->device - 1] : NULL;
	char name[NAME_BYTES];

	if (is_a_name(flow, error, text, room))
		return LB_MISSING_NAME;
	if (bus == NULL)
		return LB_MISSING_NOTHING;
	name_device(error, bus, name, sizeof(name));
	snprintf(text, room, "nothing answers on %s: %s: %s", name, lb_flow_text(flow, error->type),
	         lb_flow_text(flow, error->text));
	return LB_MISSING_DEVICE;
}
