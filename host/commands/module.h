/* What commands ask the hardware of the virtual module in a folder; what goes wrong is one line on stderr. */
#ifndef LB_COMMANDS_MODULE_H
#define LB_COMMANDS_MODULE_H

#include "host/client/client.h"
#include "host/commands/args.h"

/* The line for a failed call of host/client/client.h. */
enum lb_exit lb_module_explain(const struct lb_client *client, int error, const char *dir);
/* Sends one request, which is freed, and waits for the reply, to be freed by the caller. Returns an enum
 * lb_client_error after having explained it, with *reply NULL. */
int lb_module_ask(const char *dir, cJSON *request, cJSON **reply);
/* The same for a request whose reply says nothing more. */
enum lb_exit lb_module_order(const char *dir, cJSON *request);
/* Watches events ("phase") until the connection is closed; the reply carries the state. Returns an enum
 * lb_client_error. */
int lb_module_watch(struct lb_client *client, const char *event, cJSON **reply);

#endif
