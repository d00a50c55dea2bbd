/* The module that `lifeboat flash` works on: how it gets into bootloader mode and out again, and what runs then.
 *
 * Without a port it is the virtual module of a folder, whose pin G23 and reset switch the control socket moves, and
 * whose uart0 is attached. A port's DTR and RTS do the same to a board with the usual circuit; where there are none,
 * or they do nothing, its REPL is asked.
 *
 * Functions that can fail leave one line in reason.
 */
#ifndef LB_COMMANDS_FLASH_TARGET_H
#define LB_COMMANDS_FLASH_TARGET_H

#include <signal.h>
#include <stdbool.h>

#include "host/client/client.h"
#include "host/client/espflash.h"
#include "host/client/line.h"

enum { LB_FLASH_WORD_BYTES = 40, LB_FLASH_VERDICT_BYTES = 80 };

struct lb_flash_target {
	const char *dir;
	const char *port; /* NULL: the module of dir */
	const volatile sig_atomic_t *stop;
	uint32_t baud;
	struct lb_line line;
	struct lb_client control; /* fd -1: a port has none */
	struct lb_client uart;
	bool resets; /* the port's lines do */
	struct lb_espflash flash;
	char reason[LB_CLIENT_TEXT_BYTES];
};

enum lb_flash_state {
	LB_FLASH_AT_REPL,
	LB_FLASH_IN_SCRIPT,
	LB_FLASH_IN_LOADER, /* again */
	LB_FLASH_UNKNOWN,   /* nothing was heard of it */
};

struct lb_flash_running {
	enum lb_flash_state state;
	/* of the image, as it says itself; empty when it does not */
	char version[LB_FLASH_WORD_BYTES];
	char slot[LB_FLASH_WORD_BYTES];
	/* the bootloader's last word on the slot that was written; empty when it looked elsewhere or cannot be asked */
	char verdict[LB_FLASH_VERDICT_BYTES];
};

/* The caller sets dir, port, stop and baud; closes in any case. Then the flash is ready. */
bool lb_flash_enter(struct lb_flash_target *target);
/* Out of bootloader mode, by a reset. */
bool lb_flash_leave(struct lb_flash_target *target);
/* Waits for the REPL; for scripts that go on only a while. The slot is the one that was written. */
bool lb_flash_await(struct lb_flash_target *target, const char *slot, struct lb_flash_running *running);
void lb_flash_close(struct lb_flash_target *target);

/* One line into reason about a negative enum lb_esp_error; false, for callers to return. */
bool lb_flash_explain(struct lb_flash_target *target, int error);

/* flash_port.c: the same for a port. */
bool lb_flash_port_enter(struct lb_flash_target *target);
bool lb_flash_port_leave(struct lb_flash_target *target);
bool lb_flash_port_await(struct lb_flash_target *target, struct lb_flash_running *running);

#endif
