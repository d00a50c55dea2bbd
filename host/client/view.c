#include "host/client/view.h"

#include <string.h>

#include "core/hw/pinout.h"
#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/repl.h"

bool lb_view_is_in(const struct lb_view *view, const char *phase)
{
	return strcmp(view->phase, phase) == 0;
}

/* Waking from deep sleep the same program goes on; a reset by anything else starts it anew. */
static void follow_program(struct lb_view *view, bool is_new_boot)
{
	bool runs = lb_view_is_in(view, "script") || lb_view_is_in(view, "repl") || lb_view_is_in(view, "sleep");

	if (view->since_ms == 0 || (strcmp(view->cause, "deep-sleep") != 0 && (is_new_boot || !runs)))
		view->since_ms = lb_host_now_ms();
}

bool lb_view_is_up(const struct lb_view *view, int64_t now_ms)
{
	if (lb_view_is_in(view, "script"))
		return (now_ms - view->since_ms) * view->clock >= LB_VIEW_SCRIPT_MS;
	return lb_view_is_in(view, "repl") || lb_view_is_in(view, "sleep");
}

bool lb_view_is_resting(const struct lb_view *view)
{
	return !lb_view_is_in(view, "gate") && !lb_view_is_in(view, "script");
}

/* --- messages --- */

static enum lb_view_drive parse_drive(const char *text)
{
	if (strcmp(text, "high") == 0)
		return LB_VIEW_HIGH;
	return strcmp(text, "low") == 0 ? LB_VIEW_LOW : LB_VIEW_FLOAT;
}

static unsigned parse_boot(struct lb_view *view, const cJSON *message, const char *key)
{
	const cJSON *boots = lb_json_field(message, key);
	bool is_new = cJSON_IsNumber(boots) && (long)boots->valuedouble != view->boots;

	lb_json_copy(message, "phase", view->phase, sizeof(view->phase));
	view->boots = is_new ? (long)boots->valuedouble : view->boots;
	follow_program(view, is_new);
	return is_new ? LB_VIEW_PHASE | LB_VIEW_BOOT : LB_VIEW_PHASE;
}

/* A pin event, or the reply to a pin request, which says the drive too. */
static unsigned parse_pin(struct lb_view *view, const cJSON *message)
{
	int number = lb_pinout_find(lb_json_text(message, "name"));
	struct lb_view_pin *pin = number == LB_PIN_SAFE_BOOT ? &view->p12 : number == LB_PIN_LOADER ? &view->g23 : NULL;
	bool says_drive = lb_json_field(message, "drive") != NULL;

	if (pin == NULL)
		return 0;
	pin->high = lb_json_is(message, "level", "high");
	if (says_drive)
		pin->drive = parse_drive(lb_json_text(message, "drive"));
	return says_drive ? 0 : LB_VIEW_PIN;
}

/* An event changes one thing; the caller learns which, to draw no more than that anew. */
static unsigned parse_event(struct lb_view *view, const char *event, const cJSON *message)
{
	if (strcmp(event, "led") == 0) {
		lb_json_copy(message, "rgb", view->led, sizeof(view->led));
		return LB_VIEW_LED;
	}
	if (strcmp(event, "phase") == 0)
		return parse_boot(view, message, "boot");
	if (strcmp(event, "pin") == 0)
		return parse_pin(view, message);
	/* uart0 alone */
	if (strcmp(event, "client") != 0 || lb_json_number(message, "port") != 0)
		return 0;
	view->open = (long)lb_json_number(message, "open");
	return LB_VIEW_OPEN;
}

static void parse_pins(struct lb_view *view, const cJSON *status)
{
	const cJSON *pins = lb_json_field(status, "pins"), *drive = lb_json_field(status, "drive");

	view->p12 = (struct lb_view_pin){lb_json_is(pins, "P12", "high"), parse_drive(lb_json_text(drive, "P12"))};
	view->g23 = (struct lb_view_pin){lb_json_is(pins, "P2", "high"), parse_drive(lb_json_text(drive, "P2"))};
}

void lb_view_parse_status(struct lb_view *view, const cJSON *status)
{
	const cJSON *boot = lb_json_field(status, "boot");
	const cJSON *trial = lb_json_field(status, "trial");
	long clock = (long)lb_json_number(status, "clock");

	lb_json_copy(status, "board", view->board, sizeof(view->board));
	lb_json_copy(boot, "mode", view->mode, sizeof(view->mode));
	lb_json_copy(boot, "cause", view->cause, sizeof(view->cause));
	lb_json_copy(boot, "slot", view->slot, sizeof(view->slot));
	lb_json_copy(boot, "version", view->version, sizeof(view->version));
	lb_json_copy(lb_json_field(status, "record"), "latest", view->latest, sizeof(view->latest));
	lb_json_copy(status, "last_error", view->last_error, sizeof(view->last_error));
	lb_json_copy(status, "led", view->led, sizeof(view->led));
	for (int slot = 0; slot < LB_SLOT_COUNT; slot++)
		lb_json_copy(lb_json_field(status, "images"), lb_slot_name((enum lb_slot)slot), view->verdict[slot],
		             sizeof(view->verdict[slot]));
	view->on_trial = cJSON_IsObject(trial);
	view->tries_left = (long)lb_json_number(trial, "left");
	view->clock = clock > 0 ? clock : 1;
	view->torn = (long)lb_json_number(lb_json_field(status, "flash"), "torn");
	parse_pins(view, status);
	parse_boot(view, status, "boots");
}

unsigned lb_view_parse(struct lb_view *view, const cJSON *message)
{
	const char *event = lb_json_text(message, "event");
	long boots = view->boots;

	if (event[0] != '\0')
		return parse_event(view, event, message);
	if (lb_json_field(message, "level") != NULL)
		parse_pin(view, message);
	if (lb_json_field(message, "phase") == NULL)
		return LB_VIEW_REPLY;
	view->pid = (long)lb_json_number(message, "pid");
	view->cpu_pid = (long)lb_json_number(message, "cpu_pid");
	cJSON *status = lb_status_compose(message);
	lb_view_parse_status(view, status);
	cJSON_Delete(status);
	return LB_VIEW_REPLY | LB_VIEW_PHASE | (view->boots != boots ? LB_VIEW_BOOT : 0);
}

/* --- asking --- */

int lb_view_poll(struct lb_view *view, struct lb_client *client)
{
	cJSON *request = lb_client_make_request("status");
	cJSON *reply = NULL;
	int error = lb_client_request(client, request, &reply);

	cJSON_Delete(request);
	if (error == LB_CLIENT_OK)
		lb_view_parse(view, reply);
	cJSON_Delete(reply);
	return error;
}

int lb_view_ask(struct lb_view *view, const struct lb_port *port, int time_ms, cJSON **status)
{
	static const char code[] = "import lifeboat,ujson\nprint(ujson.dumps(lifeboat.status()))";
	struct lb_rawrepl answer;
	int result = lb_repl_run(port, code, &answer, time_ms);

	*status = NULL;
	if (result != 0)
		return result;
	strcpy(view->phase, "repl");
	cJSON *own = answer.traceback[0] == '\0' ? cJSON_Parse(answer.output) : NULL;
	if (cJSON_IsObject(own)) {
		*status = lb_status_of_repl(own);
		lb_view_parse_status(view, *status);
	}
	cJSON_Delete(own);
	return 0;
}
