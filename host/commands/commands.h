/* All commands, each in its cmd_NAME.c with its name, usage, options, help, example and code; main.c lists them. */
#ifndef LB_COMMANDS_H
#define LB_COMMANDS_H

#include "host/commands/args.h"

extern const struct lb_command lb_cmd_run, lb_cmd_stop, lb_cmd_pin, lb_cmd_led, lb_cmd_reset, lb_cmd_power, lb_cmd_sd;
extern const struct lb_command lb_cmd_status, lb_cmd_wait, lb_cmd_repl, lb_cmd_check, lb_cmd_image, lb_cmd_ota;
extern const struct lb_command lb_cmd_flash;

#endif
