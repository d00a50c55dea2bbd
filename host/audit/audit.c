#include "host/audit/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/audit/danger.h"
#include "host/audit/flow.h"
#include "host/audit/missing.h"
#include "host/audit/reach.h"

enum { LINES = 1 << 16, JUST_NOW_US = 30000000 };

struct auditor {
	struct lb_flow flow;
	struct lb_danger_natives natives;
	uint8_t reached[LB_TRACE_FUNCTIONS];
	uint8_t ahead[LB_TRACE_INSTRUCTIONS];
	uint8_t lines[LINES]; /* of one file: 1 has code, 2 ran */
	const struct lb_audit_run *run;
	struct lb_audit *audit;
};

/* --- notes --- */

void lb_audit_add(struct lb_audit *audit, enum lb_audit_kind kind, const char *file, unsigned line, const char *text)
{
	for (size_t i = 0; i < audit->note_count; i++) {
		const struct lb_audit_note *note = &audit->notes[i];
		if (note->kind == kind && note->line == line && strcmp(note->file, file) == 0 && strcmp(note->text, text) == 0)
			return;
	}
	if (audit->note_count == LB_AUDIT_NOTES)
		return;
	struct lb_audit_note *note = &audit->notes[audit->note_count++];
	*note = (struct lb_audit_note){.kind = kind, .line = line};
	snprintf(note->file, sizeof(note->file), "%s", file);
	snprintf(note->text, sizeof(note->text), "%s", text);
}

bool lb_audit_is_open(const struct lb_audit_note *note, bool strict)
{
	return note->kind <= LB_AUDIT_UNSEEN || (strict && note->kind != LB_AUDIT_CAUGHT);
}

bool lb_audit_is_inconclusive(const struct lb_audit *audit, bool strict)
{
	for (size_t i = 0; i < audit->note_count; i++)
		if (lb_audit_is_open(&audit->notes[i], strict))
			return true;
	return false;
}

/* What was said of a whole bus is about each of its addresses. */
bool lb_audit_is_given(const struct lb_audit_run *run, enum lb_trace_device device, uint32_t place, bool address)
{
	enum { NUMBER = 0xFF };

	for (size_t i = 0; i < run->given_count; i++) {
		const uint32_t given = run->given[i].place;
		const bool is_bus = given <= NUMBER || place <= NUMBER || !address;
		if (run->given[i].device == device &&
		    (given == 0 || place == 0 || given == place || (is_bus && (given & NUMBER) == (place & NUMBER))))
			return true;
	}
	return false;
}

static const char *file_of(const struct auditor *auditor, uint32_t function)
{
	return lb_reach_file_name(lb_flow_text(&auditor->flow, auditor->flow.code->function[function].file));
}

/* --- errors --- */

/* An import that failed and has another in its place hides nothing; a call behind it that never came does. */
static bool hides_something(const struct auditor *auditor, const struct lb_trace_error *error)
{
	uint32_t at = error->function != 0 ? lb_flow_find(&auditor->flow, error->function - 1, error->offset) : UINT32_MAX;

	return at != UINT32_MAX && lb_flow_calls_after(&auditor->flow, error->function - 1, at);
}

/* An error is for want of something, or the script's own; one that a script caught counts only if it hid something. */
static void note_error(const struct auditor *auditor, const struct lb_trace_error *error)
{
	const char *file = lb_reach_file_name(lb_flow_text(&auditor->flow, error->file));
	char text[LB_AUDIT_TEXT_BYTES];
	char all[LB_AUDIT_TEXT_BYTES];
	enum lb_missing missing = lb_missing(&auditor->flow, error, text, sizeof(text));

	if (missing == LB_MISSING_DEVICE &&
	    lb_audit_is_given(auditor->run, (enum lb_trace_device)(error->device - 1), error->place, true))
		missing = LB_MISSING_NOTHING;

	if (missing == LB_MISSING_NAME && error->script == 0 && hides_something(auditor, error)) {
		snprintf(all, sizeof(all), "%.160s (the script caught the error)", text);
		lb_audit_add(auditor->audit, LB_AUDIT_MISSING, file, error->line, all);
		return;
	}
	if (missing == LB_MISSING_NOTHING)
		snprintf(text, sizeof(text), "%.40s: %.120s", lb_flow_text(&auditor->flow, error->type),
		         lb_flow_text(&auditor->flow, error->text));
	if (error->script != 0 && strcmp(lb_flow_text(&auditor->flow, error->type), "SyntaxError") == 0) {
		lb_audit_add(auditor->audit, LB_AUDIT_UNSEEN, file, error->line, "cannot be compiled, so none of it ran");
		return;
	}
	enum lb_audit_kind kind = error->script == 0            ? LB_AUDIT_CAUGHT :
	                          missing != LB_MISSING_NOTHING ? LB_AUDIT_MISSING :
	                                                          LB_AUDIT_RAISED;
	lb_audit_add(auditor->audit, kind, file, error->line, text);
}

static void note_errors(const struct auditor *auditor, bool ended)
{
	const struct lb_trace *ran = auditor->flow.ran;

	for (uint32_t i = 0; i < ran->errors; i++)
		if ((ran->error[i].script != 0) == ended)
			note_error(auditor, &ran->error[i]);
}

/* What stand-ins could not answer counts, whatever the script made of it. */
static void note_gaps(const struct auditor *auditor)
{
	const struct lb_trace *ran = auditor->flow.ran;

	for (uint32_t i = 0; i < ran->gaps; i++) {
		const struct lb_trace_gap *gap = &ran->gap[i];
		lb_audit_add(auditor->audit, LB_AUDIT_MISSING, lb_reach_file_name(lb_flow_text(&auditor->flow, gap->file)),
		             gap->line, lb_flow_text(&auditor->flow, gap->text));
	}
}

/* --- calls that can lock an owner out --- */

/* Every dangerous call that did not run: ahead of where the run stopped, or on a branch that it passed. */
static void note_dangers(const struct auditor *auditor, bool ahead)
{
	const struct lb_flow *flow = &auditor->flow;

	for (uint32_t f = 0; f < flow->code->functions; f++) {
		const struct lb_trace_function *function = &flow->code->function[f];
		if (auditor->reached[f] == 0)
			continue;
		for (uint32_t i = function->instructions_at; i < function->instructions_at + function->instructions; i++) {
			bool pending = (flow->ahead[i] & LB_FLOW_PENDING) != 0;
			if ((flow->ahead[i] != 0) != ahead || (lb_flow_ran(flow, f, i) && !pending))
				continue;
			const char *danger = lb_danger(flow, &auditor->natives, f, i);
			if (danger != NULL)
				lb_audit_add(auditor->audit, ahead ? LB_AUDIT_UNREACHED : LB_AUDIT_UNTRIED, file_of(auditor, f),
				             flow->code->instruction[i].line, danger);
		}
	}
}

/* What is called by another name may be called where the run did not come to. */
static void note_aliases(const struct auditor *auditor)
{
	const struct lb_flow *flow = &auditor->flow;

	for (uint32_t f = 0; f < flow->code->functions && lb_reach_goes_on_calling(flow); f++) {
		const struct lb_trace_function *function = &flow->code->function[f];
		if (auditor->reached[f] == 0)
			continue;
		for (uint32_t i = function->instructions_at; i < function->instructions_at + function->instructions; i++) {
			const char *danger = lb_flow_ran(flow, f, i) ? lb_danger_alias(flow, f, i) : NULL;
			char text[LB_AUDIT_TEXT_BYTES];
			if (danger == NULL)
				continue;
			snprintf(text, sizeof(text), "%s, by another name", danger);
			lb_audit_add(auditor->audit, LB_AUDIT_UNREACHED, file_of(auditor, f), flow->code->instruction[i].line,
			             text);
		}
	}
}

/* --- where it is --- */

static const struct lb_trace_instruction *instruction_of(const struct auditor *auditor,
                                                         const struct lb_trace_frame *frame)
{
	uint32_t at = frame->function != 0 ? lb_flow_find(&auditor->flow, frame->function - 1, frame->offset) : UINT32_MAX;

	return at != UINT32_MAX ? &auditor->flow.code->instruction[at] : NULL;
}

static void find_place(const struct auditor *auditor)
{
	const struct lb_trace *ran = auditor->flow.ran;
	uint32_t depth = ran->depth < LB_TRACE_FRAMES ? ran->depth : LB_TRACE_FRAMES;

	while (depth-- > 0 && auditor->audit->at_file[0] == '\0') {
		const struct lb_trace_instruction *at = instruction_of(auditor, &ran->frames[depth]);
		if (at == NULL || auditor->reached[ran->frames[depth].function - 1] == 0)
			continue;
		snprintf(auditor->audit->at_file, LB_AUDIT_FILE_BYTES, "%s", file_of(auditor, ran->frames[depth].function - 1));
		auditor->audit->at_line = at->line;
	}
}

static bool has_calls_ahead(const struct auditor *auditor)
{
	for (uint32_t i = 0; i < auditor->flow.code->instructions; i++)
		if ((auditor->ahead[i] & LB_FLOW_AWAITED) != 0 && auditor->flow.code->instruction[i].kind == LB_TRACE_CALL)
			return true;
	return false;
}

static int last_used(const struct lb_trace *ran)
{
	int last = 0;

	for (int i = 1; i < LB_TRACE_DEVICES; i++)
		if (ran->used_us[i] > ran->used_us[last])
			last = i;
	return last;
}

/* A program that reads a bus again and again, however slow that is, and has more to do when that answers. */
static void note_waiting(const struct auditor *auditor)
{
	static const char *const texts[LB_TRACE_DEVICES] = {
		"waits for I2C, and nothing was given for it", "waits for SPI, and nothing was given for it",
		"waits for UART, and nothing was given for it",
		[LB_TRACE_WIRE] =
			"waits for a sensor on a pin, and nothing was given for it", /* what lies behind the network counts by itself */
	};
	const struct lb_audit *audit = auditor->audit;
	int device = last_used(auditor->flow.ran);
	uint64_t used_us = auditor->flow.ran->used_us[device];

	if (audit->at_file[0] != '\0' && has_calls_ahead(auditor) && texts[device] != NULL && used_us != 0 &&
	    !lb_audit_is_given(auditor->run, (enum lb_trace_device)device, auditor->flow.ran->used_place[device], false) &&
	    used_us + JUST_NOW_US > auditor->run->now_us)
		lb_audit_add(auditor->audit, LB_AUDIT_WAITS, audit->at_file, audit->at_line, texts[device]);
}

/* --- how much ran --- */

static void mark_lines(struct auditor *auditor, uint32_t file)
{
	const struct lb_flow *flow = &auditor->flow;

	memset(auditor->lines, 0, sizeof(auditor->lines));
	for (uint32_t f = 0; f < flow->code->functions; f++) {
		const struct lb_trace_function *function = &flow->code->function[f];
		if (function->file != file)
			continue;
		for (uint32_t i = function->instructions_at; i < function->instructions_at + function->instructions; i++)
			if (flow->code->instruction[i].starts != 0)
				auditor->lines[flow->code->instruction[i].line] |= lb_flow_ran(flow, f, i) ? 3 : 1;
	}
}

/* A file is listed once, with the lines of all its functions. */
static void add_file(struct auditor *auditor, uint32_t function)
{
	struct lb_audit *audit = auditor->audit;

	for (size_t i = 0; i < audit->file_count; i++)
		if (strcmp(audit->files[i].name, file_of(auditor, function)) == 0)
			return;
	if (audit->file_count == LB_AUDIT_FILES)
		return;
	struct lb_audit_file *file = &audit->files[audit->file_count++];
	*file = (struct lb_audit_file){.lines = 0};
	snprintf(file->name, sizeof(file->name), "%s", file_of(auditor, function));
	mark_lines(auditor, auditor->flow.code->function[function].file);
	for (size_t i = 0; i < LINES; i++) {
		file->lines += auditor->lines[i] & 1;
		file->ran += auditor->lines[i] >> 1;
	}
}

/* --- all of it --- */

bool lb_audit(const struct lb_audit_run *run, struct lb_audit *audit)
{
	const struct lb_trace *code = run->code;
	struct auditor *auditor = calloc(1, sizeof(*auditor));

	*audit = (struct lb_audit){.note_count = 0};
	if (auditor == NULL)
		return false;
	auditor->audit = audit;
	auditor->run = run;
	auditor->flow = (struct lb_flow){.code = code, .ran = run->ran, .ahead = auditor->ahead};
	lb_danger_find_natives(code, &auditor->natives);
	lb_reach_mark(&auditor->flow, auditor->reached);
	lb_flow_mark(&auditor->flow);
	lb_reach_spread(&auditor->flow, auditor->reached);
	find_place(auditor);
	note_errors(auditor, true);
	note_gaps(auditor);
	note_dangers(auditor, true);
	note_aliases(auditor);
	note_waiting(auditor);
	if (code->full != 0)
		lb_audit_add(audit, LB_AUDIT_UNSEEN, "", 0, "the scripts are too large to be followed in whole");
	note_errors(auditor, false);
	note_dangers(auditor, false);
	for (uint32_t f = 0; f < code->functions; f++)
		if (auditor->reached[f] != 0 && lb_reach_is_file(lb_flow_text(&auditor->flow, code->function[f].file)))
			add_file(auditor, f);
	free(auditor);
	return true;
}
