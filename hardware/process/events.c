#include "hardware/process/events.h"

#include <stddef.h>
#include <string.h>

static const char *const NAMES[LB_EVENT_COUNT] = {
	[LB_EVENT_LED] = "led",
	[LB_EVENT_PHASE] = "phase",
	[LB_EVENT_PIN] = "pin",
	[LB_EVENT_CLIENT] = "client",
};

int lb_events_find(const char *name)
{
	for (int kind = 0; kind < LB_EVENT_COUNT; kind++)
		if (strcmp(name, NAMES[kind]) == 0)
			return kind;
	return -1;
}

bool lb_events_wanted(const struct lb_events *events, enum lb_event kind)
{
	return (events->wanted >> kind & 1) != 0;
}

cJSON *lb_events_new(const struct lb_events *events, enum lb_event kind)
{
	cJSON *event = cJSON_CreateObject();

	cJSON_AddStringToObject(event, "event", NAMES[kind]);
	cJSON_AddNumberToObject(event, "t_ms", (double)lb_clock_module_ms(events->clock));
	return event;
}

void lb_events_emit(const struct lb_events *events, enum lb_event kind, cJSON *event)
{
	events->listener(events->ctx, kind, event);
	cJSON_Delete(event);
}
