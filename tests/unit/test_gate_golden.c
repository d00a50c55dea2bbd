/* Whole traces of the gate in simulated time: every file of tests/golden/gate, compared byte by byte.
 *
 * A file begins with comment lines (#) and "start MS", the clock at the reset; then lines of milliseconds since the
 * reset and "pin high|low", which is the input, or "led RRGGBB", "window NAME", "done NAME hold MS", which is what the
 * gate must do. The pin is sampled only when the gate asks for it. A trace that differs is printed as a whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/gate/gate.h"

enum { MAX_BYTES = 16384, MAX_PIN_LINES = 64, END_MS = 60000, MIN_FILES = 26 };

static const char *const window_names[] = {"none", "latest", "previous", "factory"};

struct pin_line {
	uint32_t t_ms;
	bool level;
};

struct script {
	char wanted[MAX_BYTES];
	char got[MAX_BYTES];
	size_t got_bytes;
	uint32_t start_ms;
	struct pin_line pin[MAX_PIN_LINES];
	unsigned pin_lines;
};

__attribute__((format(printf, 2, 3))) static void emit(struct script *script, const char *format, ...)
{
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vsnprintf(script->got + script->got_bytes, MAX_BYTES - script->got_bytes, format, arguments);
	va_end(arguments);
	assert_in_range(written, 1, MAX_BYTES - script->got_bytes - 1);
	script->got_bytes += (size_t)written;
}

/* Takes the inputs out of a file; comments go to the output at once, since they are compared too. */
static void read_script(const char *path, struct script *script)
{
	FILE *file = fopen(path, "r");
	char line[256], level[8];
	size_t wanted_bytes = 0;

	assert_non_null(file);
	memset(script, 0, sizeof(*script));
	while (fgets(line, sizeof(line), file) != NULL) {
		uint32_t t_ms;

		assert_true(wanted_bytes + strlen(line) < MAX_BYTES);
		memcpy(script->wanted + wanted_bytes, line, strlen(line) + 1);
		wanted_bytes += strlen(line);
		if (line[0] == '#') {
			emit(script, "%s", line);
		} else if (sscanf(line, "start %" SCNu32, &script->start_ms) == 1) {
			emit(script, "start %" PRIu32 "\n", script->start_ms);
		} else if (sscanf(line, "%" SCNu32 " pin %7s", &t_ms, level) == 2) {
			assert_true(script->pin_lines < MAX_PIN_LINES);
			script->pin[script->pin_lines++] = (struct pin_line){t_ms, strcmp(level, "high") == 0};
		}
	}
	fclose(file);
}

/* The pin's level at t_ms; lines of the input that are due are written on the way. */
static bool level_at(struct script *script, uint32_t t_ms, unsigned *next, bool level)
{
	while (*next < script->pin_lines && script->pin[*next].t_ms <= t_ms) {
		level = script->pin[*next].level;
		emit(script, "%6" PRIu32 " pin %s\n", script->pin[*next].t_ms, level ? "high" : "low");
		(*next)++;
	}
	return level;
}

static void run_script(struct script *script)
{
	struct lb_gate gate;
	uint32_t led = 0;
	unsigned next = 0;
	bool level = false;

	lb_gate_init(&gate);
	for (uint32_t t_ms = 0; t_ms < END_MS;) {
		struct lb_gate_output out;

		level = level_at(script, t_ms, &next, level);
		out = lb_gate_step(&gate, script->start_ms + t_ms, level);
		if (out.announce != LB_GATE_NONE)
			emit(script, "%6" PRIu32 " window %s\n", t_ms, window_names[out.announce]);
		if (out.led != led)
			emit(script, "%6" PRIu32 " led %06" PRIX32 "\n", t_ms, out.led);
		led = out.led;
		if (out.done) {
			emit(script, "%6" PRIu32 " done %s hold %" PRIu32 "\n", t_ms, window_names[out.choice], out.hold_ms);
			(void)level_at(script, END_MS, &next, level); /* what the pin does later is part of the file */
			return;
		}
		t_ms += out.wait_ms;
	}
	emit(script, "%6d never done\n", (int)END_MS);
}

static void traces_are_as_recorded(void **state)
{
	static struct script script;
	glob_t files;
	unsigned different = 0;

	(void)state;
	assert_int_equal(glob("tests/golden/gate/*.txt", 0, NULL, &files), 0);
	assert_true(files.gl_pathc >= MIN_FILES);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		read_script(files.gl_pathv[i], &script);
		run_script(&script);
		if (strcmp(script.wanted, script.got) != 0) {
			print_error("%s differs; this is what the gate does:\n%s", files.gl_pathv[i], script.got);
			different++;
		}
	}
	globfree(&files);
	assert_int_equal(different, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(traces_are_as_recorded)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
