/* What the module is and does now, as the fields of docs/spec/control.md. */
#ifndef LB_PROCESS_SNAPSHOT_H
#define LB_PROCESS_SNAPSHOT_H

#include <cjson/cJSON.h>

#include "hardware/process/module.h"

void lb_snapshot_add(cJSON *reply, const struct lb_module *module);
/* The three fields of `led`. */
void lb_snapshot_add_led(cJSON *reply, const struct lb_module *module);
/* The fields of `pin`. */
void lb_snapshot_add_pin(cJSON *reply, const struct lb_module *module, unsigned pin);

#endif
