#include "host/audit/danger.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Names that are enough by themselves, wherever they are called. */
static const struct {
	const char *name, *what;
} calls[] = {
	{"kbd_intr", "kbd_intr() can take Ctrl-C away"},
	{"dupterm", "dupterm() can take the console away"},
	{"deepsleep", "deepsleep() takes the module away"},
	{"go_to_sleep", "go_to_sleep() takes the module away"},
	{"disable_irq", "disable_irq() stops Ctrl-C and the network"},
	{"WDT", "a watchdog resets the module"},
	{"exec", "exec() runs code that only the run makes known"},
	{"eval", "eval() runs code that only the run makes known"},
	{"execfile", "execfile() runs code that only the run makes known"},
	{"__import__", "__import__() loads a file that only the run makes known"},
	{"getattr", "getattr() finds a function that only the run makes known"},
	{"globals", "globals() holds functions by names that only the run makes known"},
	{"__dict__", "__dict__ holds functions by names that only the run makes known"},
	{"bytearray_at", "writing to memory can stop anything"},
	{"mem8", "writing to memory can stop anything"},
	{"mem16", "writing to memory can stop anything"},
	{"mem32", "writing to memory can stop anything"},
};

/* Waits for ever unless the program says how long. */
static const char *const waits[] = {"accept", "recv", "recvfrom", "readinto"};
static const char *const limits[] = {"settimeout", "setblocking", "poll", "ipoll", "select", "asyncio", "uasyncio"};
static const char *const yields[] = {
	"sleep",  "sleep_ms", "sleep_us",    "idle", "wait",     "wait_ms",   "poll",   "ipoll", "select",
	"accept", "recv",     "recvfrom",    "read", "readline", "readinto",  "input",  "any",   "lightsleep",
	"pause",  "run",      "run_forever", "feed", "wait_msg", "check_msg", "getchar"};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static const struct lb_trace_instruction *at(const struct lb_flow *flow, uint32_t instruction)
{
	return &flow->code->instruction[instruction];
}

static bool is_load(const struct lb_trace_instruction *instruction)
{
	return instruction->kind == LB_TRACE_NAME || instruction->kind == LB_TRACE_ATTRIBUTE ||
	       instruction->kind == LB_TRACE_METHOD;
}

static uint32_t end_of(const struct lb_flow *flow, uint32_t function)
{
	return flow->code->function[function].instructions_at + flow->code->function[function].instructions;
}

/* --- functions in machine code --- */

/* What a function in machine code is called is what its maker stores it as. */
void lb_danger_find_natives(const struct lb_trace *code, struct lb_danger_natives *natives)
{
	natives->count = 0;
	for (uint32_t i = 0; i + 1 < code->instructions && natives->count < LB_DANGER_NATIVES; i++) {
		const struct lb_trace_instruction *make = &code->instruction[i];
		bool is_native =
			make->kind == LB_TRACE_MAKE && make->argument != 0 && code->function[make->argument - 1].native != 0;
		if (is_native && make[1].kind == LB_TRACE_STORE)
			natives->names[natives->count++] = make[1].argument;
	}
}

static bool is_native(const struct lb_danger_natives *natives, uint32_t name)
{
	for (uint32_t i = 0; i < natives->count; i++)
		if (natives->names[i] == name)
			return true;
	return false;
}

/* --- objects whose end is the end of a way in --- */

static bool makes_a_way_in(const struct lb_flow *flow, const struct lb_trace_instruction *instruction)
{
	static const char *const classes[] = {"WLAN", "UART", "Server"};

	return is_load(instruction) && is_one_of(lb_flow_text(flow, instruction->argument), classes, COUNT(classes));
}

/* Is one of these classes named on the line, before the instruction? */
static bool line_makes_a_way_in(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	uint32_t first = flow->code->function[function].instructions_at;
	uint16_t line = at(flow, instruction)->line;

	for (uint32_t i = instruction; i-- > first && at(flow, i)->line == line;)
		if (makes_a_way_in(flow, at(flow, i)))
			return true;
	return false;
}

/* Was what this instruction loads stored from a line that makes one? Variables by name in all of the program, local
 * ones in the function. */
static bool holds_a_way_in(const struct lb_flow *flow, uint32_t function, uint32_t load)
{
	const struct lb_trace_instruction *wanted = at(flow, load);
	bool is_local = wanted->kind == LB_TRACE_LOCAL;
	uint8_t store = is_local ? LB_TRACE_STORE_LOCAL : LB_TRACE_STORE;

	for (uint32_t f = 0; f < flow->code->functions; f++) {
		if (is_local && f != function)
			continue;
		for (uint32_t i = flow->code->function[f].instructions_at; i < end_of(flow, f); i++)
			if (at(flow, i)->kind == store && at(flow, i)->argument == wanted->argument &&
			    line_makes_a_way_in(flow, f, i))
				return true;
	}
	return false;
}

static bool ends_a_way_in(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	if (instruction == flow->code->function[function].instructions_at)
		return false;
	const struct lb_trace_instruction *object = at(flow, instruction - 1);
	if (object->kind == LB_TRACE_CALL)
		return line_makes_a_way_in(flow, function, instruction);
	return (is_load(object) || object->kind == LB_TRACE_LOCAL) && holds_a_way_in(flow, function, instruction - 1);
}

/* --- single calls --- */

/* UART(0), or of a number that only the run knows. */
static bool is_console(const struct lb_trace_instruction *argument)
{
	return argument->kind == LB_TRACE_INT ? argument->argument == 0 :
	                                        argument->kind == LB_TRACE_LOCAL || argument->kind == LB_TRACE_NAME;
}

/* active(False), active(0), or of a value that only the run knows. */
static bool switches_off(const struct lb_trace_instruction *argument)
{
	return argument->kind == LB_TRACE_FALSE || (argument->kind == LB_TRACE_INT && argument->argument == 0) ||
	       argument->kind == LB_TRACE_LOCAL || argument->kind == LB_TRACE_NAME;
}

/* By the name that is called, whatever it is called on: better one warning too many than a lock-out that is called
 * safe. */
static const char *call(const struct lb_flow *flow, uint32_t function, uint32_t instruction, const char *name)
{
	const struct lb_trace_instruction *next = at(flow, instruction) + 1;
	bool is_number = next->kind == LB_TRACE_INT;

	if (strcmp(name, "kbd_intr") == 0 && is_number && next->argument == 3)
		return NULL;
	for (size_t i = 0; i < COUNT(calls); i++)
		if (strcmp(name, calls[i].name) == 0)
			return calls[i].what;
	if (strcmp(name, "UART") == 0 && is_console(next))
		return "UART(0) is the console's";
	if (strcmp(name, "active") == 0 && switches_off(next))
		return "active(False) switches the radio off";
	if (strcmp(name, "deinit") == 0 && ends_a_way_in(flow, function, instruction))
		return "deinit() closes a way in";
	return NULL;
}

/* A function that was stored under another name, by `from micropython import kbd_intr as k` or `k = machine.WDT`, is
 * called by that name. */
const char *lb_danger_alias(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	const struct lb_trace_instruction *in = at(flow, instruction), *next = in + 1;
	bool stores =
		instruction + 1 < end_of(flow, function) &&
		(next->kind == LB_TRACE_STORE_LOCAL || (next->kind == LB_TRACE_STORE && next->argument != in->argument));
	const char *name = lb_flow_text(flow, in->argument);

	if (in->kind != LB_TRACE_IMPORT_FROM && in->kind != LB_TRACE_ATTRIBUTE && in->kind != LB_TRACE_NAME)
		return NULL;
	for (size_t i = 0; i < COUNT(calls) && stores; i++)
		if (strcmp(name, calls[i].name) == 0)
			return calls[i].what;
	return stores && strcmp(name, "UART") == 0 ? "UART(0) is the console's" : NULL;
}

/* Anywhere in the same file. */
static bool file_names(const struct lb_flow *flow, uint32_t file, const char *const *names, size_t count)
{
	for (uint32_t f = 0; f < flow->code->functions; f++) {
		if (flow->code->function[f].file != file)
			continue;
		for (uint32_t i = flow->code->function[f].instructions_at; i < end_of(flow, f); i++)
			if ((is_load(at(flow, i)) || at(flow, i)->kind == LB_TRACE_IMPORT) &&
			    is_one_of(lb_flow_text(flow, at(flow, i)->argument), names, count))
				return true;
	}
	return false;
}

/* --- loops --- */

static bool is_yield(const struct lb_flow *flow, const struct lb_trace_instruction *in)
{
	return in->kind == LB_TRACE_YIELD ||
	       (is_load(in) && is_one_of(lb_flow_text(flow, in->argument), yields, COUNT(yields)));
}

/* Adds the functions of this name to those that are looked at. */
static void add_called(const struct lb_flow *flow, uint32_t name, uint8_t *called)
{
	for (uint32_t f = 0; f < flow->code->functions; f++)
		if (flow->code->function[f].name == name && called[f] == 0)
			called[f] = 1;
}

static bool body_yields(const struct lb_flow *flow, uint32_t function, uint8_t *called)
{
	for (uint32_t i = flow->code->function[function].instructions_at; i < end_of(flow, function); i++) {
		if (is_yield(flow, at(flow, i)))
			return true;
		if (is_load(at(flow, i)))
			add_called(flow, at(flow, i)->argument, called);
	}
	return false;
}

/* Does one of the program's functions of this name let others run, itself or by what it calls? */
static bool called_yields(const struct lb_flow *flow, uint32_t name)
{
	static uint8_t called[LB_TRACE_FUNCTIONS]; /* 1: to be looked at, 2: was */
	bool more = true;

	memset(called, 0, sizeof(called));
	add_called(flow, name, called);
	while (more) {
		more = false;
		for (uint32_t f = 0; f < flow->code->functions; f++) {
			if (called[f] != 1)
				continue;
			called[f] = 2;
			more = true;
			if (body_yields(flow, f, called))
				return true;
		}
	}
	return false;
}

/* Instructions that a loop is left by, or that let others run. */
static bool lets_go(const struct lb_flow *flow, uint32_t function, uint32_t instruction, uint32_t first, uint32_t last)
{
	const struct lb_trace_instruction *in = at(flow, instruction);

	if (in->kind == LB_TRACE_RETURN || in->kind == LB_TRACE_RAISE)
		return true;
	if (in->kind == LB_TRACE_JUMP || in->kind == LB_TRACE_BRANCH || in->kind == LB_TRACE_ITERATE) {
		uint32_t target = lb_flow_find(flow, function, in->argument);
		return target < first || target > last;
	}
	return is_yield(flow, in) || (is_load(in) && called_yields(flow, in->argument));
}

static bool is_endless(const struct lb_flow *flow, uint32_t function, uint32_t last)
{
	uint32_t first = lb_flow_find(flow, function, at(flow, last)->argument);

	if (at(flow, last)->kind != LB_TRACE_JUMP || first > last)
		return false;
	for (uint32_t i = first; i < last; i++)
		if (lets_go(flow, function, i, first, last))
			return false;
	return true;
}

const char *lb_danger(const struct lb_flow *flow, const struct lb_danger_natives *natives, uint32_t function,
                      uint32_t instruction)
{
	const struct lb_trace_instruction *in = at(flow, instruction);

	if (is_endless(flow, function, instruction))
		return "an endless loop that lets nothing else run";
	if (!is_load(in))
		return NULL;
	const char *name = lb_flow_text(flow, in->argument);
	if (is_native(natives, in->argument))
		return "machine code cannot be interrupted";
	if (in->kind == LB_TRACE_METHOD && is_one_of(name, waits, COUNT(waits)) &&
	    !file_names(flow, flow->code->function[function].file, limits, COUNT(limits)))
		return "a socket without a time-out can wait for ever";
	return call(flow, function, instruction, name);
}
