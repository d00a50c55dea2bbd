/* What happens in the module, for whoever watches: the parts emit, the control socket listens.
 *
 * An event is a JSON object of docs/spec/control.md. Ask lb_events_wanted first, so that none is built for nobody.
 */
#ifndef HARDWARE_PROCESS_EVENTS_H
#define HARDWARE_PROCESS_EVENTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "hardware/process/clock.h"

enum lb_event { LB_EVENT_LED = 0, LB_EVENT_PHASE = 1, LB_EVENT_PIN = 2, LB_EVENT_CLIENT = 3, LB_EVENT_COUNT = 4 };

typedef void lb_event_fn(void *ctx, enum lb_event kind, const cJSON *event);

struct lb_events {
	const struct lb_clock *clock;
	unsigned wanted; /* bit n: somebody watches event n; kept by the listener */
	lb_event_fn *listener;
	void *ctx;
};

/* enum lb_event, or -1. */
int lb_events_find(const char *name);
bool lb_events_wanted(const struct lb_events *events, enum lb_event kind);
/* A new event to add fields to, at this moment of module time; then lb_events_emit, which frees it. */
cJSON *lb_events_new(const struct lb_events *events, enum lb_event kind);
void lb_events_emit(const struct lb_events *events, enum lb_event kind, cJSON *event);

#endif
