#include "host/commands/environment.h"

#include <string.h>
#include <unistd.h>

#include "core/hw/pinout.h"

enum { PLACE_BYTES = 16 };

/* What a device's place must be, before the "=". */
enum place { NOWHERE, ANY_PIN, BUS, UART_1_2 };

/* By enum lb_environment_kind: the option, the same of the hardware process, what it takes. */
static const struct {
	const char *name, *passed, *form;
	enum place place;
} kinds[LB_ENVIRONMENT_KINDS] = {
	[LB_ENVIRONMENT_AIR] = {"--air", "--air", "FILE", NOWHERE},
	[LB_ENVIRONMENT_SD] = {"--sd", "--card", "FILE", NOWHERE},
	[LB_ENVIRONMENT_PIN] = {"--pin", "--pin", "PIN=VOLTAGE, such as P13=1.2V", ANY_PIN},
	[LB_ENVIRONMENT_UART] = {"--uart", NULL, "1=absent or 2=absent", UART_1_2},
	[LB_ENVIRONMENT_I2C] = {"--i2c", NULL, "0=absent (or 1, 2)", BUS},
	[LB_ENVIRONMENT_SPI] = {"--spi", NULL, "0=absent (or 1, 2)", BUS},
};

static bool is_absent(const char *value)
{
	return strcmp(value, "absent") == 0;
}

/* A digit out of these. */
static bool is_one_of(const char *digits, const char *text)
{
	return text[0] != '\0' && text[1] == '\0' && strchr(digits, text[0]) != NULL;
}

static bool is_place(enum place place, const char *text)
{
	switch (place) {
	case ANY_PIN: return lb_pinout_find(text) >= 0;
	case BUS: return is_one_of("012", text);
	case UART_1_2: return is_one_of("12", text);
	case NOWHERE:
	default: return false;
	}
}

/* A pin's value is judged by the hardware process, which has the table of levels. */
static bool has_file(enum lb_environment_kind kind, const char *value)
{
	if (kind == LB_ENVIRONMENT_PIN || kind == LB_ENVIRONMENT_SD || access(value, R_OK) == 0)
		return true;
	lb_args_wrong("%s: there is no file '%s' that can be read", kinds[kind].name, value);
	return false;
}

static bool read_item(enum lb_environment_kind kind, const char *value, struct lb_environment *environment)
{
	char place[PLACE_BYTES] = "";
	const char *file = value, *equals = strchr(value, '=');
	bool placed = kinds[kind].place != NOWHERE;

	if (placed && equals != NULL && (size_t)(equals - value) < sizeof(place)) {
		memcpy(place, value, (size_t)(equals - value));
		file = equals + 1;
	}
	bool absent = is_absent(file);
	if (*file == '\0' || (placed && !is_place(kinds[kind].place, place)) || (!absent && kinds[kind].passed == NULL)) {
		lb_args_wrong("%s takes %s%s, not '%s'", kinds[kind].name, kinds[kind].form,
		              kinds[kind].passed != NULL ? ", or absent in the place of it" : "", value);
		return false;
	}
	environment->items[environment->count++] = (struct lb_environment_item){kind, value, absent};
	return absent || has_file(kind, file);
}

bool lb_environment_read(const struct lb_args *args, size_t first, struct lb_environment *environment)
{
	environment->count = 0;
	for (size_t kind = 0; kind < LB_ENVIRONMENT_PIN; kind++)
		if (args->values[first + kind] != NULL &&
		    !read_item((enum lb_environment_kind)kind, args->values[first + kind], environment))
			return false;
	for (size_t i = 0; i < args->many_count; i++) {
		size_t kind = args->many[i].place - first;
		if (kind < LB_ENVIRONMENT_KINDS && !read_item((enum lb_environment_kind)kind, args->many[i].text, environment))
			return false;
	}
	return true;
}

/* Without anything in the air the module still has to be told so; the rest is not there unless it is said. */
void lb_environment_pass(const struct lb_environment *environment, struct lb_hardware_options *options)
{
	for (size_t i = 0; i < environment->count; i++) {
		const struct lb_environment_item *item = &environment->items[i];
		if (!item->absent || item->kind == LB_ENVIRONMENT_AIR)
			lb_hardware_add(options, kinds[item->kind].passed, item->value);
	}
}

bool lb_environment_has(const struct lb_environment *environment, enum lb_environment_kind kind)
{
	for (size_t i = 0; i < environment->count; i++)
		if (environment->items[i].kind == kind)
			return true;
	return false;
}
