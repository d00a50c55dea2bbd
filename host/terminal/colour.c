#include "host/terminal/colour.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct parts {
	unsigned red;
	unsigned green;
	unsigned blue;
	unsigned max;
	unsigned min;
};

static struct parts split(uint32_t rgb)
{
	struct parts parts = {.red = rgb >> 16 & 0xFF, .green = rgb >> 8 & 0xFF, .blue = rgb & 0xFF};

	parts.max = parts.red > parts.green ? parts.red : parts.green;
	parts.max = parts.max > parts.blue ? parts.max : parts.blue;
	parts.min = parts.red < parts.green ? parts.red : parts.green;
	parts.min = parts.min < parts.blue ? parts.min : parts.blue;
	return parts;
}

bool lb_colour_parse(const char *text, uint32_t *rgb)
{
	*rgb = 0;
	if (text == NULL || text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	*rgb = (uint32_t)strtoul(text + 1, NULL, 16);
	return true;
}

/* Degrees on the colour circle, red being 0, green 120, blue 240. */
static unsigned hue(const struct parts *parts)
{
	int spread = (int)(parts->max - parts->min);
	int degrees;

	if (parts->max == parts->red)
		degrees = 60 * ((int)parts->green - (int)parts->blue) / spread;
	else if (parts->max == parts->green)
		degrees = 120 + 60 * ((int)parts->blue - (int)parts->red) / spread;
	else
		degrees = 240 + 60 * ((int)parts->red - (int)parts->green) / spread;
	return (unsigned)(degrees < 0 ? degrees + 360 : degrees);
}

const char *lb_colour_name(uint32_t rgb)
{
	static const struct {
		unsigned below;
		const char *name;
	} names[] = {
		{12, "red"}, {45, "orange"}, {70, "yellow"}, {165, "green"}, {200, "cyan"}, {256, "blue"}, {340, "violet"},
	};
	struct parts parts = split(rgb);

	if (parts.max == 0)
		return "off";
	if ((parts.max - parts.min) * 4 < parts.max)
		return "white";
	unsigned degrees = hue(&parts);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (degrees < names[i].below)
			return names[i].name;
	return "red";
}

uint32_t lb_colour_bright(uint32_t rgb)
{
	struct parts parts = split(rgb);

	if (parts.max == 0)
		return 0;
	unsigned red = parts.red * 255 / parts.max;
	unsigned green = parts.green * 255 / parts.max;
	unsigned blue = parts.blue * 255 / parts.max;
	return (uint32_t)(red << 16 | green << 8 | blue);
}

/* The cube's steps are 0, 95, 135, 175, 215, 255. */
static unsigned cube_step(unsigned part)
{
	if (part < 48)
		return 0;
	return part < 115 ? 1 : (part - 35) / 40;
}

unsigned lb_colour_256(uint32_t rgb)
{
	struct parts parts = split(rgb);

	return 16 + 36 * cube_step(parts.red) + 6 * cube_step(parts.green) + cube_step(parts.blue);
}

unsigned lb_colour_16(uint32_t rgb)
{
	struct parts parts = split(rgb);
	unsigned half = parts.max / 2;

	if (parts.max == 0)
		return 90;
	/* Orange has no place among the 16 but dark yellow. */
	if (strcmp(lb_colour_name(rgb), "orange") == 0)
		return 33;
	return 90 + (parts.red > half ? 1u : 0) + (parts.green > half ? 2u : 0) + (parts.blue > half ? 4u : 0);
}
