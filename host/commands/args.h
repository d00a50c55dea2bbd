/* The command line: words, options and what to say about wrong ones.
 *
 * Each command describes itself by a struct lb_command; lb_args_parse holds the arguments against it, so that a
 * command's function sees only what is well-formed. Everything wrong is answered here by one line on stderr.
 */
#ifndef LB_COMMANDS_ARGS_H
#define LB_COMMANDS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

enum lb_exit { LB_EXIT_DONE = 0, LB_EXIT_FAILED = 1, LB_EXIT_USAGE = 2 };
enum { LB_ARGS_WORDS = 10, LB_ARGS_OPTIONS = 8, LB_ARGS_MANY = 8 };

struct lb_arg_option {
	const char *name;  /* "--timeout"; NULL ends the list */
	const char *value; /* what its value is called, "S"; NULL: it takes none */
	bool many;         /* may be given up to LB_ARGS_MANY times; one option of a command at most */
};

struct lb_args {
	const char *dir; /* the module's folder */
	bool dir_given;  /* by -d, not by the environment or default */
	const char *words[LB_ARGS_WORDS];
	size_t word_count;
	const char *values[LB_ARGS_OPTIONS]; /* by the option's place in the command; NULL: not given; a flag's is "" */
	const char *many[LB_ARGS_MANY];      /* all values of the option that may be given many times, as they came */
	size_t many_count;
};

struct lb_command {
	const char *name;
	const char *usage;   /* what follows the name: "NAME [high|low|float]" */
	const char *summary; /* one line for the list of commands */
	const char *help;    /* more about it, whole lines */
	const char *example;
	struct lb_arg_option options[LB_ARGS_OPTIONS + 1];
	size_t words_min;
	size_t words_max; /* at most LB_ARGS_WORDS */
	enum lb_exit (*run)(const struct lb_args *args);
};

enum lb_parsed { LB_PARSED_RUN, LB_PARSED_HELP, LB_PARSED_WRONG };

/* args->dir is set before by the caller and replaced by -d. argv is what follows the command's name. */
enum lb_parsed lb_args_parse(const struct lb_command *command, int argc, char **argv, struct lb_args *args);

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
