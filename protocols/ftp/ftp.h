/* One FTP session as an engine: bytes in, bytes out, no I/O of its own (RFC 959, 2389, 2428, 3659).
 *
 * The caller feeds what came on the control connection to lb_ftp_receive, sends what lb_ftp_reply_output offers,
 * carries the data connection as lb_ftp_transfer_wants says, and calls lb_ftp_step when time has passed. Files and the
 * data connection's sockets are reached through struct lb_ftp_host. Times are milliseconds of any clock that may wrap.
 * Memory is bounded: without room for a reply no command is run.
 *
 * Only passive data connections; TYPE A and I both carry the bytes as they are.
 *
 * Uploads. STOR, APPE and REST + STOR write to NAME.upload, which takes the place of NAME when the data connection
 * came to its end in order, so that neither a short file nor a mixed one ever stands under NAME. An end in order is
 * one after which the control connection still lives LB_FTP_SETTLE_MS later (a client that dies closes both), and
 * which does not come short of the size announced by ALLO. An upload that was lost leaves what came in NAME.upload,
 * and can be resumed:
 *   SIZE NAME          while there is no NAME: the size of NAME.upload
 *   REST n, STOR NAME  NAME.upload has n bytes: goes on; else NAME has n or more: begins with a copy of them
 *   APPE NAME          there is NAME: begins with a copy of it; else goes on in NAME.upload, or begins anew
 *   STOR NAME          begins anew
 * A write that fails (the file system is full) removes NAME.upload.
 */
#ifndef LB_FTP_H
#define LB_FTP_H

#include "protocols/ftp/ftp_reply.h"
#include "protocols/ftp/ftp_session.h"
#include "protocols/ftp/ftp_transfer.h"

/* Begins; the greeting is in the replies. login, host and ctx must live as long as the session. */
void lb_ftp_open(struct lb_ftp *ftp, const struct lb_ftp_host *host, void *ctx, const struct lb_login *login,
                 uint32_t now_ms);
/* Takes size_bytes or fewer, and returns how many: a command that must wait (for the end of a transfer, for room)
 * holds up what follows it. What comes until the answer to a wrong password is thrown away. */
size_t lb_ftp_receive(struct lb_ftp *ftp, uint32_t now_ms, const uint8_t *data, size_t size_bytes);
/* Goes on with what waits: copying, time-outs. Returns after how many milliseconds it is to be called again, at the
 * latest; 0: there is more to do now. */
uint32_t lb_ftp_step(struct lb_ftp *ftp, uint32_t now_ms);
bool lb_ftp_is_logged_in(const struct lb_ftp *ftp);
/* Close the control connection once the replies are sent. */
bool lb_ftp_is_over(const struct lb_ftp *ftp);
/* A last reply, 421, for the client; a transfer is lost. */
void lb_ftp_end(struct lb_ftp *ftp, const char *why);

#endif
