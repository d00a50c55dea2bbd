#include "protocols/ftp/ftp_facts.h"

#include <string.h>

#include "protocols/ftp/ftp_reply.h"
#include "protocols/ftp/ftp_text.h"

enum { EISDIR_ERROR = 21 };

/* Where there is no such file, of the upload that was lost: clients ask before they resume (see ftp.h). */
void lb_ftp_facts_size(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	char upload[LB_FTP_PATH_BYTES];
	struct lb_ftp_info info;
	int error = ftp->host->stat(ftp->ctx, path, &info);

	(void)now_ms;
	if (error != 0 && strlen(path) + sizeof(LB_FTP_SUFFIX) <= sizeof(upload)) {
		strcat(strcpy(upload, path), LB_FTP_SUFFIX);
		if (ftp->host->stat(ftp->ctx, upload, &info) == 0)
			error = 0;
	}
	if (error == 0 && info.is_folder)
		error = -EISDIR_ERROR;
	if (error != 0)
		lb_ftp_reply_error(ftp, error, path);
	else
		lb_ftp_reply(ftp, 213, "%u", (unsigned)info.size_bytes);
}

void lb_ftp_facts_mdtm(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	struct lb_ftp_info info;
	const int error = ftp->host->stat(ftp->ctx, path, &info);
	char text[15];

	(void)now_ms;
	if (error != 0) {
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	lb_ftp_text_time(info.modified_s, text);
	lb_ftp_reply(ftp, 213, "%s", text);
}

/* The path that follows a first word of the argument; replies when it is none. */
static bool second_path(struct lb_ftp *ftp, const char *argument, char path[LB_FTP_PATH_BYTES])
{
	const size_t word_bytes = strcspn(argument, " ");
	int error;

	if (argument[word_bytes] == '\0' || argument[word_bytes + 1] == '\0') {
		lb_ftp_reply(ftp, 501, "A path is missing.");
		return false;
	}
	error = lb_ftp_text_path(ftp->folder, argument + word_bytes + 1, path);
	if (error != 0)
		lb_ftp_reply_error(ftp, error, "The path");
	return error == 0;
}

/* Flash is written only where something changes. The reply has the time as it is kept: FAT keeps even seconds. */
void lb_ftp_facts_mfmt(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	char path[LB_FTP_PATH_BYTES], text[15];
	struct lb_ftp_info info;
	uint32_t modified_s;
	int error;

	(void)now_ms;
	if (!lb_ftp_text_parse_time(argument, &modified_s)) {
		lb_ftp_reply(ftp, 501, "MFMT wants YYYYMMDDHHMMSS, from 1970 to 2105, and a path.");
		return;
	}
	if (!second_path(ftp, argument, path))
		return;
	error = ftp->host->stat(ftp->ctx, path, &info);
	if (error == 0 && info.is_folder)
		error = -EISDIR_ERROR;
	if (error == 0 && info.modified_s != modified_s)
		error = ftp->host->set_time(ftp->ctx, path, modified_s);
	if (error == 0)
		error = ftp->host->stat(ftp->ctx, path, &info);
	if (error != 0) {
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	lb_ftp_text_time(info.modified_s, text);
	lb_ftp_reply(ftp, 213, "Modify=%s; %s", text, path);
}

/* File systems here have no modes. Clients set them as a matter of course, and take a refusal for a failed upload. */
void lb_ftp_facts_site(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	const char *const mode = argument + strcspn(argument, " ") + 1;
	char path[LB_FTP_PATH_BYTES];
	struct lb_ftp_info info;
	int error;

	(void)now_ms;
	if (!lb_ftp_text_is_word("CHMOD", argument, strcspn(argument, " "))) {
		lb_ftp_reply(ftp, 504, "SITE CHMOD is all there is.");
		return;
	}
	if (mode[-1] == '\0' || mode[0] < '0' || mode[0] > '7') {
		lb_ftp_reply(ftp, 501, "SITE CHMOD wants an octal mode and a path.");
		return;
	}
	if (!second_path(ftp, mode, path))
		return;
	error = ftp->host->stat(ftp->ctx, path, &info);
	if (error != 0)
		lb_ftp_reply_error(ftp, error, path);
	else
		lb_ftp_reply(ftp, 200, "OK; modes are not kept here.");
}

void lb_ftp_facts_mlst(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	char line[LB_FTP_CHUNK_BYTES / 2];
	struct lb_ftp_info info;
	const int error = ftp->host->stat(ftp->ctx, path, &info);

	(void)now_ms;
	if (error != 0) {
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	lb_ftp_reply_put(ftp, "250-Listing\r\n %.*s250 End\r\n", (int)lb_ftp_text_line(LB_FTP_MLSD, path, &info, line),
	                 line);
}
