#define LB_ASSERT_FILE 2
#include "core/boot/sequencer.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/hw/colours.h"

enum boot_state { STATE_FIRST, STATE_GATE, STATE_AGAIN, STATE_VERIFY, STATE_APPEND, STATE_START, STATE_LOADER };

/* Resets by fault or watchdog in a row; any other reset ends the row. */
static uint32_t crash_count(enum lb_cause cause, uint32_t before)
{
	if (cause != LB_CAUSE_FAULT && cause != LB_CAUSE_WATCHDOG)
		return 0;
	return before < UINT32_MAX ? before + 1 : before;
}

/* A program resets by software to have its request obeyed. After another reset what lies there may be older, or
 * nobody's; a safe boot alone is a way out at any time. */
static bool is_obeyed(enum lb_request request, enum lb_cause cause)
{
	return request == LB_REQUEST_SAFE_BOOT || cause == LB_CAUSE_SOFTWARE;
}

static void consume_requests(struct lb_boot *boot, uint8_t *retained)
{
	struct lb_handoff_counts before;
	enum lb_request request;
	enum lb_slot slot;

	if (boot->config.cause == LB_CAUSE_POWER_ON)
		lb_handoff_clear(retained);
	before = lb_handoff_get_counts(retained);
	request = lb_handoff_take_request(retained, &slot);
	if (is_obeyed(request, boot->config.cause)) {
		boot->facts.request = request;
		boot->facts.request_slot = slot;
	}
	boot->down.crash_count = crash_count(boot->config.cause, before.crash_count);
	boot->down.trial_wakes = before.trial_wakes;
}

static void read_record(struct lb_boot *boot, const struct lb_boot_config *config)
{
	struct lb_plan_facts *facts = &boot->facts;

	facts->status = config->record->status;
	facts->state = config->record->state;
	facts->stuck = config->record->read_only;
	facts->wake = config->cause == LB_CAUSE_DEEP_SLEEP;
	memcpy(facts->slots, config->slots, sizeof(facts->slots));
	lb_plan_expect(&boot->facts, &boot->expected);
}

static void report_record(struct lb_handoff_down *down, const struct lb_record_state *state)
{
	down->latest = state->latest;
	down->previous = state->previous;
	down->on_trial = state->on_trial;
	down->tries_left = state->tries_left;
	down->last_change = state->change;
}

/* A boot that cost a try, or is no trial any more, begins the count anew. */
static uint32_t trial_wakes(const struct lb_boot *boot)
{
	const struct lb_plan *plan = &boot->plan;
	const uint32_t before = boot->facts.trial_wakes;

	if (!plan->state.on_trial || plan->write)
		return 0;
	return boot->facts.wake && plan->slot == plan->state.latest && before < UINT32_MAX - 1 ? before + 1 : before;
}

static void start_afresh(struct lb_boot *boot, const struct lb_boot_config *config, enum boot_state state)
{
	memset(boot, 0, sizeof(*boot));
	boot->config = *config;
	boot->state = (uint8_t)state;
	boot->loaded = LB_SLOT_NONE;
	boot->facts.request_slot = LB_SLOT_NONE;
	read_record(boot, config);
}

/* Until something starts, the hand-off tells of this reset and no longer of the boot before. */
static void report_reset(struct lb_boot *boot)
{
	const struct lb_boot_config *config = &boot->config;

	boot->facts.trial_wakes = boot->down.trial_wakes;
	boot->down.cause = config->cause;
	boot->down.slot = LB_SLOT_NONE;
	report_record(&boot->down, &boot->expected);
	boot->down.bootloader_version = config->version;
	boot->down.flashmap = *config->flashmap;
	memcpy(boot->down.board_id, config->board_id, LB_BOARD_ID_BYTES);
	lb_handoff_put_down(config->retained, &boot->down);
}

void lb_boot_init(struct lb_boot *boot, const struct lb_boot_config *config)
{
	start_afresh(boot, config, STATE_FIRST);
	consume_requests(boot, config->retained);
	report_reset(boot);
}

void lb_boot_again(struct lb_boot *boot, const struct lb_boot_config *config)
{
	const struct lb_handoff_down before = boot->down;

	start_afresh(boot, config, STATE_AGAIN);
	boot->down.crash_count = before.crash_count;
	boot->down.trial_wakes = before.trial_wakes;
	report_reset(boot);
}

/* What the image is told of its boot: in retained RAM before it starts, since nothing else of the bootloader lasts. */
static void put_down(struct lb_boot *boot)
{
	const struct lb_plan *plan = &boot->plan;
	bool runs_image = plan->slot != LB_SLOT_NONE;

	boot->down.mode = plan->mode;
	boot->down.reason = plan->reason;
	boot->down.why = plan->why;
	boot->down.slot = plan->slot;
	boot->down.image_version = runs_image ? boot->facts.slots[plan->slot].version : (struct lb_version){0};
	boot->down.below_floor = runs_image && lb_update_is_below_floor(&plan->state, &boot->facts.slots[plan->slot]);
	report_record(&boot->down, &plan->state);
	if (runs_image)
		boot->down.trial_wakes = trial_wakes(boot);
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		boot->down.verdict[i] = (uint32_t)boot->facts.slots[i].verdict;
	lb_handoff_put_down(boot->config.retained, &boot->down);
}

static void report_verdict(struct lb_boot *boot, enum lb_slot slot)
{
	const struct lb_update_slot *found = &boot->facts.slots[slot];

	if (found->verdict == LB_IMAGE_WRONG_KEY)
		lb_boot_text_wrong_key(boot->text, slot, found->key_id, boot->config.trusted_key_id);
	else
		lb_boot_text_verdict(boot->text, slot, found->verdict);
}

/* Says whether there was a line left to say. Only when it is for want of an image are the verdicts told. */
static bool report_next_line(struct lb_boot *boot)
{
	unsigned verdicts = boot->down.reason == LB_REASON_NONE ? LB_SLOT_COUNT : 0;

	if (boot->lines_reported > verdicts)
		return false;
	if (boot->lines_reported == verdicts)
		lb_boot_text_waiting(boot->text);
	else
		report_verdict(boot, (enum lb_slot)boot->lines_reported);
	boot->lines_reported++;
	return true;
}

/* One turn of bootloader mode. A request that nobody follows up ends in a reset; a pin or a want of images stays. */
static void run_loader(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	uint32_t elapsed_ms = input->now_ms - boot->loader_start_ms;
	bool wanted = boot->down.reason != LB_REASON_NONE;

	out->phase = LB_PHASE_LOADER;
	out->led = wanted ? LB_COLOURS_LOADER : LB_COLOURS_NO_IMAGE;
	out->led_mode = wanted ? LB_LED_LOADER : LB_LED_ERROR;
	out->wait_ms = LB_BOOT_LOADER_WAIT_MS;
	if (boot->down.reason == LB_REASON_REQUEST && !input->tool_came) {
		if (elapsed_ms >= LB_BOOT_LOADER_TIMEOUT_MS)
			out->want = LB_BOOT_WANT_RESET;
		else
			out->wait_ms = LB_BOOT_LOADER_TIMEOUT_MS - elapsed_ms;
	}
	if (report_next_line(boot)) {
		out->text = boot->text;
		out->wait_ms = 0;
	}
	/* The image is started without a reset, which would see the jumper that may still be at G23. No mark in retained RAM
	 * could tell it from a jumper that an owner put there to get in: any script can write that mark. */
	if (input->leave != LB_LOADER_STAY)
		out->want = input->leave == LB_LOADER_RUN ? LB_BOOT_WANT_AGAIN : LB_BOOT_WANT_RESET;
}

static void enter_loader(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	put_down(boot);
	boot->state = STATE_LOADER;
	boot->loader_start_ms = input->now_ms;
	run_loader(boot, input, out);
}

static void want_verify(struct lb_boot *boot, struct lb_boot_output *out)
{
	boot->state = STATE_VERIFY;
	boot->loaded = boot->plan.slot;
	out->want = LB_BOOT_WANT_VERIFY;
}

/* A watchdog guards an image on trial, in a safe boot too: an image that does not come to its REPL must not hold it. */
static void want_start(struct lb_boot *boot, struct lb_boot_output *out)
{
	const struct lb_plan *plan = &boot->plan;

	LB_ASSERT(plan->slot == boot->loaded); /* what was loaded last is what would run */
	put_down(boot);
	boot->state = STATE_START;
	out->want = LB_BOOT_WANT_START;
	if (plan->state.on_trial && plan->slot == plan->state.latest)
		out->watchdog_ms = LB_BOOT_TRIAL_WATCHDOG_MS;
}

/* Decides anew with what is known by now, and does what can be done at once. */
static void follow_plan(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	boot->plan = lb_plan_make(&boot->facts);
	if (boot->plan.action == LB_PLAN_LOADER) {
		enter_loader(boot, input, out);
	} else if (boot->plan.action == LB_PLAN_VERIFY || boot->plan.slot != boot->loaded) {
		want_verify(boot, out);
	} else if (boot->plan.write) {
		boot->state = STATE_APPEND;
		out->want = LB_BOOT_WANT_APPEND;
		out->state = &boot->plan.state;
	} else {
		want_start(boot, out);
	}
	out->slot = boot->plan.slot;
}

/* The gate says when it is done; until then its colour and its windows are what the module shows. */
static void run_gate(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	struct lb_gate_output gate = lb_gate_step(&boot->gate, input->now_ms, input->pins.p12);

	if (gate.done) {
		boot->facts.choice = gate.choice;
		boot->down.hold_ms = gate.hold_ms;
		follow_plan(boot, input, out);
		return;
	}
	out->led = gate.led;
	out->led_mode = LB_LED_GATE;
	out->wait_ms = gate.wait_ms;
	if (gate.announce != LB_GATE_NONE) {
		lb_boot_text_window(boot->text, &boot->expected, gate.announce);
		out->text = boot->text;
	}
}

static void first_step(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	boot->facts.g23_low = !input->pins.g23;
	/* P12 is an application's pin too: over a deep sleep it may be high for reasons of its own. */
	if (lb_plan_wants_loader(&boot->facts) || boot->config.cause == LB_CAUSE_DEEP_SLEEP) {
		follow_plan(boot, input, out);
		return;
	}
	lb_gate_init(&boot->gate);
	boot->state = STATE_GATE;
	run_gate(boot, input, out);
}

static void follow_found(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	LB_ASSERT(input->found.verdict != LB_IMAGE_UNKNOWN);
	boot->facts.slots[boot->loaded] = input->found;
	follow_plan(boot, input, out);
}

/* A record that takes no entry is asked once; the plan is then another one. */
static void follow_appended(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	if (!input->appended) {
		boot->facts.stuck = true;
		follow_plan(boot, input, out);
		return;
	}
	boot->facts.status = LB_RECORD_VALID;
	boot->facts.state = boot->plan.state;
	want_start(boot, out);
	out->slot = boot->plan.slot;
}

static void follow_return(struct lb_boot *boot, const struct lb_boot_input *input, struct lb_boot_output *out)
{
	LB_ASSERT(input->found.verdict != LB_IMAGE_UNKNOWN && input->found.verdict != LB_IMAGE_GOOD);
	boot->facts.slots[boot->loaded].verdict = input->found.verdict;
	follow_plan(boot, input, out);
}

struct lb_boot_output lb_boot_step(struct lb_boot *boot, const struct lb_boot_input *input)
{
	struct lb_boot_output out = {
		.want = LB_BOOT_WANT_WAIT,
		.slot = LB_SLOT_NONE,
		.led_mode = LB_LED_OFF,
		.phase = LB_PHASE_GATE,
	};

	switch ((enum boot_state)boot->state) {
	case STATE_FIRST: first_step(boot, input, &out); break;
	case STATE_GATE: run_gate(boot, input, &out); break;
	case STATE_AGAIN: follow_plan(boot, input, &out); break;
	case STATE_VERIFY: follow_found(boot, input, &out); break;
	case STATE_APPEND: follow_appended(boot, input, &out); break;
	case STATE_START: follow_return(boot, input, &out); break; /* it came back: it cannot be started */
	case STATE_LOADER: run_loader(boot, input, &out); break;
	}
	return out;
}
