/* Files in memory for the FTP engine, and the data connection's socket: what test_ftp.c runs it on. */
#ifndef TESTS_UNIT_FTP_WORLD_H
#define TESTS_UNIT_FTP_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/ftp/ftp.h"

enum { NODES = 16, NODE_BYTES = 4096, NO_NODE = -1, FILE_IS_CLOSED = -1 };

struct node {
	bool used, is_folder;
	char path[LB_FTP_PATH_BYTES];
	uint32_t size_bytes;
	uint32_t modified_s;
	uint8_t bytes[NODE_BYTES];
};

struct world {
	struct node nodes[NODES];
	int open[LB_FTP_FILES];
	uint32_t at[LB_FTP_FILES];
	char listed[LB_FTP_PATH_BYTES];
	int next;
	bool listening, connected;
	int calls;   /* of functions that may fail */
	int fail_at; /* that one fails with EIO; 0: none */
	bool failed;
	struct lb_ftp ftp;
	uint32_t now_ms;
};

/* A module with /flash, /flash/lib and /flash/a.py ("0123456789"), and a session that was just opened. */
void lb_ftp_world_open(struct world *world);
/* The index of a file or folder, or NO_NODE. */
int lb_ftp_world_find(const struct world *world, const char *path);

#endif
