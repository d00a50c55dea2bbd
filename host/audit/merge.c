#include "host/audit/merge.h"

#include <stdbool.h>
#include <string.h>

void lb_merge_open(struct lb_trace *ran, const struct lb_trace *code)
{
	for (uint32_t i = ran->functions; i < code->functions; i++) {
		ran->function[i] = code->function[i];
		ran->function[i].suspended = 0;
	}
	ran->functions = code->functions;
	memcpy(ran->texts, code->texts, sizeof(ran->texts));
	ran->text_bytes = code->text_bytes;
}

static bool is_same_text(const struct lb_trace *a, uint32_t in_a, const struct lb_trace *b, uint32_t in_b)
{
	return strcmp(a->texts + in_a, b->texts + in_b) == 0;
}

/* Two on one line differ in what their parents make before them. */
static bool is_same(const struct lb_trace *a, uint32_t in_a, const struct lb_trace *b, uint32_t in_b)
{
	const struct lb_trace_function *f = &a->function[in_a], *g = &b->function[in_b];

	return f->native == 0 && g->native == 0 && f->line == g->line && f->ordinal == g->ordinal &&
	       f->code_bytes == g->code_bytes && f->instructions == g->instructions &&
	       (f->parent == 0) == (g->parent == 0) && is_same_text(a, f->name, b, g->name) &&
	       is_same_text(a, f->file, b, g->file);
}

/* Most are in the same order in both, so the search goes on behind the one that was found last. */
void lb_merge_seen(struct lb_trace *ran, const struct lb_trace *other)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < other->functions; i++) {
		uint32_t at = next, tried = 0;
		while (tried < ran->functions && !is_same(ran, at % ran->functions, other, i)) {
			at++;
			tried++;
		}
		if (tried == ran->functions)
			continue;
		const struct lb_trace_function *to = &ran->function[at % ran->functions];
		for (uint32_t byte = 0; byte < to->code_bytes; byte++)
			ran->seen[to->seen_at + byte] |= other->seen[other->function[i].seen_at + byte];
		next = at % ran->functions + 1;
	}
}
