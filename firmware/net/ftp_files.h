/* The files of an FTP session in MicroPython's file systems: the file half of struct lb_ftp_host.
 *
 * Nothing here raises. A file is left alone (-ENODEV) when its file system is no longer the one that is mounted there.
 */
#ifndef LB_NET_FTP_FILES_H
#define LB_NET_FTP_FILES_H

#include "protocols/ftp/ftp.h"

enum { LB_FTP_SESSIONS = 4 };

struct lb_ftp_files {
	unsigned session; /* whose; set by the owner before use */
	/* private from here */
	char written[LB_FTP_PATH_BYTES]; /* the file that is open for writing; "": none */
	char folder[LB_FTP_PATH_BYTES];  /* being listed */
	char single[LB_FTP_PATH_BYTES];  /* the file being listed; "": a folder is */
};

int lb_ftp_files_stat(void *files, const char *path, struct lb_ftp_info *info);
int lb_ftp_files_set_time(void *files, const char *path, uint32_t modified_s);
int lb_ftp_files_open(void *files, enum lb_ftp_file file, const char *path, enum lb_ftp_how how);
int lb_ftp_files_seek(void *files, enum lb_ftp_file file, uint32_t offset);
int lb_ftp_files_read(void *files, enum lb_ftp_file file, void *data, size_t size_bytes);
int lb_ftp_files_write(void *files, enum lb_ftp_file file, const void *data, size_t size_bytes);
int lb_ftp_files_close(void *files, enum lb_ftp_file file);
int lb_ftp_files_remove(void *files, const char *path);
int lb_ftp_files_rename(void *files, const char *from, const char *to);
int lb_ftp_files_make_folder(void *files, const char *path);
int lb_ftp_files_remove_folder(void *files, const char *path);
int lb_ftp_files_list(void *files, const char *path);
int lb_ftp_files_next(void *files, char *name, struct lb_ftp_info *info);
void lb_ftp_files_list_end(void *files);

#endif
