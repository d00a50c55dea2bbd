/* The networks in the virtual module's air: the ones that are always there, and those of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "hardware/model/air.h"
#include "hardware/process/airfile.h"

static void the_default_air_has_an_open_and_a_closed_network(void **state)
{
	struct lb_air air;

	(void)state;
	lb_air_default(&air);
	assert_int_equal(air.count, 2);
	assert_int_equal(air.networks[0].seen.security, LB_RADIO_OPEN);
	assert_int_equal(air.networks[1].seen.security, LB_RADIO_WPA2);
	assert_int_equal(lb_air_join(&air, "Lifeboat-Open", ""), LB_RADIO_CONNECTED);
	assert_int_equal(lb_air_join(&air, "Lifeboat-Open", "whatever it is"), LB_RADIO_CONNECTED);
	assert_int_equal(lb_air_join(&air, "Lifeboat-WPA2", "back-to-shore"), LB_RADIO_CONNECTED);
	assert_int_equal(lb_air_join(&air, "Lifeboat-WPA2", "back-to-shor"), LB_RADIO_WRONG_PASSWORD);
	assert_int_equal(lb_air_join(&air, "Lifeboat-WPA2", ""), LB_RADIO_WRONG_PASSWORD);
	assert_int_equal(lb_air_join(&air, "lifeboat-wpa2", "back-to-shore"), LB_RADIO_NO_NETWORK);
	assert_int_equal(lb_air_join(&air, "", ""), LB_RADIO_NO_NETWORK);
}

static void of_two_with_one_name_the_one_that_takes_the_password_counts(void **state)
{
	struct lb_air air = {.count = 0};

	(void)state;
	assert_null(lb_air_add(&air, "Twin", "first password", 1, -40, NULL));
	assert_null(lb_air_add(&air, "Twin", "second password", 2, -50, NULL));
	assert_int_equal(lb_air_join(&air, "Twin", "second password"), LB_RADIO_CONNECTED);
	assert_int_equal(lb_air_join(&air, "Twin", "third password"), LB_RADIO_WRONG_PASSWORD);
	assert_memory_not_equal(air.networks[0].seen.bssid, air.networks[1].seen.bssid, 6);
}

static void a_network_is_held_to_its_limits(void **state)
{
	static const char LONG[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
	struct lb_air air = {.count = 0};
	char ssid[34] = "", password[66] = "";

	(void)state;
	memcpy(ssid, LONG, 32);
	memcpy(password, LONG, 64);
	assert_null(lb_air_add(&air, ssid, password, 13, -100, NULL));
	assert_string_equal(air.networks[0].seen.ssid, ssid);
	assert_string_equal(air.networks[0].password, password);
	ssid[32] = password[64] = 'x';
	assert_non_null(lb_air_add(&air, ssid, "", 1, -1, NULL));
	assert_non_null(lb_air_add(&air, "a", password, 1, -1, NULL));
	assert_non_null(lb_air_add(&air, "a", "seven__", 1, -1, NULL));
	assert_non_null(lb_air_add(&air, "", "", 1, -1, NULL));
	assert_non_null(lb_air_add(&air, "a", "", 0, -1, NULL));
	assert_non_null(lb_air_add(&air, "a", "", 14, -1, NULL));
	assert_non_null(lb_air_add(&air, "a", "", 1, 1, NULL));
	assert_non_null(lb_air_add(&air, "a", "", 1, -101, NULL));
	assert_int_equal(air.count, 1);
	while (air.count < LB_RADIO_SCAN_MAX)
		assert_null(lb_air_add(&air, "a", "", 1, -1, NULL));
	assert_non_null(lb_air_add(&air, "a", "", 1, -1, NULL));
}

static void a_file_replaces_the_default(void **state)
{
	char reason[LB_AIRFILE_REASON_BYTES];
	struct lb_air air;

	(void)state;
	lb_air_default(&air);
	assert_int_equal(lb_airfile_parse("{\"networks\": [{\"ssid\": \"Home\", \"password\": \"correct horse\", "
	                                  "\"channel\": 11, \"rssi\": -70, \"bssid\": \"02:a0:00:00:00:fF\"}, "
	                                  "{\"ssid\": \"Caf\xC3\xA9\"}]}",
	                                  &air, reason),
	                 0);
	assert_int_equal(air.count, 2);
	assert_string_equal(air.networks[0].seen.ssid, "Home");
	assert_int_equal(air.networks[0].seen.channel, 11);
	assert_int_equal(air.networks[0].seen.rssi_dbm, -70);
	assert_memory_equal(air.networks[0].seen.bssid, "\x02\xa0\x00\x00\x00\xff", 6);
	assert_int_equal(air.networks[1].seen.security, LB_RADIO_OPEN);
	assert_int_equal(lb_air_join(&air, "Home", "correct horse"), LB_RADIO_CONNECTED);
	assert_int_equal(lb_air_join(&air, "Lifeboat-Open", ""), LB_RADIO_NO_NETWORK);
	assert_int_equal(lb_airfile_parse("{\"networks\": []}", &air, reason), 0);
	assert_int_equal(air.count, 0);
}

static void a_bad_file_is_refused_with_a_reason(void **state)
{
	static const char *const cases[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"networks\": {}}",
		"{\"networks\": []} x",
		"{\"networks\": [1]}",
		"{\"networks\": [{}]}",
		"{\"networks\": [{\"ssid\": 1}]}",
		"{\"networks\": [{\"ssid\": \"a\", \"password\": null}]}",
		"{\"networks\": [{\"ssid\": \"a\", \"passwort\": \"12345678\"}]}",
		"{\"networks\": [{\"ssid\": \"a\", \"channel\": 1.5}]}",
		"{\"networks\": [{\"ssid\": \"a\", \"rssi\": \"-5\"}]}",
		"{\"networks\": [{\"ssid\": \"a\", \"bssid\": \"02:00:00:00:00\"}]}",
		"{\"networks\": [{\"ssid\": \"a\", \"bssid\": \"02:00:00:00:00:01:02\"}]}",
	};
	char reason[LB_AIRFILE_REASON_BYTES];
	struct lb_air air;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reason[0] = '\0';
		if (lb_airfile_parse(cases[i], &air, reason) != -1 || reason[0] == '\0')
			fail_msg("taken: %s", cases[i]);
	}
}

static void expect_place(const struct lb_air *air, const char *name, uint16_t port, enum lb_air_server server)
{
	const struct lb_air_place *place = lb_air_find_place(air, name, port);

	assert_int_equal(place != NULL ? place->server : LB_AIR_UNKNOWN, server);
}

static void the_most_exact_place_behind_it_counts(void **state)
{
	char reason[LB_AIRFILE_REASON_BYTES];
	struct lb_air air;

	(void)state;
	assert_int_equal(lb_airfile_parse("{\"networks\": [{\"ssid\": \"*\"}], \"behind\": {\"*:80\": \"answers\", "
	                                  "\"a.example\": \"stalls\", \"a.example:80\": \"refuses\", "
	                                  "\"b.example:81\": \"127.0.0.1:8081\"}}",
	                                  &air, reason),
	                 0);
	assert_int_equal(lb_air_join(&air, "whatever", "any key at all"), LB_RADIO_CONNECTED);
	expect_place(&air, "a.example", 80, LB_AIR_REFUSES);
	expect_place(&air, "a.example", 81, LB_AIR_STALLS);
	expect_place(&air, "b.example", 81, LB_AIR_HOST);
	expect_place(&air, "b.example", 80, LB_AIR_ANSWERS);
	expect_place(&air, "b.example", 82, LB_AIR_UNKNOWN);
	expect_place(&air, "10.0.0.1", 443, LB_AIR_UNKNOWN);
	expect_place(&air, "c.example", 0, LB_AIR_ANSWERS);
	assert_int_equal(lb_air_find_place(&air, "b.example", 81)->host_port, 8081);
	assert_int_equal(lb_airfile_parse("{\"networks\": []}", &air, reason), 0);
	assert_false(air.has_behind);
	assert_int_equal(lb_airfile_parse("{\"networks\": [], \"behind\": {}}", &air, reason), 0);
	assert_true(air.has_behind);
}

static void a_wrong_place_is_named(void **state)
{
	static const char *const wrong[] = {"\"a\": \"hangs\"",        "\"a:0\": \"answers\"", "\"\": \"answers\"",
	                                    "\"a\": \"300.0.0.1:80\"", "\"a\": \"127.0.0.1\"", "\"a\": 1"};
	char text[100], reason[LB_AIRFILE_REASON_BYTES];
	struct lb_air air;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "{\"networks\": [], \"behind\": {%s}}", wrong[i]);
		assert_int_equal(lb_airfile_parse(text, &air, reason), -1);
		assert_non_null(strstr(reason, "behind: "));
	}
}

static void visitors_are_named_or_none(void **state)
{
	static const char *const words[] = {"ask", "leave", "stall"};
	char text[100], reason[LB_AIRFILE_REASON_BYTES];
	struct lb_air air;

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text), "{\"networks\": [], \"visitors\": \"%s\"}", words[i]);
		assert_int_equal(lb_airfile_parse(text, &air, reason), 0);
		assert_int_equal(air.visitors, LB_AIR_VISITORS_ASK + i);
	}
	assert_int_equal(lb_airfile_parse("{\"networks\": []}", &air, reason), 0);
	assert_int_equal(air.visitors, LB_AIR_VISITORS_NONE);
	assert_int_equal(lb_airfile_parse("{\"networks\": [], \"visitors\": 1}", &air, reason), -1);
	assert_non_null(strstr(reason, "visitors "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_air_has_an_open_and_a_closed_network),
		cmocka_unit_test(of_two_with_one_name_the_one_that_takes_the_password_counts),
		cmocka_unit_test(a_network_is_held_to_its_limits),
		cmocka_unit_test(a_file_replaces_the_default),
		cmocka_unit_test(the_most_exact_place_behind_it_counts),
		cmocka_unit_test(a_wrong_place_is_named),
		cmocka_unit_test(visitors_are_named_or_none),
		cmocka_unit_test(a_bad_file_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
