/* The FTP server: sessions with their control and data connections. */
#ifndef LB_NET_FTP_SERVER_H
#define LB_NET_FTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/net.h"
#include "protocols/login/login.h"

/* Takes the socket over. */
void lb_ftp_server_accept(int sock, struct lb_net_address peer, const struct lb_login *login, uint32_t now_ms);
/* One round over all sessions; true when something moved and another round is worth it. Only while the VM runs. */
bool lb_ftp_server_serve(uint32_t now_ms);
/* Time that passed: returns after how many milliseconds to come again; 0: at once. */
uint32_t lb_ftp_server_step(uint32_t now_ms, uint32_t idle_ms);
/* Asks for interrupts from the sockets that have something to wait for. */
void lb_ftp_server_watch(void);
/* Transfers end; files get closed. */
void lb_ftp_server_abort_all(const char *why);
void lb_ftp_server_close_all(const char *why);
bool lb_ftp_server_owns(int sock);

#endif
