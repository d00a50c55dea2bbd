#include "host/audit/flow.h"

#include <string.h>

static const uint32_t NONE = UINT32_MAX;

/* Instructions of one function, by number. */
struct span {
	uint32_t first, end;
};

static struct span span_of(const struct lb_flow *flow, uint32_t function)
{
	const struct lb_trace_function *f = &flow->code->function[function];

	return (struct span){f->instructions_at, f->instructions_at + f->instructions};
}

bool lb_flow_ran(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	const struct lb_trace_function *f = &flow->code->function[function];

	return function < flow->ran->functions &&
	       flow->ran->seen[f->seen_at + flow->code->instruction[instruction].offset] != 0;
}

bool lb_flow_entered(const struct lb_flow *flow, uint32_t function)
{
	struct span span = span_of(flow, function);

	return span.first < span.end && lb_flow_ran(flow, function, span.first);
}

const char *lb_flow_text(const struct lb_flow *flow, uint32_t text)
{
	return flow->code->texts + text;
}

uint32_t lb_flow_find(const struct lb_flow *flow, uint32_t function, uint32_t offset)
{
	struct span span = span_of(flow, function);

	for (uint32_t i = span.first; i < span.end; i++)
		if (flow->code->instruction[i].offset == offset)
			return i;
	return NONE;
}

/* --- what may follow an instruction --- */

struct next {
	uint32_t at[2];
	unsigned count;
};

static void add_next(struct next *next, uint32_t instruction, struct span span)
{
	if (instruction >= span.first && instruction < span.end)
		next->at[next->count++] = instruction;
}

/* Calls that do not return, whatever the script may have behind them. */
static bool ends_the_run(const struct lb_flow *flow, uint32_t instruction, struct span span)
{
	static const char *const names[] = {"deepsleep", "go_to_sleep", "reset", "soft_reset", "exit", "bootloader"};
	enum { BACK = 6 };
	const struct lb_trace_instruction *list = flow->code->instruction;

	for (uint32_t i = instruction; i > span.first && instruction - i < BACK; i--) {
		const struct lb_trace_instruction *before = &list[i - 1];
		if (before->kind != LB_TRACE_METHOD && before->kind != LB_TRACE_NAME)
			continue;
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			if (strcmp(lb_flow_text(flow, before->argument), names[n]) == 0)
				return true;
		if (before->kind == LB_TRACE_METHOD)
			return false;
	}
	return false;
}

/* Where the code may go from an instruction: nowhere, on, to its jump, or either. */
static struct next next_of(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	struct span span = span_of(flow, function);
	const struct lb_trace_instruction *at = &flow->code->instruction[instruction];
	struct next next = {.count = 0};
	bool jumps = at->kind == LB_TRACE_JUMP || at->kind == LB_TRACE_BRANCH || at->kind == LB_TRACE_ITERATE;

	if (at->kind == LB_TRACE_RETURN || at->kind == LB_TRACE_RAISE ||
	    (at->kind == LB_TRACE_CALL && ends_the_run(flow, instruction, span)))
		return next;
	if (jumps)
		add_next(&next, lb_flow_find(flow, function, at->argument), span);
	if (at->kind != LB_TRACE_JUMP)
		add_next(&next, instruction + 1, span);
	return next;
}

/* --- spreading --- */

/* From an instruction that did not run, over all such; marks them. Outside of a span (empty: nowhere is inside) they
 * are ahead, inside only passed through; a bit of its own says so until the function is done with. */
enum { VISITED = 8 };

struct spread {
	const struct lb_flow *flow;
	uint32_t function;
	struct span loop;
	uint8_t marks; /* to leave */
	bool calls;    /* one was met outside of the loop */
};

static bool is_inside(struct span span, uint32_t instruction)
{
	return instruction >= span.first && instruction < span.end;
}

/* With a list instead of recursion: a script's functions may be long. */
static void visit(struct spread *spread, uint32_t start)
{
	uint32_t todo[256];
	size_t count = 0;

	for (todo[count++] = start; count > 0;) {
		uint32_t at = todo[--count];
		uint8_t *mark = &spread->flow->ahead[at];
		if ((*mark & VISITED) != 0 || lb_flow_ran(spread->flow, spread->function, at))
			continue;
		*mark |= VISITED;
		if (!is_inside(spread->loop, at)) {
			*mark |= spread->marks;
			spread->calls = spread->calls || spread->flow->code->instruction[at].kind == LB_TRACE_CALL;
		}
		struct next next = next_of(spread->flow, spread->function, at);
		for (unsigned i = 0; i < next.count && count < sizeof(todo) / sizeof(todo[0]); i++)
			todo[count++] = next.at[i];
	}
}

static void forget_visits(const struct lb_flow *flow, uint32_t function)
{
	struct span span = span_of(flow, function);

	for (uint32_t i = span.first; i < span.end; i++)
		flow->ahead[i] &= (uint8_t)~VISITED;
}

/* What ran, and nothing of what may follow did: there it stopped, or is. */
static bool is_stop(const struct lb_flow *flow, uint32_t function, uint32_t instruction, struct next *next)
{
	if (!lb_flow_ran(flow, function, instruction))
		return false;
	*next = next_of(flow, function, instruction);
	for (unsigned i = 0; i < next->count; i++)
		if (lb_flow_ran(flow, function, next->at[i]))
			return false;
	return next->count > 0;
}

bool lb_flow_ends_statement(const struct lb_trace_instruction *instruction)
{
	return instruction->kind == LB_TRACE_POP || instruction->kind == LB_TRACE_STORE ||
	       instruction->kind == LB_TRACE_STORE_LOCAL || instruction->kind == LB_TRACE_BRANCH ||
	       instruction->kind == LB_TRACE_ITERATE || instruction->kind == LB_TRACE_JUMP ||
	       instruction->kind == LB_TRACE_RETURN || instruction->kind == LB_TRACE_RAISE;
}

/* Whom to call is loaded before the arguments: where one of these failed, the call is still to come. */
static void mark_pending(const struct lb_flow *flow, uint32_t function, uint32_t stop)
{
	struct span span = span_of(flow, function);
	const struct lb_trace_instruction *list = flow->code->instruction;
	uint32_t call = stop + 1;

	while (call < span.end && list[call].kind != LB_TRACE_CALL && !lb_flow_ends_statement(&list[call]))
		call++;
	if (call >= span.end || list[call].kind != LB_TRACE_CALL)
		return;
	for (uint32_t i = stop; i-- > span.first && !lb_flow_ends_statement(&list[i]);)
		if (list[i].kind == LB_TRACE_NAME || list[i].kind == LB_TRACE_METHOD)
			flow->ahead[i] |= LB_FLOW_AHEAD | LB_FLOW_PENDING;
}

/* Does what ran from here end the run, and nothing else? An error that is raised, a reset, a sleep. */
static bool gives_up(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	enum { STEPS = 100 };

	for (unsigned i = 0; i < STEPS; i++) {
		struct next next = next_of(flow, function, instruction);
		if (next.count == 0)
			return flow->code->instruction[instruction].kind != LB_TRACE_RETURN;
		unsigned which = next.count > 1 && !lb_flow_ran(flow, function, next.at[0]) ? 1 : 0;
		bool forks = next.count > 1 && lb_flow_ran(flow, function, next.at[1 - which]);
		if (forks || !lb_flow_ran(flow, function, next.at[which]) || next.at[which] <= instruction)
			return false;
		instruction = next.at[which];
	}
	return false;
}

/* A condition that never held but to give up: what lies behind it the script was never let to. */
static void spread_from_refusal(struct spread *spread, uint32_t instruction)
{
	const struct lb_flow *flow = spread->flow;
	struct next next = next_of(flow, spread->function, instruction);

	if (flow->code->instruction[instruction].kind != LB_TRACE_BRANCH || next.count != 2 ||
	    !lb_flow_ran(flow, spread->function, instruction))
		return;
	for (unsigned n = 0; n < 2; n++)
		if (!lb_flow_ran(flow, spread->function, next.at[n]) && gives_up(flow, spread->function, next.at[1 - n]))
			visit(spread, next.at[n]);
}

/* What would have run after each place where this function stopped, gave up or still waits. */
static void spread_from_stops(const struct lb_flow *flow, uint32_t function)
{
	struct span span = span_of(flow, function);
	struct spread spread = {.flow = flow, .function = function, .marks = LB_FLOW_AHEAD};
	struct next next;

	for (uint32_t i = span.first; i < span.end; i++) {
		spread_from_refusal(&spread, i);
		if (!is_stop(flow, function, i, &next))
			continue;
		mark_pending(flow, function, i);
		for (unsigned n = 0; n < next.count; n++)
			visit(&spread, next.at[n]);
	}
	forget_visits(flow, function);
}

/* The smallest loop around an instruction that was gone around; empty: none. */
static struct span loop_around(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	struct span span = span_of(flow, function), loop = {0, 0};

	for (uint32_t i = span.first; i < span.end; i++) {
		const struct lb_trace_instruction *at = &flow->code->instruction[i];
		bool jumps = at->kind == LB_TRACE_JUMP || at->kind == LB_TRACE_BRANCH;
		uint32_t start = jumps ? lb_flow_find(flow, function, at->argument) : NONE;
		if (start == NONE || start > i || instruction < start || instruction > i)
			continue;
		bool taken = lb_flow_ran(flow, function, i) && lb_flow_ran(flow, function, start);
		if (taken && (loop.end == 0 || i - start < loop.end - 1 - loop.first))
			loop = (struct span){start, i + 1};
	}
	return loop;
}

/* It waits in one call: what follows that did not come yet. */
static void spread_from_wait(struct spread *spread, uint32_t instruction)
{
	struct next next;

	if (is_stop(spread->flow, spread->function, instruction, &next))
		for (unsigned n = 0; n < next.count; n++)
			visit(spread, next.at[n]);
}

/* It waits in a loop: what comes behind that is ahead, and what lies in it was passed. */
static void spread_from_loop(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	struct spread spread = {.flow = flow, .function = function, .marks = LB_FLOW_AHEAD | LB_FLOW_AWAITED};

	spread.loop = loop_around(flow, function, instruction);
	if (spread.loop.end == 0)
		spread_from_wait(&spread, instruction);
	for (uint32_t i = spread.loop.first; i < spread.loop.end; i++) {
		if (!lb_flow_ran(flow, function, i))
			continue;
		struct next next = next_of(flow, function, i);
		for (unsigned n = 0; n < next.count; n++)
			visit(&spread, next.at[n]);
	}
	forget_visits(flow, function);
}

/* --- where it is --- */

static void spread_from_frames(const struct lb_flow *flow)
{
	const struct lb_trace *ran = flow->ran;

	for (uint32_t depth = 0; depth < ran->depth && depth < LB_TRACE_FRAMES; depth++) {
		const struct lb_trace_frame *frame = &ran->frames[depth];
		uint32_t at = frame->function != 0 ? lb_flow_find(flow, frame->function - 1, frame->offset) : NONE;
		if (at != NONE)
			spread_from_loop(flow, frame->function - 1, at);
	}
}

/* A loop that no condition ends is no exception: an error may. */
void lb_flow_mark(const struct lb_flow *flow)
{
	spread_from_frames(flow);
	for (uint32_t i = 0; i < flow->ran->functions; i++) {
		if (!lb_flow_entered(flow, i))
			continue;
		spread_from_stops(flow, i);
		uint32_t suspended = flow->ran->function[i].suspended;
		uint32_t at = suspended != 0 ? lb_flow_find(flow, i, suspended - 1) : NONE;
		if (at != NONE)
			spread_from_loop(flow, i, at);
	}
}

bool lb_flow_calls_after(const struct lb_flow *flow, uint32_t function, uint32_t instruction)
{
	struct spread spread = {.flow = flow, .function = function};
	struct next next = next_of(flow, function, instruction);

	for (unsigned i = 0; i < next.count; i++)
		visit(&spread, next.at[i]);
	forget_visits(flow, function);
	return spread.calls;
}
