/* A module on the bench of a program: started, watched, its plug, switch and pin P12 in the program's hands.
 *
 * The module ends with the bench, however the program goes. Times are of the host's clock; waits end early once
 * *stop is set (by a signal handler), as failures.
 */
#ifndef LB_COMMANDS_BENCH_H
#define LB_COMMANDS_BENCH_H

#include <cjson/cJSON.h>
#include <signal.h>
#include <stdbool.h>

#include "host/commands/hardware.h"
#include "host/client/client.h"
#include "host/client/upload.h"

enum { LB_BENCH_TAIL_BYTES = 64, LB_BENCH_ERROR_BYTES = 256, LB_BENCH_CLOCK = 10, LB_BENCH_BOOT_MS = 10000 };

struct lb_bench {
	const char *dir;
	const volatile sig_atomic_t *stop; /* NULL: nothing sets it */
	bool passing;                      /* another run of this module follows */
	struct lb_hardware hardware;
	struct lb_client control;
	int uart_fd;
	/* as of the last look */
	char phase[8];
	char cause[16];
	char mode[8]; /* of the boot: "normal", "safe", "loader", or "" */
	char led[8];
	char last_error[LB_BENCH_ERROR_BYTES];
	long boots;
	long torn;            /* flash operations that an end of power or a reset tore */
	long watchdog_resets; /* since the caller last set it to 0, as are other_resets */
	long other_resets;    /* by software, fault or the end of a deep sleep */
	/* the end of what uart0 said, 0-ended */
	char tail[LB_BENCH_TAIL_BYTES];
	size_t tail_bytes;
};

/* At LB_BENCH_CLOCK. False after one line in reason (empty: the hardware process has told the person). */
bool lb_bench_start(struct lb_bench *bench, const char *dir, char reason[LB_UPLOAD_REASON_BYTES]);
void lb_bench_end(struct lb_bench *bench);

bool lb_bench_power(struct lb_bench *bench, bool on);
/* Closes the pty and opens it anew. */
bool lb_bench_reopen(struct lb_bench *bench);
/* The hardware's reply to `status`, to be freed by the caller; NULL: it does not answer. */
cJSON *lb_bench_status(struct lb_bench *bench);
/* Takes in what uart0 says for about time_ms, then looks; false: the hardware does not answer, or *stop. */
bool lb_bench_poll(struct lb_bench *bench, int time_ms);
/* Until the phase is one of the two (second may be NULL). */
bool lb_bench_wait(struct lb_bench *bench, const char *first, const char *second, int time_ms);
bool lb_bench_is(const struct lb_bench *bench, const char *phase);
/* What a hand does: P12 to 3V3, the reset switch, and let go when the gate shows itself. True at a REPL in a safe
 * boot. */
bool lb_bench_safe_boot(struct lb_bench *bench);

/* Starts the module of dir, which may be a new one, copies the folder's files into its /flash past whatever scripts it
 * has, and ends it. `lifeboat wait` elsewhere does not take this run for the module's own. */
bool lb_bench_load(const char *dir, const char *folder, char reason[LB_UPLOAD_REASON_BYTES]);

#endif
