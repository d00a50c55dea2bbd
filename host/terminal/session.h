/* A terminal, or a pipe, attached to uart0 of a running module.
 *
 * On a terminal every key goes to the module but Ctrl-] and Ctrl-X, which open the menu (or leave). When standard input
 * or output is none, bytes pass as they are; at the end of input the session waits until the module has reached its
 * REPL (or bootloader mode, sleep or off) and was silent for half a second, and ends.
 */
#ifndef LB_TERMINAL_SESSION_H
#define LB_TERMINAL_SESSION_H

#include <stdbool.h>

#include "host/client/client.h"

enum lb_session_end {
	LB_SESSION_LEFT,    /* the person, or the end of input, ended it */
	LB_SESSION_STOPPED, /* the hardware process ended the connection */
	LB_SESSION_SIGNAL,  /* SIGINT, SIGTERM or SIGHUP */
	LB_SESSION_FAILED,  /* it could not begin; *error says why (enum lb_client_error), or errno when that is 0 */
};

/* with_menu: Ctrl-] opens the menu; otherwise it leaves at once. uart is an attached connection and
 * control another, unattached one: both stay the caller's. */
enum lb_session_end lb_session_run(struct lb_client *uart, struct lb_client *control, bool with_menu, int *error);

/* Blocks SIGINT, SIGTERM, SIGHUP and SIGWINCH for this process: a session takes them as they come, and one that comes
 * before it begins is not lost. */
void lb_session_hold_signals(void);

#endif
