/* The replies of a session to its client: written by all parts of the engine, sent by its caller. */
#ifndef LB_FTP_REPLY_H
#define LB_FTP_REPLY_H

#include "protocols/ftp/ftp_session.h"

/* Room for the replies to one command. */
enum { LB_FTP_REPLY_ROOM = 800 };

/* --- for the caller --- */
/* What is to be sent, and that so much of it was. */
const char *lb_ftp_reply_output(const struct lb_ftp *ftp, size_t *size_bytes);
void lb_ftp_reply_sent(struct lb_ftp *ftp, size_t size_bytes);

/* --- for the engine --- */
size_t lb_ftp_reply_room(const struct lb_ftp *ftp);
/* One line "code text". The last line of a reply has a blank after the code, those before it a hyphen. */
__attribute__((format(printf, 3, 4))) void lb_ftp_reply(struct lb_ftp *ftp, int code, const char *format, ...);
__attribute__((format(printf, 2, 3))) void lb_ftp_reply_put(struct lb_ftp *ftp, const char *format, ...);
/* The reply for a negative errno about what. */
void lb_ftp_reply_error(struct lb_ftp *ftp, int error, const char *what);

#endif
