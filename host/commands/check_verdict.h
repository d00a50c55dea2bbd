/* What `lifeboat check` found out, what that means, and how it is reported: pure functions. */
#ifndef LB_COMMANDS_CHECK_VERDICT_H
#define LB_COMMANDS_CHECK_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/audit/audit.h"

/* Also the command's exit codes. */
enum lb_check_verdict {
	LB_CHECK_FREE = 0, /* the owner gets back without the pin */
	LB_CHECK_LOST = 1, /* not even P12 helps, or a power cut was too much */
	LB_CHECK_PIN = 3,  /* P12 alone helps */
	LB_CHECK_OPEN = 4, /* what was tried lets the owner in, but not all that matters was reached */
};

enum lb_check_scripts { LB_CHECK_ENDED, LB_CHECK_RAISED, LB_CHECK_RUNNING, LB_CHECK_SLEEPING, LB_CHECK_NOT_STARTED };
enum lb_check_radio { LB_CHECK_RADIO_OFF, LB_CHECK_RADIO_SILENT, LB_CHECK_RADIO_ANSWERS };

struct lb_check_facts {
	enum lb_check_scripts scripts;
	char error[256];      /* of a script that raised: the traceback's last line */
	double seconds;       /* for how long they were watched, module time */
	long watchdog_resets; /* meanwhile */
	long other_resets;
	bool ctrl_c; /* gives the prompt, and it lasts */
	bool mpremote;
	enum lb_check_radio radio;
	bool p12;
	unsigned cuts;
	long torn;       /* cuts that tore a flash operation */
	bool comes_back; /* after the cuts: starts, and P12 gives a REPL */
	bool mounts;     /* and /flash is there */
	bool strict;     /* the scripts' own errors and untried branches leave it open too */
	struct lb_audit audit;
};

/* One for each thing that was tried and one for what ran, then the audit's notes. */
enum { LB_CHECK_TRIED = 8, LB_CHECK_LINES = LB_CHECK_TRIED + LB_AUDIT_NOTES, LB_CHECK_TEXT_BYTES = 400 };

struct lb_check_line {
	const char *name;
	bool good;
	char text[LB_CHECK_TEXT_BYTES];
};

enum lb_check_verdict lb_check_judge(const struct lb_check_facts *facts);
const char *lb_check_verdict_text(enum lb_check_verdict verdict);
/* In the order in which it was tried; returns how many lines there are. */
size_t lb_check_describe(const struct lb_check_facts *facts, struct lb_check_line lines[LB_CHECK_LINES]);
/* "missing", "not reached", …: what a note's line is called. */
const char *lb_check_note_name(enum lb_audit_kind kind);

#endif
