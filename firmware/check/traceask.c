#include "firmware/check/traceask.h"

#include <stdbool.h>
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/check/tracing.h"

/* Attributes: what a driver takes from its read to its complaint. The card's is the module's own, at once. */
static const uint64_t JUST_BEFORE[LB_TRACE_DEVICES] = {
	[LB_TRACE_I2C] = 300,  [LB_TRACE_SPI] = 300,  [LB_TRACE_UART] = 300,
	[LB_TRACE_WIFI] = 300, [LB_TRACE_WIRE] = 300, [LB_TRACE_CARD] = 1,
};

static uint64_t lookups;
static uint64_t asked_at[LB_TRACE_DEVICES]; /* by lookups */
static bool whole[LB_TRACE_DEVICES];        /* the bus, not one address */

void lb_traceask_count_lookup(void)
{
	lookups++;
}

void lb_traceask_device(enum lb_trace_device device)
{
	struct lb_trace *trace = lb_tracing();

	trace->now_us = lb_periph_micros();
	trace->used_us[device] = trace->now_us;
	trace->used_place[device] = 0;
	whole[device] = false;
	asked_at[device] = lookups;
}

void lb_traceask_bus(enum lb_trace_device device)
{
	lb_traceask_device(device);
	whole[device] = true;
}

void lb_traceask_place(enum lb_trace_device device, unsigned number, unsigned address)
{
	lb_tracing()->used_place[device] = lb_trace_place(number, whole[device] ? 0 : address);
}

uint32_t lb_traceask_device_just_before(void)
{
	uint32_t found = 0;
	uint64_t latest = 0;

	for (uint32_t i = 0; i < LB_TRACE_DEVICES; i++)
		if (asked_at[i] > latest && lookups - asked_at[i] < JUST_BEFORE[i]) {
			latest = asked_at[i];
			found = i + 1;
		}
	return found;
}

/* The innermost place that is a script's, not a stand-in's. */
static const struct lb_trace_frame *script_frame(void)
{
	const struct lb_trace *trace = lb_tracing();
	uint32_t depth = trace->depth < LB_TRACE_FRAMES ? trace->depth : LB_TRACE_FRAMES;

	while (depth > 0 && trace->frames[depth - 1].function == 0)
		depth--;
	return depth > 0 ? &trace->frames[depth - 1] : NULL;
}

static uint32_t line_of(const struct lb_trace_frame *frame)
{
	const struct lb_trace *trace = lb_tracing();
	const struct lb_trace_function *function = &trace->function[frame->function - 1];
	const uint64_t offset = frame->now - frame->code;
	uint32_t line = function->line;

	for (uint32_t i = 0; i < function->instructions; i++) {
		const struct lb_trace_instruction *in = &trace->instruction[function->instructions_at + i];

		if (in->offset <= offset)
			line = in->line;
	}
	return line;
}

void lb_traceask_gap(const char *text)
{
	struct lb_trace *trace = lb_tracing();
	const struct lb_trace_frame *frame = script_frame();
	struct lb_trace_gap gap = {.text = lb_tracing_text(text)};

	if (trace->in_script == 0)
		return;
	if (frame != NULL) {
		gap.file = trace->function[frame->function - 1].file;
		gap.line = line_of(frame);
	}
	for (uint32_t i = 0; i < trace->gaps; i++)
		if (memcmp(&trace->gap[i], &gap, sizeof(gap)) == 0)
			return;
	if (trace->gaps < LB_TRACE_GAPS)
		trace->gap[trace->gaps++] = gap;
}
