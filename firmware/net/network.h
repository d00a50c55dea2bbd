/* The network as the rest of the firmware sees it (firmware/net/ is behind it): the access point and the telnet and
 * FTP servers, which are up before boot.py and give access to the module whatever the scripts do.
 *
 * The servers are served by the VM's thread, between two bytecodes and wherever it waits; a socket's interrupt only
 * asks for that. Connections outlive a soft reset; files do not, so that transfers end with it. On a board without a
 * radio all of this does nothing.
 */
#ifndef LB_NETWORK_H
#define LB_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, after a hard reset: the access point and the servers start, unless that was not wanted on boot; in a safe boot
 * they always do. */
void lb_network_init(bool safe);
/* At every start and end of the VM; its end before its files are closed. */
void lb_network_start(void);
void lb_network_stop(void);
bool lb_network_owns(int sock); /* that socket is the servers', no script's */
/* The file systems are about to go: transfers end, their files are closed. */
void lb_network_release_files(void);

/* Nothing runs, and nothing was typed: servers that have more to do need not let a program in first. True: they had. */
bool lb_network_pass_turn(void);

/* --- the clock --- */
enum { LB_NTP_LEAST_PERIOD_S = 15 };
/* Looks the server up, "host" or "host:port", which may take a while, and sets the clock by it from now on, until the
 * VM ends. A negative errno, and nothing changed, when it is not found or no network is there to look. */
int lb_ntp_start(const char *server, uint32_t period_s);
void lb_ntp_stop(void);
bool lb_ntp_is_synced(void); /* has the clock been set since lb_ntp_start? */

/* --- the console over telnet, besides os.dupterm's slots --- */
/* For whoever is logged in; waits a moment for a client that is slow, and not for one that does not read at all. */
void lb_network_console_write(const char *text, size_t size_bytes);
bool lb_network_console_is_open(void);
bool lb_network_console_readable(void);
int lb_network_console_read(void); /* a byte, or -1 */
/* As lb_uart_interrupt_waiting, while the VM does not run. */
bool lb_network_interrupt_waiting(void);
/* As lb_uart_interrupt_typed_ahead. */
bool lb_network_interrupt_typed_ahead(void);

#endif
