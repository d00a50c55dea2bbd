/* The texts of FTP without a session: paths, times, and the lines of listings. */
#ifndef LB_FTP_TEXT_H
#define LB_FTP_TEXT_H

#include "protocols/ftp/ftp_session.h"

/* Is the text this word of capitals? Its letters may be small ones. */
bool lb_ftp_text_is_word(const char *word, const char *text, size_t text_bytes);
/* folder + name as an absolute path; 0, or a negative errno: too long, or a control character in it. */
int lb_ftp_text_path(const char *folder, const char *name, char path[LB_FTP_PATH_BYTES]);
/* "modify=20000101000000;size=12;type=file; name" and the like; returns the bytes written, at most
 * LB_FTP_CHUNK_BYTES / 2, line end included. */
size_t lb_ftp_text_line(enum lb_ftp_kind kind, const char *name, const struct lb_ftp_info *info, char *text);
/* YYYYMMDDHHMMSS, with or without a fraction of a second (dropped), up to the end or a blank. False: no such time, or
 * none from 1970 to 2105. */
bool lb_ftp_text_parse_time(const char *text, uint32_t *seconds);
/* YYYYMMDDHHMMSS */
void lb_ftp_text_time(uint32_t seconds, char text[15]);

#endif
