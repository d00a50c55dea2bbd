#include "hardware/process/names.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/hw/types.h"
#include "hardware/wire.h"

static const char *const CAUSES[] = {
	[LB_CAUSE_POWER_ON] = "power-on",   [LB_CAUSE_SWITCH] = "switch",         [LB_CAUSE_SOFTWARE] = "software",
	[LB_CAUSE_WATCHDOG] = "watchdog",   [LB_CAUSE_DEEP_SLEEP] = "deep-sleep", [LB_CAUSE_FAULT] = "fault",
	[LB_CAUSE_BROWN_OUT] = "brown-out",
};
static const char *const PHASES[] = {
	[LB_PHASE_OFF] = "off",       [LB_PHASE_GATE] = "gate", [LB_PHASE_LOADER] = "loader",
	[LB_PHASE_SCRIPT] = "script", [LB_PHASE_REPL] = "repl", [LB_PHASE_SLEEP] = "sleep",
};
static const char *const LED_MODES[] = {
	[LB_LED_OFF] = "off",   [LB_LED_HEARTBEAT] = "heartbeat", [LB_LED_USER] = "user",
	[LB_LED_GATE] = "gate", [LB_LED_ERROR] = "error",
};
static const char *const DRIVES[] = {
	[WIRE_DRIVE_FLOAT] = "float",
	[WIRE_DRIVE_LOW] = "low",
	[WIRE_DRIVE_HIGH] = "high",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NAME_IN(table, number) ((number) < COUNT(table) ? (table)[number] : "?")

const char *lb_names_cause(uint32_t cause)
{
	return NAME_IN(CAUSES, cause);
}

const char *lb_names_phase(uint32_t phase)
{
	return NAME_IN(PHASES, phase);
}

const char *lb_names_led_mode(uint32_t mode)
{
	return NAME_IN(LED_MODES, mode);
}

const char *lb_names_drive(uint32_t drive)
{
	return NAME_IN(DRIVES, drive);
}

const char *lb_names_level(bool level)
{
	return level ? "high" : "low";
}

int lb_names_find_drive(const char *name)
{
	for (size_t i = 0; i < COUNT(DRIVES); i++)
		if (strcmp(name, DRIVES[i]) == 0)
			return (int)i;
	return -1;
}

void lb_names_rgb(char text[LB_NAMES_RGB_BYTES], uint32_t rgb)
{
	snprintf(text, LB_NAMES_RGB_BYTES, "#%06X", rgb & 0xFFFFFF);
}
