#include "host/cli/report.h"

#include <stdio.h>
#include <string.h>

#include "host/cli/colour.h"

static const cJSON *field(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* "" when there is none. */
static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(field(object, key));

	return text != NULL ? text : "";
}

static double number_of(const cJSON *object, const char *key)
{
	const cJSON *value = field(object, key);

	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static bool is(const cJSON *object, const char *key, const char *text)
{
	return strcmp(text_of(object, key), text) == 0;
}

static void label(const char *name)
{
	printf("%-12s", name);
}

static void print_power(const cJSON *status, bool runs)
{
	label("power");
	if (!runs) {
		printf("off (not running: 'lifeboat run' starts it)\n");
	} else if (is(status, "power", "off")) {
		printf("off ('lifeboat power on' puts the plug in)\n");
	} else {
		printf("on, last reset %.1f s ago (%s)\n", number_of(status, "t_ms") / 1000.0,
		       text_of(field(status, "boot"), "cause"));
	}
	label("phase");
	printf("%s%s\n", text_of(status, "phase"),
	       is(status, "reset_line", "low") ? " (held in reset: RTS or a shield on the TCP port)" : "");
}

static void print_safe(const cJSON *boot)
{
	printf("safe boot, boot.py and main.py were not run: ");
	if (is(boot, "reason", "pin")) {
		printf("P12 was held for %.1f s\n", number_of(boot, "hold_ms") / 1000.0);
	} else if (is(boot, "reason", "crash-loop")) {
		printf("crash loop\n");
	} else {
		printf("asked for\n");
	}
}

/* What each slot that was looked at turned out to be: in bootloader mode for want of an image this is the reason. */
static void print_images(const cJSON *status)
{
	const cJSON *image;

	cJSON_ArrayForEach(image, field(status, "images")) {
		label("");
		printf("%s: %s\n", image->string, cJSON_IsString(image) ? image->valuestring : "?");
	}
}

static void print_boot(const cJSON *status)
{
	const cJSON *boot = field(status, "boot");

	label("boot");
	if (is(boot, "mode", "safe")) {
		print_safe(boot);
	} else if (is(boot, "mode", "normal")) {
		printf("normal\n");
	} else if (!is(boot, "mode", "loader")) {
		printf("%s\n", is(status, "phase", "gate") ? "not decided yet" : "unknown: nothing was handed over");
	} else if (is(boot, "reason", "pin")) {
		printf("bootloader mode: G23 was low\n");
	} else if (is(boot, "reason", "request")) {
		printf("bootloader mode: asked for; a reset leaves it\n");
	} else {
		printf("bootloader mode: no image can be started; 'lifeboat run --reflash' writes the factory image\n");
		print_images(status);
	}
}

static const char *why_text(const cJSON *boot)
{
	static const struct {
		const char *why;
		const char *text;
	} texts[] = {
		{"latest", "the latest"},
		{"previous", "the previous one, as chosen"},
		{"factory", "the factory image, as chosen"},
		{"reverted", "the update before it failed its trial"},
		{"fallback", "what should have run could not be verified"},
		{"record-lost", "the boot record was lost"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (is(boot, "why", texts[i].why)) {
			return texts[i].text;
		}
	}
	return text_of(boot, "why");
}

static void print_trial(const cJSON *status)
{
	const cJSON *trial = field(status, "trial");
	const char *latest = text_of(field(status, "record"), "latest");
	double left = number_of(trial, "left");

	label("trial");
	if (!cJSON_IsObject(trial)) {
		printf("none\n");
		return;
	}
	printf("%s, %.0f %s left", latest, left, left == 1 ? "try" : "tries");
	printf(is(field(status, "boot"), "slot", latest) ? "; lifeboat.confirm() keeps it\n" : "; it does not run now\n");
}

static void print_image(const cJSON *status)
{
	const cJSON *boot = field(status, "boot");
	const cJSON *record = field(status, "record");

	if (is(boot, "slot", "")) {
		return;
	}
	label("image");
	printf("%s, version %s: %s\n", text_of(boot, "slot"), text_of(boot, "version"), why_text(boot));
	label("record");
	printf("latest %s, previous %s\n", text_of(record, "latest"),
	       is(record, "previous", "") ? "none" : text_of(record, "previous"));
	print_trial(status);
}

static void print_led(const cJSON *status)
{
	uint32_t rgb;

	lb_colour_parse(text_of(status, "led"), &rgb);
	label("LED");
	printf("%s %s (%s)\n", text_of(status, "led"), lb_colour_name(rgb), text_of(status, "led_mode"));
}

/* After a reset P2 is held high by its pull-up and the others are low. */
static bool is_usual(const cJSON *pin)
{
	const char *usual = strcmp(pin->string, "P2") == 0 ? "high" : "low";

	return cJSON_IsString(pin) && strcmp(pin->valuestring, usual) == 0;
}

static bool is_acted_on(const cJSON *status, const char *pin)
{
	return field(field(status, "drive"), pin) != NULL || field(field(status, "pwm"), pin) != NULL;
}

static void print_acting(const cJSON *status, const char *pin)
{
	const cJSON *pwm = field(field(status, "pwm"), pin);
	const char *drive = text_of(field(status, "drive"), pin);

	if (pwm != NULL) {
		printf(" (pwm %.10g Hz %.1f%%)", number_of(pwm, "hz"), number_of(pwm, "duty") * 100.0);
	}
	if (field(field(status, "volts"), pin) != NULL) {
		printf(" (%.10gV from outside)", number_of(field(status, "volts"), pin));
	} else if (drive[0] != '\0') {
		printf(" (driven %s from outside)", drive);
	}
}

static void print_pins(const cJSON *status)
{
	const cJSON *pin;
	unsigned count = 0;

	label("pins");
	cJSON_ArrayForEach(pin, field(status, "pins")) {
		if (is_usual(pin) && !is_acted_on(status, pin->string)) {
			continue;
		}
		printf("%s%s %s", count++ > 0 ? ", " : "", strcmp(pin->string, "P2") == 0 ? "P2 (G23)" : pin->string,
		       cJSON_IsString(pin) ? pin->valuestring : "?");
		print_acting(status, pin->string);
	}
	printf("%s\n", count == 0 ? "all as after a reset" : "");
}

static void print_net(const cJSON *net)
{
	double telnet = number_of(net, "telnet");
	double ftp = number_of(net, "ftp");

	label("network");
	printf("radio %s", text_of(net, "radio"));
	if (!is(net, "ssid", "")) {
		printf(", access point %s", text_of(net, "ssid"));
	}
	if (!is(net, "station", "")) {
		printf(", connected to %s", text_of(net, "station"));
	}
	printf("\n");
	label("servers");
	if (telnet == 0 && ftp == 0) {
		printf("none\n");
		return;
	}
	if (telnet != 0) {
		printf("telnet 127.0.0.1 %.0f, ", telnet);
	}
	if (ftp != 0) {
		printf("ftp://127.0.0.1:%.0f, ", ftp);
	}
	printf("user %s, password %s\n", text_of(net, "user"), text_of(net, "password"));
}

static void print_card(const cJSON *card)
{
	label("SD card");
	if (cJSON_IsObject(card)) {
		printf("%s, %.10g MiB\n", text_of(card, "file"), number_of(card, "bytes") / (1024.0 * 1024.0));
	} else {
		printf("none\n");
	}
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
	printf(" (%s, hardware process %.0f", text_of(status, "board"), number_of(status, "pid"));
	if (number_of(status, "clock") > 1) {
		printf(", clock %.0f times faster", number_of(status, "clock"));
	}
	printf(")\n");
	print_power(status, true);
	if (is(status, "power", "on")) {
		print_boot(status);
		print_image(status);
		print_led(status);
	}
	print_pins(status);
	label("uart0");
	printf("%s/uart0 -> %s\n", dir, text_of(status, "uart0"));
	printf("%-12s%s/uart1 -> %s\n", "uart1", dir, text_of(status, "uart1"));
	label("TCP");
	printf("%s\n", is(status, "rfc2217", "") ? "none ('lifeboat run --port N' puts uart0 on a port)"
	                                          : text_of(status, "rfc2217"));
	print_net(field(status, "net"));
	print_card(field(status, "sd"));
	label("last error");
	printf("%s\n", is(status, "last_error", "") ? "none" : text_of(status, "last_error"));
}
