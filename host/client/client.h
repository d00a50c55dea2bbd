/* A connection to the control socket of a virtual module, as in docs/spec/control.md.
 *
 * The caller owns the struct; it holds one file descriptor between a successful open and close, and nothing else that
 * needs freeing. JSON values that are returned belong to the caller (cJSON_Delete); values given are only read.
 * Functions return LB_CLIENT_OK or a negative enum lb_client_error, for which lb_client_explain has the words.
 */
#ifndef LB_CLIENT_CLIENT_H
#define LB_CLIENT_CLIENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	LB_CLIENT_LINE_BYTES = 8192, /* the longest message, with its newline */
	LB_CLIENT_TEXT_BYTES = 512,
	LB_CLIENT_REPLY_MS = 10000, /* a reply that takes longer does not come */
};

enum lb_client_error {
	LB_CLIENT_OK = 0,
	LB_CLIENT_NO_FOLDER = -1,
	LB_CLIENT_NOT_A_MODULE = -2, /* the folder has no flash.bin */
	LB_CLIENT_NOT_RUNNING = -3,  /* a module, but no hardware process serves it */
	LB_CLIENT_DENIED = -4,
	LB_CLIENT_GONE = -5,    /* the hardware process ended the connection */
	LB_CLIENT_SILENT = -6,  /* no reply in LB_CLIENT_REPLY_MS */
	LB_CLIENT_GARBLED = -7, /* what came is no message */
	LB_CLIENT_REFUSED = -8, /* "ok": false; the hardware's own words are in refusal */
};

struct lb_client {
	int fd; /* -1: not open. For poll(2) by callers that also wait for something else */
	size_t start;
	size_t end;
	char buffer[LB_CLIENT_LINE_BYTES];
	char refusal[LB_CLIENT_TEXT_BYTES];
};

/* LB_CLIENT_OK when the folder is a module's, running or not; else NO_FOLDER, NOT_A_MODULE or DENIED. */
int lb_client_check_folder(const char *dir);

/* dir may be longer than a socket's address: it is reached through its file descriptor. */
int lb_client_open(struct lb_client *client, const char *dir);
void lb_client_close(struct lb_client *client);

/* {"cmd": cmd}, to be freed by the caller. */
cJSON *lb_client_make_request(const char *cmd);
/* Sends one request and does not wait for the reply. */
int lb_client_send(struct lb_client *client, cJSON *request);
/* One read(2) into the buffer; blocks unless poll said readable. LB_CLIENT_GONE at end of file. */
int lb_client_fill(struct lb_client *client);
/* The next whole message of the buffer, or NULL when there is none yet; GARBLED as *error. */
cJSON *lb_client_next(struct lb_client *client, int *error);

/* The next message, reply or event, waiting for it at most timeout_ms (-1: for ever); NULL with *error otherwise
 * (SILENT when the time is over). */
cJSON *lb_client_receive(struct lb_client *client, int timeout_ms, int *error);

/* Sends and waits for the reply; events that come before it are dropped. *reply may be NULL if nobody wants it. */
int lb_client_request(struct lb_client *client, cJSON *request, cJSON **reply);

/* Orders the module to stop and waits until its hardware process is gone, so that another may be started at once. */
int lb_client_stop(struct lb_client *client);

/* Turns the connection into the byte stream of uart0, whose first bytes may be in the buffer already. */
int lb_client_attach(struct lb_client *client);

/* One line that says what is wrong and what to do, for people; text has LB_CLIENT_TEXT_BYTES. */
void lb_client_explain(const struct lb_client *client, int error, const char *dir, char *text);

#endif
