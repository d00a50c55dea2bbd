/* `lifeboat pin` */
#include <stdio.h>
#include <string.h>

#include "core/hw/pinout.h"
#include "host/client/json.h"
#include "host/commands/commands.h"
#include "host/commands/module.h"

/* Such as 1.2V; whether a pin takes that much is the hardware's to say. */
static bool is_voltage(const char *text)
{
	size_t digits = strspn(text, "0123456789.");

	return digits > 0 && strcmp(text + digits, "V") == 0;
}

static void print_pin(const cJSON *reply)
{
	const cJSON *pwm = lb_json_field(reply, "pwm");

	/* Held from outside, the net is what it is held at. */
	if (pwm != NULL && lb_json_is(reply, "drive", "float")) {
		printf("pwm %.10g Hz %.1f%%\n", cJSON_GetNumberValue(lb_json_field(pwm, "hz")),
		       cJSON_GetNumberValue(lb_json_field(pwm, "duty")) * 100.0);
	} else {
		printf("%s\n", lb_json_text(reply, "level"));
	}
}

/* Names and levels are checked here as far as no hardware is needed, for better words. */
static enum lb_exit run(const struct lb_args *args)
{
	static const char *const levels[] = {"high", "low", "float", "a voltage such as 1.2V", NULL};
	const char *name = args->words[0];
	bool drives = args->word_count == 2;
	cJSON *reply;

	if (lb_pinout_find(name) < 0)
		return lb_args_wrong(
			"unknown pin '%s': it is " LB_PINOUT_NAMES ", or a name of the expansion board such as G23", name);
	if (drives && !is_voltage(args->words[1]) && !lb_args_one_of("level", args->words[1], levels))
		return LB_EXIT_USAGE;
	cJSON *request = lb_client_make_request("pin");
	cJSON_AddStringToObject(request, "name", name);
	if (drives)
		cJSON_AddStringToObject(request, "level", args->words[1]);
	int error = lb_module_ask(args->dir, request, &reply);
	if (error != LB_CLIENT_OK) {
		/* Name and level are all that the hardware can refuse. */
		return error == LB_CLIENT_REFUSED ? LB_EXIT_USAGE : LB_EXIT_FAILED;
	}
	if (!drives)
		print_pin(reply);
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

const struct lb_command lb_cmd_pin = {
	.name = "pin",
	.usage = "NAME [high|low|float|1.2V]",
	.summary = "drive a pin from outside, or read it",
	.help = "Holds a pin at 3V3 (high), at GND (low) or at a voltage, or lets it go (float); without a level,\n"
			"prints the level on the net, high or low, or the PWM that the module makes there, such as\n"
			"pwm 1000 Hz 50.0%. Voltages, 0V to 3.6V, are for the module's ADC; from 1.65V on they read high.\n"
			"NAME is " LB_PINOUT_NAMES
			", or the expansion board's name for it: G23 is P2. P12 high at a reset is the safe\n"
			"boot, G23 low bootloader mode.\n",
	.example = "lifeboat pin P12 high",
	.words_min = 1,
	.words_max = 2,
	.run = run,
};
