#include "host/commands/report.h"

#include <stdio.h>
#include <string.h>

#include "core/handoff/handoff.h"
#include "core/handoff/handoff_text.h"
#include "core/hw/pinout.h"
#include "core/hw/types.h"
#include "host/terminal/colour.h"
#include "host/client/json.h"

static void label(const char *name)
{
	printf("%-12s", name);
}

static void print_power(const cJSON *status, bool runs)
{
	label("power");
	if (!runs) {
		printf("off (not running: 'lifeboat run' starts it)\n");
	} else if (lb_json_is(status, "power", "off")) {
		printf("off ('lifeboat power on' puts the plug in)\n");
	} else {
		printf("on, last reset %.1f s ago (%s)\n", lb_json_number(status, "t_ms") / 1000.0,
		       lb_json_text(lb_json_field(status, "boot"), "cause"));
	}
	label("phase");
	printf("%s%s\n", lb_json_text(status, "phase"),
	       lb_json_is(status, "reset_line", "low") ? " (held in reset: RTS or a shield on the TCP port)" : "");
}

/* Cut and not rounded: what is shown lies in the window that was chosen, also just before its end. */
static void print_hold(unsigned hold_ms)
{
	printf("P12 was held for %u.%u s\n", hold_ms / 1000, hold_ms % 1000 / 100);
}

/* An image of somebody's own has no scripts that could be left out: who has a REPL is MicroPython. */
static void print_safe(const cJSON *boot, bool has_repl)
{
	printf(has_repl ? "safe boot, boot.py and main.py were not run: " : "safe boot: ");
	if (lb_json_is(boot, "reason", "pin"))
		print_hold((unsigned)lb_json_number(boot, "hold_ms"));
	else if (lb_json_is(boot, "reason", "crash-loop"))
		printf("crash loop\n");
	else
		printf("asked for\n");
}

/* What each slot that was verified turned out to be: in bootloader mode for want of an image this is the reason. */
static void print_images(const cJSON *status)
{
	const cJSON *image;

	cJSON_ArrayForEach(image, lb_json_field(status, "images"))
	{
		label("");
		printf("%s: %s\n", image->string, cJSON_IsString(image) ? image->valuestring : "?");
	}
}

/* Why a boot is not a normal one is what the person asks, so it stands in the same line. */
static void print_boot(const cJSON *status)
{
	const cJSON *boot = lb_json_field(status, "boot");

	label("boot");
	if (lb_json_is(boot, "mode", "safe")) {
		print_safe(boot, lb_json_is(status, "phase", "repl"));
	} else if (lb_json_is(boot, "mode", "normal")) {
		printf("normal\n");
	} else if (strncmp(lb_json_text(boot, "mode"), "unknown", 7) == 0) {
		printf("%s: a newer bootloader than this command knows\n", lb_json_text(boot, "mode"));
	} else if (!lb_json_is(boot, "mode", "loader")) {
		printf("%s\n", lb_json_is(status, "phase", "gate") ? "not decided yet" : "unknown: nothing was handed over");
	} else if (lb_json_is(boot, "reason", "pin")) {
		printf("bootloader mode: G23 was low\n");
	} else if (lb_json_is(boot, "reason", "request")) {
		printf("bootloader mode: asked for; a reset leaves it\n");
	} else {
		printf("bootloader mode: no image can be started; 'lifeboat flash IMAGE' writes one, or 'lifeboat stop' and\n");
		label("");
		printf("'lifeboat run --reflash' the factory image\n");
		print_images(status);
	}
}

/* The word in a sentence; ORDER: enum lb_boot_why. A word without one is shown as it is. */
static const char *why_text(const cJSON *boot)
{
	static const char *const texts[] = {
		"the latest",
		"the previous one, as chosen",
		"the factory image, as chosen",
		"the update before it failed its trial",
		"what should have run could not be verified, or is below the security floor",
		"the boot record was lost",
	};
	char room[LB_WORDS_BYTES];

	_Static_assert(sizeof(texts) / sizeof(texts[0]) == LB_WHY_COUNT, "a sentence for each number");
	for (unsigned why = 0; why < LB_WHY_COUNT; why++)
		if (lb_json_is(boot, "why", lb_handoff_text_why(why, room)))
			return texts[why];
	return lb_json_text(boot, "why");
}

static void print_trial(const cJSON *status)
{
	const cJSON *trial = lb_json_field(status, "trial");
	const char *latest = lb_json_text(lb_json_field(status, "record"), "latest");
	double left = lb_json_number(trial, "left");

	label("trial");
	if (!cJSON_IsObject(trial)) {
		printf("none\n");
		return;
	}
	printf("%s, %.0f %s left", latest, left, left == 1 ? "try" : "tries");
	printf(lb_json_is(lb_json_field(status, "boot"), "slot", latest) ? "; lifeboat.confirm() keeps it\n" :
	                                                                   "; it does not run now\n");
}

/* Nothing when no image runs: the lines would say what does not hold. */
static void print_image(const cJSON *status)
{
	const cJSON *boot = lb_json_field(status, "boot");
	const cJSON *record = lb_json_field(status, "record");

	if (lb_json_is(boot, "slot", ""))
		return;
	label("image");
	printf("%s, version %s: %s\n", lb_json_text(boot, "slot"), lb_json_text(boot, "version"), why_text(boot));
	if (cJSON_IsTrue(lb_json_field(boot, "below_floor"))) {
		label("");
		printf("its security counter is below the floor: no update may bring it\n");
	}
	label("record");
	printf("latest %s, previous %s\n", lb_json_text(record, "latest"),
	       lb_json_is(record, "previous", "") ? "none" : lb_json_text(record, "previous"));
	print_trial(status);
}

static void print_led(const cJSON *status)
{
	uint32_t rgb;

	lb_colour_parse(lb_json_text(status, "led"), &rgb);
	label("LED");
	printf("%s %s (%s)\n", lb_json_text(status, "led"), lb_colour_name(rgb), lb_json_text(status, "led_mode"));
}

/* The first ones are built into the bootloader, the others were added when the module was made. */
static void print_keys(const cJSON *status)
{
	const cJSON *added = lb_json_field(status, "added_keys");
	const cJSON *key;
	int built_in = cJSON_GetArraySize(lb_json_field(status, "keys")) - cJSON_GetArraySize(added);

	if (cJSON_GetArraySize(added) == 0)
		return;
	label("keys");
	for (int i = 0; i < built_in; i++)
		printf("%s%s", cJSON_GetStringValue(cJSON_GetArrayItem(lb_json_field(status, "keys"), i)),
		       i + 1 < built_in ? ", " : " built in; ");
	printf("of this module:");
	cJSON_ArrayForEach(key, added) printf(" %s", cJSON_GetStringValue(key));
	printf("\n");
}

/* After a reset P2 is held high by its pull-up and the others are low. */
/* As its pull makes it when nothing acts on it. */
static bool is_usual(const cJSON *pin)
{
	const int number = lb_pinout_find(pin->string);
	const char *usual = number >= 0 && lb_pinout_get((unsigned)number)->pull == LB_PULL_UP ? "high" : "low";

	return cJSON_IsString(pin) && strcmp(pin->valuestring, usual) == 0;
}

static bool is_acted_on(const cJSON *status, const char *pin)
{
	return lb_json_field(lb_json_field(status, "drive"), pin) != NULL ||
	       lb_json_field(lb_json_field(status, "pwm"), pin) != NULL;
}

static void print_acting(const cJSON *status, const char *pin)
{
	const cJSON *pwm = lb_json_field(lb_json_field(status, "pwm"), pin);
	const char *drive = lb_json_text(lb_json_field(status, "drive"), pin);

	if (pwm != NULL)
		printf(" (pwm %.10g Hz %.1f%%)", lb_json_number(pwm, "hz"), lb_json_number(pwm, "duty") * 100.0);
	if (lb_json_field(lb_json_field(status, "volts"), pin) != NULL)
		printf(" (%.10gV from outside)", lb_json_number(lb_json_field(status, "volts"), pin));
	else if (drive[0] != '\0')
		printf(" (driven %s from outside)", drive);
}

/* Only what is not as after a reset, or what somebody holds: the rest is no news. */
static void print_pins(const cJSON *status)
{
	const cJSON *pin;
	unsigned count = 0;

	label("pins");
	cJSON_ArrayForEach(pin, lb_json_field(status, "pins"))
	{
		if (is_usual(pin) && !is_acted_on(status, pin->string))
			continue;
		printf("%s%s %s", count++ > 0 ? ", " : "", strcmp(pin->string, "P2") == 0 ? "P2 (G23)" : pin->string,
		       cJSON_IsString(pin) ? pin->valuestring : "?");
		print_acting(status, pin->string);
	}
	printf("%s\n", count == 0 ? "all as after a reset" : "");
}

/* Only when somebody does: the next reset leads to bootloader mode. */
static void print_g23(const cJSON *held)
{
	const cJSON *who;
	unsigned count = 0;

	cJSON_ArrayForEach(who, held)
	{
		if (count == 0)
			label("G23");
		printf("%s%s", count++ > 0 ? ", " : "held low by ", cJSON_GetStringValue(who));
	}
	if (count > 0)
		printf("\n");
}

/* Only what there is: most modules have no station, some no server. */
static void print_net(const cJSON *net)
{
	double telnet = lb_json_number(net, "telnet");
	double ftp = lb_json_number(net, "ftp");

	label("network");
	printf("radio %s", lb_json_text(net, "radio"));
	if (!lb_json_is(net, "ssid", ""))
		printf(", access point %s", lb_json_text(net, "ssid"));
	if (!lb_json_is(net, "station", ""))
		printf(", connected to %s", lb_json_text(net, "station"));
	printf("\n");
	label("servers");
	if (telnet == 0 && ftp == 0) {
		printf("none\n");
		return;
	}
	if (telnet != 0)
		printf("telnet 127.0.0.1 %.0f, ", telnet);
	if (ftp != 0)
		printf("ftp://127.0.0.1:%.0f, ", ftp);
	printf("user %s, password %s\n", lb_json_text(net, "user"), lb_json_text(net, "password"));
}

static void print_card(const cJSON *card)
{
	label("SD card");
	if (cJSON_IsObject(card))
		printf("%s, %.10g MiB\n", lb_json_text(card, "file"), lb_json_number(card, "bytes") / (1024.0 * 1024.0));
	else
		printf("none\n");
}

static void print_last_error(const cJSON *status)
{
	label("last error");
	printf("%s\n", lb_json_is(status, "last_error", "") ? "none" : lb_json_text(status, "last_error"));
}

void lb_report_print_port(const cJSON *status, const char *name)
{
	label("module");
	printf("%s (%s)\n", name, lb_json_text(status, "board"));
	label("phase");
	printf("%s, last reset: %s\n", lb_json_text(status, "phase"), lb_json_text(lb_json_field(status, "boot"), "cause"));
	print_boot(status);
	print_image(status);
	print_last_error(status);
}

void lb_report_print(const cJSON *status, const char *dir, bool runs)
{
	label("module");
	printf("%s", dir);
	if (!runs) {
		printf("\n");
		print_power(status, false);
		return;
	}
	printf(" (%s, hardware process %.0f", lb_json_text(status, "board"), lb_json_number(status, "pid"));
	if (lb_json_number(status, "clock") > 1)
		printf(", clock %.0f times faster", lb_json_number(status, "clock"));
	printf(")\n");
	print_power(status, true);
	if (cJSON_IsTrue(lb_json_field(lb_json_field(status, "flash"), "changed"))) {
		label("flash");
		printf("another program changed flash.bin: it is read anew at the next reset\n");
	}
	if (lb_json_is(status, "power", "on")) {
		print_boot(status);
		print_image(status);
		print_led(status);
	}
	print_keys(status);
	print_pins(status);
	print_g23(lb_json_field(status, "g23_held_by"));
	label("uart0");
	printf("%s/uart0 -> %s\n", dir, lb_json_text(status, "uart0"));
	printf("%-12s%s/uart1 -> %s\n", "uart1", dir, lb_json_text(status, "uart1"));
	printf("%-12s%s/uart2 -> %s\n", "uart2", dir, lb_json_text(status, "uart2"));
	label("TCP");
	printf("%s\n", lb_json_is(status, "rfc2217", "") ? "none ('lifeboat run --port N' puts uart0 on a port)" :
	                                                   lb_json_text(status, "rfc2217"));
	print_net(lb_json_field(status, "net"));
	print_card(lb_json_field(status, "sd"));
	print_last_error(status);
}
