#include "firmware/io/bootinfo.h"

#include <string.h>

#include "core/hw/periph.h"
#include "py/gc.h"

static struct {
	struct lb_handoff_down down;
	struct lb_handoff_up up;
	unsigned soft_resets;
} boot;

void lb_bootinfo_init(void)
{
	lb_handoff_get_down(lb_periph_retained(), &boot.down);
	lb_handoff_get_up(lb_periph_retained(), &boot.up);
	boot.up.request = LB_REQUEST_NONE;
	boot.up.slot = LB_SLOT_NONE;
}

const struct lb_handoff_down *lb_bootinfo_down(void)
{
	return &boot.down;
}

bool lb_bootinfo_is_safe(void)
{
	return boot.down.mode == LB_MODE_SAFE;
}

bool lb_bootinfo_on_trial(void)
{
	return boot.down.on_trial && boot.down.slot == boot.down.latest;
}

const char *lb_bootinfo_safe_reason(void)
{
	switch (boot.down.reason) {
	case LB_REASON_PIN: return "pin P12 was high";
	case LB_REASON_REQUEST: return "on request";
	case LB_REASON_CRASH_LOOP: return "too many crashes in a row";
	default: return "reason unknown";
	}
}

bool lb_bootinfo_is_soft(void)
{
	return boot.soft_resets > 0;
}

void lb_bootinfo_note_soft_reset(void)
{
	boot.soft_resets++;
}

const char *lb_bootinfo_last_error(void)
{
	return boot.up.last_error;
}

void lb_bootinfo_set_last_error(const char *line)
{
	strncpy(boot.up.last_error, line, sizeof(boot.up.last_error) - 1);
	boot.up.last_error[sizeof(boot.up.last_error) - 1] = '\0';
	lb_handoff_put_up(lb_periph_retained(), &boot.up);
}

void lb_bootinfo_report_record(const struct lb_record_state *state)
{
	boot.down.latest = state->latest;
	boot.down.previous = state->previous;
	boot.down.on_trial = state->on_trial;
	boot.down.tries_left = state->tries_left;
	boot.down.last_change = state->change;
	lb_handoff_put_down(lb_periph_retained(), &boot.down);
}

void lb_bootinfo_plan_safe_boot(bool safe)
{
	boot.up.request = safe ? LB_REQUEST_SAFE_BOOT : LB_REQUEST_NONE;
	boot.up.slot = LB_SLOT_NONE;
	lb_handoff_put_up(lb_periph_retained(), &boot.up);
}

_Noreturn void lb_bootinfo_safe_boot(enum lb_slot slot)
{
	boot.up.slot = slot;
	lb_bootinfo_reset(LB_REQUEST_SAFE_BOOT);
}

static void hand_up(enum lb_request request)
{
	if (request != LB_REQUEST_NONE)
		boot.up.request = request;
	lb_handoff_put_up(lb_periph_retained(), &boot.up);
}

_Noreturn void lb_bootinfo_reset(enum lb_request request)
{
	hand_up(request);
	gc_sweep_all();
	lb_periph_reset();
}

_Noreturn void lb_bootinfo_reset_now(enum lb_request request)
{
	hand_up(request);
	lb_periph_reset();
}
