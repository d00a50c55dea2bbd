#include "protocols/ftp/ftp_transfer.h"

#include <stdio.h>
#include <string.h>

#include "protocols/ftp/ftp_reply.h"
#include "protocols/ftp/ftp_text.h"

enum { ENOENT_ERROR = 2, EISDIR_ERROR = 21, ENAMETOOLONG_ERROR = 36 };
enum { COPY_BYTES = 512 };

/* --- start --- */

static bool needs_listener(struct lb_ftp *ftp)
{
	if (ftp->listening || ftp->connected)
		return false;
	lb_ftp_reply(ftp, 425, "PASV or EPSV first.");
	return true;
}

static void start(struct lb_ftp *ftp, uint32_t now_ms, enum lb_ftp_kind kind)
{
	ftp->kind = kind;
	ftp->moved_ms = now_ms;
	ftp->draining = false;
	ftp->settling = false;
}

/* Looks for a file to read; replies when there is none. */
static bool find_file(struct lb_ftp *ftp, const char *path, struct lb_ftp_info *info)
{
	int error = ftp->host->stat(ftp->ctx, path, info);

	if (error == 0 && info->is_folder)
		error = -EISDIR_ERROR;
	if (error != 0)
		lb_ftp_reply_error(ftp, error, path);
	return error == 0;
}

/* All that may fail comes before the 150, after which a client opens its file. */
void lb_ftp_transfer_retrieve(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	const uint32_t rest = ftp->rest;
	struct lb_ftp_info info;
	int error;

	ftp->rest = 0;
	if (needs_listener(ftp) || !find_file(ftp, path, &info))
		return;
	if (rest > info.size_bytes) {
		lb_ftp_reply(ftp, 554, "REST %u: the file has %u bytes.", (unsigned)rest, (unsigned)info.size_bytes);
		return;
	}
	error = ftp->host->open(ftp->ctx, LB_FTP_FILE, path, LB_FTP_READ);
	if (error == 0 && rest != 0)
		error = ftp->host->seek(ftp->ctx, LB_FTP_FILE, rest);
	if (error != 0) {
		ftp->host->close(ftp->ctx, LB_FTP_FILE);
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	ftp->total = 0;
	start(ftp, now_ms, LB_FTP_RETR);
	lb_ftp_reply(ftp, 150, "Sending the file (%u bytes).", (unsigned)(info.size_bytes - rest));
}

void lb_ftp_transfer_list(struct lb_ftp *ftp, uint32_t now_ms, const char *path, enum lb_ftp_kind kind)
{
	int error;

	if (needs_listener(ftp))
		return;
	error = ftp->host->list(ftp->ctx, path);
	if (error != 0) {
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	ftp->total = 0;
	start(ftp, now_ms, kind);
	lb_ftp_reply(ftp, 150, "Here it comes.");
}

/* --- start of an upload --- */

struct plan {
	enum lb_ftp_how how; /* with NAME.upload */
	uint32_t size_bytes; /* that it begins with */
	bool from_file;      /* a copy of so much of NAME */
};

/* The table at the top of ftp.h; false: there is nothing to go on with. */
static bool plan_upload(const struct lb_ftp_info *file, const struct lb_ftp_info *part, uint32_t rest, bool append,
                        struct plan *plan)
{
	*plan = (struct plan){LB_FTP_CREATE, 0, false};
	if (append && file != NULL) {
		plan->size_bytes = file->size_bytes;
		plan->from_file = true;
	} else if (part != NULL && (append || (rest != 0 && part->size_bytes == rest))) {
		plan->how = LB_FTP_APPEND;
		plan->size_bytes = part->size_bytes;
	} else if (rest != 0) {
		plan->size_bytes = rest;
		plan->from_file = true;
		return file != NULL && file->size_bytes >= rest;
	}
	return true;
}

static int open_upload(struct lb_ftp *ftp, const struct plan *plan)
{
	int error = ftp->host->open(ftp->ctx, LB_FTP_FILE, ftp->upload, plan->how);

	if (error == 0 && plan->from_file && plan->size_bytes != 0)
		error = ftp->host->open(ftp->ctx, LB_FTP_BASE, ftp->path, LB_FTP_READ);
	if (error != 0) {
		ftp->host->close(ftp->ctx, LB_FTP_FILE);
		ftp->host->close(ftp->ctx, LB_FTP_BASE);
	}
	return error;
}

/* NAME and NAME.upload as they are; a negative errno when NAME cannot be a file. */
static int find_both(struct lb_ftp *ftp, struct lb_ftp_info *file, bool *have_file, struct lb_ftp_info *part,
                     bool *have_part)
{
	int error = ftp->host->stat(ftp->ctx, ftp->path, file);

	*have_file = error == 0;
	if (error == 0 && file->is_folder)
		return -EISDIR_ERROR;
	if (error != 0 && error != -ENOENT_ERROR)
		return error;
	error = ftp->host->stat(ftp->ctx, ftp->upload, part);
	*have_part = error == 0;
	return error == 0 && part->is_folder ? -EISDIR_ERROR : 0;
}

/* The table of ftp.h: what the upload begins with, and whether there is something to go on with. */
void lb_ftp_transfer_store(struct lb_ftp *ftp, uint32_t now_ms, const char *path, bool append)
{
	const uint32_t rest = ftp->rest, announced = ftp->announced;
	struct lb_ftp_info file, part;
	bool have_file = false, have_part = false;
	struct plan plan;
	int error = 0;

	ftp->rest = 0;
	ftp->announced = 0;
	if (needs_listener(ftp))
		return;
	strcpy(ftp->path, path);
	if (strlen(path) + sizeof(LB_FTP_SUFFIX) > sizeof(ftp->upload))
		error = -ENAMETOOLONG_ERROR;
	else
		strcat(strcpy(ftp->upload, path), LB_FTP_SUFFIX);
	if (error == 0)
		error = find_both(ftp, &file, &have_file, &part, &have_part);
	if (error == 0 && !plan_upload(have_file ? &file : NULL, have_part ? &part : NULL, rest, append, &plan)) {
		lb_ftp_reply(ftp, 554, "REST %u: there are only %u bytes.", (unsigned)rest,
		             (unsigned)(have_part ? part.size_bytes :
		                        have_file ? file.size_bytes :
		                                    0));
		return;
	}
	if (error == 0)
		error = open_upload(ftp, &plan);
	if (error != 0) {
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	ftp->announced = announced;
	ftp->base_left = plan.from_file ? plan.size_bytes : 0;
	ftp->total = plan.from_file ? 0 : plan.size_bytes;
	start(ftp, now_ms, LB_FTP_STOR);
	lb_ftp_reply(ftp, 150, "Send the file.");
}

/* --- end --- */

/* Everything is closed and forgotten; the result is that of closing the file. */
static int finish(struct lb_ftp *ftp)
{
	const int error = ftp->host->close(ftp->ctx, LB_FTP_FILE);

	ftp->host->close(ftp->ctx, LB_FTP_BASE);
	ftp->host->list_end(ftp->ctx);
	ftp->host->hang_up(ftp->ctx);
	ftp->kind = LB_FTP_NONE;
	ftp->listening = false;
	ftp->connected = false;
	ftp->announced = 0;
	ftp->base_left = 0;
	return error;
}

/* A copy that was cut says nothing about what the client sent, so only what goes beyond it is worth keeping. */
void lb_ftp_transfer_lose(struct lb_ftp *ftp, int code, const char *why)
{
	const bool upload = ftp->kind == LB_FTP_STOR;
	const bool worth = ftp->base_left == 0 && ftp->total != 0;

	if (finish(ftp) == 0 && upload && worth) {
		lb_ftp_reply(ftp, code, "%s %u bytes are kept as %s.", why, (unsigned)ftp->total, ftp->upload);
		return;
	}
	if (upload)
		ftp->host->remove(ftp->ctx, ftp->upload);
	lb_ftp_reply(ftp, code, "%s", why);
}

/* Reading or writing failed; what was written is of no use. */
static void fail(struct lb_ftp *ftp, int error)
{
	const bool upload = ftp->kind == LB_FTP_STOR;

	finish(ftp);
	if (upload)
		ftp->host->remove(ftp->ctx, ftp->upload);
	lb_ftp_reply_error(ftp, error, upload ? ftp->path : "The transfer");
}

/* NAME.upload becomes NAME only here, and only when nothing announced is missing. */
static void commit(struct lb_ftp *ftp)
{
	int error;

	if (ftp->total < ftp->announced) {
		lb_ftp_transfer_lose(ftp, 426, "The upload is shorter than announced.");
		return;
	}
	error = finish(ftp);
	if (error == 0)
		error = ftp->host->rename(ftp->ctx, ftp->upload, ftp->path);
	if (error == 0)
		lb_ftp_reply(ftp, 226, "Stored, %u bytes.", (unsigned)ftp->total);
	else
		lb_ftp_reply_error(ftp, error, ftp->path);
}

/* --- moving --- */

bool lb_ftp_transfer_awaits_data(const struct lb_ftp *ftp)
{
	return ftp->listening && !ftp->connected;
}

void lb_ftp_transfer_opened(struct lb_ftp *ftp, uint32_t now_ms)
{
	ftp->connected = true;
	ftp->listening = false;
	ftp->moved_ms = now_ms;
}

enum lb_ftp_data lb_ftp_transfer_wants(const struct lb_ftp *ftp)
{
	if (ftp->kind == LB_FTP_NONE || !ftp->connected || ftp->settling)
		return LB_FTP_DATA_NONE;
	if (ftp->kind == LB_FTP_STOR)
		return ftp->base_left == 0 ? LB_FTP_DATA_IN : LB_FTP_DATA_NONE;
	return LB_FTP_DATA_OUT;
}

void lb_ftp_transfer_in(struct lb_ftp *ftp, uint32_t now_ms, const uint8_t *data, size_t size_bytes)
{
	int error;

	if (lb_ftp_transfer_wants(ftp) != LB_FTP_DATA_IN)
		return;
	error = ftp->host->write(ftp->ctx, LB_FTP_FILE, data, size_bytes);
	if (error != 0) {
		fail(ftp, error);
		return;
	}
	ftp->total += (uint32_t)size_bytes;
	ftp->moved_ms = now_ms;
}

static int read_lines(struct lb_ftp *ftp, uint8_t *data, size_t room_bytes)
{
	char name[LB_FTP_PATH_BYTES];
	struct lb_ftp_info info;
	size_t used = 0;
	int got = 1;

	while (room_bytes - used >= LB_FTP_CHUNK_BYTES / 2) {
		got = ftp->host->next(ftp->ctx, name, &info);
		if (got <= 0)
			break;
		used += lb_ftp_text_line(ftp->kind, name, &info, (char *)data + used);
	}
	return got < 0 ? got : (int)used;
}

size_t lb_ftp_transfer_out(struct lb_ftp *ftp, uint32_t now_ms, uint8_t *data, size_t room_bytes)
{
	int got = 0;

	if (lb_ftp_transfer_wants(ftp) != LB_FTP_DATA_OUT || ftp->draining)
		return 0;
	if (ftp->kind == LB_FTP_RETR)
		got = ftp->host->read(ftp->ctx, LB_FTP_FILE, data, room_bytes);
	else
		got = read_lines(ftp, data, room_bytes);
	if (got < 0) {
		fail(ftp, got);
		return 0;
	}
	ftp->draining = got == 0;
	ftp->total += (uint32_t)got;
	ftp->moved_ms = now_ms;
	return (size_t)got;
}

void lb_ftp_transfer_end(struct lb_ftp *ftp, uint32_t now_ms, bool in_order)
{
	const bool upload = ftp->kind == LB_FTP_STOR;

	ftp->connected = false;
	if (ftp->kind == LB_FTP_NONE) {
		ftp->host->hang_up(ftp->ctx);
	} else if (!in_order || (!upload && !ftp->draining)) {
		lb_ftp_transfer_lose(ftp, 426, "The data connection broke.");
	} else if (upload) {
		ftp->settling = true;
		ftp->moved_ms = now_ms;
	} else {
		finish(ftp);
		lb_ftp_reply(ftp, 226, "Sent, %u bytes.", (unsigned)ftp->total);
	}
}

/* --- time --- */

/* A piece of NAME goes to NAME.upload. */
static void copy(struct lb_ftp *ftp, uint32_t now_ms)
{
	uint8_t piece[COPY_BYTES];
	const size_t wanted = ftp->base_left < sizeof(piece) ? ftp->base_left : sizeof(piece);
	const int got = ftp->host->read(ftp->ctx, LB_FTP_BASE, piece, wanted);
	int error = got < 0 ? got : 0;

	if (got == 0) { /* somebody shortened it meanwhile */
		lb_ftp_transfer_lose(ftp, 450, "The file changed meanwhile.");
		return;
	}
	if (error == 0)
		error = ftp->host->write(ftp->ctx, LB_FTP_FILE, piece, (size_t)got);
	if (error != 0) {
		fail(ftp, error);
		return;
	}
	ftp->base_left -= (uint32_t)got;
	ftp->total += (uint32_t)got;
	ftp->moved_ms = now_ms;
	if (ftp->base_left == 0)
		ftp->host->close(ftp->ctx, LB_FTP_BASE);
}

uint32_t lb_ftp_transfer_step(struct lb_ftp *ftp, uint32_t now_ms)
{
	const uint32_t passed_ms = now_ms - ftp->moved_ms;
	uint32_t limit_ms = LB_FTP_STALL_MS;

	if (ftp->base_left != 0) {
		copy(ftp, now_ms);
		return 0;
	}
	if (ftp->settling)
		limit_ms = LB_FTP_SETTLE_MS;
	else if (!ftp->connected)
		limit_ms = LB_FTP_CONNECT_MS;
	if (passed_ms < limit_ms)
		return limit_ms - passed_ms;
	if (ftp->settling)
		commit(ftp);
	else if (ftp->connected)
		lb_ftp_transfer_lose(ftp, 426, "Nothing moved on the data connection for too long.");
	else
		lb_ftp_transfer_lose(ftp, 425, "Nobody opened the data connection.");
	return 0;
}

void lb_ftp_transfer_abort(struct lb_ftp *ftp, const char *why)
{
	if (ftp->kind != LB_FTP_NONE)
		lb_ftp_transfer_lose(ftp, 426, why);
}

void lb_ftp_transfer_close(struct lb_ftp *ftp)
{
	lb_ftp_transfer_abort(ftp, "The session is over.");
	ftp->host->hang_up(ftp->ctx);
	ftp->listening = false;
	ftp->connected = false;
}
