/* One session of the FTP server: its state, which all parts of the engine share, and what it asks of its host. ftp.h is
 * the manual. */
#ifndef LB_FTP_SESSION_H
#define LB_FTP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/login/login.h"

enum {
	LB_FTP_PATH_BYTES = 256, /* with the NUL */
	LB_FTP_LINE_BYTES = 300,
	LB_FTP_OUTPUT_BYTES = 1400,
	LB_FTP_CHUNK_BYTES = 1024, /* the least room that lb_ftp_transfer_out wants */
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
	int (*set_time)(void *ctx, const char *path, uint32_t modified_s); /* of an existing file */
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

#endif
