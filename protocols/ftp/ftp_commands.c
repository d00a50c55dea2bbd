#include "protocols/ftp/ftp_commands.h"

#include <stdlib.h>
#include <string.h>

#include "protocols/ftp/ftp_facts.h"
#include "protocols/ftp/ftp_reply.h"
#include "protocols/ftp/ftp_text.h"
#include "protocols/ftp/ftp_transfer.h"

enum { EISDIR_ERROR = 21, ENOTDIR_ERROR = 20, EPERM_ERROR = 1 };
enum { VERB_BYTES = 4, DECIMAL = 10 };

typedef void command_fn(struct lb_ftp *ftp, uint32_t now_ms, const char *argument);

enum {
	ANYBODY = 1,  /* also before the login */
	ANYTIME = 2,  /* also during a transfer */
	ARGUMENT = 4, /* needs one */
	PATH = 8,     /* gets its argument as an absolute path; without one, the current folder */
};

/* --- session --- */

static void do_user(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	ftp->logged_in = false;
	memset(ftp->user, 0, sizeof(ftp->user));
	/* A name too long for a login cannot be the one; cut, it must not become it. */
	if (strlen(argument) < sizeof(ftp->user))
		strcpy(ftp->user, argument);
	lb_ftp_reply(ftp, 331, "The password?");
}

static void do_pass(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	if (ftp->logged_in) {
		lb_ftp_reply(ftp, 503, "You are logged in.");
	} else if (ftp->user[0] == '\0') {
		lb_ftp_reply(ftp, 503, "USER first.");
	} else if (lb_login_matches(ftp->login, ftp->user, argument)) {
		ftp->logged_in = true;
		lb_ftp_reply(ftp, 230, "Welcome.");
	} else {
		ftp->tries++;
		ftp->punished = true;
		ftp->since_ms = now_ms;
	}
}

static void do_quit(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_transfer_close(ftp);
	lb_ftp_reply(ftp, 221, "Goodbye.");
	ftp->ended = true;
}

static void do_noop(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_reply(ftp, 200, "OK.");
}

static void do_syst(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_reply(ftp, 215, "UNIX Type: L8");
}

static void do_feat(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_reply_put(ftp, "211-Features:\r\n EPSV\r\n MDTM\r\n MFMT\r\n MLST type*;size*;modify*;\r\n PASV\r\n REST "
	                      "STREAM\r\n SITE CHMOD\r\n SIZE\r\n"
	                      " TVFS\r\n UTF8\r\n211 End\r\n");
}

static void do_opts(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	if (lb_ftp_text_is_word("UTF8", argument, 4))
		lb_ftp_reply(ftp, 200, "Names are UTF-8.");
	else if (lb_ftp_text_is_word("MLST", argument, 4))
		lb_ftp_reply(ftp, 200, "MLST OPTS type;size;modify;");
	else
		lb_ftp_reply(ftp, 501, "No such option.");
}

static void do_stat(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	if (argument[0] != '\0') {
		lb_ftp_reply(ftp, 504, "STAT of a path: use MLST or LIST.");
		return;
	}
	lb_ftp_reply_put(ftp, "211-Lifeboat\r\n");
	if (ftp->kind != LB_FTP_NONE)
		lb_ftp_reply_put(ftp, " A transfer is under way, %u bytes so far.\r\n", (unsigned)ftp->total);
	lb_ftp_reply(ftp, 211, "End");
}

static void do_help(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_reply(ftp, 214,
	             "ABOR ALLO APPE CDUP CWD DELE EPSV FEAT HELP LIST MDTM MFMT MKD MLSD MLST MODE NLST NOOP OPTS "
	             "PASS PASV PWD QUIT REST RETR RMD RNFR RNTO SITE SIZE STAT STOR STRU SYST TYPE USER");
}

/* --- parameters of transfers --- */

static void do_type(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	if (strchr("AaIiLl", argument[0]) != NULL)
		lb_ftp_reply(ftp, 200, "Bytes are carried as they are.");
	else
		lb_ftp_reply(ftp, 504, "TYPE is A or I.");
}

static void do_stru(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	lb_ftp_reply(ftp, lb_ftp_text_is_word("F", argument, strlen(argument)) ? 200 : 504, "STRU is F.");
}

static void do_mode(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	lb_ftp_reply(ftp, lb_ftp_text_is_word("S", argument, strlen(argument)) ? 200 : 504, "MODE is S.");
}

/* A decimal number that fills the argument, or is followed by a blank. */
static bool number(const char *argument, uint32_t *value)
{
	char *end;
	const unsigned long long got = strtoull(argument, &end, DECIMAL);

	if (argument[0] < '0' || argument[0] > '9' || (*end != '\0' && *end != ' ') || got > UINT32_MAX)
		return false;
	*value = (uint32_t)got;
	return true;
}

static void do_rest(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	if (number(argument, &ftp->rest))
		lb_ftp_reply(ftp, 350, "RETR or STOR begins at byte %u.", (unsigned)ftp->rest);
	else
		lb_ftp_reply(ftp, 501, "REST wants a number of bytes.");
}

static void do_allo(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	if (number(argument, &ftp->announced))
		lb_ftp_reply(ftp, 200, "%u bytes are expected.", (unsigned)ftp->announced);
	else
		lb_ftp_reply(ftp, 501, "ALLO wants a number of bytes.");
}

static bool listen_anew(struct lb_ftp *ftp, uint32_t *ip, uint16_t *port)
{
	ftp->host->hang_up(ftp->ctx);
	ftp->connected = false;
	ftp->listening = ftp->host->listen(ftp->ctx, ip, port) == 0;
	if (!ftp->listening)
		lb_ftp_reply(ftp, 425, "No connection is free; try again.");
	return ftp->listening;
}

static void do_pasv(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	uint32_t ip;
	uint16_t port;

	(void)now_ms;
	(void)argument;
	if (listen_anew(ftp, &ip, &port))
		lb_ftp_reply(ftp, 227, "Entering Passive Mode (%u,%u,%u,%u,%u,%u)", (unsigned)(ip >> 24),
		             (unsigned)(ip >> 16 & 255), (unsigned)(ip >> 8 & 255), (unsigned)(ip & 255), port >> 8u,
		             port & 255u);
}

static void do_epsv(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	uint32_t ip;
	uint16_t port;

	(void)now_ms;
	if (lb_ftp_text_is_word("ALL", argument, strlen(argument)))
		lb_ftp_reply(ftp, 200, "EPSV it is.");
	else if (argument[0] != '\0' && strcmp(argument, "1") != 0)
		lb_ftp_reply(ftp, 522, "Only IPv4 (1).");
	else if (listen_anew(ftp, &ip, &port))
		lb_ftp_reply(ftp, 229, "Entering Extended Passive Mode (|||%u|)", (unsigned)port);
}

static void do_port(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_reply(ftp, 502, "The module opens no connections: use PASV or EPSV (a passive client).");
}

/* --- transfers --- */

static void do_retr(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	lb_ftp_transfer_retrieve(ftp, now_ms, path);
}

static void do_stor(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	lb_ftp_transfer_store(ftp, now_ms, path, false);
}

static void do_appe(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	lb_ftp_transfer_store(ftp, now_ms, path, true);
}

/* LIST and NLST may have options as ls has, before the path. */
static void list(struct lb_ftp *ftp, uint32_t now_ms, const char *argument, enum lb_ftp_kind kind)
{
	char path[LB_FTP_PATH_BYTES];
	int error;

	while (argument[0] == '-') {
		argument += strcspn(argument, " ");
		argument += strspn(argument, " ");
	}
	error = lb_ftp_text_path(ftp->folder, argument, path);
	if (error != 0)
		lb_ftp_reply_error(ftp, error, argument);
	else
		lb_ftp_transfer_list(ftp, now_ms, path, kind);
}

static void do_list(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	list(ftp, now_ms, argument, LB_FTP_LIST);
}

static void do_nlst(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	list(ftp, now_ms, argument, LB_FTP_NLST);
}

static void do_mlsd(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	lb_ftp_transfer_list(ftp, now_ms, path, LB_FTP_MLSD);
}

static void do_abor(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	lb_ftp_transfer_abort(ftp, "Aborted.");
	lb_ftp_reply(ftp, 226, "Nothing is under way.");
}

/* --- files and folders --- */

static void reply_result(struct lb_ftp *ftp, int error, const char *path)
{
	if (error != 0)
		lb_ftp_reply_error(ftp, error, path);
	else
		lb_ftp_reply(ftp, 250, "Done.");
}

static void reply_folder(struct lb_ftp *ftp, const char *path, const char *after)
{
	lb_ftp_reply_put(ftp, "257 \"");
	for (; *path != '\0'; path++)
		lb_ftp_reply_put(ftp, *path == '"' ? "%c%c" : "%c", *path, *path);
	lb_ftp_reply_put(ftp, "\"%s\r\n", after);
}

static void do_pwd(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	(void)now_ms;
	(void)argument;
	reply_folder(ftp, ftp->folder, "");
}

/* 0, or an error: what is not there and what is no folder. */
static int find_folder(struct lb_ftp *ftp, const char *path)
{
	struct lb_ftp_info info;
	const int error = ftp->host->stat(ftp->ctx, path, &info);

	return error == 0 && !info.is_folder ? -ENOTDIR_ERROR : error;
}

static void do_cwd(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	const int error = find_folder(ftp, path);

	(void)now_ms;
	if (error == 0)
		strcpy(ftp->folder, path);
	reply_result(ftp, error, path);
}

static void do_cdup(struct lb_ftp *ftp, uint32_t now_ms, const char *argument)
{
	char path[LB_FTP_PATH_BYTES];

	(void)argument;
	lb_ftp_text_path(ftp->folder, "..", path);
	do_cwd(ftp, now_ms, path);
}

/* Some file systems remove folders and files by one call; here each has a command of its own. */
static void do_dele(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	struct lb_ftp_info info;
	int error = ftp->host->stat(ftp->ctx, path, &info);

	(void)now_ms;
	if (error == 0 && info.is_folder)
		error = -EISDIR_ERROR;
	if (error == 0)
		error = ftp->host->remove(ftp->ctx, path);
	reply_result(ftp, error, path);
}

static void do_rmd(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	int error = find_folder(ftp, path);

	(void)now_ms;
	if (error == 0)
		error = ftp->host->remove_folder(ftp->ctx, path);
	reply_result(ftp, error, path);
}

static void do_mkd(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	const int error = ftp->host->make_folder(ftp->ctx, path);

	(void)now_ms;
	if (error != 0)
		lb_ftp_reply_error(ftp, error, path);
	else
		reply_folder(ftp, path, " was made.");
}

static void do_rnfr(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	struct lb_ftp_info info;
	const int error = ftp->host->stat(ftp->ctx, path, &info);

	(void)now_ms;
	if (error != 0) {
		lb_ftp_reply_error(ftp, error, path);
		return;
	}
	strcpy(ftp->rename_from, path);
	lb_ftp_reply(ftp, 350, "RNTO says the new name.");
}

/* A name is forgotten whatever comes of it, so that RNTO never renames what an older RNFR named. */
static void do_rnto(struct lb_ftp *ftp, uint32_t now_ms, const char *path)
{
	int error;

	(void)now_ms;
	if (ftp->rename_from[0] == '\0') {
		lb_ftp_reply(ftp, 503, "RNFR first.");
		return;
	}
	error = ftp->host->rename(ftp->ctx, ftp->rename_from, path);
	ftp->rename_from[0] = '\0';
	if (error == -EPERM_ERROR)
		lb_ftp_reply(ftp, 553, "%s: not from one file system to another.", path);
	else
		reply_result(ftp, error, path);
}

/* --- the table --- */

static const struct {
	char verb[VERB_BYTES + 1];
	uint8_t flags;
	command_fn *run;
} commands[] = {
	{"ABOR", ANYTIME, do_abor},
	{"ALLO", ARGUMENT, do_allo},
	{"APPE", ARGUMENT | PATH, do_appe},
	{"CDUP", 0, do_cdup},
	{"CWD", PATH, do_cwd},
	{"DELE", ARGUMENT | PATH, do_dele},
	{"EPRT", 0, do_port},
	{"EPSV", 0, do_epsv},
	{"FEAT", ANYBODY, do_feat},
	{"HELP", ANYBODY, do_help},
	{"LIST", 0, do_list},
	{"MDTM", ARGUMENT | PATH, lb_ftp_facts_mdtm},
	{"MFMT", ARGUMENT, lb_ftp_facts_mfmt},
	{"MKD", ARGUMENT | PATH, do_mkd},
	{"MLSD", PATH, do_mlsd},
	{"MLST", PATH, lb_ftp_facts_mlst},
	{"MODE", ARGUMENT, do_mode},
	{"NLST", 0, do_nlst},
	{"NOOP", ANYBODY | ANYTIME, do_noop},
	{"OPTS", ANYBODY | ARGUMENT, do_opts},
	{"PASS", ANYBODY, do_pass},
	{"PASV", 0, do_pasv},
	{"PORT", 0, do_port},
	{"PWD", 0, do_pwd},
	{"QUIT", ANYBODY, do_quit},
	{"REST", ARGUMENT, do_rest},
	{"RETR", ARGUMENT | PATH, do_retr},
	{"RMD", ARGUMENT | PATH, do_rmd},
	{"RNFR", ARGUMENT | PATH, do_rnfr},
	{"RNTO", ARGUMENT | PATH, do_rnto},
	{"SITE", ARGUMENT, lb_ftp_facts_site},
	{"SIZE", ARGUMENT | PATH, lb_ftp_facts_size},
	{"STAT", ANYTIME, do_stat},
	{"STOR", ARGUMENT | PATH, do_stor},
	{"STRU", ARGUMENT, do_stru},
	{"SYST", ANYBODY, do_syst},
	{"TYPE", ARGUMENT, do_type},
	{"USER", ANYBODY | ARGUMENT, do_user},
	{"XCUP", 0, do_cdup},
	{"XCWD", PATH, do_cwd},
	{"XMKD", ARGUMENT | PATH, do_mkd},
	{"XPWD", 0, do_pwd},
	{"XRMD", ARGUMENT | PATH, do_rmd},
};

/* What a command needs is in its flags, so that no command checks it by itself. */
static void run(struct lb_ftp *ftp, uint32_t now_ms, size_t command, const char *argument)
{
	const uint8_t flags = commands[command].flags;
	char path[LB_FTP_PATH_BYTES];
	int error = 0;

	if (!ftp->logged_in && (flags & ANYBODY) == 0) {
		lb_ftp_reply(ftp, 530, "USER and PASS first.");
		return;
	}
	if ((flags & ARGUMENT) != 0 && argument[0] == '\0') {
		lb_ftp_reply(ftp, 501, "%s wants something after it.", commands[command].verb);
		return;
	}
	if ((flags & PATH) != 0)
		error = lb_ftp_text_path(ftp->folder, argument, path);
	if (error != 0)
		lb_ftp_reply_error(ftp, error, "The path");
	else
		commands[command].run(ftp, now_ms, (flags & PATH) != 0 ? path : argument);
}

bool lb_ftp_commands_run(struct lb_ftp *ftp, uint32_t now_ms)
{
	const size_t verb_bytes = strcspn(ftp->line, " ");
	const char *argument = ftp->line + verb_bytes + (ftp->line[verb_bytes] == ' ');

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!lb_ftp_text_is_word(commands[i].verb, ftp->line, verb_bytes))
			continue;
		if (ftp->kind != LB_FTP_NONE && (commands[i].flags & ANYTIME) == 0)
			return false;
		run(ftp, now_ms, i, argument);
		return true;
	}
	lb_ftp_reply(ftp, ftp->logged_in ? 502 : 530,
	             ftp->logged_in ? "No such command; see HELP." : "USER and PASS first.");
	return true;
}
