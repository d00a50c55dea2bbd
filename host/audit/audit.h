/* What a run of scripts showed, and what it could not show: notes for `lifeboat check`. Pure.
 *
 * A trace holds what ran; with it, later, the code of all files, also of those that the run did not come to.
 */
#ifndef LB_AUDIT_H
#define LB_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "protocols/trace/trace.h"

enum { LB_AUDIT_NOTES = 64, LB_AUDIT_FILES = 200, LB_AUDIT_TEXT_BYTES = 200, LB_AUDIT_FILE_BYTES = 128 };

enum lb_audit_kind {
	LB_AUDIT_MISSING,   /* what the scripts meant to do was not reached for want of it */
	LB_AUDIT_UNREACHED, /* can lock an owner out, and the run stopped or waited before it */
	LB_AUDIT_WAITS,     /* for a bus that nothing was given for, with more to come */
	LB_AUDIT_UNSEEN,    /* too large to follow, no scripts at all */
	LB_AUDIT_RAISED,    /* an error of the script's own ended it */
	LB_AUDIT_UNTRIED,   /* can lock an owner out, on a branch that was passed */
	LB_AUDIT_CAUGHT,    /* an error that the script caught */
};

struct lb_audit_note {
	enum lb_audit_kind kind;
	char file[LB_AUDIT_FILE_BYTES]; /* "main.py"; "" for none */
	unsigned line;
	char text[LB_AUDIT_TEXT_BYTES];
};

struct lb_audit_file {
	char name[LB_AUDIT_FILE_BYTES];
	unsigned lines, ran; /* that have code */
};

struct lb_audit {
	struct lb_audit_note notes[LB_AUDIT_NOTES]; /* the grave ones first; each once */
	size_t note_count;
	struct lb_audit_file files[LB_AUDIT_FILES]; /* those that boot.py and main.py load, or would */
	size_t file_count;
	char at_file[LB_AUDIT_FILE_BYTES]; /* where a script still was; "" when none ran */
	unsigned at_line;
};

/* Something was said to be there, or not to be: its silence is no want of it. */
struct lb_audit_given {
	enum lb_trace_device device;
	uint32_t place; /* lb_trace_place; 0: any of its kind */
};

enum { LB_AUDIT_GIVEN = 64 };

struct lb_audit_run {
	const struct lb_trace *code; /* of all files */
	const struct lb_trace *ran;  /* the same trace at an earlier moment, at the end of the run */
	uint64_t now_us;             /* module time since the reset, at that moment */
	struct lb_audit_given given[LB_AUDIT_GIVEN];
	size_t given_count;
};

/* False: there is no memory. */
bool lb_audit(const struct lb_audit_run *run, struct lb_audit *audit);
void lb_audit_add(struct lb_audit *audit, enum lb_audit_kind kind, const char *file, unsigned line, const char *text);

/* Is one of them about this device? address: the very one on a bus counts, too, where both say which. */
bool lb_audit_is_given(const struct lb_audit_run *run, enum lb_trace_device device, uint32_t place, bool address);

/* Does the note make a safe verdict impossible? strict: the script's own errors and untried branches do too. */
bool lb_audit_is_open(const struct lb_audit_note *note, bool strict);
bool lb_audit_is_inconclusive(const struct lb_audit *audit, bool strict);

#endif
