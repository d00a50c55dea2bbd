#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "host/commands/catalog.h"

_Noreturn void lb_assert_failed(unsigned place)
{
	fprintf(stderr, "lifeboat: assertion %u (docs/assertions.md)\n", place);
	abort();
}

static void print_help(void)
{
	printf("Lifeboat " LB_VERSION ": " LB_CATALOG_SUMMARY "\n\n"
	       "usage: lifeboat [-d DIR] COMMAND ...\n\n");
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++) {
		printf("  %-7s%-23s %s\n", lb_catalog[i]->name,
		       strlen(lb_catalog[i]->usage) > 22 ? "..." : lb_catalog[i]->usage, lb_catalog[i]->summary);
	}
	printf("\n  -d DIR         " LB_ARGS_FOLDER_HELP
	       "\n  --help         this text; 'lifeboat COMMAND --help' for more about one\n"
	       "  --version      the version\n\n"
	       "Exit codes: 0 done, 1 failed (a line on stderr says why), 2 wrong usage.\n\n"
	       "Example, a safe boot: hold P12 to 3V3, press reset, let go within 3 s:\n"
	       "  lifeboat pin P12 high; lifeboat reset; sleep 1; lifeboat pin P12 low; lifeboat wait repl\n");
}

static enum lb_exit unknown_command(const char *typed)
{
	const char *names[LB_CATALOG_COUNT + 1] = {NULL};

	for (size_t i = 0; i < LB_CATALOG_COUNT; i++)
		names[i] = lb_catalog[i]->name;
	const char *nearest = lb_args_nearest(typed, names);
	if (nearest != NULL)
		return lb_args_wrong("unknown command '%s': did you mean %s?", typed, nearest);
	return lb_args_wrong("unknown command '%s': 'lifeboat --help' lists them", typed);
}

static const char *default_folder(void)
{
	const char *folder = getenv("LIFEBOAT_DIR");

	return folder != NULL && folder[0] != '\0' ? folder : "./module";
}

static enum lb_exit run_command(const char *name, int argc, char **argv, struct lb_args *args)
{
	const struct lb_command *command = lb_catalog_find(name);

	if (command == NULL)
		return unknown_command(name);
	switch (lb_args_parse(command, argc, argv, args)) {
	case LB_PARSED_HELP: lb_args_print_help(command); return LB_EXIT_DONE;
	case LB_PARSED_RUN: return lb_args_run(command, args);
	case LB_PARSED_WRONG:
	default: return LB_EXIT_USAGE;
	}
}

/* Output that could not be written, to a full disk say, is a failure too. */
static enum lb_exit flush_output(enum lb_exit result)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && result == LB_EXIT_DONE)
		return lb_args_failed("cannot write to standard output");
	return result;
}

/* -d may stand before the command too, and that is all that may. */
static enum lb_exit run_line(int argc, char **argv)
{
	struct lb_args args = {.dir = default_folder()};
	int at = 1;

	while (at < argc && strncmp(argv[at], "-d", 2) == 0) {
		args.dir = argv[at][2] != '\0' ? argv[at] + 2 : argv[at + 1];
		at += argv[at][2] != '\0' ? 1 : 2;
		if (args.dir == NULL || args.dir[0] == '\0')
			return lb_args_wrong("-d takes the folder of a module: -d DIR");
		args.dir_given = true;
	}
	if (at >= argc)
		return lb_args_wrong("no command: 'lifeboat --help' lists them");
	if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 || strcmp(argv[at], "help") == 0) {
		print_help();
		return flush_output(LB_EXIT_DONE);
	}
	if (strcmp(argv[at], "--version") == 0) {
		printf("Lifeboat " LB_VERSION "\n");
		return flush_output(LB_EXIT_DONE);
	}
	if (argv[at][0] == '-')
		return lb_args_wrong("unknown option '%s': 'lifeboat --help' lists them", argv[at]);
	return flush_output(run_command(argv[at], argc - at - 1, argv + at + 1, &args));
}

int main(int argc, char **argv)
{
	return (int)run_line(argc, argv);
}
