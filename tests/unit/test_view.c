/* The state of a module as the host sees it: what messages change in it, and the one rule for "it is up". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "host/client/view.h"

static unsigned parse(struct lb_view *view, const char *text)
{
	cJSON *message = cJSON_Parse(text);

	assert_non_null(message);
	unsigned changed = lb_view_parse(view, message);
	cJSON_Delete(message);
	return changed;
}

static void test_up(void **state)
{
	static const struct {
		const char *phase;
		long clock;
		int64_t ran_ms;
		bool up, resting;
	} cases[] = {
		{"repl", 1, 0, true, true},
		{"sleep", 1, 0, true, true},
		{"script", 1, LB_VIEW_SCRIPT_MS - 1, false, false},
		{"script", 1, LB_VIEW_SCRIPT_MS, true, false},
		{"script", 10, LB_VIEW_SCRIPT_MS / 10, true, false},
		{"script", 10, LB_VIEW_SCRIPT_MS / 10 - 1, false, false},
		{"gate", 1, 100000, false, false},
		{"loader", 1, 100000, false, true},
		{"off", 1, 100000, false, true},
		{"", 1, 100000, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lb_view view = {.clock = cases[i].clock, .since_ms = 5000};

		snprintf(view.phase, sizeof(view.phase), "%s", cases[i].phase);
		assert_int_equal(lb_view_is_up(&view, 5000 + cases[i].ran_ms), cases[i].up);
		assert_int_equal(lb_view_is_resting(&view), cases[i].resting);
	}
}

/* A reset starts the time of a program anew, a wake from deep sleep does not. */
static void test_since(void **state)
{
	struct lb_view view = {.clock = 1};

	(void)state;
	parse(&view, "{\"ok\":true,\"power\":\"on\",\"phase\":\"script\",\"boot\":1,\"cause\":\"power-on\"}");
	assert_true(view.since_ms > 0);
	view.since_ms = 7;
	parse(&view, "{\"ok\":true,\"power\":\"on\",\"phase\":\"script\",\"boot\":1,\"cause\":\"power-on\"}");
	assert_int_equal(view.since_ms, 7);
	parse(&view, "{\"ok\":true,\"power\":\"on\",\"phase\":\"gate\",\"boot\":2,\"cause\":\"deep-sleep\"}");
	parse(&view, "{\"ok\":true,\"power\":\"on\",\"phase\":\"script\",\"boot\":2,\"cause\":\"deep-sleep\"}");
	assert_int_equal(view.since_ms, 7);
	parse(&view, "{\"ok\":true,\"power\":\"on\",\"phase\":\"script\",\"boot\":3,\"cause\":\"watchdog\"}");
	assert_true(view.since_ms != 7);
	assert_int_equal(view.boots, 3);
}

static void test_messages(void **state)
{
	struct lb_view view = {.clock = 1};

	(void)state;
	assert_int_equal(parse(&view, "{\"event\":\"led\",\"t_ms\":1,\"rgb\":\"#000050\",\"mode\":\"user\"}"), LB_VIEW_LED);
	assert_string_equal(view.led, "#000050");
	assert_int_equal(parse(&view, "{\"event\":\"phase\",\"t_ms\":1,\"phase\":\"repl\",\"boot\":4}"),
	                 LB_VIEW_PHASE | LB_VIEW_BOOT);
	assert_int_equal(parse(&view, "{\"event\":\"phase\",\"t_ms\":1,\"phase\":\"sleep\",\"boot\":4}"), LB_VIEW_PHASE);
	assert_true(lb_view_is_in(&view, "sleep"));
	assert_int_equal(parse(&view, "{\"event\":\"client\",\"port\":0,\"open\":2}"), LB_VIEW_OPEN);
	assert_int_equal(parse(&view, "{\"event\":\"client\",\"port\":1,\"open\":5}"), 0);
	assert_int_equal(view.open, 2);
	assert_int_equal(parse(&view, "{\"event\":\"pin\",\"name\":\"P12\",\"level\":\"high\"}"), LB_VIEW_PIN);
	assert_true(view.p12.high && view.p12.drive == LB_VIEW_FLOAT);
	assert_int_equal(parse(&view, "{\"ok\":true,\"name\":\"P2\",\"level\":\"low\",\"drive\":\"low\"}"), LB_VIEW_REPLY);
	assert_true(!view.g23.high && view.g23.drive == LB_VIEW_LOW);
	assert_int_equal(parse(&view, "{\"event\":\"pin\",\"name\":\"P9\",\"level\":\"high\"}"), 0);
	assert_int_equal(parse(&view, "{\"ok\":false,\"error\":\"no\"}"), LB_VIEW_REPLY);
}

/* What a firmware says of itself has the keys of `lifeboat status --json`; unknown ones are left out. */
static void test_repl(void **state)
{
	cJSON *own =
		cJSON_Parse("{\"board\":\"b\",\"boot\":{\"slot\":\"ota_0\",\"version\":\"1.2.3\",\"mode\":\"safe\"},"
	                "\"trial\":{\"left\":2},\"record\":{\"latest\":\"ota_0\",\"failed\":null},\"on_trial\":true}");
	cJSON *status = lb_status_of_repl(own);
	struct lb_view view = {.clock = 1};

	(void)state;
	lb_view_parse_status(&view, status);
	assert_string_equal(view.phase, "repl");
	assert_string_equal(view.slot, "ota_0");
	assert_string_equal(view.version, "1.2.3");
	assert_string_equal(view.mode, "safe");
	assert_string_equal(view.latest, "ota_0");
	assert_true(view.on_trial && view.tries_left == 2);
	assert_null(cJSON_GetObjectItemCaseSensitive(status, "on_trial"));
	assert_non_null(cJSON_GetObjectItemCaseSensitive(status, "led"));
	cJSON_Delete(own);
	cJSON_Delete(status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_repl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
