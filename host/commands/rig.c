#include "host/commands/rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/hw/colours.h"
#include "host/client/host_time.h"
#include "host/client/waiting.h"
#include "host/terminal/colour.h"

enum { POLL_MS = 5, GATE_MS = 3000 };

static bool is_stopped(const struct lb_rig *rig)
{
	return rig->stop != NULL && *rig->stop != 0;
}

/* --- start and end --- */

static bool open_control(struct lb_rig *rig, char *reason)
{
	int error = lb_client_open(&rig->control, rig->dir);

	if (error != LB_CLIENT_OK)
		lb_client_explain(&rig->control, error, rig->dir, reason);
	return error == LB_CLIENT_OK;
}

static void clear(struct lb_rig *rig, const char *dir, char *reason)
{
	*rig = (struct lb_rig){
		.dir = dir,
		.stop = rig->stop,
		.files_fd = rig->files_fd,
		.variant = rig->variant,
		.trace = rig->trace,
		.environment = rig->environment,
		.air = rig->air,
		.card = rig->card,
		.control = {.fd = -1},
		.port = {.fd = -1},
	};
	reason[0] = '\0';
}

bool lb_rig_start(struct lb_rig *rig, const char *dir, char reason[LB_TREE_REASON_BYTES])
{
	char clock[4];
	int error;

	clear(rig, dir, reason);
	snprintf(clock, sizeof(clock), "%d", LB_RIG_CLOCK);
	struct lb_hardware_options options = {.dir = dir, .variant = rig->variant, .files_fd = rig->files_fd};
	lb_hardware_add(&options, "--clock", clock);
	if (rig->trace != NULL)
		lb_hardware_add(&options, "--trace", rig->trace);
	if (rig->environment != NULL)
		lb_environment_pass(rig->environment, &options);
	if (rig->air != NULL)
		lb_hardware_add(&options, "--air", rig->air);
	if (rig->card != NULL)
		lb_hardware_add(&options, "--card", rig->card);
	if (!lb_hardware_start(&rig->hardware, &options, &error)) {
		if (error != 0)
			snprintf(reason, LB_TREE_REASON_BYTES, "cannot start the hardware process: %s", strerror(error));
		return false;
	}
	if (open_control(rig, reason) && lb_port_open_pty(&rig->port, rig->dir, rig->stop, reason))
		return true;
	lb_rig_end(rig);
	return false;
}

bool lb_rig_join(struct lb_rig *rig, const char *dir, char reason[LB_TREE_REASON_BYTES])
{
	clear(rig, dir, reason);
	if (open_control(rig, reason) && lb_port_attach(&rig->port, rig->dir, rig->stop, reason))
		return true;
	lb_rig_part(rig);
	return false;
}

void lb_rig_part(struct lb_rig *rig)
{
	lb_port_close(&rig->port);
	lb_client_close(&rig->control);
}

void lb_rig_end(struct lb_rig *rig)
{
	lb_rig_part(rig);
	lb_hardware_end(&rig->hardware);
}

bool lb_rig_reopen(struct lb_rig *rig)
{
	char reason[LB_PORT_REASON_BYTES];

	lb_port_close(&rig->port);
	return lb_port_open_pty(&rig->port, rig->dir, rig->stop, reason);
}

/* --- its state --- */

static cJSON *ask(struct lb_rig *rig, cJSON *request)
{
	cJSON *reply = NULL;

	lb_client_request(&rig->control, request, &reply);
	cJSON_Delete(request);
	return reply;
}

static bool order(struct lb_rig *rig, cJSON *request)
{
	cJSON *reply = ask(rig, request);
	bool done = reply != NULL;

	cJSON_Delete(reply);
	return done;
}

cJSON *lb_rig_status(struct lb_rig *rig)
{
	return ask(rig, lb_client_make_request("status"));
}

/* Boots that came between two polls had the same cause as the one that is seen. */
static void count_resets(struct lb_rig *rig, long more)
{
	if (strcmp(rig->view.cause, "watchdog") == 0)
		rig->watchdog_resets += more;
	else if (strcmp(rig->view.cause, "power-on") != 0 && strcmp(rig->view.cause, "switch") != 0)
		rig->other_resets += more;
}

static bool poll_view(struct lb_rig *rig)
{
	long boots = rig->view.boots;
	bool polled = lb_view_poll(&rig->view, &rig->control) == LB_CLIENT_OK;

	if (polled)
		count_resets(rig, rig->view.boots - boots);
	return polled;
}

/* The last of what the module printed is what a report shows; the rest is dropped. */
static void keep_tail(struct lb_rig *rig, const char *data, size_t size_bytes)
{
	const size_t room = sizeof(rig->tail) - 1;

	if (size_bytes > room) {
		data += size_bytes - room;
		size_bytes = room;
	}
	if (rig->tail_bytes + size_bytes > room) {
		size_t kept = room - size_bytes;
		memmove(rig->tail, rig->tail + rig->tail_bytes - kept, kept);
		rig->tail_bytes = kept;
	}
	memcpy(rig->tail + rig->tail_bytes, data, size_bytes);
	rig->tail_bytes += size_bytes;
	rig->tail[rig->tail_bytes] = '\0';
}

static void listen_for(struct lb_rig *rig, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;
	char data[4096];

	for (int64_t left_ms = time_ms; left_ms > 0 && !is_stopped(rig); left_ms = until_ms - lb_host_now_ms()) {
		int count = rig->port.receive(&rig->port, data, sizeof(data), (int)left_ms);
		if (count > 0)
			keep_tail(rig, data, (size_t)count);
		else if (count < 0) /* a pty that nobody serves: the status will say so */
			rig->port.pause(&rig->port, (int)left_ms);
	}
}

bool lb_rig_poll(struct lb_rig *rig, int time_ms)
{
	listen_for(rig, time_ms);
	return !is_stopped(rig) && poll_view(rig);
}

bool lb_rig_wait(struct lb_rig *rig, const char *first, const char *second, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;

	while (lb_rig_poll(rig, POLL_MS)) {
		if (lb_view_is_in(&rig->view, first) || (second != NULL && lb_view_is_in(&rig->view, second)))
			return true;
		if (lb_host_now_ms() >= until_ms || lb_view_is_in(&rig->view, "off"))
			return false;
	}
	return false;
}

/* --- hands --- */

bool lb_rig_power(struct lb_rig *rig, bool on)
{
	cJSON *request = lb_client_make_request("power");

	cJSON_AddBoolToObject(request, "on", on);
	return order(rig, request);
}

bool lb_rig_reset(struct lb_rig *rig)
{
	return order(rig, lb_client_make_request("reset"));
}

static bool drive_p12(struct lb_rig *rig, const char *level)
{
	cJSON *request = lb_client_make_request("pin");

	cJSON_AddStringToObject(request, "name", "P12");
	cJSON_AddStringToObject(request, "level", level);
	return order(rig, request);
}

/* The gate watches P12 as long as its light blinks. */
static bool shows_gate(const struct lb_rig *rig)
{
	uint32_t rgb;

	return lb_view_is_in(&rig->view, "gate") && lb_colour_parse(rig->view.led, &rgb) && rgb == LB_COLOURS_GATE;
}

static bool wait_gate(struct lb_rig *rig)
{
	int64_t until_ms = lb_host_now_ms() + GATE_MS;

	while (lb_rig_poll(rig, POLL_MS)) {
		if (shows_gate(rig))
			return true;
		if (lb_host_now_ms() >= until_ms)
			return false;
	}
	return false;
}

bool lb_rig_safe_boot(struct lb_rig *rig)
{
	bool shown = drive_p12(rig, "high") && lb_rig_reset(rig) && wait_gate(rig);

	/* Let go of whatever came of it. */
	bool released = drive_p12(rig, "float");

	return shown && released && lb_rig_wait(rig, "repl", NULL, LB_RIG_BOOT_MS) && strcmp(rig->view.mode, "safe") == 0;
}
