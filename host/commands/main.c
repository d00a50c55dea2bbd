#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/hw/pinout.h"
#include "host/commands/commands.h"

#define FOLDER_OPTION "  -d DIR         the module's folder (default: $LIFEBOAT_DIR, else ./module)\n"

static const struct lb_command commands[] = {
	{
		.name = "run",
		.usage = "[DIR] [--headless] [--clock N] [--flash FOLDER] [--sd FILE] [--reflash] "
				 "[--port N [--listen ADDR]]",
		.summary = "boot the module; a terminal gets its REPL",
		.help = "Boots the virtual module in the folder DIR, which is made when there is none, and attaches this\n"
				"terminal to its REPL. Ctrl-] (or Ctrl-X) opens a menu in the bottom line; there, one key each:\n"
				"r presses the reset switch, s puts P12 to 3V3 and lets it go, g does so with G23 and GND, p pulls\n"
				"the plug and puts it in, Esc closes the menu, q powers off and quits, Ctrl-X sends Ctrl-X to the\n"
				"module. In a pipe, standard input is what is typed; at its end, as soon as the module\n"
				"is at its REPL and was silent for half a second, it is powered off.\n"
				"\n"
				"  --headless     no REPL here: runs until 'lifeboat stop', SIGTERM or SIGINT\n"
				"  --clock N      the module's clock runs N times (1 to 20) faster\n"
				"  --flash FOLDER first copies FOLDER's files into /flash, past whatever scripts are there, as a safe\n"
				"                 boot would; files of the same names are replaced, others kept. Names that begin\n"
				"                 with a dot, and __pycache__, are left out\n"
				"  --reflash      writes this build's image into the factory slot\n"
				"  --sd FILE      FILE is the SD card; one that is not there is made, 32 MiB, FAT, empty\n"
				"  --port N       uart0 is on TCP port N of 127.0.0.1 too, by RFC 2217 or as plain bytes; 0: any free "
				"port,\n"
				"                 which 'lifeboat status' shows\n"
				"  --listen ADDR  that port is on this address of the host: whoever reaches it controls the module\n",
		.example = "lifeboat run blinker --clock 4",
		.options = {{"--headless", NULL},
                    {"--clock", "N"},
                    {"--reflash", NULL},
                    {"--sd", "FILE"},
                    {"--flash", "FOLDER"},
                    {"--port", "N"},
                    {"--listen", "ADDR"}},
		.words_max = 1,
		.run = lb_run_command,
	},
	{
		.name = "stop",
		.usage = "",
		.summary = "power off the module and end its hardware process",
		.help = "Powers the module off and ends its hardware process; returns when it is off.\n\n",
		.example = "lifeboat stop",
		.run = lb_commands_stop,
	},
	{
		.name = "pin",
		.usage = "NAME [high|low|float|1.2V]",
		.summary = "drive a pin from outside, or read it",
		.help = "Holds a pin at 3V3 (high), at GND (low) or at a voltage, or lets it go (float); without a level,\n"
				"prints the level on the net, high or low, or the PWM that the module makes there, such as\n"
				"pwm 1000 Hz 50.0%. Voltages, 0V to 3.6V, are for the module's ADC; from 1.65V on they read high.\n"
				"NAME is " LB_PINOUT_NAMES
				", or the expansion board's name for it: G23 is P2. P12 high at a reset is the safe\n"
				"boot, G23 low bootloader mode.\n\n",
		.example = "lifeboat pin P12 high",
		.words_min = 1,
		.words_max = 2,
		.run = lb_commands_pin,
	},
	{
		.name = "led",
		.usage = "[--trace SECONDS]",
		.summary = "the LED's colour, once or at each change",
		.help = "Prints the colour of the LED as #RRGGBB.\n"
				"\n"
				"  --trace SECONDS  for so long (of your clock), prints a line now and at each change: milliseconds\n"
				"                   of module time since the last reset, and the colour\n",
		.example = "lifeboat led --trace 5",
		.options = {{"--trace", "SECONDS"}},
		.run = lb_commands_led,
	},
	{
		.name = "reset",
		.usage = "",
		.summary = "press the reset switch",
		.help = "Presses the reset switch; returns when the old boot is over.\n\n",
		.example = "lifeboat reset && lifeboat wait repl",
		.run = lb_commands_reset,
	},
	{
		.name = "power",
		.usage = "on|off",
		.summary = "put the plug in, pull it",
		.help = "Puts the module's plug in or pulls it, at any moment: that is a power cut.\n\n",
		.example = "lifeboat power off",
		.words_min = 1,
		.words_max = 1,
		.run = lb_commands_power,
	},
	{
		.name = "sd",
		.usage = "insert FILE | eject",
		.summary = "put an SD card in, take it out",
		.help =
			"Puts FILE into the SD card slot, or takes the card out, at any moment. The card's size is the file's;\n"
			"a file that is not there is made, as an empty FAT card of 32 MiB. The card stays in over resets and\n"
			"without power, until 'lifeboat stop'.\n\n",
		.example = "lifeboat sd insert card.img",
		.words_min = 1,
		.words_max = 2,
		.run = lb_commands_sd,
	},
	{
		.name = "status",
		.usage = "[--json]",
		.summary = "what the module does, and why",
		.help =
			"Tells the power, the phase, which image was booted, how and why, the LED, the pins that are not as\n"
			"after a reset, the UARTs, the network and how to log in, the SD card, and the last error of a script.\n"
			"\n"
			"  --json         the same as one JSON object, for scripts\n",
		.example = "lifeboat status --json",
		.options = {{"--json", NULL}},
		.run = lb_commands_status,
	},
	{
		.name = "wait",
		.usage = "PHASE [--timeout S]",
		.summary = "wait for off, gate, loader, script, repl or sleep",
		.help = "Returns as soon as the module is in the phase: off, gate (the safe-boot gate), loader (bootloader\n"
				"mode), script (start-up, boot.py, main.py), repl, sleep (deep sleep). The module need not be\n"
				"running yet, nor exist.\n"
				"\n"
				"  --timeout S    fails after S seconds (default 30)\n",
		.example = "lifeboat wait repl --timeout 5",
		.options = {{"--timeout", "S"}},
		.words_min = 1,
		.words_max = 1,
		.run = lb_wait_command,
	},
	{
		.name = "repl",
		.usage = "",
		.summary = "attach this terminal to a running module (Ctrl-] leaves)",
		.help = "Attaches this terminal to uart0 of a running module; Ctrl-] or Ctrl-X leaves, and the module goes\n"
				"on. In a pipe, standard input is what is typed; at its end, as soon as the module is at its REPL\n"
				"and was silent for half a second, repl ends.\n\n",
		.example = "lifeboat repl",
		.run = lb_run_repl,
	},
	{
		.name = "check",
		.usage = "FOLDER [--cuts N] [--seconds S] [--json] [--junit FILE]",
		.summary = "would these scripts lock me out? (a scratch module tries them)",
		.help =
			"Boots a scratch module, its clock ten times faster, with FOLDER's files as /flash, and tells: did the\n"
			"scripts end, raise or still run; did the watchdog reset the module; do Ctrl-C, mpremote and the\n"
			"radio (telnet, FTP) let you in; does pin P12; does all come back after power cuts.\n"
			"Names that begin with a dot, and __pycache__, are left out.\n"
			"\n"
			"Exit codes: 0 you always get back in without the pin, 3 only P12 helps, 1 not even that (or, with\n"
			"a line on stderr, the check failed), 2 wrong usage.\n"
			"\n"
			"  --cuts N       so many power cuts, spread over the run (default 20, 0: none)\n"
			"  --seconds S    watches the scripts for S seconds of module time (default 10)\n"
			"  --json         one JSON object instead of the lines\n"
			"  --junit FILE   writes the lines as JUnit's XML too\n",
		.example = "lifeboat check scripts",
		.options = {{"--cuts", "N"}, {"--seconds", "S"}, {"--json", NULL}, {"--junit", "FILE"}},
		.words_min = 1,
		.words_max = 1,
		.run = lb_check_command,
	},
	{
		.name = "image",
		.usage = "keygen|sign|verify|info|public ...",
		.summary = "make a key, sign firmware, look into images and flash",
		.help =
			"keygen [FILE]            makes a key that signs images (PEM); never replaces one\n"
			"sign PAYLOAD IMAGE       wraps firmware as a signed image; --version is needed\n"
			"verify IMAGE             is it whole, and signed with the key? Exit code 1 says why not\n"
			"info FILE                what is in an image; or in a flash.bin: the slots, the boot record's history,\n"
			"                         and what would boot next and why\n"
			"public KEY ...           the key list that a bootloader is built with, as C\n"
			"\n"
			"  --key FILE             the key; without it your development key, which the build made:\n"
			"                         $XDG_DATA_HOME/lifeboat/development.pem, or in ~/.local/share.\n"
			"                         verify and info take several: any of them will do\n"
			"  --type T               of a new key: ed25519 (default) or p256\n"
			"  --version V            MAJOR.MINOR.REVISION[+BUILD]\n"
			"  --security-counter N   updates never go below the highest confirmed one\n"
			"  --board-id ID          sign: only for boards of this kind, a UUID or a name (virtual); none: for any.\n"
			"                         verify, info: would such a board take it?\n",
		.example = "lifeboat image info module/flash.bin",
		.options = {{"--key", "FILE", true},
                    {"--version", "V"},
                    {"--security-counter", "N"},
                    {"--board-id", "ID"},
                    {"--type", "T"}},
		.words_min = 1,
		.words_max = LB_ARGS_WORDS,
		.run = lb_image_command,
	},
	{
		.name = "ota",
		.usage = "IMAGE [--force] [--no-reset]",
		.summary = "update the firmware of a running module through its REPL",
		.help = "Sends a signed image to the running module, whose firmware writes it into the slot that is free, and\n"
				"resets it; then waits until the new image runs and says so. It is on trial: unless it is confirmed,\n"
				"which it is when the scripts work, the one before it comes back. A script that runs is interrupted.\n"
				"After Ctrl-C or a power cut the same command goes on where that one ended.\n"
				"\n"
				"  --force        also an image that was rolled back before\n"
				"  --no-reset     leaves the reset, which starts the image, to you\n",
		.example = "lifeboat ota firmware-1.1.0.img",
		.options = {{"--force", NULL}, {"--no-reset", NULL}},
		.words_min = 1,
		.words_max = 1,
		.run = lb_ota_command,
	},
	{
		.name = "flash",
		.usage = "IMAGE | --read FILE [--slot SLOT] [--erase-all] [--port PORT] [--baud N]",
		.summary = "write or read the flash, through bootloader mode",
		.help =
			"Takes the module into bootloader mode, writes IMAGE into a slot (factory, unless --slot says ota_0 or\n"
			"ota_1), verifies it, starts it and tells which version runs. What was written so is the latest image\n"
			"from then on. With --read FILE, reads the whole flash, or one slot, into FILE.\n"
			"\n"
			"  --slot SLOT    factory, ota_0 or ota_1\n"
			"  --erase-all    erases everything first: all images, the settings, and the files in /flash\n"
			"  --port PORT    a module somewhere else: a serial port such as /dev/ttyUSB0, rfc2217://HOST:PORT, or\n"
			"                 socket://HOST:PORT. It is reset by DTR and RTS; without them, its REPL is asked, or you\n"
			"                 tie G23 to GND and press reset before\n"
			"  --baud N       how fast, where the port has a rate (default 460800)\n"
			"  --read FILE    reads instead of writing\n",
		.example = "lifeboat flash build/share/lifeboat/virtual.img",
		.options = {{"--slot", "SLOT"}, {"--erase-all", NULL}, {"--port", "PORT"}, {"--baud", "N"}, {"--read", "FILE"}},
		.words_max = 1,
		.run = lb_flash_command,
	},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

_Noreturn void lb_assert_failed(const char *file, int line)
{
	fprintf(stderr, "lifeboat: assertion failed at %s:%d\n", file, line);
	abort();
}

static void print_help(void)
{
	printf("Lifeboat " LB_VERSION ": a MicroPython module that always lets its owner back in\n\n"
	       "usage: lifeboat [-d DIR] COMMAND ...\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		printf("  %-7s%-23s %s\n", commands[i].name, strlen(commands[i].usage) > 22 ? "..." : commands[i].usage,
		       commands[i].summary);
	}
	printf("\n" FOLDER_OPTION "  --help         this text; 'lifeboat COMMAND --help' for more about one\n"
	       "  --version      the version\n\n"
	       "Exit codes: 0 done, 1 failed (a line on stderr says why), 2 wrong usage.\n\n"
	       "Example, a safe boot: hold P12 to 3V3, press reset, let go within 3 s:\n"
	       "  lifeboat pin P12 high; lifeboat reset; sleep 1; lifeboat pin P12 low; lifeboat wait repl\n");
}

static void print_command_help(const struct lb_command *command)
{
	printf("usage: lifeboat %s%s%s\n\n%s" FOLDER_OPTION "\nExample: %s\n", command->name,
	       command->usage[0] != '\0' ? " " : "", command->usage, command->help, command->example);
}

static enum lb_exit unknown_command(const char *typed)
{
	const char *names[COMMAND_COUNT + 1] = {NULL};

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	const char *nearest = lb_args_nearest(typed, names);
	if (nearest != NULL)
		return lb_args_wrong("unknown command '%s': did you mean %s?", typed, nearest);
	return lb_args_wrong("unknown command '%s': 'lifeboat --help' lists them", typed);
}

static const struct lb_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static const char *default_folder(void)
{
	const char *folder = getenv("LIFEBOAT_DIR");

	return folder != NULL && folder[0] != '\0' ? folder : "./module";
}

static enum lb_exit run_command(const char *name, int argc, char **argv, struct lb_args *args)
{
	const struct lb_command *command = find_command(name);

	if (command == NULL)
		return unknown_command(name);
	switch (lb_args_parse(command, argc, argv, args)) {
	case LB_PARSED_HELP: print_command_help(command); return LB_EXIT_DONE;
	case LB_PARSED_RUN: return command->run(args);
	case LB_PARSED_WRONG:
	default: return LB_EXIT_USAGE;
	}
}

/* Output that could not be written, to a full disk say, is a failure too. */
static enum lb_exit flush_output(enum lb_exit result)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && result == LB_EXIT_DONE)
		return lb_args_failed("cannot write to standard output");
	return result;
}

static enum lb_exit run_line(int argc, char **argv)
{
	struct lb_args args = {.dir = default_folder()};
	int at = 1;

	while (at < argc && strncmp(argv[at], "-d", 2) == 0) {
		args.dir = argv[at][2] != '\0' ? argv[at] + 2 : argv[at + 1];
		at += argv[at][2] != '\0' ? 1 : 2;
		if (args.dir == NULL || args.dir[0] == '\0')
			return lb_args_wrong("-d takes the folder of a module: -d DIR");
		args.dir_given = true;
	}
	if (at >= argc)
		return lb_args_wrong("no command: 'lifeboat --help' lists them");
	if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 || strcmp(argv[at], "help") == 0) {
		print_help();
		return flush_output(LB_EXIT_DONE);
	}
	if (strcmp(argv[at], "--version") == 0) {
		printf("Lifeboat " LB_VERSION "\n");
		return flush_output(LB_EXIT_DONE);
	}
	if (argv[at][0] == '-')
		return lb_args_wrong("unknown option '%s': 'lifeboat --help' lists them", argv[at]);
	return flush_output(run_command(argv[at], argc - at - 1, argv + at + 1, &args));
}

int main(int argc, char **argv)
{
	return (int)run_line(argc, argv);
}
