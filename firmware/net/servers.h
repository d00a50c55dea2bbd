/* When and how the servers run: their listeners, the login, the interrupt and the VM's scheduler. */
#ifndef LB_NET_SERVERS_H
#define LB_NET_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/login/login.h"

/* They run from now on whenever the radio carries them. Given settings hold until a hard reset. */
void lb_servers_on(void);
/* Closes connections and listeners. */
void lb_servers_off(void);
bool lb_servers_are_on(void);
const struct lb_login *lb_servers_login(void);
void lb_servers_set_login(const struct lb_login *login);
uint32_t lb_servers_timeout_s(void);
void lb_servers_set_timeout_s(uint32_t timeout_s);
/* The radio was switched: look whether there is something to listen on. */
void lb_servers_poll(void);

#endif
