/* Is an error a script's own, or for want of what other MicroPython boards have and this module has not? Pure. */
#ifndef LB_AUDIT_MISSING_H
#define LB_AUDIT_MISSING_H

#include <stdbool.h>
#include <stddef.h>

#include "host/audit/flow.h"

/* "esp", "machine.SDCard", "machine.Pin.WAKE_LOW", "builtins.execfile", "machine.Pin(alt)": modules, names, names of
 * classes, keywords of calls, that Pycom's modules or MicroPython's other ports have and Lifeboat has not. A test holds
 * that each is absent. */
extern const char *const lb_missing_names[];
extern const size_t lb_missing_count;

enum lb_missing { LB_MISSING_NOTHING, LB_MISSING_NAME, LB_MISSING_DEVICE };

/* What an error says is missing, with that in words, or LB_MISSING_NOTHING for a script's own error. The heap counts as
 * a name. */
enum lb_missing lb_missing(const struct lb_flow *flow, const struct lb_trace_error *error, char *text, size_t room);

#endif
