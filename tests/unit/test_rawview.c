/* What an attached terminal shows while another program holds the raw REPL. Each case is a script of steps, and what
 * the terminal must have shown at its end; every output is given in one piece and again byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/terminal/rawview.h"

#define RAW "\r\nraw REPL; CTRL-B to exit\r\n>"
#define BANNER "\r\nMicroPython v1.25.0 on 2026-11-22; Lifeboat virtual module\r\nType \"help()\" for more.\r\n"
#define TAKEN "[another program is using the REPL; a key shows what it does]\r\n"
#define GONE "[the other program has gone and left the raw REPL on; Ctrl-B gives the prompt]\r\n"
#define TOOL "[a firmware tool works on the module; what they say to each other is not shown]\r\n"
#define JOINED "[the raw REPL, used by another program; Ctrl-C stops what runs, Ctrl-B gives the prompt]\r\n"

enum kind { END, OUTPUT, KEYS, KEYS_KEPT, CLIENTS, LOADER, RESET, TIME, HOLD, RELEASE };

struct step {
	enum kind kind;
	const char *text;
	int number; /* of clients; is it in bootloader mode; milliseconds that pass; at the prompt? */
};

struct script {
	const char *name;
	struct step steps[12];
	const char *shown;
};

/* clang-format off */
static const struct script scripts[] = {
	{"output passes", {{OUTPUT, ">>> 1+1\r\n2\r\n>>> ", 0}}, ">>> 1+1\r\n2\r\n>>> "},
	{"a tool's session is one line",
	 {{OUTPUT, ">>> \r\n>>> ", 0}, {OUTPUT, RAW, 0}, {OUTPUT, "OKhello\r\n\x04\x04>", 0}, {OUTPUT, BANNER ">>> ", 0},
	  {OUTPUT, "x", 0}},
	 ">>> \r\n>>> \r\n" TAKEN ">>> x"},
	{"a second tool's too",
	 {{OUTPUT, RAW "OK" BANNER ">>> ", 0}, {OUTPUT, RAW "OK" BANNER ">>> ", 0}},
	 "\r\n" TAKEN ">>> \r\n" TAKEN ">>> "},
	{"a soft reset in the raw REPL stays withheld",
	 {{OUTPUT, RAW "OK\r\nMPY: soft reboot" RAW, 0}, {OUTPUT, BANNER ">>> ", 0}},
	 "\r\n" TAKEN ">>> "},
	{"one's own raw REPL is shown, until the prompt is back",
	 {{OUTPUT, ">>> ", 0}, {KEYS, "\x01", 0}, {OUTPUT, RAW "OK", 0}, {KEYS, "\x02", 0}, {OUTPUT, BANNER ">>> ", 0},
	  {OUTPUT, RAW "OK", 0}},
	 ">>> " RAW "OK" BANNER ">>> \r\n" TAKEN},
	{"the words in the middle of a line are nothing",
	 {{OUTPUT, "say raw REPL; CTRL-B to exit\r\n>", 0}},
	 "say raw REPL; CTRL-B to exit\r\n>"},
	{"a line that only begins so is shown whole", {{OUTPUT, "\r\nraw REPL; oops\r\n", 0}}, "\r\nraw REPL; oops\r\n"},
	{"a letter that begins so is shown soon", {{OUTPUT, "\r\nr", 0}, {TIME, NULL, 199}}, "\r\n"},
	{"not later", {{OUTPUT, "\r\nr", 0}, {TIME, NULL, 200}, {OUTPUT, "a", 0}}, "\r\nra"},
	{"a key shows it, and is kept",
	 {{OUTPUT, RAW "secret", 0}, {KEYS_KEPT, "x", 0}, {OUTPUT, "OK", 0}, {KEYS, "x", 0}, {OUTPUT, RAW, 0}},
	 "\r\n" TAKEN JOINED "OK" RAW},
	{"an arrow key is kept whole", {{OUTPUT, RAW, 0}, {KEYS_KEPT, "\033[A", 0}}, "\r\n" TAKEN JOINED},
	{"Ctrl-C and Ctrl-B are sent at once", {{OUTPUT, RAW, 0}, {KEYS, "\x03", 0}}, "\r\n" TAKEN JOINED},
	{"Ctrl-B", {{OUTPUT, RAW, 0}, {KEYS, "\x02", 0}, {OUTPUT, BANNER ">>> ", 0}}, "\r\n" TAKEN JOINED BANNER ">>> "},
	{"a tool that goes without leaving the raw REPL",
	 {{CLIENTS, NULL, 1}, {OUTPUT, RAW, 0}, {CLIENTS, NULL, 0}, {TIME, NULL, 299}, {TIME, NULL, 1}, {OUTPUT, "OK", 0}},
	 "\r\n" TAKEN GONE "OK"},
	{"a tool that goes before its last words are here",
	 {{OUTPUT, RAW, 0}, {CLIENTS, NULL, 0}, {TIME, NULL, 100}, {OUTPUT, BANNER ">>> ", 0}, {TIME, NULL, 1000}},
	 "\r\n" TAKEN ">>> "},
	{"another tool comes in time",
	 {{OUTPUT, RAW, 0}, {CLIENTS, NULL, 0}, {CLIENTS, NULL, 1}, {TIME, NULL, 1000}, {OUTPUT, "OK", 0}},
	 "\r\n" TAKEN},
	{"nobody cares who has the port open otherwise", {{CLIENTS, NULL, 0}, {TIME, NULL, 1000}, {OUTPUT, "a", 0}}, "a"},
	{"a reset ends it", {{OUTPUT, RAW "OK", 0}, {RESET, NULL, 0}, {OUTPUT, "P12 is high\r\n", 0}},
	 "\r\n" TAKEN "P12 is high\r\n"},
	{"a firmware tool in bootloader mode is one line, until that ends",
	 {{OUTPUT, "waiting\r\n", 0}, {LOADER, NULL, 1}, {OUTPUT, "\xC0\x01\x08\033[2J\xC0", 0}, {KEYS_KEPT, "x", 0},
	  {CLIENTS, NULL, 0}, {TIME, NULL, 1000}, {OUTPUT, "\xC0>>> ", 0}, {LOADER, NULL, 0}, {OUTPUT, "\xC0>>> ", 0}},
	 "waiting\r\n" TOOL "\xC0>>> "},
	{"or the module is reset, also into bootloader mode again",
	 {{LOADER, NULL, 1}, {OUTPUT, "\xC0", 0}, {RESET, NULL, 0}, {OUTPUT, "waiting\r\n\xC0" "a", 0}},
	 TOOL "waiting\r\n" TOOL},
	{"also for who typed Ctrl-A", {{KEYS, "\x01", 0}, {LOADER, NULL, 1}, {OUTPUT, "\xC0", 0}}, TOOL},
	{"the banner's name in a tool's output is not the end",
	 {{OUTPUT, RAW "OKMicroPython v1.25.0\r\n>>> ", 0}, {OUTPUT, "x", 0}}, "\r\n" TAKEN},
	{"what a helper of ours does is not shown, through prompts and resets, and no key disturbs it",
	 {{OUTPUT, "a\r\n", 0}, {HOLD, NULL, 0}, {OUTPUT, BANNER ">>> ", 0}, {OUTPUT, RAW "OK", 0}, {RESET, NULL, 0},
	  {CLIENTS, NULL, 0}, {TIME, NULL, 1000}, {KEYS_KEPT, "\x03", 0}, {OUTPUT, BANNER ">>> ", 0}}, "a\r\n"},
	{"then the prompt is", {{HOLD, NULL, 0}, {OUTPUT, RAW "OK>", 0}, {RELEASE, NULL, 1}, {OUTPUT, ">", 0},
	  {OUTPUT, BANNER ">>> a", 0}}, ">>> a"},
	{"or what comes after a reset", {{HOLD, NULL, 0}, {RELEASE, NULL, 1}, {OUTPUT, ">", 0}, {RESET, NULL, 0},
	  {OUTPUT, "a", 0}}, "a"},
	{"or all of it", {{HOLD, NULL, 0}, {OUTPUT, "a", 0}, {RELEASE, NULL, 0}, {OUTPUT, "b", 0}, {KEYS, "x", 0}}, "b"},
};
/* clang-format on */

struct screen {
	char text[4096];
	size_t used;
};

static void show(void *ctx, const char *data, size_t size_bytes)
{
	struct screen *screen = ctx;

	assert_true(screen->used + size_bytes < sizeof(screen->text));
	memcpy(screen->text + screen->used, data, size_bytes);
	screen->used += size_bytes;
	screen->text[screen->used] = '\0';
}

static void output(struct lb_rawview *view, int64_t now_ms, const char *text, size_t piece_bytes)
{
	for (size_t at = 0; at < strlen(text); at += piece_bytes) {
		size_t left = strlen(text) - at;
		lb_rawview_output(view, now_ms, text + at, left < piece_bytes ? left : piece_bytes);
	}
}

static int64_t parse_step(struct lb_rawview *view, int64_t now_ms, const struct step *step, size_t piece_bytes)
{
	switch (step->kind) {
	case OUTPUT: output(view, now_ms, step->text, piece_bytes); break;
	case KEYS: assert_true(lb_rawview_keys(view, step->text, strlen(step->text))); break;
	case KEYS_KEPT: assert_false(lb_rawview_keys(view, step->text, strlen(step->text))); break;
	case CLIENTS: lb_rawview_clients(view, now_ms, step->number); break;
	case LOADER: lb_rawview_loader(view, step->number != 0); break;
	case RESET: lb_rawview_reset(view); break;
	case HOLD: lb_rawview_hold(view); break;
	case RELEASE: lb_rawview_release(view, step->number != 0); break;
	case TIME: lb_rawview_tick(view, now_ms + step->number); return now_ms + step->number;
	case END: break;
	}
	return now_ms;
}

static void play(const struct script *script, size_t piece_bytes)
{
	struct screen screen = {.used = 0};
	struct lb_rawview view;
	int64_t now_ms = 5;

	lb_rawview_init(&view, show, &screen);
	for (const struct step *step = script->steps; step->kind != END; step++)
		now_ms = parse_step(&view, now_ms, step, piece_bytes);
	if (strcmp(screen.text, script->shown) != 0) {
		fail_msg("%s (pieces of %zu): shown was\n%s\ninstead of\n%s", script->name, piece_bytes, screen.text,
		         script->shown);
	}
}

static void test_scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		play(&scripts[i], 4096);
		play(&scripts[i], 1);
		play(&scripts[i], 7);
	}
}

/* A prompt that comes long after the banner's first words is a program's own. */
static void test_a_far_prompt_is_not_the_banners(void **state)
{
	struct screen screen = {.used = 0};
	struct lb_rawview view;

	(void)state;
	lb_rawview_init(&view, show, &screen);
	output(&view, 0, RAW "OK\r\nMicroPython v", 4096);
	for (int i = 0; i < 2000; i++)
		output(&view, 0, "x", 1);
	output(&view, 0, "\r\n>>> y", 4096);
	assert_string_equal(screen.text, "\r\n" TAKEN);
	output(&view, 0, BANNER ">>> ", 4096);
	assert_string_equal(screen.text, "\r\n" TAKEN ">>> ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_a_far_prompt_is_not_the_banners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
