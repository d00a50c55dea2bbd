#include "host/commands/check_report.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/hw/types.h"

/* Further lines of a text stand below its first. */
static void print_line(const struct lb_check_line *line)
{
	printf("%-11s ", line->name);
	for (const char *at = line->text; *at != '\0'; at++)
		if (*at != '\n')
			putchar(*at);
		else if (at[1] != '\0')
			printf("\n%-11s ", "");
	putchar('\n');
}

void lb_check_print(const struct lb_check_facts *facts)
{
	struct lb_check_line lines[LB_CHECK_LINES];

	size_t count = lb_check_describe(facts, lines);
	for (size_t i = 0; i < count; i++)
		print_line(&lines[i]);
	printf("%-11s %s\n", "verdict", lb_check_verdict_text(lb_check_judge(facts)));
}

void lb_check_print_summary(const struct lb_check_result *results, size_t count)
{
	unsigned of[LB_CHECK_OPEN + 1] = {0}, failed = 0;

	for (size_t i = 0; i < count; i++) {
		failed += results[i].failed;
		of[results[i].verdict] += !results[i].failed;
	}
	printf("%zu folders: %u without the pin, %u with P12 alone, %u locked out, %u inconclusive, %u failed\n", count,
	       of[LB_CHECK_FREE], of[LB_CHECK_PIN], of[LB_CHECK_LOST], of[LB_CHECK_OPEN], failed);
}

/* A property's value must not hold what ends it. */
static void put_github(const char *text, bool is_property)
{
	for (; *text != '\0'; text++)
		if (*text == '%' || *text == '\r' || *text == '\n' || (is_property && (*text == ':' || *text == ',')))
			printf("%%%02X", (unsigned)*text);
		else
			putchar(*text);
}

/* file "": of the folder as a whole. */
static void annotate(const char *level, const char *folder, const char *file, unsigned line, const char *text)
{
	size_t size = strlen(folder);
	char name[LB_AUDIT_FILE_BYTES + PATH_MAX];

	while (size > 1 && folder[size - 1] == '/')
		size--;
	snprintf(name, sizeof(name), "%.*s/%s", (int)size, folder, file);
	printf("::%s title=lifeboat check", level);
	if (file[0] != '\0') {
		fputs(",file=", stdout);
		put_github(name, true);
	}
	if (line != 0)
		printf(",line=%u", line);
	fputs("::", stdout);
	put_github(text, false);
	putchar('\n');
}

void lb_check_print_github(const struct lb_check_facts *facts, const char *folder)
{
	const struct lb_audit *audit = &facts->audit;
	enum lb_check_verdict verdict = lb_check_judge(facts);
	char text[LB_AUDIT_TEXT_BYTES + PATH_MAX];

	for (size_t i = 0; i < audit->note_count; i++) {
		const struct lb_audit_note *note = &audit->notes[i];
		snprintf(text, sizeof(text), "%s: %s", lb_check_note_name(note->kind), note->text);
		annotate(lb_audit_is_open(note, facts->strict) ? "error" : "warning", folder, note->file, note->line, text);
	}
	snprintf(text, sizeof(text), "%s: %s", folder, lb_check_verdict_text(verdict));
	bool is_stuck = verdict == LB_CHECK_PIN || verdict == LB_CHECK_LOST;
	annotate(verdict == LB_CHECK_FREE ? "notice" : "error", folder, is_stuck ? audit->at_file : "",
	         is_stuck ? audit->at_line : 0, text);
}

/* The notes for programs, with null where a note is of no file or line. */
static void add_audit(cJSON *report, const struct lb_audit *audit)
{
	cJSON *files = cJSON_AddObjectToObject(report, "ran");

	for (size_t i = 0; i < audit->file_count; i++) {
		cJSON *file = cJSON_AddObjectToObject(files, audit->files[i].name);
		cJSON_AddNumberToObject(file, "lines", audit->files[i].lines);
		cJSON_AddNumberToObject(file, "ran", audit->files[i].ran);
	}
	cJSON *notes = cJSON_AddArrayToObject(report, "notes");
	for (size_t i = 0; i < audit->note_count; i++) {
		const struct lb_audit_note *from = &audit->notes[i];
		cJSON *note = cJSON_CreateObject();
		cJSON_AddStringToObject(note, "kind", lb_check_note_name(from->kind));
		cJSON_AddItemToObject(note, "file",
		                      from->file[0] != '\0' ? cJSON_CreateString(from->file) : cJSON_CreateNull());
		cJSON_AddItemToObject(note, "line", from->line != 0 ? cJSON_CreateNumber(from->line) : cJSON_CreateNull());
		cJSON_AddStringToObject(note, "text", from->text);
		cJSON_AddItemToArray(notes, note);
	}
}

/* In the order in which they were tried. */
static void add_worlds(cJSON *report, const struct lb_check_facts *facts)
{
	cJSON *networks = cJSON_AddObjectToObject(report, "networks");

	for (size_t i = 0; i < facts->world_count; i++)
		cJSON_AddNumberToObject(networks, facts->worlds[i].folder, facts->worlds[i].verdict);
}

static void add_script(cJSON *scripts, const char *name, const struct lb_trace_script *from)
{
	static const char *const ends[] = {
		[LB_TRACE_NEVER] = "not started", [LB_TRACE_RUNS] = "running",  [LB_TRACE_ENDED] = "ended",
		[LB_TRACE_RAISED] = "raised",     [LB_TRACE_EXITED] = "exited",
	};
	cJSON *script = cJSON_AddObjectToObject(scripts, name);

	cJSON_AddStringToObject(script, "end", ends[from->end <= LB_TRACE_EXITED ? from->end : LB_TRACE_NEVER]);
	cJSON_AddItemToObject(script, "traceback",
	                      from->traceback[0] != '\0' ? cJSON_CreateString(from->traceback) : cJSON_CreateNull());
}

/* What was not tried is null. */
static void add_cuts(cJSON *report, const struct lb_check_facts *facts)
{
	cJSON *cuts = cJSON_AddObjectToObject(report, "cuts");
	bool tried = facts->cuts > 0;

	cJSON_AddNumberToObject(cuts, "count", facts->cuts);
	cJSON_AddNumberToObject(cuts, "torn", (double)facts->torn);
	cJSON_AddItemToObject(cuts, "comes_back", tried ? cJSON_CreateBool(facts->comes_back) : cJSON_CreateNull());
	cJSON_AddItemToObject(cuts, "mounts", tried ? cJSON_CreateBool(facts->mounts) : cJSON_CreateNull());
	cJSON_AddNumberToObject(cuts, "writes", (double)facts->writes);
	cJSON_AddNumberToObject(cuts, "before", facts->cut[LB_FLASH_BEFORE]);
	cJSON_AddNumberToObject(cuts, "within", facts->cut[LB_FLASH_WITHIN]);
	cJSON_AddNumberToObject(cuts, "after", facts->cut[LB_FLASH_AFTER]);
}

void lb_check_print_json(const struct lb_check_facts *facts, const char *folder)
{
	static const char *const states[] = {
		[LB_CHECK_ENDED] = "ended",       [LB_CHECK_RAISED] = "raised",           [LB_CHECK_RUNNING] = "running",
		[LB_CHECK_SLEEPING] = "sleeping", [LB_CHECK_NOT_STARTED] = "not started", [LB_CHECK_RESETTING] = "resetting",
	};
	static const char *const radios[] = {
		[LB_CHECK_RADIO_OFF] = "off",
		[LB_CHECK_RADIO_SILENT] = "silent",
		[LB_CHECK_RADIO_ANSWERS] = "answers",
	};
	enum lb_check_verdict verdict = lb_check_judge(facts);
	cJSON *report = cJSON_CreateObject();

	cJSON_AddNumberToObject(report, "v", 1);
	cJSON_AddStringToObject(report, "folder", folder);
	cJSON_AddNumberToObject(report, "verdict", verdict);
	cJSON_AddStringToObject(report, "text", lb_check_verdict_text(verdict));
	cJSON *board = cJSON_AddObjectToObject(report, "board");
	cJSON_AddStringToObject(board, "as", facts->as.name != NULL ? facts->as.name : lb_profile_names[0]);
	cJSON_AddItemToObject(board, "because",
	                      facts->as_guessed && facts->as.why[0] != '\0' ? cJSON_CreateString(facts->as.why) :
	                                                                      cJSON_CreateNull());
	cJSON_AddItemToObject(report, "given",
	                      facts->given[0] != '\0' ? cJSON_CreateString(facts->given) : cJSON_CreateNull());
	cJSON *ways = cJSON_AddObjectToObject(report, "ways");
	cJSON_AddBoolToObject(ways, "ctrl_c", facts->ctrl_c);
	cJSON_AddBoolToObject(ways, "mpremote", facts->mpremote);
	cJSON_AddStringToObject(ways, "radio", radios[facts->radio]);
	cJSON_AddBoolToObject(ways, "p12", facts->p12);
	cJSON *scripts = cJSON_AddObjectToObject(report, "scripts");
	cJSON_AddStringToObject(scripts, "state", states[facts->scripts]);
	cJSON_AddItemToObject(scripts, "error",
	                      facts->scripts == LB_CHECK_RAISED ? cJSON_CreateString(facts->error) : cJSON_CreateNull());
	cJSON_AddNumberToObject(scripts, "watchdog_resets", (double)facts->watchdog_resets);
	cJSON_AddNumberToObject(scripts, "other_resets", (double)facts->other_resets);
	cJSON_AddNumberToObject(scripts, "soft_resets", (double)facts->soft_resets);
	cJSON_AddNumberToObject(scripts, "sleeps", (double)facts->sleeps);
	cJSON_AddItemToObject(scripts, "awake",
	                      facts->sleeps > 0 ? cJSON_CreateNumber(facts->awake_share) : cJSON_CreateNull());
	add_script(scripts, "boot", &facts->script[0]);
	add_script(scripts, "main", &facts->script[1]);
	add_cuts(report, facts);
	cJSON *heap = cJSON_AddObjectToObject(report, "heap");
	cJSON_AddNumberToObject(heap, "peak_bytes", (double)facts->heap_peak_bytes);
	cJSON_AddNumberToObject(heap, "bytes", (double)facts->heap_bytes);
	add_worlds(report, facts);
	add_audit(report, &facts->audit);
	char *text = cJSON_PrintUnformatted(report);
	puts(text != NULL ? text : "");
	cJSON_free(text);
	cJSON_Delete(report);
}

/* Control characters have no place in XML, not even as references. */
static void put_xml(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': fputs("&amp;", file); break;
		case '<': fputs("&lt;", file); break;
		case '>': fputs("&gt;", file); break;
		case '"': fputs("&quot;", file); break;
		default: fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
		}
	}
}

static void put_case(FILE *file, const char *name, const char *element, const char *text)
{
	fputs("  <testcase classname=\"lifeboat.check\" name=\"", file);
	put_xml(file, name);
	fputs("\">", file);
	fprintf(file, element != NULL ? "<%s message=\"" : "<system-out>", element);
	put_xml(file, text);
	fprintf(file, element != NULL ? "\"/>" : "</system-out>");
	fputs("</testcase>\n", file);
}

bool lb_check_write_junit(const struct lb_check_facts *facts, const char *folder, const char *file_name)
{
	struct lb_check_line lines[LB_CHECK_LINES];
	enum lb_check_verdict verdict = lb_check_judge(facts);
	FILE *file = fopen(file_name, "we");
	unsigned bad = 0;

	if (file == NULL)
		return false;
	size_t count = lb_check_describe(facts, lines);
	for (size_t i = 0; i < count; i++)
		bad += !lines[i].good;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"lifeboat check ", file);
	put_xml(file, folder);
	fprintf(file, "\" tests=\"%zu\" errors=\"0\" failures=\"%u\" skipped=\"%u\">\n", count + 1,
	        verdict == LB_CHECK_FREE ? 0 : bad + 1, verdict == LB_CHECK_FREE ? bad : 0);
	const char *element = verdict == LB_CHECK_FREE ? "skipped" : "failure";
	for (size_t i = 0; i < count; i++)
		put_case(file, lines[i].name, lines[i].good ? NULL : element, lines[i].text);
	put_case(file, "verdict", verdict == LB_CHECK_FREE ? NULL : element, lb_check_verdict_text(verdict));
	fputs("</testsuite>\n", file);
	bool written = ferror(file) == 0;
	return fclose(file) == 0 && written;
}

bool lb_check_write_junit_folders(const struct lb_check_result *results, size_t count, const char *file_name)
{
	FILE *file = fopen(file_name, "we");
	unsigned bad = 0;

	if (file == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		bad += results[i].verdict != LB_CHECK_FREE;
	fprintf(file,
	        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	        "<testsuite name=\"lifeboat check\" tests=\"%zu\" errors=\"0\" failures=\"%u\" skipped=\"0\">\n",
	        count, bad);
	for (size_t i = 0; i < count; i++)
		put_case(file, results[i].folder, results[i].verdict == LB_CHECK_FREE ? NULL : "failure",
		         results[i].failed ? "the check failed" : lb_check_verdict_text(results[i].verdict));
	fputs("</testsuite>\n", file);
	bool written = ferror(file) == 0;
	return fclose(file) == 0 && written;
}
