#include "host/commands/bench.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/commands/commands.h"
#include "core/hw/colours.h"
#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/status.h"
#include "host/terminal/colour.h"

enum { LOOK_MS = 5, GATE_MS = 3000 };

static bool is_stopped(const struct lb_bench *bench)
{
	return bench->stop != NULL && *bench->stop != 0;
}

/* --- start and end --- */

static bool open_module(struct lb_bench *bench, char *reason)
{
	int error = lb_client_open(&bench->control, bench->dir);

	if (error != LB_CLIENT_OK) {
		lb_client_explain(&bench->control, error, bench->dir, reason);
		return false;
	}
	bench->uart_fd = lb_upload_open(bench->dir);
	if (bench->uart_fd < 0) {
		snprintf(reason, LB_UPLOAD_REASON_BYTES, "cannot open the pty of uart0: %s", strerror(errno));
		return false;
	}
	return true;
}

bool lb_bench_start(struct lb_bench *bench, const char *dir, char reason[LB_UPLOAD_REASON_BYTES])
{
	const volatile sig_atomic_t *stop = bench->stop;
	const bool passing = bench->passing;
	char clock[4];
	int error;

	*bench = (struct lb_bench){.dir = dir, .stop = stop, .passing = passing, .control = {.fd = -1}, .uart_fd = -1};
	reason[0] = '\0';
	snprintf(clock, sizeof(clock), "%d", LB_BENCH_CLOCK);
	const struct lb_hardware_options options = {.dir = dir, .clock = clock, .passing = passing};
	if (!lb_hardware_start(&bench->hardware, &options, &error)) {
		if (error != 0)
			snprintf(reason, LB_UPLOAD_REASON_BYTES, "cannot start the hardware process: %s", strerror(error));
		return false;
	}
	if (open_module(bench, reason))
		return true;
	lb_bench_end(bench);
	return false;
}

void lb_bench_end(struct lb_bench *bench)
{
	if (bench->uart_fd >= 0)
		close(bench->uart_fd);
	lb_client_close(&bench->control);
	lb_hardware_end(&bench->hardware);
}

bool lb_bench_reopen(struct lb_bench *bench)
{
	close(bench->uart_fd);
	bench->uart_fd = lb_upload_open(bench->dir);
	return bench->uart_fd >= 0;
}

/* --- looking --- */

static cJSON *ask(struct lb_bench *bench, cJSON *request)
{
	cJSON *reply = NULL;

	lb_client_request(&bench->control, request, &reply);
	cJSON_Delete(request);
	return reply;
}

static bool order(struct lb_bench *bench, cJSON *request)
{
	cJSON *reply = ask(bench, request);
	bool done = reply != NULL;

	cJSON_Delete(reply);
	return done;
}

cJSON *lb_bench_status(struct lb_bench *bench)
{
	return ask(bench, lb_commands_request("status"));
}

/* Boots that came between two looks had the same cause as the one that is seen. */
static void count_resets(struct lb_bench *bench, long boots)
{
	long more = boots - bench->boots;

	if (strcmp(bench->cause, "watchdog") == 0)
		bench->watchdog_resets += more;
	else if (strcmp(bench->cause, "power-on") != 0 && strcmp(bench->cause, "switch") != 0)
		bench->other_resets += more;
	bench->boots = boots;
}

static bool look(struct lb_bench *bench)
{
	cJSON *reply = lb_bench_status(bench);

	if (reply == NULL)
		return false;
	cJSON *status = lb_status_compose(reply);
	const cJSON *boot = lb_json_field(status, "boot");
	lb_json_copy(status, "phase", bench->phase, sizeof(bench->phase));
	lb_json_copy(status, "led", bench->led, sizeof(bench->led));
	lb_json_copy(status, "last_error", bench->last_error, sizeof(bench->last_error));
	lb_json_copy(boot, "mode", bench->mode, sizeof(bench->mode));
	lb_json_copy(boot, "cause", bench->cause, sizeof(bench->cause));
	bench->torn = (long)lb_json_number(lb_json_field(reply, "flash"), "torn");
	count_resets(bench, (long)lb_json_number(reply, "boot"));
	cJSON_Delete(status);
	cJSON_Delete(reply);
	return true;
}

static void keep_tail(struct lb_bench *bench, const char *data, size_t size_bytes)
{
	const size_t room = sizeof(bench->tail) - 1;

	if (size_bytes > room) {
		data += size_bytes - room;
		size_bytes = room;
	}
	if (bench->tail_bytes + size_bytes > room) {
		size_t kept = room - size_bytes;
		memmove(bench->tail, bench->tail + bench->tail_bytes - kept, kept);
		bench->tail_bytes = kept;
	}
	memcpy(bench->tail + bench->tail_bytes, data, size_bytes);
	bench->tail_bytes += size_bytes;
	bench->tail[bench->tail_bytes] = '\0';
}

static void listen_for(struct lb_bench *bench, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;
	char data[4096];

	for (int64_t left_ms = time_ms; left_ms > 0 && !is_stopped(bench); left_ms = until_ms - lb_host_now_ms()) {
		struct pollfd wait = {.fd = bench->uart_fd, .events = POLLIN};
		if (poll(&wait, 1, (int)left_ms) <= 0)
			continue;
		ssize_t count = read(bench->uart_fd, data, sizeof(data));
		if (count > 0)
			keep_tail(bench, data, (size_t)count);
	}
}

bool lb_bench_poll(struct lb_bench *bench, int time_ms)
{
	listen_for(bench, time_ms);
	return !is_stopped(bench) && look(bench);
}

bool lb_bench_is(const struct lb_bench *bench, const char *phase)
{
	return strcmp(bench->phase, phase) == 0;
}

bool lb_bench_wait(struct lb_bench *bench, const char *first, const char *second, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;

	while (lb_bench_poll(bench, LOOK_MS)) {
		if (lb_bench_is(bench, first) || (second != NULL && lb_bench_is(bench, second)))
			return true;
		if (lb_host_now_ms() >= until_ms)
			return false;
	}
	return false;
}

/* --- hands --- */

bool lb_bench_power(struct lb_bench *bench, bool on)
{
	cJSON *request = lb_commands_request("power");

	cJSON_AddBoolToObject(request, "on", on);
	return order(bench, request);
}

static bool drive_p12(struct lb_bench *bench, const char *level)
{
	cJSON *request = lb_commands_request("pin");

	cJSON_AddStringToObject(request, "name", "P12");
	cJSON_AddStringToObject(request, "level", level);
	return order(bench, request);
}

/* The gate watches P12 as long as its light blinks. */
static bool shows_gate(const struct lb_bench *bench)
{
	uint32_t rgb;

	return lb_bench_is(bench, "gate") && lb_colour_parse(bench->led, &rgb) && rgb == LB_COLOURS_GATE;
}

static bool wait_gate(struct lb_bench *bench)
{
	int64_t until_ms = lb_host_now_ms() + GATE_MS;

	while (lb_bench_poll(bench, LOOK_MS)) {
		if (shows_gate(bench))
			return true;
		if (lb_host_now_ms() >= until_ms)
			return false;
	}
	return false;
}

bool lb_bench_safe_boot(struct lb_bench *bench)
{
	bool shown = drive_p12(bench, "high") && order(bench, lb_commands_request("reset")) && wait_gate(bench);

	/* Let go of whatever came of it. */
	bool released = drive_p12(bench, "float");

	return shown && released && lb_bench_wait(bench, "repl", NULL, LB_BENCH_BOOT_MS) &&
	       strcmp(bench->mode, "safe") == 0;
}

/* --- loading --- */

static bool copy(struct lb_bench *bench, bool is_new, const char *folder, char *reason)
{
	/* A new module has no scripts, and its first boot formats /flash. */
	bool reached = is_new ? lb_bench_wait(bench, "repl", NULL, LB_BENCH_BOOT_MS) : lb_bench_safe_boot(bench);

	if (!reached) {
		snprintf(reason, LB_UPLOAD_REASON_BYTES, "the module does not reach its REPL, so nothing can be copied to it");
		return false;
	}
	return lb_upload_folder(bench->uart_fd, folder, reason);
}

bool lb_bench_load(const char *dir, const char *folder, char reason[LB_UPLOAD_REASON_BYTES])
{
	struct lb_bench bench = {.stop = NULL, .passing = true};
	bool is_new = lb_client_check_folder(dir) != LB_CLIENT_OK;

	if (!lb_bench_start(&bench, dir, reason))
		return false;
	bool loaded = copy(&bench, is_new, folder, reason);
	lb_bench_end(&bench);
	return loaded;
}
