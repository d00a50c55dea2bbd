#include "firmware/check/tracing.h"

#include <stdio.h>
#include <string.h>

#include "core/hw/periph.h"
#include "py/qstr.h"

enum { SLOTS = 1 << 15, PATH_BYTES = 256 };

static struct lb_trace unread;
static struct lb_trace *trace;
static uint32_t slots[SLOTS]; /* of texts by hash; 0 is free */

static uint32_t *slot_of(const char *text)
{
	uint32_t hash = 5381;

	for (const char *at = text; *at != '\0'; at++)
		hash = hash * 33 ^ (uint8_t)*at;
	for (uint32_t i = 0; i < SLOTS; i++) {
		uint32_t *slot = &slots[(hash + i) % SLOTS];

		if (*slot == 0 || strcmp(trace->texts + *slot, text) == 0)
			return slot;
	}
	return NULL;
}

/* What a CPU before this one wrote is found again. */
static void index_texts(void)
{
	if (trace->text_bytes == 0)
		trace->text_bytes = 1; /* the empty text */
	for (uint32_t at = 1; at < trace->text_bytes; at += (uint32_t)strlen(trace->texts + at) + 1) {
		uint32_t *slot = slot_of(trace->texts + at);

		if (slot != NULL)
			*slot = at;
	}
}

void lb_tracing_init(void)
{
	trace = lb_periph_trace(sizeof(*trace));
	if (trace == NULL || trace->magic != LB_TRACE_MAGIC)
		trace = &unread;
	trace->boots++;
	trace->depth = trace->in_script = 0;
	memset(trace->used_us, 0, sizeof(trace->used_us));
	index_texts();
}

struct lb_trace *lb_tracing(void)
{
	return trace;
}

uint32_t lb_tracing_text(const char *text)
{
	const size_t size_bytes = strlen(text) + 1;
	uint32_t *slot = text[0] != '\0' ? slot_of(text) : NULL;

	if (slot == NULL)
		return 0;
	if (*slot != 0)
		return *slot;
	if (trace->text_bytes + size_bytes > LB_TRACE_TEXT_BYTES) {
		trace->full = 1;
		return 0;
	}
	*slot = trace->text_bytes;
	memcpy(trace->texts + *slot, text, size_bytes);
	trace->text_bytes += (uint32_t)size_bytes;
	return *slot;
}

uint32_t lb_tracing_qstr(qstr name)
{
	return lb_tracing_text(qstr_str(name));
}

uint32_t lb_tracing_file(qstr name)
{
	const char *text = qstr_str(name);
	char path[PATH_BYTES];

	/* A board that this one stands in for may have its files at "/". */
	if (text[0] == '<' || strncmp(text, "/flash/", 7) == 0 || (text[0] == '/' && trace->profile[0] == '\0'))
		return lb_tracing_text(text);
	snprintf(path, sizeof(path), "/flash%s%s", text[0] == '/' ? "" : "/", text);
	return lb_tracing_text(path);
}
