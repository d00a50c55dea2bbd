/* What the parts of the FTP engine share: ftp.c (lines, replies, time), ftp_commands.c, ftp_transfer.c, ftp_text.c. */
#ifndef LB_FTP_PARTS_H
#define LB_FTP_PARTS_H

#include "protocols/ftp/ftp.h"

/* Room for the replies to one command. */
enum { LB_FTP_REPLY_ROOM = 800 };

/* --- ftp.c --- */
/* One line "code text". The last line of a reply has a blank after the code, those before it a hyphen. */
__attribute__((format(printf, 3, 4))) void lb_ftp_reply(struct lb_ftp *ftp, int code, const char *format, ...);
__attribute__((format(printf, 2, 3))) void lb_ftp_put(struct lb_ftp *ftp, const char *format, ...);
/* The reply for a negative errno about what. */
void lb_ftp_reply_error(struct lb_ftp *ftp, int error, const char *what);

/* --- ftp_commands.c --- */
/* Carries out the line; false: it must wait for the transfer to end. */
bool lb_ftp_command(struct lb_ftp *ftp, uint32_t now_ms);

/* --- ftp_transfer.c --- */
void lb_ftp_retrieve(struct lb_ftp *ftp, uint32_t now_ms, const char *path);
void lb_ftp_store(struct lb_ftp *ftp, uint32_t now_ms, const char *path, bool append);
void lb_ftp_list(struct lb_ftp *ftp, uint32_t now_ms, const char *path, enum lb_ftp_kind kind);
/* Ends the transfer with this reply. A lost upload keeps NAME.upload. */
void lb_ftp_lose(struct lb_ftp *ftp, int code, const char *why);
uint32_t lb_ftp_transfer_step(struct lb_ftp *ftp, uint32_t now_ms);

/* --- ftp_text.c --- */
/* folder + name as an absolute path; 0, or a negative errno: too long, or a control character in it. */
int lb_ftp_path(const char *folder, const char *name, char path[LB_FTP_PATH_BYTES]);
/* "modify=20000101000000;size=12;type=file; name" and the like; returns the bytes written, at most
 * LB_FTP_CHUNK_BYTES / 2, line end included. */
size_t lb_ftp_line(enum lb_ftp_kind kind, const char *name, const struct lb_ftp_info *info, char *text);
/* YYYYMMDDHHMMSS */
void lb_ftp_time(uint32_t seconds, char text[15]);

#endif
