/* A virtual module as the target of `lifeboat flash`: hands on G23 and the reset switch. */
#include <stdio.h>
#include <string.h>

#include "host/client/json.h"
#include "host/client/port_open.h"
#include "host/client/waiting.h"
#include "host/commands/target.h"

enum {
	SYNC_TRIES = 50,
	POLL_MS = 50,
	UP_MS = 30000,
	CRASHES = 5, /* in a row: it is not going to come up */
};

static bool explain(struct lb_target *target, int error)
{
	lb_client_explain(&target->control, error, target->dir, target->reason);
	return false;
}

static bool order(struct lb_target *target, cJSON *request, cJSON **reply)
{
	int error = lb_client_request(&target->control, request, reply);

	cJSON_Delete(request);
	return error == LB_CLIENT_OK || explain(target, error);
}

static bool press_reset(struct lb_target *target)
{
	return order(target, lb_client_make_request("reset"), NULL);
}

static bool drive_g23(struct lb_target *target, const char *level)
{
	cJSON *request = lb_client_make_request("pin");

	cJSON_AddStringToObject(request, "name", "G23");
	cJSON_AddStringToObject(request, "level", level);
	return order(target, request, NULL);
}

static bool poll_view(struct lb_target *target, struct lb_view *view)
{
	int error = lb_view_poll(view, &target->control);

	return error == LB_CLIENT_OK || explain(target, error);
}

static bool connect_module(struct lb_target *target)
{
	int error = lb_client_open(&target->control, target->dir);

	if (error != LB_CLIENT_OK)
		return explain(target, error);
	return lb_port_attach(&target->port, target->dir, target->stop, target->reason);
}

static bool check_power(struct lb_target *target)
{
	struct lb_view view = {.boots = 0};

	if (!poll_view(target, &view))
		return false;
	if (!lb_view_is_in(&view, "off"))
		return true;
	snprintf(target->reason, sizeof(target->reason), "the module in %.300s has no power: 'lifeboat power on' first",
	         target->dir);
	return false;
}

/* By the same hands that a person has, so that it works whatever the firmware does. */
static bool enter(struct lb_target *target)
{
	if (!connect_module(target) || !check_power(target) || !drive_g23(target, "low"))
		return false;
	lb_watch_start(&target->watch, target->dir, &target->port);
	bool pressed = press_reset(target);
	int result = pressed ? lb_esp_sync(&target->flash.esp, SYNC_TRIES) : LB_ESP_OK;
	/* It counts at a reset only, so it is let go at once: whatever happens now, the next reset is the person's. */
	if (!drive_g23(target, "float") || !pressed)
		return false;
	if (result != LB_ESP_OK)
		press_reset(target); /* nothing was changed: it may go on as before */
	if (result == LB_ESP_SILENT) {
		snprintf(target->reason, sizeof(target->reason),
		         "the module in %.300s does not answer in bootloader mode: 'lifeboat status' says what it does",
		         target->dir);
		return false;
	}
	lb_watch_hold_boot(&target->watch);
	return result == LB_ESP_OK || lb_target_explain(target, result);
}

static bool leave(struct lb_target *target)
{
	lb_watch_end(&target->watch, &target->port);
	return press_reset(target);
}

/* A module that crashes over and over is not waited for to the end. */
static bool await_view(struct lb_target *target, struct lb_view *view)
{
	const struct lb_port *port = &target->port;
	int64_t until_ms = port->now_ms(port->ctx) + UP_MS;
	unsigned crashes = 0;

	*view = (struct lb_view){.clock = 1};
	while (port->now_ms(port->ctx) < until_ms && crashes < CRASHES) {
		long boots = view->boots;

		if (!poll_view(target, view))
			return false;
		if (lb_view_is_in(view, "off")) {
			snprintf(target->reason, sizeof(target->reason), "its power was switched off: 'lifeboat power on'");
			return false;
		}
		if (lb_view_is_up(view, port->now_ms(port->ctx)) || lb_view_is_in(view, "loader"))
			return true;
		if (view->boots != boots)
			crashes = strcmp(view->cause, "fault") == 0 ? crashes + 1 : 0;
		int result = port->pause(port->ctx, POLL_MS);
		if (result < 0)
			return lb_target_explain(target, result);
	}
	view->phase[0] = '\0';
	return true;
}

static bool await(struct lb_target *target, struct lb_view *view)
{
	lb_waiting_start("the module to come up", UP_MS);
	bool known = await_view(target, view);
	lb_waiting_end();
	return known;
}

const struct lb_target_way lb_target_module = {enter, leave, await};
