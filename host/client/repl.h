/* MicroPython's REPL at the other end of a port: the raw REPL entered and left, code run in it, and how both are seen.
 *
 * Functions return 0 or a negative enum lb_port_error; LB_PORT_SILENT when what is awaited does not come in time_ms.
 * An answer may be a traceback (host/client/rawrepl.h).
 */
#ifndef LB_CLIENT_REPL_H
#define LB_CLIENT_REPL_H

#include "host/client/port.h"
#include "host/client/rawrepl.h"

/* Interrupts what runs and enters the raw REPL. */
int lb_repl_enter(const struct lb_port *port, int time_ms);
/* The same without an interruption: at an idle prompt alone, else SILENT, and a program that reads its input finds two
 * control characters there. */
int lb_repl_enter_idle(const struct lb_port *port, int time_ms);
/* Waits for what repl awaits: an announcement, an answer. */
int lb_repl_await(const struct lb_port *port, struct lb_rawrepl *repl, int time_ms);
int lb_repl_run(const struct lb_port *port, const char *code, struct lb_rawrepl *answer, int time_ms);
/* The same for code of any length, by raw paste. */
int lb_repl_paste(const struct lb_port *port, const char *code, struct lb_rawrepl *answer, int time_ms);
/* The same, as long as it takes, and each byte that the code prints goes to show as it comes. */
int lb_repl_paste_shown(const struct lb_port *port, const char *code, struct lb_rawrepl *answer,
                        void (*show)(char byte));
/* Runs code that ends the REPL, such as a reset: nothing is awaited. */
int lb_repl_start(const struct lb_port *port, const char *code);
/* Back to the friendly REPL. */
int lb_repl_leave(const struct lb_port *port);
/* These two send nothing. Until what came ends in the friendly prompt and LB_REPL_QUIET_MS pass without more: */
int lb_repl_await_prompt(const struct lb_port *port, int time_ms);
/* Until something came and, for LB_REPL_SCRIPT_MS from then, it was no prompt: */
int lb_repl_await_script(const struct lb_port *port, int time_ms);

enum { LB_REPL_QUIET_MS = 300, LB_REPL_SCRIPT_MS = 2000 };

#endif
