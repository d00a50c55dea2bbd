/* Files and listings over the data connection, one at a time. */
#ifndef LB_FTP_TRANSFER_H
#define LB_FTP_TRANSFER_H

#include "protocols/ftp/ftp_session.h"

/* --- for the caller: the data connection --- */
/* Accept one from the listener. */
bool lb_ftp_transfer_awaits_data(const struct lb_ftp *ftp);
void lb_ftp_transfer_opened(struct lb_ftp *ftp, uint32_t now_ms);
/* What is to be moved now; to be asked again after each call. */
enum lb_ftp_data lb_ftp_transfer_wants(const struct lb_ftp *ftp);
void lb_ftp_transfer_in(struct lb_ftp *ftp, uint32_t now_ms, const uint8_t *data, size_t size_bytes);
/* At least LB_FTP_CHUNK_BYTES of room; 0, and still LB_FTP_DATA_OUT: when all before is sent, close the connection and
 * call lb_ftp_transfer_end. */
size_t lb_ftp_transfer_out(struct lb_ftp *ftp, uint32_t now_ms, uint8_t *data, size_t room_bytes);
/* In order: closed by the peer, or by us after the last byte; else it broke. */
void lb_ftp_transfer_end(struct lb_ftp *ftp, uint32_t now_ms, bool in_order);
/* The control connection is gone: files get closed, a transfer is lost. */
void lb_ftp_transfer_close(struct lb_ftp *ftp);
/* The transfer under way, if any, is lost. */
void lb_ftp_transfer_abort(struct lb_ftp *ftp, const char *why);

/* --- for the engine --- */
void lb_ftp_transfer_retrieve(struct lb_ftp *ftp, uint32_t now_ms, const char *path);
void lb_ftp_transfer_store(struct lb_ftp *ftp, uint32_t now_ms, const char *path, bool append);
void lb_ftp_transfer_list(struct lb_ftp *ftp, uint32_t now_ms, const char *path, enum lb_ftp_kind kind);
/* Ends the transfer with this reply. A lost upload keeps NAME.upload. */
void lb_ftp_transfer_lose(struct lb_ftp *ftp, int code, const char *why);
uint32_t lb_ftp_transfer_step(struct lb_ftp *ftp, uint32_t now_ms);

#endif
