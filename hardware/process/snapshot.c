#include "hardware/process/snapshot.h"

#include <stdio.h>
#include <unistd.h>

#include "core/handoff/handoff.h"
#include "core/handoff/handoff_text.h"
#include "core/image/image.h"
#include "hardware/model/pins.h"
#include "hardware/process/names.h"

static void add_pins(cJSON *reply, const struct lb_module *module)
{
	cJSON *pins = cJSON_AddObjectToObject(reply, "pins");
	cJSON *drives = cJSON_AddObjectToObject(reply, "drive");

	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++) {
		uint32_t drive = lb_nets_outside(&module->nets, pin);
		cJSON_AddStringToObject(pins, lb_pinout_get(pin)->name, lb_names_level(lb_nets_level(&module->nets, pin)));
		if (drive != WIRE_DRIVE_FLOAT)
			cJSON_AddStringToObject(drives, lb_pinout_get(pin)->name, lb_names_drive(drive));
	}
}

static void add_volts(cJSON *object, const char *name, uint32_t millivolts)
{
	cJSON_AddNumberToObject(object, name, millivolts / 1000.0);
}

/* As a part of 1, to four places. */
static void add_pwm(cJSON *object, const char *name, const struct lb_pins_net *net)
{
	cJSON *pwm = cJSON_AddObjectToObject(object, name);
	uint32_t duty = net->duty < LB_PINS_DUTY_FULL ? net->duty : LB_PINS_DUTY_FULL;
	uint32_t parts = (duty * 10000u + LB_PINS_DUTY_FULL / 2) / LB_PINS_DUTY_FULL;

	cJSON_AddNumberToObject(pwm, "hz", net->frequency_mhz / 1000.0);
	cJSON_AddNumberToObject(pwm, "duty", parts / 10000.0);
}

static void add_analog(cJSON *reply, const struct lb_module *module)
{
	cJSON *volts = cJSON_AddObjectToObject(reply, "volts");
	cJSON *pwm = cJSON_AddObjectToObject(reply, "pwm");

	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++) {
		struct lb_pins_net net = lb_nets_poll(&module->nets, pin);
		if (net.millivolts != 0)
			add_volts(volts, lb_pinout_get(pin)->name, net.millivolts - 1);
		if (net.frequency_mhz != 0)
			add_pwm(pwm, lb_pinout_get(pin)->name, &net);
	}
}

static void add_ids(cJSON *reply, const char *name, const struct lb_image_key *keys, size_t count)
{
	cJSON *list = cJSON_AddArrayToObject(reply, name);
	char id[9];

	for (size_t i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "%08x", (unsigned)lb_image_key_id(keys[i].hash));
		cJSON_AddItemToArray(list, cJSON_CreateString(id));
	}
}

/* What the bootloader said that it trusts, when it last started an image, and what of it the module was made with. */
static void add_keys(cJSON *reply, const struct lb_module *module)
{
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	size_t count;

	lb_handoff_get_keys(module->registers.retained, keys, &count);
	add_ids(reply, "keys", keys, count);
	add_ids(reply, "added_keys", module->trust.keys, module->trust.count);
}

/* The parts that tell of this boot; the keys behind them are the same at every boot. */
static void add_handoff(cJSON *reply, const struct lb_module *module)
{
	char text[2 * LB_HANDOFF_KEYS_OFFSET + 1];

	for (size_t i = 0; i < LB_HANDOFF_KEYS_OFFSET; i++)
		snprintf(text + 2 * i, 3, "%02x", module->registers.retained[i]);
	cJSON_AddStringToObject(reply, "handoff", text);
}

static void add_flash(cJSON *reply, const struct lb_module *module)
{
	const struct lb_registers *registers = &module->registers;
	cJSON *flash = cJSON_AddObjectToObject(reply, "flash");

	cJSON_AddNumberToObject(flash, "reads", (double)lb_registers_get64(registers, WIRE_REG_FLASH_READS));
	cJSON_AddNumberToObject(flash, "programs", (double)lb_registers_get64(registers, WIRE_REG_FLASH_PROGRAMS));
	cJSON_AddNumberToObject(flash, "erases", (double)lb_registers_get64(registers, WIRE_REG_FLASH_ERASES));
	cJSON_AddNumberToObject(flash, "programmed_bytes",
	                        (double)lb_registers_get64(registers, WIRE_REG_FLASH_PROGRAMMED));
	cJSON_AddNumberToObject(flash, "busy_us", (double)lb_registers_get64(registers, WIRE_REG_FLASH_BUSY_US));
	cJSON_AddNumberToObject(flash, "torn", (double)module->torn);
	if (module->flash.changed || module->flash.cut)
		cJSON_AddBoolToObject(flash, "changed", true);
}

/* Who pulls or holds it low from outside. */
static void add_g23(cJSON *reply, const struct lb_module *module)
{
	const struct lb_bootlines *lines = &module->uartport.lines;
	cJSON *held = cJSON_AddArrayToObject(reply, "g23_held_by");

	if (lb_nets_outside(&module->nets, LB_PIN_LOADER) == WIRE_DRIVE_LOW)
		cJSON_AddItemToArray(held, cJSON_CreateString("wire"));
	if (lines->autoreset.boot_low)
		cJSON_AddItemToArray(held, cJSON_CreateString("DTR"));
	if (lb_shield_holds_boot(&lines->shield))
		cJSON_AddItemToArray(held, cJSON_CreateString("shield"));
}

/* Where the UARTs can be reached, and how many programs have each open now. */
static void add_uarts(cJSON *reply, const struct lb_module *module)
{
	cJSON *open = cJSON_CreateObject();

	for (int i = 0; i < LB_UARTHUB_COUNT; i++) {
		const struct lb_uarthub *uart = &module->uart[i];
		cJSON_AddStringToObject(reply, uart->name, uart->pty.path);
		cJSON_AddNumberToObject(open, uart->name, uart->pty.open_count);
	}
	cJSON_AddItemToObject(reply, "open", open);
	if (module->uartport.url[0] != '\0')
		cJSON_AddStringToObject(reply, "rfc2217", module->uartport.url);
	else
		cJSON_AddNullToObject(reply, "rfc2217");
	add_g23(reply, module);
	cJSON_AddStringToObject(reply, "reset_line", lb_names_level(!module->reset_low));
}

void lb_snapshot_add_led(cJSON *reply, const struct lb_module *module)
{
	char rgb[LB_NAMES_RGB_BYTES], room[LB_WORDS_BYTES];

	lb_names_rgb(rgb, module->led.rgb);
	cJSON_AddStringToObject(reply, "rgb", rgb);
	cJSON_AddStringToObject(reply, "mode", lb_handoff_text_led_mode(module->led.mode, room));
	cJSON_AddNumberToObject(reply, "t_ms", (double)lb_clock_module_ms(&module->clock));
}

void lb_snapshot_add_pin(cJSON *reply, const struct lb_module *module, unsigned pin)
{
	cJSON_AddStringToObject(reply, "name", lb_pinout_get(pin)->name);
	cJSON_AddStringToObject(reply, "level", lb_names_level(lb_nets_level(&module->nets, pin)));
	cJSON_AddStringToObject(reply, "drive", lb_names_drive(lb_nets_outside(&module->nets, pin)));
	struct lb_pins_net net = lb_nets_poll(&module->nets, pin);
	if (net.millivolts != 0)
		add_volts(reply, "volts", net.millivolts - 1);
	if (net.frequency_mhz != 0)
		add_pwm(reply, "pwm", &net);
}

void lb_snapshot_add(cJSON *reply, const struct lb_module *module)
{
	char rgb[LB_NAMES_RGB_BYTES], room[LB_WORDS_BYTES];

	lb_names_rgb(rgb, module->led.rgb);
	cJSON_AddNumberToObject(reply, "v", 1);
	cJSON_AddStringToObject(reply, "board", "virtual");
	cJSON_AddStringToObject(reply, "power", module->power == LB_POWER_OFF ? "off" : "on");
	cJSON_AddStringToObject(reply, "phase", lb_handoff_text_phase(module->phase, room));
	cJSON_AddNumberToObject(reply, "boot", (double)module->boots);
	cJSON_AddStringToObject(reply, "cause", lb_handoff_text_cause(module->cause, room));
	cJSON_AddNumberToObject(reply, "t_ms", (double)lb_clock_module_ms(&module->clock));
	cJSON_AddStringToObject(reply, "led", rgb);
	cJSON_AddStringToObject(reply, "led_mode", lb_handoff_text_led_mode(module->led.mode, room));
	add_pins(reply, module);
	add_analog(reply, module);
	add_uarts(reply, module);
	lb_radiolink_add_status(&module->wifi, reply);
	lb_behind_add_status(&module->behind, cJSON_GetObjectItemCaseSensitive(reply, "net"));
	lb_cardslot_add_status(&module->card, reply);
	add_handoff(reply, module);
	add_keys(reply, module);
	add_flash(reply, module);
	cJSON_AddNumberToObject(reply, "clock", module->clock.factor);
	cJSON_AddNumberToObject(reply, "pid", getpid());
	cJSON_AddNumberToObject(reply, "cpu_pid", module->cpu.pid);
	cJSON_AddStringToObject(reply, "dir", module->folder.path);
}
