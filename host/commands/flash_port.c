/* Into bootloader mode and out of it over a serial port. */
#include <stdio.h>
#include <string.h>

#include "host/commands/flash_target.h"
#include "host/client/rawrepl.h"

enum {
	RESET_MS = 100, /* the reset line is held so long */
	STRAP_MS = 50,  /* G23 stays low so long after it */
	QUICK_TRIES = 5,
	PATIENT_TRIES = 30,
	REPL_MS = 3000, /* an idle or interrupted REPL answers sooner */
	PROMPT_MS = 15000,
	TAIL_BYTES = 4,
};

static bool failed(struct lb_flash_target *target, const char *what)
{
	snprintf(target->reason, sizeof(target->reason), "%.200s: %s", target->port, what);
	return false;
}

/* --- the lines: DTR pulls G23 to GND, RTS the reset line, unless both are on --- */

static int pulse_reset(const struct lb_port *port, bool into_loader)
{
	int result = port->set_lines(port->ctx, false, true);

	if (result == 0)
		result = port->pause(port->ctx, RESET_MS);
	if (result == 0 && into_loader) {
		result = port->set_lines(port->ctx, true, false);
		if (result == 0)
			result = port->pause(port->ctx, STRAP_MS);
	}
	return result == 0 ? port->set_lines(port->ctx, false, false) : result;
}

/* --- the REPL --- */

static int await_raw(const struct lb_port *port, struct lb_rawrepl *repl, int time_ms)
{
	int64_t until_ms = port->now_ms(port->ctx) + time_ms;
	char data[256];

	while (repl->state != LB_RAWREPL_DONE) {
		int64_t left_ms = until_ms - port->now_ms(port->ctx);
		int count = left_ms > 0 ? port->receive(port->ctx, data, sizeof(data), (int)left_ms) : 0;

		if (count < 0 || left_ms <= 0)
			return count < 0 ? count : LB_ESP_SILENT;
		lb_rawrepl_parse(repl, data, (size_t)count);
	}
	return LB_ESP_OK;
}

static int say(const struct lb_port *port, const char *text)
{
	return port->send(port->ctx, text, strlen(text));
}

static int enter_raw(const struct lb_port *port)
{
	struct lb_rawrepl repl;
	int result = say(port, "\r\x03\x03\x01");

	lb_rawrepl_await_entry(&repl);
	return result == 0 ? await_raw(port, &repl, REPL_MS) : result;
}

/* SILENT also when no REPL is there. */
static int ask_repl_for_loader(struct lb_flash_target *target)
{
	const struct lb_port *port = &target->line.port;
	int result = enter_raw(port);

	if (result == LB_ESP_OK)
		result = say(port, "import machine\nmachine.bootloader()\x04");
	return result == LB_ESP_OK ? lb_esp_sync(&target->flash.esp, PATIENT_TRIES) : result;
}

/* --- in and out --- */

/* By the lines, twice because a computer's driver may move them too slowly the first time; else as it is; else by the
 * REPL. */
static int enter(struct lb_flash_target *target)
{
	const struct lb_port *port = &target->line.port;
	int result = LB_ESP_SILENT;

	for (unsigned i = 0; i < 2 && result == LB_ESP_SILENT; i++) {
		int pulsed = pulse_reset(port, true);
		if (pulsed != 0 && pulsed != LB_PORT_UNSUPPORTED)
			return pulsed;
		result = lb_esp_sync(&target->flash.esp, QUICK_TRIES);
		target->resets = result == LB_ESP_OK && pulsed == 0;
		if (pulsed != 0)
			break;
	}
	return result == LB_ESP_SILENT ? ask_repl_for_loader(target) : result;
}

static bool speed_up(struct lb_flash_target *target)
{
	int result = target->baud != LB_ESP_BAUD ? lb_espflash_speed(&target->flash, target->baud) : LB_ESP_OK;
	char text[96];

	if (result == LB_ESP_OK || result == LB_ESP_UNSUPPORTED)
		return true;
	if (result == LB_ESP_SILENT || result == LB_ESP_REFUSED) {
		snprintf(text, sizeof(text), "cannot be used at %u baud: reset the module, and say --baud %u", target->baud,
		         (unsigned)LB_ESP_BAUD);
		return failed(target, text);
	}
	return lb_flash_explain(target, result);
}

bool lb_flash_port_enter(struct lb_flash_target *target)
{
	char reason[LB_LINE_REASON_BYTES];

	if (!lb_line_open(&target->line, target->port, target->stop, reason)) {
		snprintf(target->reason, sizeof(target->reason), "%s", reason);
		return false;
	}
	int result = enter(target);
	if (result == LB_ESP_SILENT) {
		return failed(target, "no module answers in bootloader mode. Is it the right port, has it power, has no other "
		                      "program the port? Else tie G23 to GND, press reset, and do this again");
	}
	return result == LB_ESP_OK ? speed_up(target) : lb_flash_explain(target, result);
}

/* The module is back at its usual rate when it is reset, so the port is before its first byte comes, if it can. */
bool lb_flash_port_leave(struct lb_flash_target *target)
{
	const struct lb_port *port = &target->line.port;
	int result = target->resets ? LB_ESP_OK : lb_espflash_reboot(&target->flash);

	if (result == LB_ESP_OK)
		result = port->set_baud(port->ctx, LB_ESP_BAUD);
	if (target->resets && (result == LB_ESP_OK || result == LB_ESP_UNSUPPORTED))
		result = pulse_reset(port, false);
	return result == LB_ESP_OK || result == LB_ESP_UNSUPPORTED || lb_flash_explain(target, result);
}

/* The end of what comes is ">>> ": a prompt, and nothing after it. */
static int await_prompt(const struct lb_port *port)
{
	int64_t until_ms = port->now_ms(port->ctx) + PROMPT_MS;
	char tail[TAIL_BYTES + 1] = "";
	char data[256];

	while (port->now_ms(port->ctx) < until_ms) {
		int count = port->receive(port->ctx, data, sizeof(data), REPL_MS / 10);

		if (count < 0)
			return count;
		if (count == 0 && strcmp(tail, ">>> ") == 0)
			return LB_ESP_OK;
		for (int i = 0; i < count; i++) {
			memmove(tail, tail + 1, TAIL_BYTES - 1);
			tail[TAIL_BYTES - 1] = data[i];
		}
	}
	return LB_ESP_SILENT;
}

static int ask_version(const struct lb_port *port, struct lb_flash_running *running)
{
	struct lb_rawrepl answer;
	int result = enter_raw(port);

	if (result == LB_ESP_OK) {
		lb_rawrepl_await_answer(&answer);
		result = say(port, "import lifeboat\nb=lifeboat.status()['boot']\nprint(b['version'],b['slot'])\x04");
	}
	if (result == LB_ESP_OK)
		result = await_raw(port, &answer, REPL_MS);
	if (result == LB_ESP_OK && answer.traceback[0] == '\0')
		sscanf(answer.output, "%39s %39s", running->version, running->slot);
	int left = say(port, "\x02");
	return result == LB_ESP_OK ? left : result;
}

bool lb_flash_port_await(struct lb_flash_target *target, struct lb_flash_running *running)
{
	const struct lb_port *port = &target->line.port;

	*running = (struct lb_flash_running){.state = LB_FLASH_UNKNOWN};
	int result = await_prompt(port);
	if (result == LB_ESP_OK) {
		running->state = LB_FLASH_AT_REPL;
		result = ask_version(port, running);
	}
	return result == LB_ESP_OK || result == LB_ESP_SILENT || lb_flash_explain(target, result);
}
