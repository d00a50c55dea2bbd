/* The commands about a file's size, time and mode, from their argument to their reply. ftp_commands.h has the table. */
#ifndef LB_FTP_FACTS_H
#define LB_FTP_FACTS_H

#include "protocols/ftp/ftp_session.h"

/* These get a path made absolute, */
void lb_ftp_facts_size(struct lb_ftp *ftp, uint32_t now_ms, const char *path);
void lb_ftp_facts_mdtm(struct lb_ftp *ftp, uint32_t now_ms, const char *path);
void lb_ftp_facts_mlst(struct lb_ftp *ftp, uint32_t now_ms, const char *path);
/* and these what the client wrote after the command. */
void lb_ftp_facts_mfmt(struct lb_ftp *ftp, uint32_t now_ms, const char *argument);
void lb_ftp_facts_site(struct lb_ftp *ftp, uint32_t now_ms, const char *argument);

#endif
