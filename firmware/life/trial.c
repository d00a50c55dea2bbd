#include "firmware/life/trial.h"

#include "firmware/io/alarms.h"
#include "core/base/error.h"
#include "core/hw/periph.h"
#include "firmware/update/ota.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "firmware/life/bootinfo.h"
#include "firmware/store/settings.h"
#include "firmware/update/slots.h"
#include "firmware/io/uart.h"
#include "firmware/io/watchdog.h"

enum {
	TICK_MS = 5000, /* the guard has 30 s */
	GIVE_UP_MS = 60000,
	EXITS_MOST = 10, /* soft resets that scripts ask for */
	US_PER_MS = 1000,
	MS_PER_S = 1000,
};

enum stage { STARTING, IN_MAIN, AT_REPL };

static bool pending;
static bool confirmed; /* in this boot, without being asked */
static enum stage stage;
static bool main_started;
static unsigned exits;
static bool failed;                /* a script of this life of the VM */
static bool hopeless;              /* as things are, nothing will confirm it */
static uint32_t hopeless_ms;       /* since when */
static uint32_t main_ms;           /* when main.py started */
static volatile uint32_t input_ms; /* when a console had input last */
static volatile bool vm_runs;
static mp_sched_node_t node;

static uint32_t now_ms(void)
{
	return (uint32_t)(lb_periph_micros() / US_PER_MS);
}

/* A safe boot has somebody at the prompt, and nothing runs that would show the image's worth. */
static bool is_automatic(void)
{
	return pending && !lb_bootinfo_is_safe() && lb_settings_get(LB_SETTING_CONFIRM_MANUAL) == 0;
}

static void set_hopeless(bool is)
{
	hopeless = is;
	hopeless_ms = now_ms();
}

/* --- the clock --- */

static void on_tick(mp_sched_node_t *unused);

/* In a safe boot the alarm itself is sign of life enough: an endless loop at the prompt is nobody's fault. */
static void on_alarm(void *ctx)
{
	(void)ctx;
	if (lb_bootinfo_is_safe()) {
		lb_watchdog_guard_feed();
		lb_periph_alarm(LB_ALARM_TRIAL, (uint64_t)TICK_MS * US_PER_MS, on_alarm, NULL);
	} else if (vm_runs) {
		mp_sched_schedule_node(&node, on_tick);
	}
}

static void set_alarm(uint32_t delay_ms)
{
	lb_periph_alarm(LB_ALARM_TRIAL, (uint64_t)delay_ms * US_PER_MS, on_alarm, NULL);
}

void lb_trial_poll(bool on_trial)
{
	if (!pending || on_trial)
		return;
	pending = false;
	lb_periph_alarm(LB_ALARM_TRIAL, 0, NULL, NULL);
	lb_watchdog_guard(false);
}

/* A record that takes no entry leaves the trial as it is; the image runs on, and the next reset counts a try. */
static void confirm(void)
{
	char text[LB_OTA_TEXT_BYTES];
	const int result = lb_ota_confirm();

	confirmed = result == LB_OK;
	if (confirmed)
		return;
	lb_ota_explain(result, text);
	mp_printf(MP_PYTHON_PRINTER, "\nThe image on trial could not be confirmed: %s.\n", text);
	lb_trial_poll(false);
}

_Noreturn static void give_up(void)
{
	mp_printf(MP_PYTHON_PRINTER, "\nThe image on trial was not confirmed: hard reset.\n");
	lb_bootinfo_reset(LB_REQUEST_NONE);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Called by the VM's scheduler, so that whatever hangs keeps it from happening. */
static void on_tick(mp_sched_node_t *unused)
{
	const uint32_t confirm_ms = lb_settings_get(LB_SETTING_CONFIRM_SECONDS) * MS_PER_S;
	uint32_t wait_ms = TICK_MS;

	(void)unused;
	if (!pending)
		return;
	lb_watchdog_guard_feed();
	if (hopeless) {
		const uint32_t last_ms = input_ms; /* before the clock: input that comes between the two lies ahead of it */
		const uint32_t quiet_ms = least(now_ms() - hopeless_ms, now_ms() - last_ms);

		if (quiet_ms >= GIVE_UP_MS)
			give_up();
		wait_ms = least(wait_ms, GIVE_UP_MS - quiet_ms);
	} else if (stage == IN_MAIN && is_automatic()) {
		const uint32_t ran_ms = now_ms() - main_ms;

		if (ran_ms >= confirm_ms) {
			confirm();
			return;
		}
		wait_ms = least(wait_ms, confirm_ms - ran_ms);
	}
	set_alarm(wait_ms);
}

/* Looks at once, now that something has changed. */
static void poll_soon(void)
{
	if (pending && !lb_bootinfo_is_safe())
		set_alarm(0);
}

/* --- events --- */

void lb_trial_init(void)
{
	const struct lb_handoff_down *down = lb_bootinfo_down();
	struct lb_slots slots;

	if (!down->on_trial || down->slot != down->latest)
		return;
	lb_watchdog_guard(true);
	pending = true;
	lb_slots_read(&slots, LB_SLOTS_QUICK);
	lb_trial_poll(lb_slots_on_trial(&slots));
	if (pending && lb_bootinfo_is_safe())
		set_alarm(TICK_MS);
}

/* A boot.py that does not come to its end is no sign of health: an image whose boot.py is the application confirms
 * itself. */
void lb_trial_vm_starts(void)
{
	vm_runs = true;
	stage = STARTING;
	main_started = false;
	failed = false;
	set_hopeless(is_automatic());
	poll_soon();
}

/* Scripts that end in sys.exit() over and over come neither to the prompt nor to their time. */
void lb_trial_vm_stops(bool by_script)
{
	vm_runs = false;
	if (pending && by_script && ++exits == EXITS_MOST)
		give_up();
}

void lb_trial_main_starts(void)
{
	stage = IN_MAIN;
	main_started = true;
	main_ms = now_ms();
	if (!failed)
		set_hopeless(false);
	poll_soon();
}

void lb_trial_failed(void)
{
	if (!failed)
		set_hopeless(true);
	failed = true;
	poll_soon();
}

void lb_trial_repl_reached(bool ended_well)
{
	stage = AT_REPL;
	if (!pending || lb_bootinfo_is_safe())
		return;
	if (failed)
		return;
	/* A prompt that nobody can reach, because the scripts switched the console off or detached it, is none. */
	set_hopeless(!lb_uart_is_terminal(0));
	if (!hopeless && ended_well && is_automatic())
		confirm();
	poll_soon();
}

void lb_trial_before_sleep(void)
{
	if (is_automatic() && main_started && !failed)
		confirm();
}

void lb_trial_note_input(void)
{
	input_ms = now_ms();
}

/* --- the banner --- */

static void print_image(const struct lb_slots *slots, enum lb_slot slot)
{
	const struct lb_version *version = &slots->facts[slot].version;

	mp_printf(MP_PYTHON_PRINTER, "%u.%u.%u in %s", version->major, version->minor, version->revision,
	          lb_slot_name(slot));
}

static void announce_revert(const struct lb_slots *slots)
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

void lb_trial_announce(void)
{
	const bool reverted = lb_bootinfo_down()->why == LB_WHY_REVERTED;
	struct lb_slots slots;

	if (!pending && !confirmed && !reverted)
		return;
	lb_slots_read(&slots, LB_SLOTS_QUICK);
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
