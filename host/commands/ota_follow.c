/* What becomes of an update after the reset: it comes up, or it is rolled back. */
#include <stdio.h>
#include <string.h>

#include "core/update/rules.h"
#include "host/commands/commands.h"
#include "host/commands/ota.h"
#include "host/client/host_time.h"
#include "host/client/json.h"

enum {
	PAUSE_MS = 50,
	HOST_MS = 20000,   /* for what does not scale with the module's clock */
	TRIAL_MS = 150000, /* module time: three tries, each ended by the watchdog of trials after 30 s, and the fallback */
	SCRIPT_MS = 3000,  /* module time: a script that runs so long is running */
	CONFIRM_LOOKS = 20, /* a REPL may be there a moment before the confirmation is */
};

/* --- looking --- */

static void parse_status(struct lb_ota_view *view, const cJSON *status)
{
	const cJSON *boot = lb_json_field(status, "boot");
	const cJSON *record = lb_json_field(status, "record");

	lb_json_copy(status, "phase", view->phase, sizeof(view->phase));
	lb_json_copy(status, "last_error", view->last_error, sizeof(view->last_error));
	lb_json_copy(boot, "mode", view->mode, sizeof(view->mode));
	lb_json_copy(boot, "slot", view->slot, sizeof(view->slot));
	lb_json_copy(boot, "version", view->version, sizeof(view->version));
	lb_json_copy(record, "latest", view->latest, sizeof(view->latest));
	lb_json_copy(boot, "cause", view->cause, sizeof(view->cause));
	view->boots = (long)lb_json_number(status, "boots");
	view->on_trial = cJSON_IsObject(lb_json_field(status, "trial"));
	view->tries_left = (long)lb_json_number(lb_json_field(status, "trial"), "left");
	view->clock = (long)lb_json_number(status, "clock");
}

enum lb_exit lb_ota_poll(struct lb_ota *ota)
{
	cJSON *request = lb_commands_request("status");
	cJSON *reply = NULL;
	int error = lb_client_request(&ota->control, request, &reply);

	cJSON_Delete(request);
	if (error != LB_CLIENT_OK)
		return lb_commands_explain(&ota->control, error, ota->dir);
	cJSON *status = lb_status_compose(reply);
	parse_status(&ota->now, status);
	cJSON_Delete(status);
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

bool lb_ota_pause(const struct lb_ota *ota)
{
	lb_host_pause_ms(PAUSE_MS);
	return *ota->stop == 0;
}

static bool is_in(const struct lb_ota *ota, const char *phase)
{
	return strcmp(ota->now.phase, phase) == 0;
}

/* --- it came up --- */

static void await_confirmation(struct lb_ota *ota)
{
	bool may_come = is_in(ota, "repl") && ota->now.last_error[0] == '\0' && strcmp(ota->now.mode, "normal") == 0;

	for (int looks = 0; may_come && ota->now.on_trial && looks < CONFIRM_LOOKS; looks++)
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

static enum lb_exit report_bad(const struct lb_ota *ota, long tries)
{
	if (is_in(ota, "off")) {
		return lb_args_failed(
			"the module lost its power; %s is in %s, and goes on with its trial when the power is back", ota->version,
			ota->transfer.slot);
	}
	if (is_in(ota, "loader")) {
		return lb_args_failed("%s did not come up: the module is in bootloader mode; 'lifeboat status' tells why",
		                      ota->version);
	}
	if (strcmp(ota->now.slot, ota->transfer.slot) != 0 && ota->now.slot[0] != '\0') {
		return lb_args_failed("%s did not come up: tried %ld times, last ended by %s; %s in %s runs again",
		                      ota->version, tries, ended_by(ota), ota->now.version, ota->now.slot);
	}
	return lb_args_failed("%s did not come up so far: phase %s; 'lifeboat status' tells more", ota->version,
	                      ota->now.phase);
}

/* --- between the two --- */

struct following {
	long first_boots; /* before the reset */
	long seen_boots;  /* at the last look */
	long boots;       /* of the boot that was dealt with */
	int64_t until_ms;
	int64_t script_ms; /* when the script of this boot was first seen; 0: not yet */
};

static bool has_started(const struct lb_ota *ota, const struct following *following)
{
	return ota->now.boots != following->first_boots;
}

/* Not at the first sight of it: until its bootloader runs, the hand-off still tells of the boot before. */
static void note_boot(struct lb_ota *ota, struct following *following)
{
	bool again = following->boots != following->first_boots;
	bool settled = ota->now.boots == following->seen_boots;

	following->seen_boots = ota->now.boots;
	if (!settled || ota->now.boots == following->boots || ota->now.slot[0] == '\0')
		return;
	if (again && strcmp(ota->now.slot, ota->transfer.slot) == 0) {
		printf("ota: %s was ended by %s; try %ld of %d\n", ota->version, ended_by(ota),
		       LB_UPDATE_TRIES - ota->now.tries_left, LB_UPDATE_TRIES);
		fflush(stdout);
	}
	following->boots = ota->now.boots;
	following->script_ms = 0;
}

/* A script that ended soon is seen at the REPL. */
static bool script_lasts(struct lb_ota *ota, struct following *following)
{
	if (!is_in(ota, "script"))
		return false;
	if (following->script_ms == 0)
		following->script_ms = lb_host_now_ms();
	return (lb_host_now_ms() - following->script_ms) * ota->now.clock >= SCRIPT_MS;
}

static bool is_up(struct lb_ota *ota, struct following *following)
{
	return is_in(ota, "repl") || is_in(ota, "sleep") || script_lasts(ota, following);
}

enum lb_exit lb_ota_follow(struct lb_ota *ota)
{
	struct following following = {.first_boots = ota->now.boots, .boots = ota->now.boots};
	long clock = ota->now.clock > 0 ? ota->now.clock : 1;

	following.until_ms = lb_host_now_ms() + HOST_MS + TRIAL_MS / clock;
	while (lb_ota_pause(ota)) {
		if (lb_ota_poll(ota) != LB_EXIT_DONE)
			return LB_EXIT_FAILED;
		note_boot(ota, &following);
		bool up = has_started(ota, &following) && is_up(ota, &following);
		if (up && strcmp(ota->now.slot, ota->transfer.slot) == 0)
			return report_good(ota);
		if (up || is_in(ota, "loader") || is_in(ota, "off") || lb_host_now_ms() >= following.until_ms)
			return report_bad(ota, ota->now.boots - following.first_boots - 1);
	}
	return lb_args_failed("interrupted: %s is in %s, and 'lifeboat status' tells what becomes of it", ota->version,
	                      ota->transfer.slot);
}
