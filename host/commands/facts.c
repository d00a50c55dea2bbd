#include "host/commands/facts.h"

#include <stdio.h>
#include <string.h>

#include "core/hw/pinout.h"
#include "host/client/json.h"

static enum lb_menu_drive drive_of(const char *text)
{
	if (strcmp(text, "high") == 0)
		return LB_MENU_HIGH;
	return strcmp(text, "low") == 0 ? LB_MENU_LOW : LB_MENU_FLOAT;
}

static unsigned parse_boot(struct lb_facts *facts, const cJSON *message)
{
	const cJSON *boot = lb_json_field(message, "boot");

	lb_json_copy(message, "phase", facts->phase, sizeof(facts->phase));
	if (!cJSON_IsNumber(boot) || (int64_t)boot->valuedouble == facts->boot)
		return LB_FACTS_PHASE;
	facts->boot = (int64_t)boot->valuedouble;
	return LB_FACTS_PHASE | LB_FACTS_BOOT;
}

/* A pin event, or the reply to a pin request, which tells the drive too. */
static unsigned parse_pin(struct lb_facts *facts, const cJSON *message)
{
	const char *name = lb_json_text(message, "name");
	bool high = lb_json_is(message, "level", "high");
	enum lb_menu_drive drive = drive_of(lb_json_text(message, "drive"));
	bool told = lb_json_field(message, "drive") != NULL;

	if (lb_pinout_find(name) == LB_PIN_SAFE_BOOT) {
		facts->p12_high = high;
		facts->p12_drive = told ? drive : facts->p12_drive;
	} else if (lb_pinout_find(name) == LB_PIN_LOADER) {
		facts->g23_high = high;
		facts->g23_drive = told ? drive : facts->g23_drive;
	} else {
		return 0;
	}
	return told ? 0 : LB_FACTS_PIN;
}

/* The terminal shows uart0 alone. */
static bool is_of_other_port(const cJSON *message)
{
	const cJSON *port = lb_json_field(message, "port");

	return cJSON_IsNumber(port) && port->valueint != 0;
}

static unsigned parse_event(struct lb_facts *facts, const char *event, const cJSON *message)
{
	if (strcmp(event, "led") == 0) {
		lb_colour_parse(lb_json_text(message, "rgb"), &facts->led);
		return LB_FACTS_LED;
	}
	if (strcmp(event, "phase") == 0)
		return parse_boot(facts, message);
	if (strcmp(event, "pin") == 0)
		return parse_pin(facts, message);
	if (strcmp(event, "client") == 0 && !is_of_other_port(message)) {
		const cJSON *open = lb_json_field(message, "open");
		facts->clients = cJSON_IsNumber(open) ? open->valueint : 0;
		return LB_FACTS_CLIENTS;
	}
	return 0;
}

static unsigned parse_status(struct lb_facts *facts, const cJSON *message)
{
	const cJSON *pins = lb_json_field(message, "pins");
	const cJSON *drive = lb_json_field(message, "drive");

	lb_colour_parse(lb_json_text(message, "led"), &facts->led);
	facts->p12_high = lb_json_is(pins, "P12", "high");
	facts->g23_high = lb_json_is(pins, "P2", "high");
	facts->p12_drive = drive_of(lb_json_text(drive, "P12"));
	facts->g23_drive = drive_of(lb_json_text(drive, "P2"));
	return LB_FACTS_REPLY | parse_boot(facts, message);
}

unsigned lb_facts_parse(struct lb_facts *facts, const cJSON *message)
{
	const char *event = lb_json_text(message, "event");

	if (event[0] != '\0')
		return parse_event(facts, event, message);
	if (!cJSON_IsTrue(lb_json_field(message, "ok")))
		lb_json_copy(message, "error", facts->refusal, sizeof(facts->refusal));
	else if (lb_json_field(message, "phase") != NULL)
		return parse_status(facts, message);
	else if (lb_json_field(message, "level") != NULL)
		parse_pin(facts, message);
	return LB_FACTS_REPLY;
}

bool lb_facts_is_off(const struct lb_facts *facts)
{
	return strcmp(facts->phase, "off") == 0;
}

bool lb_facts_is_resting(const struct lb_facts *facts)
{
	return strcmp(facts->phase, "gate") != 0 && strcmp(facts->phase, "script") != 0;
}

void lb_facts_fill_menu(const struct lb_facts *facts, struct lb_menu *menu)
{
	menu->led = facts->led;
	memcpy(menu->phase, facts->phase, sizeof(menu->phase));
	menu->p12_high = facts->p12_high;
	menu->g23_high = facts->g23_high;
	menu->p12_drive = facts->p12_drive;
	menu->g23_drive = facts->g23_drive;
}
