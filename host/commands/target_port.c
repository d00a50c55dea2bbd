/* A module at a port as the target of `lifeboat flash`: DTR and RTS, or its REPL, reset it. */
#include <stdio.h>
#include <string.h>

#include "host/client/port_open.h"
#include "host/client/repl.h"
#include "host/client/waiting.h"
#include "host/commands/target.h"

enum {
	RESET_MS = 100, /* the reset line is held so long */
	STRAP_MS = 50,  /* G23 stays low so long after it */
	QUICK_TRIES = 5,
	PATIENT_TRIES = 30,
	REPL_MS = 3000, /* an idle or interrupted REPL answers sooner */
	PROMPT_MS = 15000,
};

static bool failed(struct lb_target *target, const char *what)
{
	snprintf(target->reason, sizeof(target->reason), "%.200s: %s", target->name, what);
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

/* SILENT also when no REPL is there. */
static int ask_repl_for_loader(struct lb_target *target)
{
	const struct lb_port *port = &target->port;
	lb_waiting_start("the REPL to answer", REPL_MS);
	int result = lb_repl_enter(port, REPL_MS);
	lb_waiting_end();
	if (result == 0)
		result = lb_repl_start(port, "import umachine\numachine.bootloader()");
	return result == LB_ESP_OK ? lb_esp_sync(&target->flash.esp, PATIENT_TRIES) : result;
}

/* --- in and out --- */

/* By the lines, twice because a computer's driver may move them too slowly the first time; else as it is; else by the
 * REPL. */
static int enter_loader(struct lb_target *target)
{
	const struct lb_port *port = &target->port;
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

static bool speed_up(struct lb_target *target)
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
	return lb_target_explain(target, result);
}

static bool enter(struct lb_target *target)
{
	if (!lb_port_open(&target->port, target->name, target->stop, target->reason))
		return false;
	int result = enter_loader(target);
	if (result == LB_ESP_SILENT) {
		return failed(target, "no module answers in bootloader mode. Is it the right port, has it power, has no other "
		                      "program the port? Else tie G23 to GND, press reset, and do this again");
	}
	return result == LB_ESP_OK ? speed_up(target) : lb_target_explain(target, result);
}

/* The module is back at its usual rate when it is reset, so the port is before its first byte comes, if it can. */
static bool leave(struct lb_target *target)
{
	const struct lb_port *port = &target->port;
	int result = target->resets ? LB_ESP_OK : lb_espflash_reboot(&target->flash);

	if (result == LB_ESP_OK)
		result = port->set_baud(port->ctx, LB_ESP_BAUD);
	if (target->resets && (result == LB_ESP_OK || result == LB_ESP_UNSUPPORTED))
		result = pulse_reset(port, false);
	return result == LB_ESP_OK || result == LB_ESP_UNSUPPORTED || lb_target_explain(target, result);
}

/* A module without a prompt is no failure: then what runs is not known, and is said so. */
static bool await(struct lb_target *target, struct lb_view *view)
{
	const struct lb_port *port = &target->port;
	cJSON *status = NULL;

	lb_waiting_start("a prompt, which shows what runs", PROMPT_MS + 2 * REPL_MS);
	int result = lb_repl_await_prompt(port, PROMPT_MS);
	*view = (struct lb_view){.clock = 1};
	if (result == 0)
		result = lb_repl_enter(port, REPL_MS);
	if (result == 0) {
		result = lb_view_ask(view, port, REPL_MS, &status);
		cJSON_Delete(status);
		lb_repl_leave(port);
	}
	lb_waiting_end();
	return result == 0 || result == LB_PORT_SILENT || lb_target_explain(target, result);
}

const struct lb_target_way lb_target_port = {enter, leave, await};
