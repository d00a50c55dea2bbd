/* The raw REPL's answers, in one piece and byte by byte, and bytes literals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/client/rawrepl.h"

#define BANNER "raw REPL; CTRL-B to exit\r\n>"

static const struct {
	const char *name;
	bool entry;
	const char *data;
	size_t left; /* bytes at the end that belong to the caller */
	bool done;
	const char *output;
	const char *error;
} cases[] = {
	{"entry", true, BANNER, 0, true, "", ""},
	{"entry after noise", true, "rraw Rraw REPL; CTRL" BANNER, 0, true, "", ""},
	{"entry not yet", true, "raw REPL; CTRL-B to exit\r\n", 0, false, "", ""},
	{"output", false, "OKhi\r\n\x04\x04>more", 4, true, "hi\r\n", ""},
	{"nothing", false, "OK\x04\x04>", 0, true, "", ""},
	{"noise before", false, ">OOK1\x04\x04>", 0, true, "1", ""},
	{"error", false, "OK\x04Traceback:\r\n  line 1\r\nOSError: 28\r\n\x04>", 0, true, "", "OSError: 28"},
	{"error of one line", false, "OKa\x04MemoryError\r\n\x04>", 0, true, "a", "MemoryError"},
	{"no prompt yet", false, "OKa\x04\x04", 0, false, "a", ""},
	{"no end yet", false, "OKa", 0, false, "a", ""},
};

static void parse_case(size_t index, size_t step)
{
	struct lb_rawrepl repl;
	size_t size = strlen(cases[index].data);
	size_t taken = 0;

	if (cases[index].entry)
		lb_rawrepl_await_entry(&repl);
	else
		lb_rawrepl_await_answer(&repl);
	for (size_t at = 0; at < size; at += step)
		taken += lb_rawrepl_parse(&repl, cases[index].data + at, size - at < step ? size - at : step);
	if (taken != size - cases[index].left)
		fail_msg("%s, %zu at a time: took %zu", cases[index].name, step, taken);
	assert_int_equal(repl.state == LB_RAWREPL_DONE, cases[index].done);
	assert_string_equal(repl.output, cases[index].output);
	assert_string_equal(lb_rawrepl_error(&repl), cases[index].error);
}

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		parse_case(i, 1);
		parse_case(i, 1000);
	}
}

/* However much comes, the beginning of the output and the end of the traceback stay. */
static void test_much(void **state)
{
	struct lb_rawrepl repl;

	(void)state;
	lb_rawrepl_await_answer(&repl);
	lb_rawrepl_parse(&repl, "OKstart", 7);
	for (int i = 0; i < 10000; i++)
		lb_rawrepl_parse(&repl, "x", 1);
	lb_rawrepl_parse(&repl, "\x04", 1);
	for (int i = 0; i < 10000; i++)
		lb_rawrepl_parse(&repl, "line\r\n", 6);
	lb_rawrepl_parse(&repl, "ValueError: last\r\n\x04>", 20);
	assert_int_equal(repl.state, LB_RAWREPL_DONE);
	assert_int_equal(strlen(repl.output), LB_RAWREPL_TEXT_BYTES - 1);
	assert_memory_equal(repl.output, "startxxx", 8);
	assert_string_equal(lb_rawrepl_error(&repl), "ValueError: last");
}

/* Windows open byte by byte, and what follows the code is an answer as any other. */
static void test_paste(void **state)
{
	struct lb_rawrepl repl;

	(void)state;
	lb_rawrepl_await_paste(&repl);
	assert_int_equal(lb_rawrepl_parse(&repl, "R\x01\x02\x04", 3), 3);
	assert_int_equal(repl.room, 0);
	lb_rawrepl_parse(&repl, "\x04", 1);
	assert_int_equal(repl.state, LB_RAWREPL_FLOW);
	assert_int_equal(repl.room, 0x402);
	repl.room -= 0x400;
	lb_rawrepl_parse(&repl, "\x01\x01", 2);
	assert_int_equal(repl.room, 0x806);
	assert_int_equal(repl.state, LB_RAWREPL_FLOW);
	lb_rawrepl_parse(&repl,
	                 "\x04"
	                 "out\x04"
	                 "NameError: x\r\n\x04>",
	                 21);
	assert_int_equal(repl.state, LB_RAWREPL_DONE);
	assert_string_equal(repl.output, "out");
	assert_string_equal(lb_rawrepl_error(&repl), "NameError: x");
}

static int nibble(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* Every byte comes back from its literal, which has no byte that the raw REPL would take for a command. */
static void test_literal(void **state)
{
	char text[LB_RAWREPL_LITERAL_BYTES(256)];
	unsigned char data[256];
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 256; i++)
		data[i] = (unsigned char)i;
	size_t size = lb_rawrepl_literal(data, sizeof(data), text);
	assert_int_equal(size, strlen(text));
	assert_memory_equal(text, "b'", 2);
	assert_int_equal(text[size - 1], '\'');
	for (size_t at = 2; at < size - 1; at++, count++) {
		unsigned char byte = (unsigned char)text[at];
		assert_true(byte >= ' ' && byte <= '~' && byte != '\'');
		if (byte == '\\') {
			assert_int_equal(text[at + 1], 'x');
			byte = (unsigned char)(nibble(text[at + 2]) << 4 | nibble(text[at + 3]));
			at += 3;
		}
		assert_int_equal(byte, data[count]);
	}
	assert_int_equal(count, 256);
	assert_int_equal(lb_rawrepl_literal("", 0, text), 3);
	assert_string_equal(text, "b''");
	memset(data, 0xFF, sizeof(data));
	assert_int_equal(lb_rawrepl_literal(data, sizeof(data), text) + 1, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_much),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
