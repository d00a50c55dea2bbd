/* One FTP session as an engine: bytes in, bytes out, no I/O of its own (RFC 959, 2389, 2428, 3659).
 *
 * The caller feeds what came on the control connection to lb_ftp_receive, sends what lb_ftp_replies offers, carries
 * the data connection as lb_ftp_data_wants says, and calls lb_ftp_step when time has passed. Files and the data
 * connection's sockets are reached through struct lb_ftp_host. Times are milliseconds of any clock that may wrap.
 * Memory is bounded: without room for a reply no command is taken.
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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/login/login.h"

enum {
	LB_FTP_PATH_BYTES = 256, /* with the NUL */
	LB_FTP_LINE_BYTES = 300,
	LB_FTP_OUTPUT_BYTES = 1400,
	LB_FTP_CHUNK_BYTES = 1024, /* the least room that lb_ftp_data_out wants */
	LB_FTP_SETTLE_MS = 50,     /* after the end of an upload */
	LB_FTP_CONNECT_MS = 30000, /* for the client to open the data connection */
	LB_FTP_STALL_MS = 60000,   /* without a byte on it */
	LB_FTP_IDLE_MS = 300000,   /* without a command; the default */
};
#define LB_FTP_SUFFIX ".upload"

struct lb_ftp_info {
	bool is_folder;
	uint32_t size_bytes;
	uint32_t modified_s; /* since 1970 */
};

enum lb_ftp_file { LB_FTP_FILE, LB_FTP_BASE, LB_FTP_FILES }; /* a session has two files open at most */
enum lb_ftp_how { LB_FTP_READ, LB_FTP_CREATE /* empty */, LB_FTP_APPEND };

/* What the engine needs. Paths are absolute, without "." and "..", and end in a NUL. Functions return 0 (or a count)
 * or a negative errno by Linux's numbers. Closing what is not open does nothing. */
struct lb_ftp_host {
	int (*stat)(void *ctx, const char *path, struct lb_ftp_info *info);
	int (*open)(void *ctx, enum lb_ftp_file file, const char *path, enum lb_ftp_how how);
	int (*seek)(void *ctx, enum lb_ftp_file file, uint32_t offset);
	int (*read)(void *ctx, enum lb_ftp_file file, void *data, size_t size_bytes);        /* 0: the end */
	int (*write)(void *ctx, enum lb_ftp_file file, const void *data, size_t size_bytes); /* all of it: 0 */
	int (*close)(void *ctx, enum lb_ftp_file file); /* after an error too it is closed */
	int (*remove)(void *ctx, const char *path);
	int (*rename)(void *ctx, const char *from, const char *to); /* takes the place of a file that is there */
	int (*make_folder)(void *ctx, const char *path);
	int (*remove_folder)(void *ctx, const char *path);
	int (*list)(void *ctx, const char *path);
	/* The next one's name (LB_FTP_PATH_BYTES) and what it is: 1; 0: that was all. */
	int (*next)(void *ctx, char *name, struct lb_ftp_info *info);
	void (*list_end)(void *ctx);
	/* A new listener for one data connection, in place of any older one; ip and port as the client sees them. */
	int (*listen)(void *ctx, uint32_t *ip, uint16_t *port);
	void (*hang_up)(void *ctx); /* closes the data connection and its listener */
};

enum lb_ftp_kind { LB_FTP_NONE, LB_FTP_RETR, LB_FTP_STOR, LB_FTP_LIST, LB_FTP_NLST, LB_FTP_MLSD };
enum lb_ftp_data { LB_FTP_DATA_NONE, LB_FTP_DATA_IN, LB_FTP_DATA_OUT };

struct lb_ftp {
	const struct lb_ftp_host *host;
	void *ctx;
	const struct lb_login *login;
	uint32_t idle_ms; /* the caller may change it */
	/* private from here */
	uint32_t since_ms; /* the last command, or the wrong password */
	uint32_t moved_ms; /* the last sign of life of the transfer */
	uint8_t tries;
	bool logged_in;
	bool punished;
	bool ended;
	bool too_long; /* the line */
	bool line_ready;
	uint8_t skip; /* telnet bytes to pass over */
	bool listening;
	bool connected; /* the data connection */
	bool draining;  /* nothing more to send on it */
	bool settling;  /* the upload has ended; is the client alive? */
	enum lb_ftp_kind kind;
	uint32_t rest;
	uint32_t announced; /* by ALLO */
	uint32_t base_left; /* to copy before the upload goes on */
	uint32_t total;     /* bytes moved; of an upload: the size of NAME.upload */
	uint16_t line_bytes;
	uint16_t sent; /* of output */
	uint16_t made;
	char user[LB_LOGIN_USER_BYTES];
	char folder[LB_FTP_PATH_BYTES];
	char rename_from[LB_FTP_PATH_BYTES];
	char path[LB_FTP_PATH_BYTES]; /* of the transfer */
	char upload[LB_FTP_PATH_BYTES];
	char line[LB_FTP_LINE_BYTES];
	char output[LB_FTP_OUTPUT_BYTES];
};

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
/* The control connection is gone: files get closed, a transfer is lost. */
void lb_ftp_close(struct lb_ftp *ftp);
/* The transfer under way, if any, is lost. */
void lb_ftp_abort(struct lb_ftp *ftp, const char *why);

const char *lb_ftp_replies(const struct lb_ftp *ftp, size_t *size_bytes);
void lb_ftp_replies_sent(struct lb_ftp *ftp, size_t size_bytes);

/* --- the data connection --- */

/* Accept one from the listener. */
bool lb_ftp_awaits_data(const struct lb_ftp *ftp);
void lb_ftp_data_opened(struct lb_ftp *ftp, uint32_t now_ms);
/* What is to be moved now; to be asked again after each call. */
enum lb_ftp_data lb_ftp_data_wants(const struct lb_ftp *ftp);
void lb_ftp_data_in(struct lb_ftp *ftp, uint32_t now_ms, const uint8_t *data, size_t size_bytes);
/* At least LB_FTP_CHUNK_BYTES of room; 0, and still LB_FTP_DATA_OUT: when all before is sent, close the connection and
 * call lb_ftp_data_end. */
size_t lb_ftp_data_out(struct lb_ftp *ftp, uint32_t now_ms, uint8_t *data, size_t room_bytes);
/* In order: closed by the peer, or by us after the last byte; else it broke. */
void lb_ftp_data_end(struct lb_ftp *ftp, uint32_t now_ms, bool in_order);

#endif
