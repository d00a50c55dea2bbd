/* What `lifeboat check` found out, what that means, and how it is reported: pure functions. */
#ifndef LB_COMMANDS_CHECK_VERDICT_H
#define LB_COMMANDS_CHECK_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/audit/audit.h"
#include "host/commands/profile_guess.h"

/* Also the command's exit codes. */
enum lb_check_verdict {
	LB_CHECK_FREE = 0, /* the owner gets back without the pin */
	LB_CHECK_LOST = 1, /* not even P12 helps, or a power cut was too much */
	LB_CHECK_PIN = 3,  /* P12 alone helps */
	LB_CHECK_OPEN = 4, /* what was tried lets the owner in, but not all that matters was reached */
};

enum lb_check_scripts {
	LB_CHECK_ENDED,
	LB_CHECK_RAISED,
	LB_CHECK_RUNNING,
	LB_CHECK_SLEEPING,
	LB_CHECK_NOT_STARTED,
	LB_CHECK_RESETTING, /* the module is reset, and starts them anew, again and again */
};
enum lb_check_radio { LB_CHECK_RADIO_OFF, LB_CHECK_RADIO_SILENT, LB_CHECK_RADIO_ANSWERS };

/* Of one folder among several, or of one network. */
struct lb_check_result {
	const char *folder; /* or what the network is called: "none" */
	bool failed;        /* the check itself did; its verdict is LB_CHECK_LOST */
	enum lb_check_verdict verdict;
};

/* Networks that scripts are tried with: at most, by itself. Servers without a TLS handshake: as many are told. */
enum { LB_CHECK_WORLDS = 4, LB_CHECK_WORLDS_USUAL = 2, LB_CHECK_TLS = 4, LB_CHECK_TLS_BYTES = 140 };
enum { LB_CHECK_GIVEN_BYTES = 512 };

struct lb_check_facts {
	enum lb_check_scripts scripts;
	char error[256];      /* of a script that raised: the traceback's last line */
	double seconds;       /* for how long they were watched, module time */
	long watchdog_resets; /* meanwhile */
	long other_resets;
	long soft_resets;
	long sleeps;        /* deep sleeps */
	bool sleeps_on;     /* one of them without an end */
	double awake_share; /* of the time, 0 to 1; with sleeps */
	/* Of a board, whose objects are half as large as this module's. */
	unsigned long heap_peak_bytes, heap_bytes;
	struct lb_trace_script script[2]; /* boot.py, main.py */
	bool ctrl_c;                      /* gives the prompt, and it lasts */
	bool ctrl_c_exhausts;             /* gives it, but only when the scripts' stack or heap is full of swallowed ones */
	bool mpremote;
	enum lb_check_radio radio;
	bool p12;
	unsigned cuts_wanted;
	long writes;                /* flash operations of the scripts, while they were watched */
	unsigned cuts;              /* tried */
	unsigned cut[3];            /* so many of them fell there, by enum lb_flash_moment */
	long torn;                  /* cuts that tore a flash operation */
	bool comes_back;            /* after the cuts: starts, and P12 gives a REPL */
	bool mounts;                /* and /flash is there */
	struct lb_profile_guess as; /* the board that it stood in for */
	bool as_guessed;
	char given[LB_CHECK_GIVEN_BYTES]; /* on the command line, of what is around it; "": nothing */
	bool strict;                      /* the scripts' own errors and untried branches leave it open too */
	struct lb_audit audit;
	/* The networks that were tried, none of them when nobody asked. One alone, "none": the scripts use no network. */
	size_t world_count;
	struct lb_check_result worlds[LB_CHECK_WORLDS];
	size_t tls_count;
	char tls[LB_CHECK_TLS][LB_CHECK_TLS_BYTES]; /* "example.com:443": the handshake came to nothing */
};

/* One for each thing that was tried, for what ran, for the heap, the networks, another board and what it was given; a
 * traceback of boot.py, of main.py (of several lines); the audit's notes. */
enum {
	LB_CHECK_TRIED = 10,
	LB_CHECK_LINES = LB_CHECK_TRIED + 4 + LB_AUDIT_NOTES,
	LB_CHECK_TEXT_BYTES = LB_TRACE_TRACEBACK_BYTES
};

struct lb_check_line {
	const char *name;
	bool good;
	char text[LB_CHECK_TEXT_BYTES];
};

/* LOST, PIN, OPEN, FREE: the first that one of them has. */
enum lb_check_verdict lb_check_worst(const struct lb_check_result *results, size_t count);
enum lb_check_verdict lb_check_judge(const struct lb_check_facts *facts);
/* Is this what a script ends with that has no stack or memory left? */
bool lb_check_is_exhaustion(const char *last_error);
const char *lb_check_verdict_text(enum lb_check_verdict verdict);
/* In the order in which it was tried; returns how many lines there are. */
size_t lb_check_describe(const struct lb_check_facts *facts, struct lb_check_line lines[LB_CHECK_LINES]);
/* "missing", "not reached", …: what a note's line is called. */
const char *lb_check_note_name(enum lb_audit_kind kind);

#endif
