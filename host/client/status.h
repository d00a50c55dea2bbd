/* `lifeboat status --json`: one object about a module, for scripts and for views.
 *
 * Keys may be added, never changed or removed; a value that is not known (the module is off, the gate has not decided,
 * a part of a later version) is null. Besides the keys that the design promises there are:
 *   t_ms    milliseconds of module time since the last reset
 *   boots   how many times a CPU was started since the hardware process began
 *   pwm     {"P9": {"hz": 1000, "duty": 0.5}}: only the pins that the module drives so
 *   volts   {"P13": 1.2}: only the pins with a voltage from outside
 *   uart1   path of the pty
 *   uart2   path of the pty
 *   sd      null without a card, else {"file", "bytes"}
 *   drive   what the outside drives: only the pins that are not floating
 *   reset_line  "low" while RTS or a shield holds the module in reset, else "high"
 *   images  for each slot that this boot verified, the verdict, as a phrase: {"factory": "good"}
 *   dir     absolute path of the module's folder
 *   pid     of the hardware process
 */
#ifndef LB_CLIENT_STATUS_H
#define LB_CLIENT_STATUS_H

#include <cjson/cJSON.h>

#include "core/handoff/handoff.h"

enum { LB_STATUS_VERSION_BYTES = 32 };

/* "1.2.3", or "1.2.3+4" with a build number. */
void lb_status_version(const struct lb_version *version, char text[LB_STATUS_VERSION_BYTES]);

/* From the reply to the control socket's `status`; the caller frees the object. */
cJSON *lb_status_compose(const cJSON *reply);
/* From the object that the firmware's lifeboat.status() gives, of a module at its REPL. */
cJSON *lb_status_of_repl(const cJSON *own);
/* Of a module that does not run. */
cJSON *lb_status_stopped(void);

#endif
