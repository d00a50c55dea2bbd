/* The telnet and FTP servers: their listeners, the login, and when they run. They are up before boot.py and give access
 * to the module whatever the scripts do.
 *
 * The VM's thread serves them, between two bytecodes and wherever it waits; a socket's interrupt only asks for that.
 * Connections outlive a soft reset; files do not, so that transfers end with it. On a board without a radio all of this
 * does nothing.
 */
#ifndef LB_NET_SERVERS_H
#define LB_NET_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/login/login.h"

/* Once, after a hard reset: the access point and the servers start, unless that was not wanted on boot; in a safe boot
 * they always do. */
void lb_servers_init(bool safe);
/* At every start and end of the VM; its end before its files are closed. */
void lb_servers_vm_starts(void);
void lb_servers_vm_stops(void);
/* The file systems are about to go: transfers end, their files are closed. */
void lb_servers_release_files(void);
bool lb_servers_owns(int sock); /* that socket is the servers', no script's */

/* They run from now on whenever the radio carries them. Given settings hold until a hard reset. */
void lb_servers_on(void);
/* Closes connections and listeners. */
void lb_servers_off(void);
bool lb_servers_are_on(void);
const struct lb_login *lb_servers_login(void);
void lb_servers_set_login(const struct lb_login *login);
uint32_t lb_servers_timeout_s(void);
void lb_servers_set_timeout_s(uint32_t timeout_s);
/* The radio was switched: is there something to listen on now? */
void lb_servers_poll(void);

/* --- the console (the rest of it is in telnet_server.h) --- */
/* For whoever is logged in; waits a moment for a client that is slow, and not for one that does not read at all. */
void lb_servers_print(const char *text, size_t size_bytes);
/* Within a callback that takes long: serves now and then, but for when a file system is at work. */
void lb_servers_serve_inside(void);
/* Nothing runs, and nothing was typed: servers that have more to do need not let a program in first. True: they had. */
bool lb_servers_pass_turn(void);
/* As lb_uart_interrupt_waiting, while the VM does not run. */
bool lb_servers_interrupt_waiting(void);

#endif
