/* The command line: words, options and what to say about wrong ones.
 *
 * Each command describes itself by a struct lb_command; lb_args_parse compares the arguments with it, so that a
 * command's function sees only what is well-formed. Everything wrong is answered here by one line on stderr.
 */
#ifndef LB_COMMANDS_ARGS_H
#define LB_COMMANDS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

enum lb_exit { LB_EXIT_DONE = 0, LB_EXIT_FAILED = 1, LB_EXIT_USAGE = 2 };
enum { LB_ARGS_WORDS = 100, LB_ARGS_OPTIONS = 20, LB_ARGS_MANY = 32, LB_ARGS_PARTS = 8 };

struct lb_arg_option {
	const char *name;  /* "--timeout"; NULL ends the list */
	const char *value; /* what its value is called, "S"; NULL: it has none */
	const char *help;  /* lines, without the last line end */
};

struct lb_arg_value {
	size_t place; /* of its option in the command */
	const char *text;
};

struct lb_args {
	const char *dir; /* the module's folder */
	bool dir_given;  /* by -d, not by the environment or default */
	const char *words[LB_ARGS_WORDS];
	size_t word_count;
	const char *values[LB_ARGS_OPTIONS];    /* by the option's place in the command; NULL: not given; a flag's is "" */
	struct lb_arg_value many[LB_ARGS_MANY]; /* all values of the options that may be given many times, as they came */
	size_t many_count;
};

/* One of several things that a command does, by its first word: `image sign`. */
struct lb_arg_part {
	const char *name;
	const char *usage;
	size_t words_min; /* the name counts */
	size_t words_max;
	unsigned options; /* those of the command that it has: bits by their places */
	enum lb_exit (*run)(const struct lb_args *args);
};

struct lb_command {
	const char *name;
	const char *usage;   /* what follows the name: "NAME [high|low|float]" */
	const char *summary; /* one line for the list of commands */
	const char *help;    /* more about it, whole lines; the options follow by themselves */
	const char *example;
	struct lb_arg_option options[LB_ARGS_OPTIONS + 1];
	unsigned many; /* those that may be given again and again, LB_ARGS_MANY times in all: bits by their places */
	size_t words_min;
	size_t words_max;                                /* at most LB_ARGS_WORDS */
	enum lb_exit (*run)(const struct lb_args *args); /* NULL: that of the part */
	const struct lb_arg_part *parts;                 /* LB_ARGS_PARTS at most; NULL: none */
	size_t part_count;
};

#define LB_ARGS_FOLDER_HELP "the module's folder (default: $LIFEBOAT_DIR, else ./module)"

/* For commands that also work on a module elsewhere: the option, and its value. */
#define LB_ARGS_PORT                                                                              \
	{                                                                                             \
		"--port", "PORT",                                                                         \
			"a module somewhere else: a serial port such as /dev/ttyUSB0, rfc2217://HOST:PORT,\n" \
			"socket://HOST:PORT, or telnet://USER:PASSWORD@HOST:PORT"                             \
	}
/* *name NULL: there is none. False, after one line, when a folder was given as well. */
bool lb_args_port(const struct lb_args *args, const char *value, const char **name);

enum lb_parsed { LB_PARSED_RUN, LB_PARSED_HELP, LB_PARSED_WRONG };

/* args->dir is set before by the caller and replaced by -d. argv is what follows the command's name. */
enum lb_parsed lb_args_parse(const struct lb_command *command, int argc, char **argv, struct lb_args *args);
/* Runs what was parsed. */
enum lb_exit lb_args_run(const struct lb_command *command, const struct lb_args *args);
/* What --help prints: usage, help, options and example. */
void lb_args_print_help(const struct lb_command *command);

/* "lifeboat: " and one line on stderr; returns LB_EXIT_USAGE and LB_EXIT_FAILED, so that callers can return it. */
enum lb_exit lb_args_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum lb_exit lb_args_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The one of the words (ended by NULL) that was most likely meant by a mistyped one; NULL when none is near. */
const char *lb_args_nearest(const char *typed, const char *const words[]);

/* Is typed one of the words? If not: one line with the nearest or the list of them, and false. what is "level". */
bool lb_args_one_of(const char *what, const char *typed, const char *const words[]);

/* A number within [min, max]; false, after one line on stderr, when text is none. what is "--clock". */
bool lb_args_whole_number(const char *what, const char *text, long min, long max, long *number);
/* Seconds such as 30 or 0.5, as milliseconds, at least 1. */
bool lb_args_seconds(const char *what, const char *text, long *time_ms);

#endif
