/* Steps; each returns false only when the module's hardware is gone or the person wants no more. */
#include "host/commands/check_module.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/hw/types.h"
#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/waiting.h"
#include "host/commands/check_pace.h"
#include "host/commands/check_radio.h"
#include "host/commands/profile.h"
#include "host/commands/stop.h"

/* Module time but where it says otherwise. */
enum {
	START_MS = 10000,   /* host time at the module's pace: from the power to boot.py */
	BUSY_MS = 60000,    /* host time: a machine that gives the module no more than this is too busy to judge on */
	SETTLE_MS = 5000,   /* before a way in is tried again after a reset */
	LASTS_MS = 3000,    /* a prompt that a reset takes away sooner is no way in */
	HOST_TRY_MS = 2000, /* host time: how fast a script computes does not scale with the clock */
	HOST_STEP_MS = 10,
	FIRST_MS = 3000, /* host time */
	HOST_KEY_MS = 3,
	SURVEY_MS = 30000,    /* host time: many files may be compiled */
	CUT_MARGIN_MS = 3000, /* longer than the scripts took to a write by themselves */
	CUT_STEP_MS = 1,      /* host time */
	CUTS_MISSED = 3,      /* in a row: the scripts write no more */
	OBJECT_RATIO = 2,
};

#define VARIANT "-check"

static int host_ms(long module_ms)
{
	return (int)(module_ms / LB_RIG_CLOCK);
}

static bool fail(struct lb_check_module *check, const char *why)
{
	if (check->reason[0] == '\0')
		snprintf(check->reason, sizeof(check->reason), "%s", why);
	return false;
}

static bool poll_rig(struct lb_check_module *check, int time_ms)
{
	return lb_rig_poll(&check->rig, time_ms) || fail(check, "the scratch module's hardware ended unexpectedly");
}

static bool has_settled(const struct lb_rig *rig)
{
	return lb_view_is_in(&rig->view, "repl") || lb_view_is_in(&rig->view, "sleep");
}

static bool fail_busy(struct lb_check_module *check)
{
	return fail(check, "this machine is too busy: the scratch module does not come on");
}

/* Host time that the module has had since the start of the pace; false: not in BUSY_MS, or the rig failed. A module
 * that a busy machine keeps from its scripts would let in whoever comes. */
static bool poll_pace(struct lb_check_module *check, struct lb_check_pace *pace, int64_t *had_ms)
{
	if (!poll_rig(check, HOST_STEP_MS))
		return false;
	*had_ms = lb_check_pace_ms(pace, &check->rig.view);
	return lb_host_now_ms() - pace->start_ms < BUSY_MS || fail_busy(check);
}

static bool is_before_scripts(const struct lb_rig *rig)
{
	return lb_view_is_in(&rig->view, "gate") || lb_view_is_in(&rig->view, "off");
}

/* A busy machine takes its time to come to boot.py; what counts for the scripts counts from there. Those that reset the
 * module over and over have come to it, whatever is seen. */
static bool await_scripts(struct lb_check_module *check, uint32_t runs_before)
{
	const volatile uint32_t *runs = &check->trace.live->scripts[0].runs;
	struct lb_check_pace pace;
	int64_t had_ms;

	lb_check_pace_start(&pace, &check->rig.view);
	do {
		if (!poll_pace(check, &pace, &had_ms))
			return false;
	} while ((*runs == runs_before || (*runs == runs_before + 1 && is_before_scripts(&check->rig))) &&
	         had_ms < START_MS && !lb_view_is_in(&check->rig.view, "loader"));
	return true;
}

/* How many times longer than on a quiet machine the module needs; short runs say little. */
static int slowness_of(int64_t took_ms, int64_t had_ms)
{
	enum { LEAST_MS = 100, MOST = 15 };
	const int64_t slowness = (took_ms + LEAST_MS) / (had_ms + LEAST_MS);

	return slowness < 1 ? 1 : slowness > MOST ? MOST : (int)slowness;
}

/* Host time for something that takes so long on a quiet machine: a busy one must not change the verdict. */
static int slow_ms(const struct lb_check_module *check, int time_ms)
{
	return time_ms * (check->slowness > 0 ? check->slowness : 1);
}

/* Power off and on; then until the scripts have ended, or for so long. */
static bool run_scripts(struct lb_check_module *check, long module_ms)
{
	if (!lb_rig_power(&check->rig, false))
		return fail(check, "the scratch module's hardware ended unexpectedly");
	uint32_t runs = check->trace.live->scripts[0].runs;
	if (!lb_rig_power(&check->rig, true))
		return fail(check, "the scratch module's hardware ended unexpectedly");
	if (!await_scripts(check, runs))
		return false;
	struct lb_check_pace pace;
	lb_check_pace_start(&pace, &check->rig.view);
	do {
		if (!poll_pace(check, &pace, &check->run_ms))
			return false;
	} while (!has_settled(&check->rig) && check->run_ms < host_ms(module_ms));
	check->slowness = slowness_of(lb_host_now_ms() - pace.start_ms, check->run_ms);
	return true;
}

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
	if (!run_scripts(check, check->watch_ms))
		return false;
	int64_t run_ms = check->run_ms;
	long quiet_ms = check->watch_ms < SETTLE_MS ? check->watch_ms : SETTLE_MS;
	/* A sleeper may wake, a watchdog may still bite. */
	while (run_ms < host_ms(check->trace.live->sleeps > 0 ? check->watch_ms : quiet_ms)) {
		if (!poll_rig(check, HOST_STEP_MS))
			return false;
		run_ms += HOST_STEP_MS;
	}
	facts->seconds = (double)check->watch_ms / 1000.0;
	facts->watchdog_resets = rig->watchdog_resets;
	facts->other_resets = rig->other_resets;
	snprintf(facts->error, sizeof(facts->error), "%s", rig->view.last_error);
	keep_trace(check);
	facts->scripts = judge_scripts(check);
	return check->trace.kept->boots > 0 || fail(check, "the image for check is of another build: build it anew");
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
	check->facts.radio = lb_check_radio(net, slow_ms(check, HOST_TRY_MS), host_ms(LASTS_MS));
	cJSON_Delete(status);
	return poll_rig(check, HOST_STEP_MS);
}

/* Does the module stay where it is? */
static bool lasts(struct lb_check_module *check, bool *stayed)
{
	long boots = check->rig.view.boots;
	int64_t until_ms = lb_host_now_ms() + host_ms(LASTS_MS);

	while (lb_host_now_ms() < until_ms)
		if (!poll_rig(check, HOST_STEP_MS))
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

/* Quick after each other: a module that is reset over and over listens for some milliseconds between its start and
 * boot.py. As often on any machine: enough of them get through handlers that catch the first ones. */
static bool try_ctrl_c(struct lb_check_module *check)
{
	struct lb_rig *rig = &check->rig;

	/* However long it sleeps: what counts is what happens when it wakes, which is as at a start. */
	if (check->facts.sleeps > 0 && !check->facts.sleeps_on && lb_view_is_in(&rig->view, "sleep") &&
	    (!lb_rig_power(rig, false) || !lb_rig_power(rig, true)))
		return fail(check, "the scratch module's hardware ended unexpectedly");
	int64_t until_ms = lb_host_now_ms() + slow_ms(check, HOST_TRY_MS);

	do {
		rig->tail_bytes = 0;
		lb_port_offer(&rig->port, "\x03", 1);
		if (!poll_rig(check, slow_ms(check, HOST_KEY_MS)))
			return false;
		if (ends_in_prompt(rig) && lb_view_is_in(&rig->view, "repl"))
			return lasts(check, &check->facts.ctrl_c);
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
	if (!run_scripts(check, SETTLE_MS) || (facts->radio == LB_CHECK_RADIO_ANSWERS && !try_radio(check)))
		return fail(check, "the scratch module's hardware ended unexpectedly");
	if (!facts->ctrl_c || facts->sleeps > 0)
		return true;
	facts->ctrl_c = false;
	return try_ctrl_c(check);
}

static bool try_mpremote(struct lb_check_module *check)
{
	if (!run_scripts(check, SETTLE_MS) || !lb_rig_reopen(&check->rig))
		return fail(check, "cannot open the scratch module's pty again");
	if (!get_in(&check->rig.port, slow_ms(check, HOST_TRY_MS)))
		return poll_rig(check, HOST_STEP_MS) && try_again(check);
	return poll_rig(check, HOST_STEP_MS) && lasts(check, &check->facts.mpremote);
}

/* A REPL by P12, and is /flash there? */
static void safe_boot(struct lb_check_module *check, bool *answers, bool *mounts)
{
	const int time_ms = slow_ms(check, HOST_TRY_MS);
	struct lb_rawrepl answer;
	const struct lb_port *port = &check->rig.port;

	*answers = lb_rig_safe_boot(&check->rig) && lb_repl_enter(port, time_ms) == 0 &&
	           lb_repl_run(port, "import uos\nuos.listdir('/flash')\nuos.statvfs('/flash')", &answer, time_ms) == 0;
	*mounts = *answers && answer.traceback[0] == '\0';
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

	if (lb_repl_run(&check->rig.port, code, &answer, slow_ms(check, SURVEY_MS)) != 0 || answer.traceback[0] != '\0')
		check->trace.live->full = 1;
}

static bool try_p12(struct lb_check_module *check)
{
	bool mounts;

	safe_boot(check, &check->facts.p12, &mounts);
	if (check->facts.p12)
		survey(check);
	return poll_rig(check, HOST_STEP_MS);
}

/* Until the module stops where its power is to be cut, or for so long. */
static bool await_cut(struct lb_check_module *check, int64_t most_ms)
{
	const volatile uint32_t *reached = &check->trace.live->cut_reached;
	int64_t until_ms = lb_host_now_ms() + most_ms;

	while (*reached == 0 && lb_host_now_ms() < until_ms && lb_stop_signal == 0)
		lb_host_pause_ms(CUT_STEP_MS);
	return *reached != 0;
}

/* The plug is pulled at one operation of the scripts; at another moment of it each time. */
static bool cut_at(struct lb_check_module *check, uint32_t operation, enum lb_flash_moment moment, bool *fell)
{
	struct lb_trace *live = check->trace.live;
	int64_t most_ms = host_ms((long)(check->trace.kept->written_us / 1000) + CUT_MARGIN_MS);

	if (!lb_rig_power(&check->rig, false))
		return false;
	live->writes = 0;
	live->cut_reached = 0;
	live->cut_moment = moment;
	live->cut_at = operation;
	if (!lb_rig_power(&check->rig, true))
		return false;
	*fell = await_cut(check, most_ms);
	live->cut_at = 0;
	check->facts.cut[moment] += *fell;
	return lb_rig_power(&check->rig, false) && poll_rig(check, CUT_STEP_MS);
}

/* Over the first operations, each before, within and after. */
static bool cut_writes(struct lb_check_module *check)
{
	struct lb_check_facts *facts = &check->facts;
	uint32_t operations = (uint32_t)(facts->writes < LB_TRACE_WRITES ? facts->writes : LB_TRACE_WRITES);
	uint32_t rounds = (check->cuts + LB_FLASH_AFTER) / (LB_FLASH_AFTER + 1);
	unsigned missed = 0;

	for (uint32_t i = 0; i < check->cuts && missed < CUTS_MISSED; i++) {
		bool fell;
		uint32_t operation = 1 + i / (LB_FLASH_AFTER + 1) * operations / rounds;
		if (!cut_at(check, operation, (enum lb_flash_moment)(i % (LB_FLASH_AFTER + 1)), &fell))
			return fail(check, "the scratch module's hardware ended unexpectedly");
		missed = fell ? 0 : missed + 1;
		facts->cuts++;
	}
	return true;
}

/* Scripts that write nothing leave no power cut anything to spoil. */
static bool try_cuts(struct lb_check_module *check)
{
	long torn_before = check->rig.view.torn;

	check->facts.cuts_wanted = check->cuts;
	if (check->cuts == 0 || check->facts.writes == 0)
		return true;
	if (!cut_writes(check))
		return false;
	check->facts.torn = check->rig.view.torn - torn_before;
	if (!run_scripts(check, SETTLE_MS))
		return false;
	bool started = !lb_view_is_in(&check->rig.view, "loader") && !lb_view_is_in(&check->rig.view, "off");
	safe_boot(check, &check->facts.comes_back, &check->facts.mounts);
	check->facts.comes_back = check->facts.comes_back && started;
	return poll_rig(check, HOST_STEP_MS);
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
	const long boot_ms = LB_RIG_BOOT_MS + host_ms(SETTLE_MS), try_ms = 3 * HOST_TRY_MS + host_ms(LASTS_MS);

	if (!try_step(check, watch_scripts, "the scripts to show what they do", 2L * host_ms(check->watch_ms)))
		return false;
	const long cut_ms = host_ms((long)(check->trace.kept->written_us / 1000) + CUT_MARGIN_MS);
	const long cuts_ms = cut_ms * check->cuts + 2 * boot_ms + try_ms;
	if (!try_step(check, try_radio, "the radio to let somebody in", try_ms) ||
	    !try_step(check, try_ctrl_c, "Ctrl-C to get in", try_ms) ||
	    !try_step(check, try_mpremote, "mpremote's way to get in", boot_ms + try_ms) ||
	    !try_step(check, try_p12, "pin P12 to get in", boot_ms + try_ms) ||
	    !try_step(check, try_cuts, "the power cuts to be over", cuts_ms))
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
	const struct lb_environment *environment = &check->environment;
	struct lb_audit_run run = {
		.code = check->trace.live,
		.ran = check->trace.kept,
		.now_us = check->watched_us,
		.given = {[LB_TRACE_I2C] = lb_environment_has(environment, LB_ENVIRONMENT_I2C),
	              [LB_TRACE_SPI] = lb_environment_has(environment, LB_ENVIRONMENT_SPI),
	              [LB_TRACE_CARD] = lb_environment_has(environment, LB_ENVIRONMENT_SD),
	              [LB_TRACE_WIRE] = lb_environment_has(environment, LB_ENVIRONMENT_ONEWIRE),
	              [LB_TRACE_UART] = lb_environment_has(environment, LB_ENVIRONMENT_UART)},
	};

	if (!lb_audit(&run, &check->facts.audit))
		return fail(check, "no memory");
	note_tls(check);
	return true;
}

/* The first boot makes the files that every module has, before it comes to the scripts: no plug is pulled meanwhile. */
static bool await_first(struct lb_check_module *check)
{
	const struct lb_view *view = &check->rig.view;
	int64_t until_ms = lb_host_now_ms() + FIRST_MS;

	do {
		if (!poll_rig(check, HOST_STEP_MS))
			return false;
	} while (!has_settled(&check->rig) && !lb_view_is_in(view, "script") && view->boots < 2 &&
	         lb_host_now_ms() < until_ms);
	return true;
}

bool lb_check_module_prepare(struct lb_check_module *check, const char *folder, const char *name)
{
	if (!lb_check_trace_open(&check->trace, folder, name, check->heap_bytes * OBJECT_RATIO))
		return fail(check, strerror(errno));
	return lb_profile_load(check->facts.as.name, check->trace.live->profile, check->reason);
}

bool lb_check_module_run(struct lb_check_module *check)
{
	check->rig.stop = &lb_stop_signal;
	check->rig.variant = VARIANT;
	check->rig.environment = &check->environment;
	check->rig.trace = check->trace.path;
	if (!lb_rig_start(&check->rig, check->module, check->reason))
		return fail(check, "the scratch module did not start");
	bool done = await_first(check) && try_all(check);
	lb_rig_end(&check->rig);
	return done;
}
