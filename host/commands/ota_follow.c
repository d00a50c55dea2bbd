/* What becomes of an update after the reset: it comes up, or it is rolled back. */
#include <stdio.h>
#include <string.h>

#include "core/update/rules.h"
#include "host/client/host_time.h"
#include "host/client/repl.h"
#include "host/client/waiting.h"
#include "host/commands/module.h"
#include "host/commands/ota_follow.h"

enum {
	HOST_MS = 20000,   /* for what does not scale with the module's clock */
	TRIAL_MS = 150000, /* module time: three tries, each ended by the watchdog of trials after 30 s, and the fallback */
	PROMPT_MS = 40000, /* at a port */
	REPL_MS = 3000,
	CONFIRM_POLLS = 20, /* a REPL may be there a moment before the confirmation is */
};

enum lb_exit lb_ota_poll(struct lb_ota *ota)
{
	int error = lb_view_poll(&ota->now, &ota->control);

	return error == LB_CLIENT_OK ? LB_EXIT_DONE : lb_module_explain(&ota->control, error, ota->dir);
}

bool lb_ota_pause(const struct lb_ota *ota)
{
	lb_host_pause_ms(LB_OTA_PAUSE_MS);
	return *ota->stop == 0;
}

static bool is_in(const struct lb_ota *ota, const char *phase)
{
	return lb_view_is_in(&ota->now, phase);
}

static long most_ms(const struct lb_ota *ota)
{
	long clock = ota->now.clock > 0 ? ota->now.clock : 1;

	return ota->name != NULL ? PROMPT_MS + 2 * REPL_MS : HOST_MS + TRIAL_MS / clock;
}

/* --- it came up --- */

static void await_confirmation(struct lb_ota *ota)
{
	bool may_come = ota->name == NULL && is_in(ota, "repl") && ota->now.last_error[0] == '\0' &&
	                strcmp(ota->now.mode, "normal") == 0;

	for (int polls = 0; may_come && ota->now.on_trial && polls < CONFIRM_POLLS; polls++)
		may_come = lb_ota_pause(ota) && lb_ota_poll(ota) == LB_EXIT_DONE;
}

static enum lb_exit report_good(struct lb_ota *ota)
{
	await_confirmation(ota);
	printf("ota: %s in %s runs%s, ", ota->version, ota->now.slot, is_in(ota, "script") ? " its program" : "");
	if (!ota->now.on_trial)
		printf("confirmed\n");
	else if (ota->now.last_error[0] != '\0')
		printf("on trial; but a script failed: %s\n", ota->now.last_error);
	else if (is_in(ota, "repl"))
		printf("on trial: lifeboat.confirm() keeps it\n");
	else
		printf("on trial\n");
	return LB_EXIT_DONE;
}

/* --- it did not --- */

static const char *ended_by(const struct lb_ota *ota)
{
	static const struct {
		const char *cause;
		const char *text;
	} texts[] = {
		{"watchdog", "the watchdog"},   {"fault", "a crash"},        {"software", "a reset of its own"},
		{"switch", "the reset switch"}, {"power-on", "a power cut"}, {"brown-out", "a power cut"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(ota->now.cause, texts[i].cause) == 0)
			return texts[i].text;
	return ota->now.cause;
}

/* Each way to fail has its own way out, so each has its own line. */
static enum lb_exit report_bad(const struct lb_ota *ota, long tries)
{
	if (is_in(ota, "off")) {
		return lb_args_failed(
			"the module lost its power; %s is in %s, and goes on with its trial when the power is back", ota->version,
			ota->transfer.slot);
	}
	if (is_in(ota, "loader")) {
		return lb_args_failed("%s did not come up: the module is in bootloader mode; 'lifeboat status' says why",
		                      ota->version);
	}
	if (strcmp(ota->now.slot, ota->transfer.slot) != 0 && ota->now.slot[0] != '\0' && ota->name != NULL)
		return lb_args_failed("%s did not come up: %s in %s runs again", ota->version, ota->now.version, ota->now.slot);
	if (strcmp(ota->now.slot, ota->transfer.slot) != 0 && ota->now.slot[0] != '\0') {
		return lb_args_failed("%s did not come up: tried %ld times, last ended by %s; %s in %s runs again",
		                      ota->version, tries, ended_by(ota), ota->now.version, ota->now.slot);
	}
	return lb_args_failed("%s did not come up so far: phase %s; 'lifeboat status' says more", ota->version,
	                      ota->now.phase);
}

/* --- between the two --- */

/* What is known of a module by its hardware. */
struct following {
	long first_boots; /* before the reset */
	long seen_boots;  /* when it was polled last */
	long boots;       /* of the boot that was dealt with */
	long tries_left;  /* of that boot */
	int64_t until_ms;
};

static bool has_started(const struct lb_ota *ota, const struct following *following)
{
	return ota->now.boots != following->first_boots;
}

/* Not at the first sight of it: until its bootloader has decided, the hand-off is still of the boot before, which had
 * one try more. */
static void note_boot(struct lb_ota *ota, struct following *following)
{
	bool again = following->boots != following->first_boots;
	bool settled = ota->now.boots == following->seen_boots;

	following->seen_boots = ota->now.boots;
	if (!settled || ota->now.slot[0] == '\0')
		return;
	if (ota->now.boots == following->boots) {
		following->tries_left = ota->now.tries_left;
		return;
	}
	if (again && strcmp(ota->now.slot, ota->transfer.slot) == 0) {
		if (ota->now.tries_left == following->tries_left)
			return;
		printf("ota: %s was ended by %s; try %ld of %d\n", ota->version, ended_by(ota),
		       LB_UPDATE_TRIES - ota->now.tries_left, LB_UPDATE_TRIES);
		fflush(stdout);
	}
	following->boots = ota->now.boots;
}

/* Boots are counted, so that a crash between two polls is not missed. */
static enum lb_exit follow_module(struct lb_ota *ota)
{
	struct following following = {.first_boots = ota->now.boots, .boots = ota->now.boots, .tries_left = -1};

	following.until_ms = lb_host_now_ms() + most_ms(ota);
	while (lb_ota_pause(ota)) {
		if (lb_ota_poll(ota) != LB_EXIT_DONE)
			return LB_EXIT_FAILED;
		note_boot(ota, &following);
		bool up = has_started(ota, &following) && lb_view_is_up(&ota->now, lb_host_now_ms());
		if (up && strcmp(ota->now.slot, ota->transfer.slot) == 0)
			return report_good(ota);
		if (up || is_in(ota, "loader") || is_in(ota, "off") || lb_host_now_ms() >= following.until_ms)
			return report_bad(ota, ota->now.boots - following.first_boots - 1);
	}
	return lb_args_failed("interrupted: %s is in %s, and 'lifeboat status' says what becomes of it", ota->version,
	                      ota->transfer.slot);
}

/* --- over a port --- */

/* At a prompt the image that runs is asked; anything else is left alone. */
static int ask_at_prompt(struct lb_ota *ota)
{
	cJSON *status = NULL;
	int result = lb_repl_await_prompt(&ota->port, PROMPT_MS);

	if (result == 0)
		result = lb_repl_enter(&ota->port, REPL_MS);
	if (result == 0) {
		result = lb_view_ask(&ota->now, &ota->port, REPL_MS, &status);
		lb_repl_leave(&ota->port);
	}
	cJSON_Delete(status);
	return result;
}

static enum lb_exit follow_port(struct lb_ota *ota)
{
	ota->now.slot[0] = '\0';
	int result = ask_at_prompt(ota);
	if (result == LB_PORT_STOPPED)
		return lb_args_failed("interrupted: %s is in %s, and was started", ota->version, ota->transfer.slot);
	if (result == 0 && strcmp(ota->now.slot, ota->transfer.slot) == 0)
		return report_good(ota);
	if (result == 0)
		return report_bad(ota, 0);
	printf("ota: %s in %s was started; %s, so what runs is not known: 'lifeboat status --port' asks\n", ota->version,
	       ota->transfer.slot, result == LB_PORT_GONE ? "the reset ended the connection" : "no prompt was seen");
	return LB_EXIT_DONE;
}

enum lb_exit lb_ota_follow(struct lb_ota *ota)
{
	lb_waiting_start("the new image to come up", most_ms(ota));
	enum lb_exit exit = ota->name != NULL ? follow_port(ota) : follow_module(ota);
	lb_waiting_end();
	return exit;
}
