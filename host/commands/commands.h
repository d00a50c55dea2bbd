/* The functions behind the commands' names; main.c has the table. */
#ifndef LB_COMMANDS_H
#define LB_COMMANDS_H

#include "host/commands/args.h"
#include "host/client/client.h"

/* The places of the options in each command's table. */
enum { LB_RUN_HEADLESS, LB_RUN_CLOCK, LB_RUN_REFLASH, LB_RUN_SD, LB_RUN_FLASH, LB_RUN_PORT, LB_RUN_LISTEN };
enum { LB_LED_TRACE };
enum { LB_STATUS_JSON };
enum { LB_WAIT_TIMEOUT };
enum { LB_CHECK_CUTS, LB_CHECK_SECONDS, LB_CHECK_JSON, LB_CHECK_JUNIT };
enum { LB_IMAGE_KEY, LB_IMAGE_VERSION, LB_IMAGE_COUNTER, LB_IMAGE_BOARD_ID, LB_IMAGE_TYPE };
enum { LB_OTA_FORCE, LB_OTA_NO_RESET };
enum { LB_FLASH_SLOT, LB_FLASH_ERASE_ALL, LB_FLASH_PORT, LB_FLASH_BAUD, LB_FLASH_READ };

enum lb_exit lb_run_command(const struct lb_args *args);
enum lb_exit lb_run_repl(const struct lb_args *args);
enum lb_exit lb_commands_stop(const struct lb_args *args);
enum lb_exit lb_commands_pin(const struct lb_args *args);
enum lb_exit lb_commands_led(const struct lb_args *args);
enum lb_exit lb_commands_reset(const struct lb_args *args);
enum lb_exit lb_commands_power(const struct lb_args *args);
enum lb_exit lb_commands_sd(const struct lb_args *args);
enum lb_exit lb_commands_status(const struct lb_args *args);
enum lb_exit lb_wait_command(const struct lb_args *args);
enum lb_exit lb_check_command(const struct lb_args *args);
enum lb_exit lb_image_command(const struct lb_args *args);
enum lb_exit lb_ota_command(const struct lb_args *args);
enum lb_exit lb_flash_command(const struct lb_args *args);

/* One line on stderr for a failed call of host/client; returns LB_EXIT_FAILED. */
enum lb_exit lb_commands_explain(const struct lb_client *client, int error, const char *dir);
/* {"cmd": cmd}, to be freed by the caller. */
cJSON *lb_commands_request(const char *cmd);

#endif
