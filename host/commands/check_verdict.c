#include "host/commands/check_verdict.h"

#include <stdio.h>
#include <string.h>

#include "core/hw/types.h"

/* Of the time awake: what a tool that holds a key down for some minutes can hit, and what a hand can. */
static const double LEAST_SHARE = 0.001, HAND_SHARE = 0.1;

enum lb_check_verdict lb_check_judge(const struct lb_check_facts *facts)
{
	if (facts->cuts > 0 && (!facts->comes_back || !facts->mounts))
		return LB_CHECK_LOST;
	bool open = facts->ctrl_c || facts->mpremote || facts->radio == LB_CHECK_RADIO_ANSWERS;
	if (open && (facts->sleeps == 0 || facts->awake_share >= LEAST_SHARE))
		return lb_audit_is_inconclusive(&facts->audit, facts->strict) ? LB_CHECK_OPEN : LB_CHECK_FREE;
	return facts->p12 ? LB_CHECK_PIN : LB_CHECK_LOST;
}

bool lb_check_is_exhaustion(const char *last_error)
{
	static const char *const ends[] = {"RuntimeError: maximum recursion depth", "MemoryError"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strncmp(last_error, ends[i], strlen(ends[i])) == 0)
			return true;
	return false;
}

const char *lb_check_verdict_text(enum lb_check_verdict verdict)
{
	switch (verdict) {
	case LB_CHECK_FREE: return "you can always get back in, without the pin";
	case LB_CHECK_OPEN: return "inconclusive: what was reached lets you back in, but not all was reached";
	case LB_CHECK_PIN: return "only pin P12 gets you back in";
	case LB_CHECK_LOST:
	default: return "you cannot be sure to get back in, not even with pin P12";
	}
}

/* How the scripts ended decides what the person should do next, so each end has its own words. */
static void describe_scripts(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	static const char *const words[] = {
		[LB_CHECK_ENDED] = "ended",
		[LB_CHECK_RAISED] = "raised",
		[LB_CHECK_RUNNING] = "still run",
		[LB_CHECK_SLEEPING] = "put the module into deep sleep",
		[LB_CHECK_NOT_STARTED] = "were not started",
		[LB_CHECK_RESETTING] = "are started anew, again and again",
	};

	line->name = "scripts";
	line->good = facts->scripts == LB_CHECK_ENDED || facts->scripts == LB_CHECK_RUNNING;
	if (facts->scripts == LB_CHECK_RAISED)
		snprintf(line->text, sizeof(line->text), "raised %s", facts->error);
	else if (facts->scripts == LB_CHECK_SLEEPING && facts->sleeps_on)
		snprintf(line->text, sizeof(line->text), "put the module into deep sleep, for ever");
	else if (facts->scripts == LB_CHECK_SLEEPING && facts->sleeps > 0)
		snprintf(line->text, sizeof(line->text),
		         "put the module into deep sleep, %ld time%s in %g s, awake %.3g %% of the time", facts->sleeps,
		         facts->sleeps == 1 ? "" : "s", facts->seconds, facts->awake_share * 100);
	else if (facts->scripts == LB_CHECK_RUNNING && facts->soft_resets > 1)
		snprintf(line->text, sizeof(line->text), "exit and start anew, %ld times in %g s", facts->soft_resets,
		         facts->seconds);
	else if (facts->scripts == LB_CHECK_RUNNING && facts->audit.at_file[0] != '\0')
		snprintf(line->text, sizeof(line->text), "still run after %g s, at %s:%u", facts->seconds, facts->audit.at_file,
		         facts->audit.at_line);
	else if (facts->scripts == LB_CHECK_RUNNING)
		snprintf(line->text, sizeof(line->text), "still run after %g s", facts->seconds);
	else
		snprintf(line->text, sizeof(line->text), "%s", words[facts->scripts]);
}

static void describe_resets(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	const size_t room = sizeof(line->text);
	int used = facts->watchdog_resets == 0 ? snprintf(line->text, room, "no reset") :
	                                         snprintf(line->text, room, "%ld resets", facts->watchdog_resets);

	line->name = "watchdog";
	line->good = facts->watchdog_resets == 0;
	if (facts->other_resets > 0)
		used +=
			snprintf(line->text + used, room - (size_t)used, "; %ld by the scripts themselves", facts->other_resets);
	if (facts->soft_resets > 0)
		snprintf(line->text + used, room - (size_t)used, "; %ld soft resets", facts->soft_resets);
}

static void set_line(struct lb_check_line *line, const char *name, bool good, const char *yes, const char *no)
{
	line->name = name;
	line->good = good;
	snprintf(line->text, sizeof(line->text), "%s", good ? yes : no);
}

/* Of a sleeper it matters for how much of the time anybody is heard. */
static void describe_ctrl_c(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	bool sleeps = facts->sleeps > 0 && !facts->sleeps_on;
	double percent = facts->awake_share * 100;

	set_line(line, "Ctrl-C", facts->ctrl_c, "gives the prompt",
	         facts->ctrl_c_exhausts ?
	             "ends the scripts only when those that they swallowed have filled the stack or heap" :
	             "does not give a prompt that lasts");
	if (!facts->ctrl_c || !sleeps)
		return;
	line->good = facts->awake_share >= LEAST_SHARE;
	snprintf(line->text, sizeof(line->text),
	         facts->awake_share >= HAND_SHARE ? "gives the prompt, pressed now and then: awake %.3g %% of the time" :
	         line->good ? "gives the prompt when a tool holds it down: awake %.3g %% of the time" :
	                      "gives the prompt, but hardly ever: awake %.3g %% of the time",
	         percent);
}

/* None tried, none that could be judged, or how many fell where and what the module did then. */
static void describe_cuts(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	const char *result = !facts->comes_back ? "the module does not come back" :
	                     !facts->mounts     ? "the module comes back, /flash does not mount" :
	                                          "the module comes back, /flash mounts";

	line->name = "power cuts";
	line->good = facts->cuts == 0 || (facts->comes_back && facts->mounts);
	if (facts->cuts == 0)
		snprintf(line->text, sizeof(line->text), "%s",
		         facts->cuts_wanted > 0 ? "no flash write: not judged" : "none tried");
	else
		snprintf(line->text, sizeof(line->text), "after %u, %u before, %u within and %u after a flash write: %s",
		         facts->cuts, facts->cut[LB_FLASH_BEFORE], facts->cut[LB_FLASH_WITHIN], facts->cut[LB_FLASH_AFTER],
		         result);
}

/* Of a board with so much memory. */
static void describe_heap(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	unsigned long peak = (facts->heap_peak_bytes + 1023) / 1024, all = facts->heap_bytes / 1024;

	line->name = "heap";
	line->good = facts->heap_peak_bytes <= facts->heap_bytes / 5 * 4;
	snprintf(line->text, sizeof(line->text), "%lu KiB of %lu KiB at most%s", peak, all,
	         line->good ? "" : ", less than a fifth is left");
}

/* "main.py 5 of 9 lines, lib/blink.py 2 of 2": in as much room as there is. */
static void describe_run(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	size_t used = 0;

	line->name = "ran";
	line->good = true;
	snprintf(line->text, sizeof(line->text), "nothing");
	for (size_t i = 0; i < facts->audit.file_count && used < sizeof(line->text); i++) {
		const struct lb_audit_file *file = &facts->audit.files[i];
		used += (size_t)snprintf(line->text + used, sizeof(line->text) - used, "%s%s %u of %u lines", i > 0 ? ", " : "",
		                         file->name, file->ran, file->lines);
	}
}

/* Only of another board than this module is by itself. */
static void describe_board(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	line->name = "board";
	line->good = true;
	if (facts->as_guessed)
		snprintf(line->text, sizeof(line->text), "as %s, by %s; --as names another", facts->as.name, facts->as.why);
	else
		snprintf(line->text, sizeof(line->text), "as %s", facts->as.name);
}

const char *lb_check_note_name(enum lb_audit_kind kind)
{
	static const char *const names[] = {
		[LB_AUDIT_MISSING] = "missing", [LB_AUDIT_UNREACHED] = "not reached", [LB_AUDIT_WAITS] = "waits",
		[LB_AUDIT_UNSEEN] = "not seen", [LB_AUDIT_RAISED] = "raised",         [LB_AUDIT_UNTRIED] = "not tried",
		[LB_AUDIT_CAUGHT] = "caught",
	};

	return names[kind];
}

static void describe_note(const struct lb_audit_note *note, bool strict, struct lb_check_line *line)
{
	line->name = lb_check_note_name(note->kind);
	line->good = !lb_audit_is_open(note, strict);
	if (note->line != 0)
		snprintf(line->text, sizeof(line->text), "%s:%u: %s", note->file, note->line, note->text);
	else if (note->file[0] != '\0')
		snprintf(line->text, sizeof(line->text), "%s: %s", note->file, note->text);
	else
		snprintf(line->text, sizeof(line->text), "%s", note->text);
}

static const char *world_text(const char *name)
{
	static const char *const texts[][2] = {{"none", "without one"},
	                                       {"answers", "with one that answers"},
	                                       {"refuses", "with one that has no server"},
	                                       {"stalls", "with servers that stall"},
	                                       {"given", "as given"}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i][0], name) == 0)
			return texts[i][1];
	return name;
}

static const char *short_verdict(enum lb_check_verdict verdict)
{
	switch (verdict) {
	case LB_CHECK_FREE: return "you get back in";
	case LB_CHECK_OPEN: return "inconclusive";
	case LB_CHECK_PIN: return "P12 alone";
	case LB_CHECK_LOST:
	default: return "locked out";
	}
}

/* In which network is the owner locked out? */
static void describe_worlds(const struct lb_check_facts *facts, struct lb_check_line *line)
{
	const struct lb_check_result *first = &facts->worlds[0];
	size_t used = 0;

	line->name = "network";
	line->good = true;
	if (facts->world_count <= 1 && (first->folder == NULL || strcmp(first->folder, "given") != 0)) {
		snprintf(line->text, sizeof(line->text), "not used: tried without one alone");
		return;
	}
	for (size_t i = 0; i < facts->world_count; i++) {
		const struct lb_check_result *world = &facts->worlds[i];
		line->good = line->good && (world->verdict == LB_CHECK_FREE || world->verdict == LB_CHECK_OPEN);
		used += (size_t)snprintf(line->text + used, sizeof(line->text) - used, "%s%s: %s", i > 0 ? "; " : "",
		                         world_text(world->folder), short_verdict(world->verdict));
	}
}

size_t lb_check_describe(const struct lb_check_facts *facts, struct lb_check_line lines[LB_CHECK_LINES])
{
	const char *no_radio = facts->radio == LB_CHECK_RADIO_OFF ? "no radio: telnet and FTP are off" :
	                                                            "telnet and FTP do not let in for long, or not at all";

	describe_scripts(facts, &lines[0]);
	describe_resets(facts, &lines[1]);
	describe_ctrl_c(facts, &lines[2]);
	set_line(&lines[3], "mpremote", facts->mpremote, "gets in", "does not get in");
	set_line(&lines[4], "radio", facts->radio == LB_CHECK_RADIO_ANSWERS, "telnet asks for the login, FTP lets in",
	         no_radio);
	set_line(&lines[5], "P12", facts->p12, "safe boot gives a REPL", "safe boot gives no REPL");
	describe_cuts(facts, &lines[6]);
	describe_run(facts, &lines[7]);
	describe_heap(facts, &lines[8]);
	describe_worlds(facts, &lines[9]);
	size_t count = LB_CHECK_TRIED;
	if (facts->as.name != NULL && strcmp(facts->as.name, lb_profile_names[0]) != 0)
		describe_board(facts, &lines[count++]);
	if (facts->given[0] != '\0')
		set_line(&lines[count++], "given", true, facts->given, "");
	for (int i = 0; i < 2; i++)
		if (facts->script[i].traceback[0] != '\0')
			set_line(&lines[count++], i == 0 ? "boot.py" : "main.py", false, "", facts->script[i].traceback);
	for (size_t i = 0; i < facts->audit.note_count; i++)
		describe_note(&facts->audit.notes[i], facts->strict, &lines[count++]);
	return count;
}

enum lb_check_verdict lb_check_worst(const struct lb_check_result *results, size_t count)
{
	static const enum lb_check_verdict worst_first[] = {LB_CHECK_LOST, LB_CHECK_PIN, LB_CHECK_OPEN};

	for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++)
		for (size_t j = 0; j < count; j++)
			if (results[j].verdict == worst_first[i])
				return worst_first[i];
	return LB_CHECK_FREE;
}
