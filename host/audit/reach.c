#include "host/audit/reach.h"

#include <stdio.h>
#include <string.h>

enum { MODULE_BYTES = 256 };

#define FLASH "/flash/"

const char *lb_reach_file_name(const char *path)
{
	return strncmp(path, FLASH, sizeof(FLASH) - 1) == 0 ? path + sizeof(FLASH) - 1 : path;
}

bool lb_reach_is_file(const char *path)
{
	return path[0] == '/';
}

static const char *path_of(const struct lb_flow *flow, uint32_t function)
{
	return lb_flow_text(flow, flow->code->function[function].file);
}

/* "umqtt.simple" of "/flash/lib/umqtt/simple.py". */
static void name_module(const char *path, char module[MODULE_BYTES])
{
	const char *name = lb_reach_file_name(path);

	if (strncmp(name, "lib/", 4) == 0)
		name += 4;
	snprintf(module, MODULE_BYTES, "%s", name);
	char *end = strrchr(module, '.');
	if (end != NULL)
		*end = '\0';
	size_t size = strlen(module);
	if (size > 9 && strcmp(module + size - 9, "/__init__") == 0)
		module[size - 9] = '\0';
	for (char *at = module; *at != '\0'; at++)
		if (*at == '/')
			*at = '.';
}

static const char *last_part(const char *module)
{
	const char *dot = strrchr(module, '.');

	return dot != NULL ? dot + 1 : module;
}

/* Does `import NAME`, or `from PACKAGE import NAME`, load the file? A package loads with its parts. So may whatever
 * names the file: execfile("app.py"). */
static bool loads(const struct lb_trace_instruction *instruction, const char *name, const char *path)
{
	char module[MODULE_BYTES];

	if (instruction->kind == LB_TRACE_STRING)
		return strcmp(lb_reach_file_name(name), lb_reach_file_name(path)) == 0;
	name_module(path, module);
	size_t size = strlen(module);
	if (instruction->kind == LB_TRACE_IMPORT_FROM)
		return strcmp(name, last_part(module)) == 0 && strchr(module, '.') != NULL;
	if (instruction->kind != LB_TRACE_IMPORT)
		return false;
	return strcmp(name, module) == 0 || (strncmp(name, module, size) == 0 && name[size] == '.') ||
	       strcmp(name, last_part(module)) == 0;
}

/* --- files --- */

static bool is_script(const struct lb_flow *flow, uint32_t function)
{
	const char *name = lb_reach_file_name(path_of(flow, function));

	return strcmp(name, "boot.py") == 0 || strcmp(name, "main.py") == 0;
}

/* All functions of the files that this instruction loads; true when there was one more. */
static bool add_loaded(const struct lb_flow *flow, const struct lb_trace_instruction *instruction, uint8_t *reached)
{
	const char *name = lb_flow_text(flow, instruction->argument);
	bool added = false;

	for (uint32_t f = 0; f < flow->code->functions; f++) {
		if (reached[f] != 0 || !lb_reach_is_file(path_of(flow, f)))
			continue;
		if (loads(instruction, name, path_of(flow, f))) {
			reached[f] = 1;
			added = true;
		}
	}
	return added;
}

static bool may_load(const struct lb_trace_instruction *instruction)
{
	return instruction->kind == LB_TRACE_IMPORT || instruction->kind == LB_TRACE_IMPORT_FROM ||
	       instruction->kind == LB_TRACE_STRING;
}

static bool add_imports(const struct lb_flow *flow, uint32_t function, uint8_t *reached)
{
	const struct lb_trace_function *f = &flow->code->function[function];
	bool added = false;

	for (uint32_t i = f->instructions_at; i < f->instructions_at + f->instructions; i++)
		if (may_load(&flow->code->instruction[i]) && add_loaded(flow, &flow->code->instruction[i], reached))
			added = true;
	return added;
}

/* What ran is reached whatever its name: a script may load files in other ways. */
void lb_reach_mark(const struct lb_flow *flow, uint8_t *reached)
{
	static uint8_t done[LB_TRACE_FUNCTIONS];
	bool more = true;

	memset(done, 0, sizeof(done));
	for (uint32_t f = 0; f < flow->code->functions; f++)
		reached[f] = is_script(flow, f) || lb_flow_entered(flow, f);
	while (more) {
		more = false;
		for (uint32_t f = 0; f < flow->code->functions; f++) {
			if (reached[f] == 0 || done[f] != 0)
				continue;
			done[f] = 1;
			more = add_imports(flow, f, reached) || more;
		}
		for (uint32_t f = 0; f < flow->code->functions; f++)
			more = more || (reached[f] != 0 && done[f] == 0);
	}
}

/* --- what lies ahead --- */

static bool mark_all(const struct lb_flow *flow, uint32_t function)
{
	const struct lb_trace_function *f = &flow->code->function[function];
	bool marked = false;

	for (uint32_t i = f->instructions_at; i < f->instructions_at + f->instructions; i++) {
		marked = marked || flow->ahead[i] == 0;
		flow->ahead[i] |= LB_FLOW_AHEAD;
	}
	return marked;
}

static bool is_module(const struct lb_flow *flow, uint32_t function)
{
	return flow->code->function[function].parent == 0;
}

/* Functions without a name of their own are called where they are made. */
static bool is_nameless(const struct lb_flow *flow, uint32_t function)
{
	return lb_flow_text(flow, flow->code->function[function].name)[0] == '<' && !is_module(flow, function);
}

static bool leads_to(const struct lb_flow *flow, const struct lb_trace_instruction *in, uint32_t function)
{
	switch (in->kind) {
	case LB_TRACE_NAME:
	case LB_TRACE_ATTRIBUTE:
	case LB_TRACE_METHOD: return !is_module(flow, function) && flow->code->function[function].name == in->argument;
	case LB_TRACE_MAKE: /* a decorator may call what it gets */
		return in->argument == function + 1 && (is_nameless(flow, function) || in[1].kind == LB_TRACE_CALL);
	case LB_TRACE_IMPORT:
	case LB_TRACE_IMPORT_FROM:
	case LB_TRACE_STRING:
		return is_module(flow, function) && loads(in, lb_flow_text(flow, in->argument), path_of(flow, function));
	default: return false;
	}
}

static bool spread_once(const struct lb_flow *flow, const uint8_t *reached, uint8_t *done)
{
	bool more = false;

	for (uint32_t i = 0; i < flow->code->instructions; i++) {
		if (flow->ahead[i] == 0 || done[i] != 0)
			continue;
		done[i] = 1;
		for (uint32_t f = 0; f < flow->code->functions; f++)
			if (reached[f] != 0 && !lb_flow_entered(flow, f) && leads_to(flow, &flow->code->instruction[i], f))
				more = mark_all(flow, f) || more;
	}
	return more;
}

/* --- what may be called by another name --- */

static bool has_call(const struct lb_flow *flow, uint8_t kind)
{
	for (uint32_t i = 0; i < flow->code->instructions; i++)
		if ((flow->ahead[i] & kind) != 0 && flow->code->instruction[i].kind == LB_TRACE_CALL)
			return true;
	return false;
}

bool lb_reach_goes_on_calling(const struct lb_flow *flow)
{
	bool ended = false;

	for (uint32_t i = 0; i < flow->ran->errors; i++)
		ended = ended || flow->ran->error[i].script != 0;
	return has_call(flow, ended ? LB_FLOW_AHEAD : LB_FLOW_AWAITED);
}

/* "__init__" and the like are called without being named. */
static bool is_special(const struct lb_flow *flow, uint32_t function)
{
	const char *name = lb_flow_text(flow, flow->code->function[function].name);

	return strncmp(name, "__", 2) == 0 && !is_module(flow, function);
}

/* Did what ran load it by its name, hand it to a decorator, or make it without a name? */
static bool is_held(const struct lb_flow *flow, const uint8_t *reached, uint32_t function)
{
	for (uint32_t f = 0; f < flow->ran->functions; f++) {
		const struct lb_trace_function *by = &flow->code->function[f];
		if (reached[f] == 0)
			continue;
		for (uint32_t i = by->instructions_at; i < by->instructions_at + by->instructions; i++) {
			const struct lb_trace_instruction *in = &flow->code->instruction[i];
			bool held = in->kind != LB_TRACE_STRING && leads_to(flow, in, function);
			if (held && lb_flow_ran(flow, f, i))
				return true;
		}
	}
	return false;
}

/* Calls that keep a function for later: for another thread, a pin, a timer, a message that has yet to come. */
static bool keeps(const struct lb_flow *flow, const struct lb_trace_instruction *in)
{
	static const char *const names[] = {"start_new_thread", "irq",  "callback",    "Alarm", "Timer",
	                                    "schedule",         "init", "set_callback"};

	if (in->kind != LB_TRACE_METHOD && in->kind != LB_TRACE_NAME && in->kind != LB_TRACE_ATTRIBUTE)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(lb_flow_text(flow, in->argument), names[i]) == 0)
			return true;
	return false;
}

/* Was it given to such a call, as far as its statement shows? That another thread kept it from running, or that nothing
 * came, is no promise. */
static bool is_kept(const struct lb_flow *flow, uint32_t function)
{
	const struct lb_trace_instruction *list = flow->code->instruction;

	for (uint32_t f = 0; f < flow->ran->functions; f++) {
		const struct lb_trace_function *by = &flow->code->function[f];
		const uint32_t end = by->instructions_at + by->instructions;
		for (uint32_t i = by->instructions_at; i < end; i++) {
			if (!keeps(flow, &list[i]) || !lb_flow_ran(flow, f, i))
				continue;
			for (uint32_t given = i + 1; given < end && !lb_flow_ends_statement(&list[given]); given++)
				if (leads_to(flow, &list[given], function))
					return true;
		}
	}
	return false;
}

/* A function that was stored somewhere, in a variable, a list, a callback, may be what is called next. */
static void spread_to_held(const struct lb_flow *flow, const uint8_t *reached)
{
	bool goes_on = lb_reach_goes_on_calling(flow);

	for (uint32_t f = 0; f < flow->code->functions; f++)
		if (reached[f] != 0 && !lb_flow_entered(flow, f) && is_kept(flow, f))
			mark_all(flow, f);
	if (!has_call(flow, LB_FLOW_AHEAD))
		return;
	for (uint32_t f = 0; f < flow->code->functions; f++)
		if (reached[f] != 0 && !lb_flow_entered(flow, f) &&
		    (is_special(flow, f) || (goes_on && is_held(flow, reached, f))))
			mark_all(flow, f);
}

void lb_reach_spread(const struct lb_flow *flow, const uint8_t *reached)
{
	static uint8_t done[LB_TRACE_INSTRUCTIONS];

	memset(done, 0, sizeof(done));
	for (uint32_t f = 0; f < flow->code->functions; f++)
		if (flow->ran->scripts[1].runs == 0 && is_module(flow, f) && !lb_flow_entered(flow, f) &&
		    strcmp(lb_reach_file_name(path_of(flow, f)), "main.py") == 0)
			mark_all(flow, f);
	spread_to_held(flow, reached);
	while (spread_once(flow, reached, done))
		continue;
}
