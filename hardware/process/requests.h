/* The requests of the control socket: one line in, one reply out, as docs/spec/control.md tells. No sockets here. */
#ifndef LB_PROCESS_REQUESTS_H
#define LB_PROCESS_REQUESTS_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "hardware/process/module.h"

enum { LB_COMMANDS_LINE_BYTES = 8192 }; /* of a request, with its newline */

/* What the connection has to do after it sent the reply. */
enum lb_requests_next { LB_NEXT_REQUEST = 0, LB_NEXT_WATCH = 1, LB_NEXT_ATTACH = 2, LB_NEXT_STOP = 3 };

struct lb_requests_result {
	cJSON *reply; /* the caller's to free */
	enum lb_requests_next next;
	unsigned events; /* watch: bit n is enum lb_event n */
	unsigned port;   /* attach */
};

/* "high", "low", "float" or a voltage: is it one; and does so to a pin, unless it is none. */
bool lb_requests_is_level(const char *level);
bool lb_requests_drive(struct lb_module *module, unsigned pin, const char *level);

/* line has no newline and need not end with a NUL. */
struct lb_requests_result lb_requests_run(struct lb_module *module, const char *line, size_t line_bytes);
/* The reply that refuses a request for this reason. */
cJSON *lb_requests_refusal(const char *reason);

#endif
