#include "firmware/life/trialrun.h"

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/trial/trial.h"
#include "firmware/io/alarms.h"
#include "firmware/io/console.h"
#include "firmware/io/uart.h"
#include "firmware/io/watchdog.h"
#include "firmware/io/bootinfo.h"
#include "firmware/store/settings.h"
#include "firmware/update/updater.h"
#include "firmware/update/slots.h"
#include "py/mphal.h"
#include "py/runtime.h"

enum { US_PER_MS = 1000, MS_PER_S = 1000 };

static struct {
	struct lb_trial trial;
	bool confirmed; /* in this boot, without being asked */
	mp_sched_node_t node;
} here;

/* --- what the engine wants --- */

static void act(struct lb_trial_output out);

/* In an interrupt. */
static void on_alarm(void *ctx)
{
	(void)ctx;
	act(lb_trial_alarm(&here.trial));
}

/* Without a trial no setting is read, which takes its time. */
static void step(enum lb_trial_event event, bool ended_well)
{
	if (!lb_trial_is_on(&here.trial))
		return;
	const struct lb_trial_input in = {
		.event = event,
		.now_ms = lb_console_now_ms(),
		.input_ms = lb_console_input_ms(),
		.on_trial = lb_bootinfo_on_trial(),
		.automatic = lb_settings_get(LB_SETTING_CONFIRM_MANUAL) == 0,
		.confirm_ms = lb_settings_get(LB_SETTING_CONFIRM_SECONDS) * MS_PER_S,
		.ended_well = ended_well,
		.reachable = lb_uart_is_terminal(0),
	};

	act(lb_trial_step(&here.trial, &in));
}

/* Called by the VM's scheduler, so that whatever hangs keeps it from happening. */
static void on_tick(mp_sched_node_t *unused)
{
	(void)unused;
	step(LB_TRIAL_TICK, false);
}

static void set_alarm(uint32_t delay_ms)
{
	lb_periph_alarm(LB_ALARM_TRIAL, (uint64_t)delay_ms * US_PER_MS, on_alarm, NULL);
}

static void stop(void)
{
	lb_periph_alarm(LB_ALARM_TRIAL, 0, NULL, NULL);
	lb_watchdog_guard(false);
}

/* A record that accepts no entry leaves the trial as it is; the image runs on, and the next reset counts a try. */
static void confirm(void)
{
	char text[LB_UPDATER_TEXT_BYTES];
	const int result = lb_updater_confirm();

	stop();
	here.confirmed = result == LB_OK;
	if (here.confirmed)
		return;
	lb_updater_explain(result, text);
	mp_printf(MP_PYTHON_PRINTER, "\nThe image on trial could not be confirmed: %s.\n", text);
}

_Noreturn static void give_up(void)
{
	mp_printf(MP_PYTHON_PRINTER, "\nThe image on trial was not confirmed: hard reset.\n");
	lb_bootinfo_reset(LB_REQUEST_NONE);
}

static void act(struct lb_trial_output out)
{
	if (out.feed)
		lb_watchdog_guard_feed();
	switch (out.want) {
	case LB_TRIAL_WANT_NOTHING: return;
	case LB_TRIAL_WANT_STOP: stop(); return;
	case LB_TRIAL_WANT_TICK: set_alarm(out.wait_ms); return;
	case LB_TRIAL_WANT_SCHEDULE: mp_sched_schedule_node(&here.node, on_tick); return;
	case LB_TRIAL_WANT_CONFIRM: confirm(); return;
	case LB_TRIAL_WANT_GIVE_UP: give_up();
	}
}

/* --- events --- */

/* The guard is there before the slots are read, which takes its time: the bootloader's watchdog runs. */
void lb_trialrun_init(void)
{
	struct lb_survey slots;

	if (!lb_bootinfo_on_trial())
		return;
	lb_watchdog_guard(true);
	lb_slots_read(&slots);
	if (lb_survey_is_trial(&slots, lb_slots_running()))
		lb_trial_init(&here.trial, lb_bootinfo_is_safe());
	act(lb_trial_alarm(&here.trial));
}

void lb_trialrun_vm_starts(void)
{
	step(LB_TRIAL_VM_STARTED, false);
}

void lb_trialrun_vm_stops(bool by_script)
{
	step(by_script ? LB_TRIAL_SCRIPT_EXITED : LB_TRIAL_VM_STOPPED, false);
}

void lb_trialrun_main_starts(void)
{
	step(LB_TRIAL_MAIN_STARTED, false);
}

void lb_trialrun_failed(void)
{
	step(LB_TRIAL_SCRIPT_FAILED, false);
}

void lb_trialrun_repl_reached(bool ended_well)
{
	step(LB_TRIAL_PROMPT, ended_well);
}

void lb_trialrun_before_sleep(void)
{
	step(LB_TRIAL_SLEEP, false);
}

void lb_trialrun_record_changed(void)
{
	step(LB_TRIAL_RECORD_CHANGED, false);
}

/* --- the banner --- */

static void print_image(const struct lb_survey *slots, enum lb_slot slot)
{
	const struct lb_version *version = &slots->facts[slot].version;

	mp_printf(MP_PYTHON_PRINTER, "%u.%u.%u in %s", version->major, version->minor, version->revision,
	          lb_slot_name(slot));
}

static void announce_revert(const struct lb_survey *slots)
{
	mp_print_str(MP_PYTHON_PRINTER, "Reverted: ");
	for (enum lb_slot slot = LB_SLOT_FACTORY; slot < LB_SLOT_COUNT; slot++)
		if (slots->facts[slot].id != LB_RECORD_NO_ID && slots->facts[slot].id == slots->now.failed_id) {
			print_image(slots, slot);
			mp_print_str(MP_PYTHON_PRINTER, " was not confirmed; ");
			break;
		}
	mp_print_str(MP_PYTHON_PRINTER, "this is ");
	print_image(slots, lb_slots_running());
	mp_print_str(MP_PYTHON_PRINTER, ".\n");
}

/* From the record as it is, read anew: the hand-off knows no versions. */
void lb_trialrun_announce(void)
{
	const bool reverted = lb_bootinfo_down()->why == LB_WHY_REVERTED;
	const bool pending = lb_trial_is_on(&here.trial);
	struct lb_survey slots;

	if (!pending && !here.confirmed && !reverted)
		return;
	lb_slots_read(&slots);
	if (reverted) {
		announce_revert(&slots);
		return;
	}
	mp_print_str(MP_PYTHON_PRINTER, pending ? "On trial: " : "Confirmed: ");
	print_image(&slots, lb_slots_running());
	if (pending)
		mp_printf(MP_PYTHON_PRINTER, ", %u %s left; lifeboat.confirm() keeps it", slots.now.tries_left,
		          slots.now.tries_left == 1 ? "try" : "tries");
	mp_print_str(MP_PYTHON_PRINTER, ".\n");
}
