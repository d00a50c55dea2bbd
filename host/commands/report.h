/* `lifeboat status` for people: the whole story in a few aligned lines on standard output. */
#ifndef LB_COMMANDS_REPORT_H
#define LB_COMMANDS_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* status as lb_status_compose makes it; dir as the person wrote it; runs: a hardware process serves the module. */
void lb_report_print(const cJSON *status, const char *dir, bool runs);

/* status as lb_status_of_repl makes it, of the module at a port. */
void lb_report_print_port(const cJSON *status, const char *name);

#endif
