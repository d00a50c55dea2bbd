/* The commands of FTP, each from its line to its reply. */
#ifndef LB_FTP_COMMANDS_H
#define LB_FTP_COMMANDS_H

#include "protocols/ftp/ftp_session.h"

/* Carries out the line; false: it must wait for the transfer to end. */
bool lb_ftp_commands_run(struct lb_ftp *ftp, uint32_t now_ms);

#endif
