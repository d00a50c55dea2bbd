/* What is around a module, as the command line says it: networks, a card, voltages, what is on its buses. `run` and
 * `check` have these options, from one table; docs/spec/environment.md describes the files.
 *
 * "absent" in a file's place says that there is nothing, and that this is meant so.
 */
#ifndef LB_COMMANDS_ENVIRONMENT_H
#define LB_COMMANDS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/audit/audit.h"
#include "host/client/tree.h"
#include "host/commands/args.h"
#include "host/commands/hardware.h"

enum lb_environment_kind {
	LB_ENVIRONMENT_AIR,
	LB_ENVIRONMENT_SD,
	LB_ENVIRONMENT_PIN,
	LB_ENVIRONMENT_UART,
	LB_ENVIRONMENT_I2C,
	LB_ENVIRONMENT_SPI,
	LB_ENVIRONMENT_ONEWIRE,
	LB_ENVIRONMENT_KINDS
};

/* In a command's table of options, at the place `first` and those behind it, by enum lb_environment_kind; and which of
 * them may be given again. */
#define LB_ENVIRONMENT_OPTIONS(first)                                                                               \
	[(first) +                                                                                                      \
		LB_ENVIRONMENT_AIR] = {"--air", "FILE", "the networks in the air and what is behind them; absent: none"},   \
		[(first) + LB_ENVIRONMENT_SD] = {"--sd", "FILE",                                                            \
	                                     "FILE is the SD card; one that is not there is made, 32 MiB, FAT, empty"}, \
		[(first) +                                                                                                  \
			LB_ENVIRONMENT_PIN] = {"--pin", "PIN=V", "a pin's level or voltage from outside: P13=1.2V, P9=low"},    \
		[(first) + LB_ENVIRONMENT_UART] = {"--uart", "N=FILE", "a device on UART 1 or 2; 1=absent: none"},          \
		[(first) + LB_ENVIRONMENT_I2C] = {"--i2c", "N:ADDR=FILE",                                                   \
	                                      "a device at an address of I2C bus N, 0:0x76=FILE; 0=absent: none"},      \
		[(first) + LB_ENVIRONMENT_SPI] = {"--spi", "N=FILE", "a device on SPI bus N; 0=absent: none"},              \
		[(first) + LB_ENVIRONMENT_ONEWIRE] = {"--onewire", "PIN=FILE", "DS18B20s or a DHT on a pin; P4=absent: none"}
#define LB_ENVIRONMENT_USAGE "[--air FILE] [--sd FILE] [--pin ...] [--uart ...] [--i2c ...] [--spi ...] [--onewire ...]"
#define LB_ENVIRONMENT_MANY(first) (((1u << LB_ENVIRONMENT_KINDS) - (1u << LB_ENVIRONMENT_PIN)) << (first))

struct lb_environment_item {
	enum lb_environment_kind kind;
	const char *value; /* as it was given, with its place: "0:0x76=FILE" */
	bool absent;
};

struct lb_environment {
	struct lb_environment_item items[LB_ARGS_MANY + 2];
	size_t count;
};

/* From a command whose options begin so. The devices' files are read, too. False after one line about what is wrong. */
bool lb_environment_read(const struct lb_args *args, size_t first, struct lb_environment *environment);
/* Pins are named as that board names them (NULL: as this module does): makes this module's names of them. False with
 * one line in reason. */
bool lb_environment_name_pins(struct lb_environment *environment, const char *board, char reason[LB_TREE_REASON_BYTES]);
/* As words of the hardware process's command line, which point into the environment. */
void lb_environment_pass(const struct lb_environment *environment, struct lb_hardware_options *options);
/* Was anything said about one of this kind? */
bool lb_environment_has(const struct lb_environment *environment, enum lb_environment_kind kind);
/* The card's file; NULL: none was given. */
const char *lb_environment_card(const struct lb_environment *environment);
/* The devices among it, for an audit. */
void lb_environment_list_devices(const struct lb_environment *environment, struct lb_audit_run *run);
/* All that was said, as it was given: "--uart 1=gps.txt, --sd absent"; cut where there is no room. */
void lb_environment_print(const struct lb_environment *environment, char *text, size_t size_bytes);

#endif
