/* How `lifeboat check` reports its result: for people, as JSON, as JUnit's XML. */
#ifndef LB_COMMANDS_CHECK_REPORT_H
#define LB_COMMANDS_CHECK_REPORT_H

#include <stdbool.h>

#include "host/commands/check_verdict.h"

void lb_check_print(const struct lb_check_facts *facts);
/* "3 folders: ..."; a folder each is one line before it. */
void lb_check_print_summary(const struct lb_check_result *results, size_t count);
/* As workflow commands of GitHub's actions: an annotation for each note that has a place, and one for the verdict.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
void lb_check_print_github(const struct lb_check_facts *facts, const char *folder);
/* {"v": 1, "folder", "verdict": 0|1|3|4, "text", "given"|null, "ways": {"ctrl_c", "mpremote", "radio", "p12"},
 * "scripts": {"state", "error"|null, "watchdog_resets", "other_resets", "soft_resets", "sleeps", "awake"|null, "boot",
 * "main": {"end", "traceback"|null}}, "cuts": {"count", "torn", "comes_back"|null, "mounts"|null, "writes", "before",
 * "within", "after"}, "heap": {"peak_bytes", "bytes"}, "ran": {FILE: {"lines", "ran"}, ...}, "notes": [{"kind",
 * "file"|null, "line"|null, "text"}, ...]}; kinds as lb_check_note_name. */
void lb_check_print_json(const struct lb_check_facts *facts, const char *folder);
/* One testcase a line and one for the verdict. A line that is not good fails only when the verdict is bad, for one way
 * in is enough; else it is skipped, with its words. False, with errno, when the file cannot be written. */
bool lb_check_write_junit(const struct lb_check_facts *facts, const char *folder, const char *file);
/* The same with a testcase for each of several folders. */
bool lb_check_write_junit_folders(const struct lb_check_result *results, size_t count, const char *file);

#endif
