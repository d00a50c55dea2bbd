/* The line of a progress bar, letter by letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/terminal/progress.h"

static void test_lines(void **state)
{
	static const struct {
		size_t done_bytes, all_bytes, moved_bytes;
		int64_t time_ms;
		const char *line;
	} rows[] = {
		{0, 1000, 0, 0, "writing factory    [------------------------------]   0 %"},
		{1, 1000, 1, 499, "writing factory    [------------------------------]   0 %"},
		{500, 1000, 500, 500, "writing factory    [###############---------------]  50 %  1 KiB/s"},
		{999, 1000, 512, 10, "writing factory    [#############################-]  99 %"},
		{0x100000, 0x100000, 0x80000, 8000, "writing factory    [##############################] 100 %  64 KiB/s"},
		{0, 0, 0, 0, "writing factory    [##############################] 100 %"},
	};
	char text[LB_PROGRESS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lb_progress_text(text, "writing factory", rows[i].done_bytes, rows[i].all_bytes, rows[i].moved_bytes,
		                 rows[i].time_ms);
		assert_string_equal(text, rows[i].line);
	}
}

static void test_no_line_is_longer_than_a_terminal(void **state)
{
	char text[LB_PROGRESS_TEXT_BYTES];

	(void)state;
	lb_progress_text(text, "something with a name that goes on and on", SIZE_MAX / 100, SIZE_MAX / 100, SIZE_MAX, 1000);
	assert_true(strlen(text) <= LB_PROGRESS_COLUMNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_no_line_is_longer_than_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
