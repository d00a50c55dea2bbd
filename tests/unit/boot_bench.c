#include "tests/unit/boot_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/error.h"

enum { MAX_STEPS = 5000 };

const uint8_t bench_board_id[LB_BOARD_ID_BYTES] = "a board";

/* A boot under way. */
struct run {
	struct module *module;
	unsigned steps;
	bool at_end;
};

static void sense(void *ctx, struct lb_boot_input *input)
{
	struct run *run = ctx;
	const struct module *module = run->module;

	assert_in_range(run->steps, 0, MAX_STEPS);
	run->steps++;
	input->now_ms = module->t_ms;
	input->pins = (struct lb_boot_pins){module->t_ms < module->p12_high_ms, !module->g23_low};
}

static void show(void *ctx, const struct lb_boot_output *out)
{
	struct module *module = ((struct run *)ctx)->module;

	module->end = out->want;
	module->led = out->led;
	module->led_mode = out->led_mode;
	module->phase = out->phase;
	if (out->text != NULL) {
		assert_true(strlen(module->text) + strlen(out->text) < TEXT_BYTES);
		strcat(module->text, out->text);
	}
}

/* The tool comes in the first wait that lasts, and asks for what it wants in the same turn. */
static void wait(void *ctx, const struct lb_boot_output *out, struct lb_boot_input *input)
{
	struct run *run = ctx;
	struct module *module = run->module;

	if (module->tool_comes_ms != 0 && out->phase == LB_PHASE_LOADER && out->wait_ms > 0 && !input->tool_came) {
		module->t_ms += module->tool_comes_ms;
		input->tool_came = true;
		input->leave = module->leave;
		module->leave = LB_LOADER_STAY;
		return;
	}
	module->t_ms += out->wait_ms;
	run->at_end = out->wait_ms == LB_BOOT_LOADER_WAIT_MS;
}

static void verify(void *ctx, enum lb_slot slot, struct lb_update_slot *found)
{
	struct module *module = ((struct run *)ctx)->module;

	*found = (struct lb_update_slot){.verdict = module->truth[slot], .key_id = 0xF00DCAFE};
	module->t_ms += VERIFY_MS;
	module->verified++;
	module->loaded = slot;
	if (module->truth[slot] == LB_IMAGE_GOOD) {
		found->id = module->id[slot];
		found->version = (struct lb_version){1, (uint8_t)slot, 0, 0};
	}
}

static bool append(void *ctx, const struct lb_record_state *state)
{
	struct module *module = ((struct run *)ctx)->module;

	if (module->will_not_append)
		return false;
	module->record.status = LB_RECORD_VALID;
	module->record.state = *state;
	module->appended++;
	return true;
}

static void start(void *ctx, const struct lb_boot_output *out)
{
	struct run *run = ctx;
	struct module *module = run->module;

	assert_int_equal(out->slot, module->loaded);
	assert_int_equal(module->truth[out->slot], LB_IMAGE_GOOD);
	module->slot = out->slot;
	module->watchdog_ms = out->watchdog_ms;
	run->at_end = !module->will_not_start;
}

static void reset(void *ctx)
{
	((struct run *)ctx)->at_end = true;
}

static struct lb_boot_config again(void *ctx)
{
	struct module *module = ((struct run *)ctx)->module;

	module->again++;
	module->loaded = LB_SLOT_NONE;
	if (module->tool_id != 0) {
		module->id[LB_SLOT_OTA_1] = module->tool_id;
		module->truth[LB_SLOT_OTA_1] = LB_IMAGE_GOOD;
	}
	return config_of(module);
}

struct lb_boot_config config_of(struct module *module)
{
	struct lb_boot_config config = {
		.cause = module->cause,
		.retained = module->retained,
		.board_id = bench_board_id,
		.flashmap = &lb_flashmap_8mib,
		.version = {0, 1, 0, 0},
		.record = &module->record,
		.trusted_key_id = 0xAB12,
	};

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		config.slots[slot].id = module->id[slot];
	return config;
}

void boot_module(struct module *module)
{
	const struct lb_boot_config config = config_of(module);
	struct lb_boot boot;
	struct lb_boot_input input = {0};
	struct run run = {.module = module};
	const struct lb_drive drive = {sense, show, wait, verify, append, start, reset, again};

	module->t_ms = 0;
	module->text[0] = '\0';
	module->verified = 0;
	module->appended = 0;
	module->again = 0;
	module->watchdog_ms = 0;
	module->loaded = LB_SLOT_NONE;
	lb_boot_init(&boot, &config);
	while (!run.at_end)
		lb_drive_turn(&boot, &drive, &run, &input);
	assert_int_equal(lb_handoff_get_down(module->retained, &module->down), LB_OK);
}

void ask(struct module *module, enum lb_request request, enum lb_slot slot)
{
	const struct lb_handoff_up up = {request, slot, "an error"};

	lb_handoff_put_up(module->retained, &up);
}

struct module healthy(enum lb_cause cause)
{
	return (struct module){.cause = cause, .truth = {LB_IMAGE_GOOD, LB_IMAGE_BLANK, LB_IMAGE_BLANK}};
}
