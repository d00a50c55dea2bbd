#include "firmware/life/bootinfo.h"

#include <string.h>

#include "core/hw/periph.h"
#include "py/gc.h"

static struct lb_handoff_down down;
static struct lb_handoff_up up;
static unsigned soft_resets;

void lb_bootinfo_init(void)
{
	lb_handoff_get_down(lb_periph_retained(), &down);
	lb_handoff_get_up(lb_periph_retained(), &up);
	up.request = LB_REQUEST_NONE;
	up.slot = LB_SLOT_NONE;
}

const struct lb_handoff_down *lb_bootinfo_down(void)
{
	return &down;
}

bool lb_bootinfo_is_safe(void)
{
	return down.mode == LB_MODE_SAFE;
}

bool lb_bootinfo_on_trial(void)
{
	return down.on_trial && down.slot == down.latest;
}

const char *lb_bootinfo_safe_reason(void)
{
	switch (down.reason) {
	case LB_REASON_PIN: return "pin P12 was high";
	case LB_REASON_REQUEST: return "on request";
	case LB_REASON_CRASH_LOOP: return "too many crashes in a row";
	case LB_REASON_NONE: break;
	}
	return "reason unknown";
}

bool lb_bootinfo_is_soft(void)
{
	return soft_resets > 0;
}

void lb_bootinfo_note_soft_reset(void)
{
	soft_resets++;
}

const char *lb_bootinfo_last_error(void)
{
	return up.last_error;
}

void lb_bootinfo_set_last_error(const char *line)
{
	strncpy(up.last_error, line, sizeof(up.last_error) - 1);
	up.last_error[sizeof(up.last_error) - 1] = '\0';
	lb_handoff_put_up(lb_periph_retained(), &up);
}

void lb_bootinfo_report_record(const struct lb_record_state *state)
{
	down.latest = state->latest;
	down.previous = state->previous;
	down.on_trial = state->on_trial;
	down.tries_left = state->tries_left;
	down.last_change = state->change;
	lb_handoff_put_down(lb_periph_retained(), &down);
}

void lb_bootinfo_plan_safe_boot(bool safe)
{
	up.request = safe ? LB_REQUEST_SAFE_BOOT : LB_REQUEST_NONE;
	up.slot = LB_SLOT_NONE;
	lb_handoff_put_up(lb_periph_retained(), &up);
}

_Noreturn void lb_bootinfo_safe_boot(enum lb_slot slot)
{
	up.slot = slot;
	lb_bootinfo_reset(LB_REQUEST_SAFE_BOOT);
}

_Noreturn void lb_bootinfo_reset(enum lb_request request)
{
	if (request != LB_REQUEST_NONE)
		up.request = request;
	lb_handoff_put_up(lb_periph_retained(), &up);
	gc_sweep_all();
	lb_periph_reset();
}
