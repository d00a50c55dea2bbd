/* What is known of a module's state, whoever said it: the control socket by replies and events, or the module's own
 * REPL. One rule says whether it is up.
 *
 * The caller owns the struct, zeroed before the first use; texts are "" when they are not known.
 */
#ifndef LB_CLIENT_VIEW_H
#define LB_CLIENT_VIEW_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/handoff/handoff.h"
#include "host/client/client.h"
#include "host/client/port.h"
#include "host/client/status.h"

enum {
	LB_VIEW_SCRIPT_MS = 3000, /* module time: a script that goes on so long is what the image is there for */
	LB_VIEW_BOARD_BYTES = 32,
	LB_VIEW_SLOT_BYTES = 16,
	LB_VIEW_VERDICT_BYTES = 80,
	LB_VIEW_ERROR_BYTES = 256,
};

enum lb_view_drive { LB_VIEW_FLOAT, LB_VIEW_LOW, LB_VIEW_HIGH };

struct lb_view_pin {
	bool high;                /* on the net */
	enum lb_view_drive drive; /* what the outside does */
};

struct lb_view {
	char board[LB_VIEW_BOARD_BYTES]; /* the kind's name */
	char phase[8];                   /* "off", "gate", "loader", "script", "repl", "sleep" */
	char mode[8];                    /* of the boot: "normal", "safe", "loader" */
	char cause[16];                  /* of the last reset */
	char slot[LB_VIEW_SLOT_BYTES];   /* that runs */
	char version[LB_STATUS_VERSION_BYTES];
	char latest[LB_VIEW_SLOT_BYTES]; /* of the record */
	char verdict[LB_SLOT_COUNT][LB_VIEW_VERDICT_BYTES];
	char last_error[LB_VIEW_ERROR_BYTES];
	char led[8]; /* "#RRGGBB" */
	bool on_trial;
	long tries_left;
	long clock;        /* how many times faster the module's clock runs; at least 1 */
	long boots;        /* tells one boot from the next */
	long torn;         /* flash operations that an end of power or a reset tore */
	long open;         /* programs that have the pty of uart0 open */
	long pid, cpu_pid; /* of the hardware process, and of its CPU: 0 while there is none */
	struct lb_view_pin p12, g23;
	int64_t since_ms; /* of the host: the same program has run since then, or waits for the end of a deep sleep */
};

/* What a message may have changed. */
enum lb_view_change {
	LB_VIEW_LED = 1,
	LB_VIEW_PHASE = 2,
	LB_VIEW_BOOT = 4,
	LB_VIEW_PIN = 8, /* an event: a level, but not who drives it */
	LB_VIEW_OPEN = 16,
	LB_VIEW_REPLY = 32, /* a reply, whatever it said */
};

/* A reply or an event of the control socket (docs/spec/control.md); returns a set of enum lb_view_change. */
unsigned lb_view_parse(struct lb_view *view, const cJSON *message);
/* An object of lb_status_compose or lb_status_of_repl. */
void lb_view_parse_status(struct lb_view *view, const cJSON *status);

/* Asks the hardware of a virtual module; returns an enum lb_client_error. */
int lb_view_poll(struct lb_view *view, struct lb_client *client);
/* Asks the firmware at its raw REPL; 0 or an enum lb_port_error. One that has no lifeboat.status() changes nothing but
 * the phase. *status, to be freed, is what was parsed; NULL when nothing was. */
int lb_view_ask(struct lb_view *view, const struct lb_port *port, int time_ms, cJSON **status);

bool lb_view_is_in(const struct lb_view *view, const char *phase);
/* At its REPL or in deep sleep, or its script has gone on for LB_VIEW_SCRIPT_MS without a reset. */
bool lb_view_is_up(const struct lb_view *view, int64_t now_ms);
/* In a phase that does not end by itself: REPL, bootloader mode, sleep, off. */
bool lb_view_is_resting(const struct lb_view *view);

#endif
