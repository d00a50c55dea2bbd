#include "hardware/process/names.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hardware/wire.h"

static const char *const DRIVES[] = {
	[WIRE_DRIVE_FLOAT] = "float",
	[WIRE_DRIVE_LOW] = "low",
	[WIRE_DRIVE_HIGH] = "high",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *lb_names_drive(uint32_t drive)
{
	return drive < COUNT(DRIVES) ? DRIVES[drive] : "?";
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
