/* `lifeboat repl` */
#include "host/client/port_open.h"
#include "host/commands/commands.h"
#include "host/terminal/attach.h"

enum { PORT };

/* The module's own control socket where it is on this machine, else whatever port has the name. */
static enum lb_exit run(const struct lb_args *args)
{
	static struct lb_attach attach;
	const char *name;

	if (!lb_args_port(args, args->values[PORT], &name))
		return LB_EXIT_USAGE;
	bool opened = name != NULL ? lb_attach_open_port(&attach, name) : lb_attach_open_module(&attach, args->dir);
	enum lb_attach_end end = opened ? lb_attach_run(&attach, false) : LB_ATTACH_FAILED;
	lb_attach_close(&attach);
	if (end == LB_ATTACH_FAILED)
		return lb_args_failed("%s", attach.reason);
	if (end != LB_ATTACH_STOPPED)
		return LB_EXIT_DONE;
	if (name != NULL)
		return lb_args_failed("%s: the connection ended", lb_port_plain_name(name));
	return lb_args_failed("the module in %s stopped: start it with 'lifeboat run'", args->dir);
}

const struct lb_command lb_cmd_repl = {
	.name = "repl",
	.usage = "[--port PORT]",
	.summary = "attach this terminal to a running module (Ctrl-] leaves)",
	.help = "Attaches this terminal to uart0 of a running module; Ctrl-] or Ctrl-X leaves, and the module goes\n"
			"on. In a pipe, standard input is what is typed; at its end, as soon as the module is at its REPL\n"
			"and was silent for half a second (at a port: was silent for two seconds), repl ends.\n",
	.example = "lifeboat repl",
	.options = {[PORT] = LB_ARGS_PORT},
	.run = run,
};
