/* Do the servers of a module's radio let its owner in? */
#ifndef LB_COMMANDS_CHECK_RADIO_H
#define LB_COMMANDS_CHECK_RADIO_H

#include <cjson/cJSON.h>

#include "host/commands/check_verdict.h"

/* net as in the control socket's `status`. Each server has time_ms to answer; FTP's login must then last
 * for lasts_ms. */
enum lb_check_radio lb_check_radio(const cJSON *net, int time_ms, int lasts_ms);

#endif
