#define _GNU_SOURCE /* asprintf */
#include "host/commands/environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hardware/model/device.h"
#include "host/commands/profile.h"
#include "host/commands/profile_guess.h"

/* By enum lb_environment_kind: the option, the same of the hardware process, and what it takes, of a simulated device
 * by the model. */
static const struct {
	const char *name, *passed, *form;
	enum lb_device_kind device;
} kinds[LB_ENVIRONMENT_KINDS] = {
	[LB_ENVIRONMENT_AIR] = {"--air", "--air", "FILE", LB_DEVICE_NONE},
	[LB_ENVIRONMENT_SD] = {"--sd", "--card", "FILE", LB_DEVICE_NONE},
	[LB_ENVIRONMENT_PIN] = {"--pin", "--pin", "PIN=VOLTAGE, such as P13=1.2V", LB_DEVICE_NONE},
	[LB_ENVIRONMENT_UART] = {"--uart", "--uart", NULL, LB_DEVICE_UART},
	[LB_ENVIRONMENT_I2C] = {"--i2c", "--i2c", NULL, LB_DEVICE_I2C},
	[LB_ENVIRONMENT_SPI] = {"--spi", "--spi", NULL, LB_DEVICE_SPI},
	[LB_ENVIRONMENT_ONEWIRE] = {"--onewire", "--onewire", NULL, LB_DEVICE_WIRE},
};

static bool is_absent(const char *value)
{
	return strcmp(value, "absent") == 0;
}

static bool refuse(enum lb_environment_kind kind, const char *value)
{
	const char *form = kinds[kind].form != NULL ? kinds[kind].form : lb_device_form(kinds[kind].device);

	lb_args_wrong("%s takes %s%s, not '%s'", kinds[kind].name, form,
	              kinds[kind].passed != NULL ? ", or absent in the place of it" : "", value);
	return false;
}

/* --- files --- */

static bool refuse_file(enum lb_environment_kind kind, const char *path)
{
	lb_args_wrong("%s: there is no file '%s' that can be read", kinds[kind].name, path);
	return false;
}

/* The hardware process reads it again: what is wrong with it is to be said before there is a module. */
static bool check_device(enum lb_environment_kind kind, const char *path)
{
	FILE *from = fopen(path, "rbe");
	char *text = malloc(LB_DEVICEFILE_TEXT_BYTES);
	void *device = calloc(1, lb_device_bytes(kinds[kind].device));
	struct lb_devicefile file;
	bool good = false;

	errno = 0;
	size_t size_bytes = from != NULL && text != NULL ? fread(text, 1, LB_DEVICEFILE_TEXT_BYTES, from) : 0;
	if (from == NULL || ferror(from) || text == NULL || device == NULL) {
		refuse_file(kind, path);
	} else {
		lb_devicefile_open(&file, text, size_bytes);
		good = lb_device_read(kinds[kind].device, device, &file);
		if (!good)
			lb_args_wrong("%s:%u: %s", path, file.line, file.reason);
	}
	free(device);
	free(text);
	if (from != NULL)
		fclose(from);
	return good;
}

/* A card's file is made when it is not there. */
static bool check_file(enum lb_environment_kind kind, const char *path)
{
	if (kinds[kind].device != LB_DEVICE_NONE)
		return check_device(kind, path);
	return kind == LB_ENVIRONMENT_SD || access(path, R_OK) == 0 || refuse_file(kind, path);
}

/* --- places --- */

/* Has one of the boards, or this module, a pin of that name? */
static bool is_pin(const char *name)
{
	char pin[LB_PROFILE_PIN_BYTES];

	for (const char *const *board = lb_profile_names; *board != NULL; board++)
		if (lb_profile_find_pin(*board, name, pin))
			return true;
	return false;
}

/* What is before the "="; false: there is none, or it is too long for any name. */
static bool copy_name(const char *value, char name[LB_PROFILE_PIN_BYTES])
{
	const char *equals = strchr(value, '=');

	if (equals == NULL || equals == value || equals - value >= LB_PROFILE_PIN_BYTES)
		return false;
	memcpy(name, value, (size_t)(equals - value));
	name[equals - value] = '\0';
	return true;
}

/* What stands behind the place; NULL: the value is not as it should be. */
static const char *find_file(enum lb_environment_kind kind, const char *value)
{
	char name[LB_PROFILE_PIN_BYTES];
	struct lb_device_place place;
	const char *equals = strchr(value, '=');

	if (kind == LB_ENVIRONMENT_AIR || kind == LB_ENVIRONMENT_SD)
		return value;
	if (kind != LB_ENVIRONMENT_PIN && kind != LB_ENVIRONMENT_ONEWIRE)
		return lb_device_find_place(kinds[kind].device, value, &place);
	return copy_name(value, name) && is_pin(name) ? equals + 1 : NULL;
}

/* Two devices at one place, or one that is not there: which of both was meant? */
static bool is_new(const struct lb_environment *environment, enum lb_environment_kind kind, const char *value,
                   const char *file)
{
	for (size_t i = 0; i < environment->count; i++) {
		const struct lb_environment_item *item = &environment->items[i];

		if (item->kind == kind && kinds[kind].device != LB_DEVICE_NONE &&
		    strncmp(item->value, value, (size_t)(file - value)) == 0) {
			lb_args_wrong("%s is given twice: %s and %s", kinds[kind].name, item->value, value);
			return false;
		}
	}
	return true;
}

/* A pin's voltage is judged by the hardware process, which has the table of levels. */
static bool read_item(enum lb_environment_kind kind, const char *value, struct lb_environment *environment)
{
	const char *file = find_file(kind, value);

	if (file == NULL || *file == '\0')
		return refuse(kind, value);
	bool absent = is_absent(file);
	if (!is_new(environment, kind, value, file))
		return false;
	environment->items[environment->count++] = (struct lb_environment_item){kind, value, absent};
	return absent || kind == LB_ENVIRONMENT_PIN || check_file(kind, file);
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

/* The strings last as long as the command does. */
bool lb_environment_name_pins(struct lb_environment *environment, const char *board, char reason[LB_TREE_REASON_BYTES])
{
	char name[LB_PROFILE_PIN_BYTES], pin[LB_PROFILE_PIN_BYTES];
	char *named;

	for (size_t i = 0; i < environment->count; i++) {
		struct lb_environment_item *item = &environment->items[i];

		if ((item->kind != LB_ENVIRONMENT_PIN && item->kind != LB_ENVIRONMENT_ONEWIRE) || !copy_name(item->value, name))
			continue;
		if (!lb_profile_find_pin(board != NULL ? board : lb_profile_names[0], name, pin)) {
			snprintf(reason, LB_TREE_REASON_BYTES, "%s: %s has no pin '%s'", kinds[item->kind].name,
			         board != NULL ? board : lb_profile_names[0], name);
			return false;
		}
		if (asprintf(&named, "%s%s", pin, strchr(item->value, '=')) < 0) {
			snprintf(reason, LB_TREE_REASON_BYTES, "no memory");
			return false;
		}
		item->value = named;
	}
	return true;
}

/* --- what is done with it --- */

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

const char *lb_environment_card(const struct lb_environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		if (environment->items[i].kind == LB_ENVIRONMENT_SD && !environment->items[i].absent)
			return environment->items[i].value;
	return NULL;
}

void lb_environment_list_devices(const struct lb_environment *environment, struct lb_audit_run *run)
{
	static const struct {
		bool is_device, has_place;
		enum lb_trace_device device;
	} traced[LB_ENVIRONMENT_KINDS] = {
		[LB_ENVIRONMENT_SD] = {true, false, LB_TRACE_CARD},      [LB_ENVIRONMENT_UART] = {true, true, LB_TRACE_UART},
		[LB_ENVIRONMENT_I2C] = {true, true, LB_TRACE_I2C},       [LB_ENVIRONMENT_SPI] = {true, true, LB_TRACE_SPI},
		[LB_ENVIRONMENT_ONEWIRE] = {true, false, LB_TRACE_WIRE},
	};
	struct lb_device_place place;

	run->given_count = 0;
	for (size_t i = 0; i < environment->count && run->given_count < LB_AUDIT_GIVEN; i++) {
		const struct lb_environment_item *item = &environment->items[i];
		if (!traced[item->kind].is_device)
			continue;
		struct lb_audit_given *given = &run->given[run->given_count++];
		*given = (struct lb_audit_given){.device = traced[item->kind].device};
		if (traced[item->kind].has_place && lb_device_find_place(kinds[item->kind].device, item->value, &place) != NULL)
			given->place = lb_trace_place(place.number, place.address);
	}
}

void lb_environment_print(const struct lb_environment *environment, char *text, size_t size_bytes)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < environment->count && used < size_bytes; i++) {
		const struct lb_environment_item *item = &environment->items[i];
		int wrote =
			snprintf(text + used, size_bytes - used, "%s%s %s", i > 0 ? ", " : "", kinds[item->kind].name, item->value);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}
