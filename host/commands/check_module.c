/* Steps; each returns false only when the module's hardware is gone or the person wants no more. */
#include "host/commands/check_module.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/hw/types.h"
#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/waiting.h"
#include "host/commands/check_cuts.h"
#include "host/commands/check_place.h"
#include "host/commands/check_radio.h"
#include "host/commands/check_step.h"
#include "host/commands/profile.h"
#include "host/commands/stop.h"

/* Module time but where it says otherwise. */
enum {
	SETTLE_MS = 5000,   /* before a way in is tried again after a reset */
	LASTS_MS = 3000,    /* a prompt that a reset takes away sooner is no way in */
	HOST_TRY_MS = 2000, /* host time: how fast a script computes does not scale with the clock */
	HOST_STEP_MS = 10,
	FIRST_MS = 3000, /* host time */
	HOST_KEY_MS = 3,
	SURVEY_MS = 30000, /* host time: many files may be compiled */
	OBJECT_RATIO = 2,
};

static enum lb_check_scripts judge_scripts(const struct lb_check_module *check)
{
	const struct lb_check_facts *facts = &check->facts;
	const struct lb_view *view = &check->rig.view;

	if (facts->sleeps > 0 || lb_view_is_in(view, "sleep"))
		return LB_CHECK_SLEEPING;
	if (lb_view_is_in(view, "repl"))
		return facts->error[0] != '\0' ? LB_CHECK_RAISED : LB_CHECK_ENDED;
	if (facts->watchdog_resets + facts->other_resets > 1)
		return LB_CHECK_RESETTING;
	return lb_view_is_in(view, "script") ? LB_CHECK_RUNNING : LB_CHECK_NOT_STARTED;
}

/* What the module itself wrote down, at the end of the watch. */
static void keep_trace(struct lb_check_module *check)
{
	struct lb_check_facts *facts = &check->facts;
	const struct lb_trace *kept = check->trace.kept;

	lb_check_trace_keep(&check->trace);
	facts->soft_resets = kept->soft_resets;
	facts->sleeps = kept->sleeps;
	facts->sleeps_on = kept->endless_sleeps > 0;
	if (kept->sleeps > 0)
		facts->awake_share = (double)kept->awake_us / (double)(kept->awake_us + kept->asleep_us + 1);
	facts->heap_peak_bytes = kept->heap_peak_bytes / OBJECT_RATIO;
	facts->heap_bytes = kept->heap_size_bytes / OBJECT_RATIO;
	memcpy(facts->script, kept->scripts, sizeof(facts->script));
	facts->writes = kept->writes;
}

/* What the scripts do by themselves, before anybody disturbs them. */
static bool watch_scripts(struct lb_check_module *check)
{
	struct lb_check_facts *facts = &check->facts;
	struct lb_rig *rig = &check->rig;

	rig->watchdog_resets = 0;
	rig->other_resets = 0;
	if (!lb_check_step_run_scripts(check, check->watch_ms))
		return false;
	int64_t run_ms = check->run_ms;
	long quiet_ms = check->watch_ms < SETTLE_MS ? check->watch_ms : SETTLE_MS;
	/* A sleeper may wake, a watchdog may still bite. */
	while (run_ms < lb_check_step_host_ms(check->trace.live->sleeps > 0 ? check->watch_ms : quiet_ms)) {
		if (!lb_check_step_poll(check, HOST_STEP_MS))
			return false;
		run_ms += HOST_STEP_MS;
	}
	facts->seconds = (double)check->watch_ms / 1000.0;
	facts->watchdog_resets = rig->watchdog_resets;
	facts->other_resets = rig->other_resets;
	snprintf(facts->error, sizeof(facts->error), "%s", rig->view.last_error);
	keep_trace(check);
	facts->scripts = judge_scripts(check);
	return check->trace.kept->boots > 0 ||
	       lb_check_step_fail(check, "the image for check is of another build: build it anew");
}

static void keep_tls(struct lb_check_module *check, const cJSON *servers)
{
	struct lb_check_facts *facts = &check->facts;
	const cJSON *server;

	cJSON_ArrayForEach(server, servers)
	{
		if (facts->tls_count < LB_CHECK_TLS && cJSON_IsString(server))
			snprintf(facts->tls[facts->tls_count++], LB_CHECK_TLS_BYTES, "%s", server->valuestring);
	}
}

static bool try_radio(struct lb_check_module *check)
{
	cJSON *status = lb_rig_status(&check->rig);

	if (check->watched_us == 0)
		check->watched_us = (uint64_t)lb_json_number(status, "t_ms") * 1000;
	const cJSON *net = cJSON_GetObjectItemCaseSensitive(status, "net");

	keep_tls(check, cJSON_GetObjectItemCaseSensitive(net, "tls"));
	check->facts.radio =
		lb_check_radio(net, lb_check_step_slow_ms(check, HOST_TRY_MS), lb_check_step_host_ms(LASTS_MS));
	cJSON_Delete(status);
	return lb_check_step_poll(check, HOST_STEP_MS);
}

/* Does the module stay where it is? */
static bool lasts(struct lb_check_module *check, bool *stayed)
{
	long boots = check->rig.view.boots;
	int64_t until_ms = lb_host_now_ms() + lb_check_step_host_ms(LASTS_MS);

	while (lb_host_now_ms() < until_ms)
		if (!lb_check_step_poll(check, HOST_STEP_MS))
			return false;
	*stayed = check->rig.view.boots == boots && lb_view_is_in(&check->rig.view, "repl");
	return true;
}

static bool ends_in_prompt(const struct lb_rig *rig)
{
	static const char prompt[] = ">>> ";
	size_t size = sizeof(prompt) - 1;

	return rig->tail_bytes >= size && strcmp(rig->tail + rig->tail_bytes - size, prompt) == 0;
}

/* A prompt that is there because each Ctrl-C was swallowed, until nothing was left to swallow it with, is no way in:
 * how many that takes, and what comes of it, is another on each board. */
static bool judge_prompt(struct lb_check_module *check, bool was_idle)
{
	struct lb_check_facts *facts = &check->facts;

	if (!lasts(check, &facts->ctrl_c))
		return false;
	facts->ctrl_c_exhausts = facts->ctrl_c && !was_idle && lb_check_is_exhaustion(check->rig.view.last_error);
	facts->ctrl_c = facts->ctrl_c && !facts->ctrl_c_exhausts;
	return true;
}

/* Quick after each other: a module that is reset over and over listens for some milliseconds between its start and
 * boot.py. As often on any machine: enough of them get through handlers that catch the first ones. */
static bool try_ctrl_c(struct lb_check_module *check)
{
	struct lb_rig *rig = &check->rig;

	/* However long it sleeps: what counts is what happens when it wakes, which is as at a start. */
	if (check->facts.sleeps > 0 && !check->facts.sleeps_on && lb_view_is_in(&rig->view, "sleep") &&
	    (!lb_check_step_power(check, false) || !lb_check_step_power(check, true)))
		return false;
	int64_t until_ms = lb_host_now_ms() + lb_check_step_slow_ms(check, HOST_TRY_MS);
	const bool was_idle = lb_view_is_in(&rig->view, "repl");

	do {
		rig->tail_bytes = 0;
		lb_port_offer(&rig->port, "\x03", 1);
		if (!lb_check_step_poll(check, lb_check_step_slow_ms(check, HOST_KEY_MS)))
			return false;
		if (ends_in_prompt(rig) && lb_view_is_in(&rig->view, "repl"))
			return judge_prompt(check, was_idle);
	} while (lb_host_now_ms() < until_ms);
	return true;
}

/* What mpremote does before it runs its first command: interrupt, raw REPL, soft reset, raw REPL again. */
static bool get_in(const struct lb_port *port, int time_ms)
{
	struct lb_rawrepl repl;

	if (lb_repl_enter(port, time_ms) != 0 || lb_repl_start(port, "") != 0)
		return false;
	lb_rawrepl_await_entry(&repl);
	return lb_repl_await(port, &repl, time_ms) == 0 && lb_repl_run(port, "print('let','in')", &repl, time_ms) == 0 &&
	       strcmp(repl.output, "let in\r\n") == 0;
}

/* A script may count its starts, or store what closes a door at the next one. */
static bool try_again(struct lb_check_module *check)
{
	struct lb_check_facts *facts = &check->facts;

	if (facts->radio != LB_CHECK_RADIO_ANSWERS && !facts->ctrl_c)
		return true;
	if (!lb_check_step_run_scripts(check, SETTLE_MS) || (facts->radio == LB_CHECK_RADIO_ANSWERS && !try_radio(check)))
		return false;
	if (!facts->ctrl_c || facts->sleeps > 0)
		return true;
	facts->ctrl_c = false;
	return try_ctrl_c(check);
}

static bool try_mpremote(struct lb_check_module *check)
{
	if (!lb_check_step_run_scripts(check, SETTLE_MS) || !lb_rig_reopen(&check->rig))
		return lb_check_step_fail(check, "cannot open the scratch module's pty again");
	if (!get_in(&check->rig.port, lb_check_step_slow_ms(check, HOST_TRY_MS)))
		return lb_check_step_poll(check, HOST_STEP_MS) && try_again(check);
	return lb_check_step_poll(check, HOST_STEP_MS) && lasts(check, &check->facts.mpremote);
}

/* Compiles every file, also those that the scripts did not come to, so that the trace has their code; runs none. */
static void survey(struct lb_check_module *check)
{
	static const char code[] = "import uos,gc\n"
							   "def walk(d):\n"
							   " for e in list(uos.ilistdir(d)):\n"
							   "  p=d+'/'+e[0]\n"
							   "  if e[1]==0x4000:walk(p)\n"
							   "  elif p.endswith('.py'):\n"
							   "   try:compile(open(p).read(),p,'exec')\n"
							   "   except Exception:pass\n"
							   "   gc.collect()\n"
							   "walk('/flash')";
	struct lb_rawrepl answer;

	if (lb_repl_run(&check->rig.port, code, &answer, lb_check_step_slow_ms(check, SURVEY_MS)) != 0 ||
	    answer.traceback[0] != '\0')
		check->trace.live->full = 1;
}

static bool try_p12(struct lb_check_module *check)
{
	bool mounts;

	lb_check_step_safe_boot(check, &check->facts.p12, &mounts);
	if (check->facts.p12)
		survey(check);
	return lb_check_step_poll(check, HOST_STEP_MS);
}

/* Each step says what it is when it goes on for long. */
static bool try_step(struct lb_check_module *check, bool (*step)(struct lb_check_module *), const char *what,
                     long most_ms)
{
	lb_waiting_start(what, most_ms);
	bool tried = step(check);
	lb_waiting_end();
	return tried;
}

/* Each step says after two seconds what it waits for and how long at most, which depends on what came before. */
static bool try_all(struct lb_check_module *check)
{
	const long boot_ms = LB_RIG_BOOT_MS + lb_check_step_host_ms(SETTLE_MS),
			   try_ms = 3 * HOST_TRY_MS + lb_check_step_host_ms(LASTS_MS);

	if (!try_step(check, watch_scripts, "the scripts to show what they do",
	              2L * lb_check_step_host_ms(check->watch_ms)))
		return false;
	if (!try_step(check, try_radio, "the radio to let somebody in", try_ms) ||
	    !try_step(check, try_ctrl_c, "Ctrl-C to get in", try_ms) ||
	    !try_step(check, try_mpremote, "mpremote's way to get in", boot_ms + try_ms) ||
	    !try_step(check, try_p12, "pin P12 to get in", boot_ms + try_ms) ||
	    !try_step(check, lb_check_cuts_run, "the power cuts to be over", lb_check_cuts_most_ms(check)))
		return false;
	return true;
}

/* A handshake that came to nothing hides what comes behind it. */
static void note_tls(struct lb_check_module *check)
{
	char text[LB_AUDIT_TEXT_BYTES];

	for (size_t i = 0; i < check->facts.tls_count; i++) {
		snprintf(text, sizeof(text), "no TLS with %s: its certificate, made for this run, is refused, or its ciphers",
		         check->facts.tls[i]);
		lb_audit_add(&check->facts.audit, LB_AUDIT_UNSEEN, "", 0, text);
	}
}

bool lb_check_module_audit(struct lb_check_module *check)
{
	struct lb_audit_run run = {
		.code = check->trace.live,
		.ran = check->trace.kept,
		.now_us = check->watched_us,
	};

	lb_environment_list_devices(&check->environment, &run);
	if (!lb_audit(&run, &check->facts.audit))
		return lb_check_step_fail(check, "no memory");
	note_tls(check);
	return true;
}

/* The first boot makes the files that every module has, before it comes to the scripts: no plug is pulled meanwhile. */
static bool await_first(struct lb_check_module *check)
{
	const struct lb_view *view = &check->rig.view;
	int64_t until_ms = lb_host_now_ms() + FIRST_MS;

	do {
		if (!lb_check_step_poll(check, HOST_STEP_MS))
			return false;
	} while (!lb_check_step_has_settled(&check->rig) && !lb_view_is_in(view, "script") && view->boots < 2 &&
	         lb_host_now_ms() < until_ms);
	return true;
}

/* What the scripts write on a card, and the power cuts, are not for the user's own; each module has its copy. A file
 * that is not there is made as one. */
static bool copy_card(struct lb_check_module *check)
{
	const char *card = lb_environment_card(&check->environment);

	if (card == NULL)
		return true;
	snprintf(check->card, sizeof(check->card), "%s-card", check->module);
	check->rig.card = check->card;
	if (lb_check_place_copy(card, check->card) || errno == ENOENT)
		return true;
	snprintf(check->reason, sizeof(check->reason), "cannot copy %.200s as a card: %s", card, strerror(errno));
	return false;
}

bool lb_check_module_prepare(struct lb_check_module *check, const char *folder, const char *name)
{
	if (!lb_check_trace_open(&check->trace, folder, name, check->heap_bytes * OBJECT_RATIO))
		return lb_check_step_fail(check, strerror(errno));
	return lb_profile_load(check->facts.as.name, check->trace.live->profile, check->reason);
}

bool lb_check_module_run(struct lb_check_module *check)
{
	if (!copy_card(check) || !lb_check_step_start(check))
		return false;
	bool done = await_first(check) && try_all(check);
	lb_rig_end(&check->rig);
	return done;
}
