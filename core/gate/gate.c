#define LB_ASSERT_FILE 4
#include "core/gate/gate.h"

#include "core/base/assert.h"
#include "core/hw/colours.h"

enum gate_state { STATE_FIRST, STATE_ENTRY, STATE_HELD, STATE_BLINK, STATE_DONE };

struct window {
	uint32_t start_ms;
	uint32_t end_ms;
	uint32_t toggle_ms;
};

static const struct window windows[] = {
	[LB_GATE_LATEST] = {0, LB_GATE_LATEST_END_MS, LB_GATE_LATEST_TOGGLE_MS},
	[LB_GATE_PREVIOUS] = {LB_GATE_LATEST_END_MS, LB_GATE_PREVIOUS_END_MS, LB_GATE_PREVIOUS_TOGGLE_MS},
	[LB_GATE_FACTORY] = {LB_GATE_PREVIOUS_END_MS, LB_GATE_FACTORY_END_MS, LB_GATE_FACTORY_TOGGLE_MS},
};

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Every state counts from its own beginning, so that only differences are ever compared and the clock may wrap. */
static void enter(struct lb_gate *gate, enum gate_state state, uint32_t start_ms)
{
	gate->state = (uint8_t)state;
	gate->start_ms = start_ms;
}

static void finish(struct lb_gate *gate, struct lb_gate_output *out)
{
	gate->state = STATE_DONE;
	out->done = true;
	out->choice = gate->choice;
	out->hold_ms = gate->hold_ms;
}

static enum lb_gate_choice window_at(uint32_t held_ms)
{
	if (held_ms < LB_GATE_LATEST_END_MS)
		return LB_GATE_LATEST;
	if (held_ms < LB_GATE_PREVIOUS_END_MS)
		return LB_GATE_PREVIOUS;
	return LB_GATE_FACTORY;
}

static void decide(struct lb_gate *gate, uint32_t now_ms, uint32_t hold_ms)
{
	gate->choice = window_at(hold_ms);
	gate->hold_ms = hold_ms;
	enter(gate, STATE_BLINK, now_ms);
}

static void blink(struct lb_gate *gate, uint32_t now_ms, struct lb_gate_output *out)
{
	const uint32_t period_ms = LB_GATE_BLINK_ON_MS + LB_GATE_BLINK_OFF_MS;
	uint32_t elapsed_ms = now_ms - gate->start_ms;
	uint32_t phase_ms = elapsed_ms % period_ms;

	if (elapsed_ms >= period_ms * (uint32_t)gate->choice) {
		finish(gate, out);
		return;
	}
	out->led = phase_ms < LB_GATE_BLINK_ON_MS ? LB_COLOURS_CHOSEN : 0;
	out->wait_ms = (phase_ms < LB_GATE_BLINK_ON_MS ? LB_GATE_BLINK_ON_MS : period_ms) - phase_ms;
}

/* The rhythm of a window. While the pin is low but not yet released, the window that the release would choose goes on,
 * past its end if need be: the LED and the announcements never promise what the release will not give. */
static void show_window(struct lb_gate *gate, uint32_t started_ms, enum lb_gate_choice choice,
                        struct lb_gate_output *out)
{
	const struct window *window = &windows[choice];
	uint32_t phase_ms = (started_ms - window->start_ms) % (2 * window->toggle_ms);

	if (gate->announced < choice) {
		gate->announced = choice;
		out->announce = choice;
	}
	out->led = phase_ms < window->toggle_ms ? LB_COLOURS_GATE : 0;
	out->wait_ms = least(LB_GATE_WAIT_MS, window->toggle_ms - phase_ms % window->toggle_ms);
	if (started_ms < window->end_ms)
		out->wait_ms = least(out->wait_ms, window->end_ms - started_ms);
}

/* The moment the pin went low chooses the window, once the pin stayed low long enough for a release. */
static void watch(struct lb_gate *gate, uint32_t now_ms, bool p12, struct lb_gate_output *out)
{
	uint32_t started_ms = now_ms - gate->start_ms;
	uint32_t low_for_ms;
	uint32_t held_ms;

	if (!p12 && !gate->low)
		gate->low_ms = now_ms;
	gate->low = !p12;
	low_for_ms = gate->low ? now_ms - gate->low_ms : 0;
	held_ms = started_ms - low_for_ms;

	if (low_for_ms >= LB_GATE_RELEASE_MS || started_ms >= LB_GATE_FACTORY_END_MS) {
		decide(gate, now_ms, least(held_ms, LB_GATE_FACTORY_END_MS));
		blink(gate, now_ms, out);
		return;
	}
	show_window(gate, started_ms, window_at(held_ms), out);
	if (gate->low)
		out->wait_ms = least(out->wait_ms, LB_GATE_RELEASE_MS - low_for_ms);
}

/* Contacts bounce and cables ring, so a low sample only begins the count anew, for as long as a whole entry time may
 * still follow. Each phase of high counts for itself: a wave whose phases are shorter never enters. */
static void enter_or_leave(struct lb_gate *gate, uint32_t now_ms, bool p12, struct lb_gate_output *out)
{
	uint32_t high_ms;

	if (!p12 || gate->low)
		gate->start_ms = now_ms;
	gate->low = !p12;
	if (gate->start_ms - gate->first_ms > LB_GATE_ENTRY_END_MS - LB_GATE_ENTER_MS) {
		finish(gate, out);
		return;
	}
	high_ms = now_ms - gate->start_ms;
	if (high_ms < LB_GATE_ENTER_MS) {
		out->wait_ms = least(LB_GATE_WAIT_MS, LB_GATE_ENTER_MS - high_ms);
		return;
	}
	enter(gate, STATE_HELD, gate->start_ms + LB_GATE_ENTER_MS);
	watch(gate, now_ms, p12, out);
}

static void first_sample(struct lb_gate *gate, uint32_t now_ms, bool p12, struct lb_gate_output *out)
{
	if (!p12) {
		finish(gate, out);
		return;
	}
	gate->first_ms = now_ms;
	enter(gate, STATE_ENTRY, now_ms);
	out->wait_ms = LB_GATE_WAIT_MS;
}

void lb_gate_init(struct lb_gate *gate)
{
	*gate = (struct lb_gate){.state = STATE_FIRST};
}

struct lb_gate_output lb_gate_step(struct lb_gate *gate, uint32_t now_ms, bool p12)
{
	struct lb_gate_output out = {0};

	LB_ASSERT(gate->state != STATE_DONE);
	if (gate->state == STATE_FIRST)
		first_sample(gate, now_ms, p12, &out);
	else if (gate->state == STATE_ENTRY)
		enter_or_leave(gate, now_ms, p12, &out);
	else if (gate->state == STATE_HELD)
		watch(gate, now_ms, p12, &out);
	else
		blink(gate, now_ms, &out);
	return out;
}
