/* Runs in several traces: what one of them saw, the other gets to know, in the same functions and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/audit/merge.h"

static struct lb_trace first, second, later;

static uint32_t text(struct lb_trace *trace, const char *words)
{
	uint32_t at = trace->text_bytes == 0 ? 1 : trace->text_bytes;

	strcpy(trace->texts + at, words);
	trace->text_bytes = at + (uint32_t)strlen(words) + 1;
	return at;
}

/* Of four bytes of code; the byte that ran. */
static void add(struct lb_trace *trace, const char *file, const char *name, uint32_t line, uint32_t ran)
{
	struct lb_trace_function *function = &trace->function[trace->functions++];

	*function = (struct lb_trace_function){.file = text(trace, file), .name = text(trace, name), .line = line};
	function->seen_at = trace->seen_bytes;
	function->code_bytes = 4;
	trace->seen_bytes += 4;
	trace->seen[function->seen_at + ran] = 1;
}

static void what_one_saw_the_other_knows(void **state)
{
	(void)state;
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	add(&first, "main.py", "<module>", 1, 0);
	add(&first, "main.py", "f", 3, 1);
	add(&first, "main.py", "g", 5, 0);
	add(&second, "other.py", "f", 3, 2);
	add(&second, "main.py", "f", 3, 3);
	add(&second, "main.py", "<module>", 1, 2);
	lb_merge_seen(&first, &second);
	assert_memory_equal(first.seen,
	                    "\1\0\1\0"
	                    "\0\1\0\1"
	                    "\1\0\0\0",
	                    12);
}

static void functions_that_were_found_later_did_not_run_until_another_says_so(void **state)
{
	(void)state;
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	add(&first, "main.py", "<module>", 1, 0);
	later = first;
	add(&later, "lib.py", "lock", 7, 3);
	add(&second, "lib.py", "lock", 7, 1);
	lb_merge_open(&first, &later);
	assert_int_equal(first.functions, 2);
	assert_memory_equal(first.seen, "\1\0\0\0\0\0\0\0", 8);
	lb_merge_seen(&first, &second);
	assert_memory_equal(first.seen, "\1\0\0\0\0\1\0\0", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_saw_the_other_knows),
		cmocka_unit_test(functions_that_were_found_later_did_not_run_until_another_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
