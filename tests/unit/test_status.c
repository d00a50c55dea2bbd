/* The state of a module as `lifeboat status` composes it, where bootloader or firmware are newer than the command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/handoff/handoff.h"
#include "host/client/json.h"
#include "host/client/status.h"

/* What the hardware would reply with such a hand-off. */
static cJSON *compose(const struct lb_handoff_down *down)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	char hex[2 * LB_HANDOFF_KEYS_OFFSET + 1];
	cJSON *reply = cJSON_CreateObject(), *status;

	lb_handoff_put_down(retained, down);
	for (size_t i = 0; i < LB_HANDOFF_KEYS_OFFSET; i++)
		snprintf(hex + 2 * i, 3, "%02x", retained[i]);
	cJSON_AddStringToObject(reply, "power", "on");
	cJSON_AddStringToObject(reply, "cause", "unknown (9)");
	cJSON_AddStringToObject(reply, "handoff", hex);
	status = lb_status_compose(reply);
	cJSON_Delete(reply);
	return status;
}

static void numbers_of_a_newer_bootloader_are_shown_as_they_are(void **state)
{
	const struct lb_handoff_down down = {
		.mode = (enum lb_boot_mode)3,
		.reason = (enum lb_boot_reason)4,
		.why = (enum lb_boot_why)6,
		.slot = LB_SLOT_OTA_0,
		.latest = LB_SLOT_OTA_0,
		.previous = LB_SLOT_NONE,
		.verdict = {[LB_SLOT_OTA_0] = 0x12345678},
		.last_change = 9,
	};
	cJSON *status = compose(&down);
	const cJSON *boot = lb_json_field(status, "boot"), *record = lb_json_field(status, "record");

	(void)state;
	assert_string_equal(lb_json_text(boot, "mode"), "unknown (3)");
	assert_string_equal(lb_json_text(boot, "reason"), "unknown (4)");
	assert_string_equal(lb_json_text(boot, "why"), "unknown (6)");
	assert_string_equal(lb_json_text(boot, "cause"), "unknown (9)");
	assert_string_equal(lb_json_text(boot, "slot"), "ota_0");
	assert_string_equal(lb_json_text(record, "last_change"), "unknown (9)");
	assert_string_equal(lb_json_text(lb_json_field(status, "images"), "ota_0"), "refused");
	cJSON_Delete(status);
}

static void an_image_below_the_floor_is_called_so(void **state)
{
	struct lb_handoff_down down = {.slot = LB_SLOT_OTA_0, .below_floor = true};
	cJSON *status = compose(&down);

	(void)state;
	assert_true(cJSON_IsTrue(lb_json_field(lb_json_field(status, "boot"), "below_floor")));
	cJSON_Delete(status);
	down.below_floor = false;
	status = compose(&down);
	assert_true(cJSON_IsFalse(lb_json_field(lb_json_field(status, "boot"), "below_floor")));
	cJSON_Delete(status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_a_newer_bootloader_are_shown_as_they_are),
		cmocka_unit_test(an_image_below_the_floor_is_called_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
