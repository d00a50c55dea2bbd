#include "host/commands/run_program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/client/host_time.h"
#include "host/client/waiting.h"
#include "host/client/watch.h"
#include "host/commands/rig.h"
#include "host/commands/stop.h"

enum { POLL_MS = 5, ENTER_MS = 5000 };

/* sys.exit() would end the raw REPL, and its value be lost. A module that stands in for another board has none that is
 * called lifeboat. */
static const char head[] = "try:\n getattr(__import__('lifeboat'),'run',exec)(";
static const char stand_in_head[] = "try:\n __import__('_board').run(";
static const char tail[] = ")\nexcept SystemExit as e:\n if e.args and e.args[0]:raise Exception('exit',e.args[0])\n";
static const char own_line[] = "  File \"<stdin>\", line 2, in <module>\r\n"; /* of a traceback: the head's */
static const char exit_mark[] = "Exception: ('exit', ";

/* All of standard input, to be freed; NULL after a line. */
static char *read_program(size_t *size_bytes)
{
	char *program = malloc(LB_RUN_PROGRAM_BYTES + 1);
	ssize_t count = 1;

	*size_bytes = 0;
	while (program != NULL && count > 0 && *size_bytes <= LB_RUN_PROGRAM_BYTES && lb_stop_signal == 0) {
		count = read(STDIN_FILENO, program + *size_bytes, LB_RUN_PROGRAM_BYTES + 1 - *size_bytes);
		if (count < 0 && errno == EINTR)
			count = 1;
		else if (count > 0)
			*size_bytes += (size_t)count;
	}
	if (program != NULL && count == 0 && *size_bytes <= LB_RUN_PROGRAM_BYTES)
		return program;
	if (program == NULL || count < 0)
		lb_args_failed("standard input cannot be read: %s", strerror(errno));
	else if (count > 0 && lb_stop_signal == 0)
		lb_args_failed("the program is too long: %d KiB at most", LB_RUN_PROGRAM_BYTES / 1024);
	free(program);
	return NULL;
}

/* To be freed. */
static char *make_code(const char *program, size_t size_bytes, bool stands_in)
{
	const char *begin = stands_in ? stand_in_head : head;
	size_t used = strlen(begin);
	char *code = malloc(used + LB_RAWREPL_LITERAL_BYTES(size_bytes) + sizeof(tail));

	if (code == NULL)
		return NULL;
	memcpy(code, begin, used);
	used += lb_rawrepl_literal(program, size_bytes, code + used);
	memcpy(code + used, tail, sizeof(tail));
	return code;
}

/* Scripts that end are waited for; those that are what the image is there for make room. */
static bool get_in(struct lb_rig *rig)
{
	bool there;

	lb_waiting_start("the module to be at its REPL", 0);
	do
		there = lb_rig_poll(rig, POLL_MS);
	while (there && !lb_view_is_in(&rig->view, "repl") && !lb_view_is_up(&rig->view, lb_host_now_ms()));
	lb_waiting_end();
	return there && lb_repl_enter(&rig->port, ENTER_MS) == 0;
}

/* MicroPython ends its lines for a terminal. */
static void show(char byte)
{
	static bool held; /* a carriage return, until what comes next is known */

	if (held && byte != '\n')
		putchar('\r');
	held = byte == '\r';
	if (!held)
		putchar(byte);
	if (byte == '\n')
		fflush(stdout);
}

static enum lb_exit report(struct lb_rawrepl *answer)
{
	const char *exited = strstr(answer->traceback, exit_mark);
	const char *own = strstr(answer->traceback, own_line);

	if (answer->traceback[0] == '\0')
		return LB_EXIT_DONE;
	if (exited != NULL) {
		exited += sizeof(exit_mark) - 1;
		return lb_args_failed("the program ended by sys.exit(%.*s)", (int)strcspn(exited, ")\r\n"), exited);
	}
	for (const char *at = answer->traceback; *at != '\0'; at++)
		if (at == own)
			at += sizeof(own_line) - 2;
		else if (*at != '\r')
			fputc(*at, stderr);
	return LB_EXIT_FAILED;
}

static enum lb_exit run_code(struct lb_rig *rig, const char *code)
{
	struct lb_rawrepl answer;
	struct lb_watch watch;
	int error;

	if (!get_in(rig))
		return lb_stop_signal != 0 ?
		           LB_EXIT_FAILED :
		           lb_args_failed("the program did not run: the module's scripts cannot be interrupted");
	lb_watch_start(&watch, rig->dir, &rig->port);
	lb_watch_hold_boot(&watch);
	error = lb_repl_paste_shown(&rig->port, code, &answer, show);
	fflush(stdout);
	if (error != 0 && lb_stop_signal == 0)
		lb_args_failed("the program did not end: %s", lb_watch_why(&watch));
	lb_watch_end(&watch, &rig->port);
	return error == 0 ? report(&answer) : LB_EXIT_FAILED;
}

enum lb_exit lb_run_program(const char *dir, bool stands_in)
{
	struct lb_rig rig = {.stop = &lb_stop_signal};
	char reason[LB_TREE_REASON_BYTES];
	size_t size_bytes;
	char *program, *code;
	enum lb_exit result;
	sigset_t none;

	lb_stop_catch_signals();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	program = read_program(&size_bytes);
	if (program == NULL)
		return LB_EXIT_FAILED;
	code = make_code(program, size_bytes, stands_in);
	free(program);
	if (code == NULL)
		return lb_args_failed("no memory for the program");
	result = lb_rig_join(&rig, dir, reason) ? run_code(&rig, code) : lb_args_failed("%s", reason);
	lb_rig_part(&rig);
	free(code);
	return result;
}
