/* The telnet engine: dialogues, each whole, byte by byte and split everywhere; options, time, garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/telnet/telnet_console.h"

enum { SINK_BYTES = 8192 };

/* "..." with its length, without the NUL. */
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1
#define OFFERS "\xFF\xFB\x01\xFF\xFB\x03\xFF\xFD\x03"
#define WELCOME                                                                               \
	"\r\nThis is the REPL; Ctrl-C interrupts what runs, unless that has switched it off.\r\n" \
	"Login succeeded!\r\nType \"help()\" for more information.\r\n"
#define LOGIN "me\r\nsecret\r\n"
#define LOGGED_IN OFFERS "Lifeboat\r\nLogin as: me\r\nPassword: \r\n" WELCOME

static const struct lb_login login = {"me", "secret"};

struct sink {
	uint8_t output[SINK_BYTES], console[SINK_BYTES];
	size_t output_bytes, console_bytes;
};

static void drain(struct lb_telnet_console *telnet, struct sink *sink)
{
	size_t size;
	const uint8_t *bytes = lb_telnet_console_output(telnet, &size);

	assert_true(sink->output_bytes + size <= SINK_BYTES);
	memcpy(sink->output + sink->output_bytes, bytes, size);
	sink->output_bytes += size;
	lb_telnet_console_sent(telnet, size);
}

static void feed(struct lb_telnet_console *telnet, struct sink *sink, uint32_t now_ms, const uint8_t *data, size_t size)
{
	size_t count;

	assert_true(sink->console_bytes + size <= SINK_BYTES);
	assert_int_equal(lb_telnet_console_receive(telnet, now_ms, data, size, sink->console + sink->console_bytes, &count),
	                 size);
	sink->console_bytes += count;
	drain(telnet, sink);
}

/* --- dialogues --- */

/* clang-format off */
static const struct {
	const char *what;
	const uint8_t *input;
	size_t input_bytes;
	const uint8_t *output;
	size_t output_bytes;
	const uint8_t *console;
	size_t console_bytes;
} dialogues[] = {
	{ "login", BYTES(LOGIN), BYTES(LOGGED_IN), BYTES("") },
	{ "lines end in CR NUL", BYTES("me\r\0secret\r\0"), BYTES(LOGGED_IN), BYTES("") },
	{ "lines end in LF", BYTES("me\nsecret\n"), BYTES(LOGGED_IN), BYTES("") },
	{ "rubbing out", BYTES("mx\x7F" "e\r\nabc\x15" "sexx\b\bcret\r\n"),
	  BYTES(OFFERS "Lifeboat\r\nLogin as: mx\b \be\r\nPassword: \r\n" WELCOME), BYTES("") },
	{ "rubbing out more than there is", BYTES("\x7F\b\x15me\r\n\bsecret\r\n"), BYTES(LOGGED_IN), BYTES("") },
	{ "control characters are passed over", BYTES("m\x1B" "e\r\n\asecret\r\n"), BYTES(LOGGED_IN), BYTES("") },
	{ "Ctrl-D leaves", BYTES("me\x04" "more"), BYTES(OFFERS "Lifeboat\r\nLogin as: meGoodbye.\r\n"), BYTES("") },
	{ "to the console", BYTES(LOGIN "1+1\r\n\x03\x04"), BYTES(LOGGED_IN), BYTES("1+1\r\x03\x04") },
	{ "CR NUL, CR CR, lone LF and NUL", BYTES(LOGIN "a\r\0b\r\rc\n\0d"), BYTES(LOGGED_IN), BYTES("a\rb\r\rc\n\0d") },
	{ "a doubled IAC is one byte", BYTES(LOGIN "a\xFF\xFF" "b"), BYTES(LOGGED_IN), BYTES("a\xFF" "b") },
	{ "interrupt, break, erase", BYTES(LOGIN "\xFF\xF4\xFF\xF3x\xFF\xF7"), BYTES(LOGGED_IN), BYTES("\x03\x03x\b") },
	{ "are you there", BYTES(LOGIN "\xFF\xF6"), BYTES(LOGGED_IN "\xFF\xF6"), BYTES("") },
	{ "commands that mean nothing here",
	  BYTES(LOGIN "\xFF\xF1\xFF\xF2\xFF\xF5\xFF\xF9\xFF\x01z"), BYTES(LOGGED_IN), BYTES("z") },
	{ "what was offered is not offered again",
	  BYTES("\xFF\xFD\x01\xFF\xFD\x03\xFF\xFB\x03" LOGIN), BYTES(LOGGED_IN), BYTES("") },
	{ "unknown options are refused, once asked", BYTES(LOGIN "\xFF\xFD\x18\xFF\xFB\x1F\xFF\xFE\x18\xFF\xFC\x1F"),
	  BYTES(LOGGED_IN "\xFF\xFC\x18\xFF\xFE\x1F"), BYTES("") },
	{ "the peer may not echo", BYTES(LOGIN "\xFF\xFB\x01"), BYTES(LOGGED_IN "\xFF\xFE\x01"), BYTES("") },
	{ "no echo if not wanted", BYTES("\xFF\xFE\x01" LOGIN),
	  BYTES(OFFERS "Lifeboat\r\nLogin as: \xFF\xFC\x01Password: " WELCOME), BYTES("") },
	{ "subnegotiations are passed over", BYTES(LOGIN "a\xFF\xFA\x18\x01" "xy\xFF\xFFz\xFF\xF0" "b"), BYTES(LOGGED_IN),
	  BYTES("ab") },
	{ "binary: CR LF stays",
	  BYTES(LOGIN "\xFF\xFB\x00" "a\r\n\r\0"), BYTES(LOGGED_IN "\xFF\xFD\x00"), BYTES("a\r\n\r\0") },
	{ "too long a name", BYTES("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm\r\n"),
	  BYTES(OFFERS "Lifeboat\r\nLogin as: mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm\r\nPassword: "), BYTES("") },
};
/* clang-format on */

static void run(size_t index, size_t first, size_t piece)
{
	struct lb_telnet_console telnet;
	struct sink sink = {.output_bytes = 0};
	const uint8_t *input = dialogues[index].input;
	const size_t size = dialogues[index].input_bytes;

	lb_telnet_console_open(&telnet, &login, NULL, 0);
	drain(&telnet, &sink);
	feed(&telnet, &sink, 0, input, first);
	for (size_t at = first; at < size; at += piece)
		feed(&telnet, &sink, 0, input + at, size - at < piece ? size - at : piece);
	if (sink.output_bytes != dialogues[index].output_bytes)
		print_message("in \"%s\": output is \"%.*s\"\n", dialogues[index].what, (int)sink.output_bytes,
		              (char *)sink.output);
	assert_int_equal(sink.output_bytes, dialogues[index].output_bytes);
	assert_memory_equal(sink.output, dialogues[index].output, sink.output_bytes);
	assert_int_equal(sink.console_bytes, dialogues[index].console_bytes);
	assert_memory_equal(sink.console, dialogues[index].console, sink.console_bytes);
}

static void test_dialogues(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
		run(i, 0, 1);
		for (size_t first = 0; first <= dialogues[i].input_bytes; first++)
			run(i, first, SINK_BYTES);
	}
}

/* --- wrong tries, time --- */

static void expect_output(struct sink *sink, const char *text)
{
	assert_int_equal(sink->output_bytes, strlen(text));
	assert_memory_equal(sink->output, text, strlen(text));
	sink->output_bytes = 0;
}

static void test_three_tries(void **state)
{
	struct lb_telnet_console telnet;
	struct sink sink = {.output_bytes = 0};
	uint32_t now_ms = UINT32_MAX - 1500; /* the clock wraps on the way */

	(void)state;
	lb_telnet_console_open(&telnet, &login, "Notice", now_ms);
	drain(&telnet, &sink);
	expect_output(&sink, OFFERS "Lifeboat\r\nNotice\r\nLogin as: ");
	for (int i = 0; i < LB_LOGIN_TRIES; i++) {
		feed(&telnet, &sink, now_ms, BYTES("me\r\nwrong\r\nme\r\nsecret\r\n"));
		expect_output(&sink, "me\r\nPassword: \r\n");
		assert_int_equal(telnet.phase, LB_TELNET_CONSOLE_PUNISHED);
		assert_int_equal(lb_telnet_console_step(&telnet, now_ms + LB_LOGIN_DELAY_MS - 1), 1);
		drain(&telnet, &sink);
		assert_int_equal(sink.output_bytes, 0);
		now_ms += LB_LOGIN_DELAY_MS;
		lb_telnet_console_step(&telnet, now_ms);
		drain(&telnet, &sink);
		if (i < LB_LOGIN_TRIES - 1)
			expect_output(&sink, "Wrong user or password.\r\nLogin as: ");
	}
	expect_output(&sink, "Wrong user or password; goodbye.\r\n");
	assert_int_equal(telnet.phase, LB_TELNET_CONSOLE_ENDED);
	feed(&telnet, &sink, now_ms, BYTES(LOGIN));
	assert_int_equal(telnet.phase, LB_TELNET_CONSOLE_ENDED);
}

static void test_wrong_logins(void **state)
{
	static const char *const wrong[] = {
		"me\r\n\r\n",
		"\r\nsecret\r\n",
		"me\r\nsecre\r\n",
		"me\r\nsecrett\r\n",
		"Me\r\nsecret\r\n",
		"me\r\nsecretsecretsecretsecretsecretsecretsecretsecretsecretsecretsecretsecret\r\n",
		"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm\r\nsecret\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct lb_telnet_console telnet;
		struct sink sink = {.output_bytes = 0};

		lb_telnet_console_open(&telnet, &login, NULL, 0);
		feed(&telnet, &sink, 0, (const uint8_t *)wrong[i], strlen(wrong[i]));
		assert_int_equal(telnet.phase, LB_TELNET_CONSOLE_PUNISHED);
	}
}

static void test_slow_login(void **state)
{
	struct lb_telnet_console telnet;

	(void)state;
	lb_telnet_console_open(&telnet, &login, NULL, 7);
	assert_int_equal(lb_telnet_console_step(&telnet, 7), LB_LOGIN_TIME_MS);
	assert_int_equal(lb_telnet_console_step(&telnet, 6 + LB_LOGIN_TIME_MS), 1);
	assert_int_equal(lb_telnet_console_step(&telnet, 7 + LB_LOGIN_TIME_MS), UINT32_MAX);
	assert_int_equal(telnet.phase, LB_TELNET_CONSOLE_ENDED);
}

/* --- the console's text --- */

static void open_logged_in(struct lb_telnet_console *telnet, struct sink *sink)
{
	lb_telnet_console_open(telnet, &login, NULL, 0);
	drain(telnet, sink);
	feed(telnet, sink, 0, BYTES(LOGIN));
	assert_int_equal(telnet->phase, LB_TELNET_CONSOLE_LOGGED_IN);
	sink->output_bytes = 0;
}

static void test_print(void **state)
{
	static const struct {
		const char *text, *sent;
		size_t text_bytes, sent_bytes;
	} cases[] = {
		{"a\r\nb", "a\r\nb", 4, 4},   {"10%\r20%", "10%\r\00020%", 7, 8}, {"\xFF", "\xFF\xFF", 1, 2},
		{"\r\r\n", "\r\0\r\n", 3, 4}, {"\xC3\xA9", "\xC3\xA9", 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t first = 0; first <= cases[i].text_bytes; first++) {
			const uint8_t *text = (const uint8_t *)cases[i].text;
			struct lb_telnet_console telnet;
			struct sink sink = {.output_bytes = 0};

			open_logged_in(&telnet, &sink);
			assert_int_equal(lb_telnet_console_print(&telnet, text, first), first);
			lb_telnet_console_print(&telnet, text + first, cases[i].text_bytes - first);
			drain(&telnet, &sink);
			assert_int_equal(sink.output_bytes, cases[i].sent_bytes);
			assert_memory_equal(sink.output, cases[i].sent, cases[i].sent_bytes);
		}
	}
}

static void test_nothing_is_printed_before_the_login(void **state)
{
	struct lb_telnet_console telnet;

	(void)state;
	lb_telnet_console_open(&telnet, &login, NULL, 0);
	assert_int_equal(lb_telnet_console_print(&telnet, BYTES("secret things")), 0);
}

/* A client that reads nothing, then everything: not a byte is lost, and there is always room for an answer. */
static void test_full_output(void **state)
{
	static uint8_t text[3 * LB_TELNET_CONSOLE_OUTPUT_BYTES];
	struct lb_telnet_console telnet;
	struct sink sink = {.output_bytes = 0};
	size_t printed = 0, count;
	uint8_t console[8];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)('a' + i % 26);
	open_logged_in(&telnet, &sink);
	printed = lb_telnet_console_print(&telnet, text, sizeof(text));
	assert_true(printed > 0 && printed < sizeof(text));
	assert_int_equal(lb_telnet_console_print(&telnet, text, sizeof(text)), 0);
	assert_int_equal(lb_telnet_console_receive(&telnet, 0, BYTES("\xFF\xF6"), console, &count), 2);
	lb_telnet_console_sent(&telnet, 1);
	drain(&telnet, &sink);
	while (printed < sizeof(text)) {
		printed += lb_telnet_console_print(&telnet, text + printed, sizeof(text) - printed);
		drain(&telnet, &sink);
	}
	assert_int_equal(sink.output_bytes, sizeof(text) - 1 + strlen("\xFF\xF6"));
	assert_memory_equal(sink.output + sink.output_bytes - 100, text + sizeof(text) - 100, 100);
}

/* A flood of requests from a client that reads nothing is held back. */
static void test_flood_of_options(void **state)
{
	struct lb_telnet_console telnet;
	uint8_t console[3];
	size_t count, taken = 0, size;

	(void)state;
	lb_telnet_console_open(&telnet, &login, NULL, 0);
	for (int i = 0; i < 10000; i++)
		taken += lb_telnet_console_receive(&telnet, 0, BYTES("\xFF\xFD\x63"), console, &count);
	lb_telnet_console_output(&telnet, &size);
	assert_true(taken < 3 * LB_TELNET_CONSOLE_OUTPUT_BYTES && size <= LB_TELNET_CONSOLE_OUTPUT_BYTES);
}

static void test_garbage(void **state)
{
	unsigned long logins = 0;

	(void)state;
	srandom(1);
	for (int round = 0; round < 2000; round++) {
		struct lb_telnet_console telnet;
		uint8_t bytes[256], console[256];
		uint32_t now_ms = (uint32_t)random();
		size_t count, size;

		lb_telnet_console_open(&telnet, &login, NULL, now_ms);
		for (int i = 0; i < 20; i++) {
			for (size_t b = 0; b < sizeof(bytes); b++)
				bytes[b] = (uint8_t)(random() % 4 == 0 ? 240 + random() % 16 : random());
			assert_true(lb_telnet_console_receive(&telnet, now_ms, bytes, sizeof(bytes), console, &count) <=
			            sizeof(bytes));
			assert_true(count <= sizeof(bytes));
			lb_telnet_console_print(&telnet, bytes, sizeof(bytes));
			lb_telnet_console_output(&telnet, &size);
			assert_true(size <= LB_TELNET_CONSOLE_OUTPUT_BYTES);
			lb_telnet_console_sent(&telnet, size == 0 ? 0 : (size_t)random() % (size + 1));
			now_ms += (uint32_t)random() % 3000;
			lb_telnet_console_step(&telnet, now_ms);
		}
		logins += telnet.phase == LB_TELNET_CONSOLE_LOGGED_IN;
	}
	assert_int_equal(logins, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),    cmocka_unit_test(test_three_tries),
		cmocka_unit_test(test_wrong_logins), cmocka_unit_test(test_slow_login),
		cmocka_unit_test(test_print),        cmocka_unit_test(test_nothing_is_printed_before_the_login),
		cmocka_unit_test(test_full_output),  cmocka_unit_test(test_flood_of_options),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
