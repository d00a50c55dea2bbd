/* The telnet server: its connections, one of which is the console. */
#ifndef LB_NET_TELNET_SERVER_H
#define LB_NET_TELNET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hw/net.h"
#include "protocols/login/login.h"

/* Connections: the one logged in, and some that try. */
enum { LB_TELNET_CONNECTIONS = 4 };

/* Takes the socket over. */
void lb_telnet_server_accept(int sock, struct lb_net_address peer, const struct lb_login *login, uint32_t now_ms);
/* One round over all connections; true when something moved and another round is worth it. */
bool lb_telnet_server_serve(uint32_t now_ms);
/* Sends what was printed. */
void lb_telnet_server_flush(void);
/* Time that passed: returns after how many milliseconds to come again. Who is idle for longer than idle_ms goes. */
uint32_t lb_telnet_server_step(uint32_t now_ms, uint32_t idle_ms);
/* Asks for interrupts from the sockets that have something to wait for. */
void lb_telnet_server_watch(void);
void lb_telnet_server_close_all(const char *why);
bool lb_telnet_server_owns(int sock);

/* --- the console --- */
bool lb_telnet_server_is_console(void);
void lb_telnet_server_print(const char *text, size_t size_bytes);
bool lb_telnet_server_readable(void);
int lb_telnet_server_read(void);
bool lb_telnet_server_interrupt_typed_ahead(void); /* as lb_uart_interrupt_typed_ahead */
/* Did something for the program come since the last call: input, or Ctrl-C? */
bool lb_telnet_server_is_pending(void);

#endif
