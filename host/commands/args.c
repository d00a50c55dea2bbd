#include "host/commands/args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(const char *format, va_list values)
{
	fputs("lifeboat: ", stderr);
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
}

enum lb_exit lb_args_wrong(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	complain(format, values);
	va_end(values);
	return LB_EXIT_USAGE;
}

enum lb_exit lb_args_failed(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	complain(format, values);
	va_end(values);
	return LB_EXIT_FAILED;
}

static char lower(char letter)
{
	return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t least_two = a < b ? a : b;

	return least_two < c ? least_two : c;
}

/* How many letters must be added, removed or changed, upper and lower case being the same. */
static size_t distance(const char *from, const char *to)
{
	enum { WORD_MAX = 32 };
	size_t row[WORD_MAX + 1];
	size_t to_size = strlen(to);

	if (to_size > WORD_MAX || strlen(from) > WORD_MAX)
		return WORD_MAX;
	for (size_t i = 0; i <= to_size; i++)
		row[i] = i;
	for (size_t j = 1; from[j - 1] != '\0'; j++) {
		size_t diagonal = row[0];
		row[0] = j;
		for (size_t i = 1; i <= to_size; i++) {
			size_t change = diagonal + (lower(from[j - 1]) != lower(to[i - 1]));
			diagonal = row[i];
			row[i] = least(row[i] + 1, row[i - 1] + 1, change);
		}
	}
	return row[to_size];
}

const char *lb_args_nearest(const char *typed, const char *const words[])
{
	const char *nearest = NULL;
	size_t best = strlen(typed) > 4 ? 3 : 2;

	for (size_t i = 0; words[i] != NULL; i++) {
		size_t here = distance(typed, words[i]);
		if (here < best && here < strlen(words[i])) {
			best = here;
			nearest = words[i];
		}
	}
	return nearest;
}

bool lb_args_one_of(const char *what, const char *typed, const char *const words[])
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(typed, words[i]) == 0)
			return true;
	char list[256] = "";
	for (size_t i = 0, used = 0; words[i] != NULL && used < sizeof(list); i++) {
		const char *joint = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", joint, words[i]);
	}
	lb_args_wrong("unknown %s '%s': it is %s", what, typed, list);
	return false;
}

bool lb_args_whole_number(const char *what, const char *text, long min, long max, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	bool digits_only = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
	if (!digits_only || *end != '\0' || *number < min || *number > max) {
		lb_args_wrong("%s takes a whole number from %ld to %ld, not '%s'", what, min, max, text);
		return false;
	}
	return true;
}

bool lb_args_seconds(const char *what, const char *text, long *time_ms)
{
	const double longest_s = 1e6;
	char *end;
	double seconds = strtod(text, &end);
	bool plain = text[0] != '\0' && text[strspn(text, "0123456789.")] == '\0';

	if (!plain || *end != '\0' || seconds < 0.001 || seconds > longest_s) {
		lb_args_wrong("%s takes seconds from 0.001 to 1000000, not '%s'", what, text);
		return false;
	}
	*time_ms = (long)(seconds * 1000.0 + 0.5);
	return true;
}

/* One line for a mistyped option, with the nearest that there is. */
static enum lb_parsed wrong_option(const struct lb_command *command, const char *typed)
{
	const char *names[LB_ARGS_OPTIONS + 3];
	size_t count = 0;

	for (size_t i = 0; command->options[i].name != NULL; i++)
		names[count++] = command->options[i].name;
	names[count++] = "--help";
	names[count] = NULL;
	const char *nearest = lb_args_nearest(typed, names);
	if (nearest != NULL)
		lb_args_wrong("%s has no option '%s': did you mean %s?", command->name, typed, nearest);
	else
		lb_args_wrong("%s has no option '%s': see 'lifeboat %s --help'", command->name, typed, command->name);
	return LB_PARSED_WRONG;
}

struct cursor {
	int argc;
	char **argv;
	int at; /* the argument being parsed; a value of its own moves it on */
};

/* "-d DIR" and "-dDIR"; NULL after a complaint. */
static const char *folder_of(struct cursor *cursor)
{
	const char *folder = cursor->argv[cursor->at] + 2;

	if (*folder == '\0' && cursor->at + 1 < cursor->argc)
		folder = cursor->argv[++cursor->at];
	if (*folder == '\0') {
		lb_args_wrong("-d takes the folder of a module: -d DIR");
		return NULL;
	}
	return folder;
}

static enum lb_parsed parse_value(const struct lb_command *command, size_t place, const char *value,
                                  struct lb_args *args)
{
	const char *name = command->options[place].name;

	args->values[place] = value;
	if ((command->many & 1u << place) == 0)
		return LB_PARSED_RUN;
	if (args->many_count == LB_ARGS_MANY) {
		lb_args_wrong("%s can be given %d times at most", name, (int)LB_ARGS_MANY);
		return LB_PARSED_WRONG;
	}
	args->many[args->many_count++] = (struct lb_arg_value){place, value};
	return LB_PARSED_RUN;
}

/* "--clock 4" and "--clock=4" are the same. */
static enum lb_parsed parse_long(const struct lb_command *command, struct cursor *cursor, struct lb_args *args)
{
	const char *typed = cursor->argv[cursor->at];
	size_t name_size = strcspn(typed, "=");

	for (size_t i = 0; command->options[i].name != NULL; i++) {
		const struct lb_arg_option *option = &command->options[i];
		if (strlen(option->name) != name_size || strncmp(option->name, typed, name_size) != 0)
			continue;
		bool has_value = typed[name_size] == '=';
		if (option->value == NULL && has_value) {
			lb_args_wrong("%s takes no value", option->name);
			return LB_PARSED_WRONG;
		}
		if (option->value == NULL) {
			args->values[i] = "";
		} else if (has_value) {
			return parse_value(command, i, typed + name_size + 1, args);
		} else if (cursor->at + 1 < cursor->argc) {
			return parse_value(command, i, cursor->argv[++cursor->at], args);
		} else {
			lb_args_wrong("%s needs a value: %s %s", option->name, option->name, option->value);
			return LB_PARSED_WRONG;
		}
		return LB_PARSED_RUN;
	}
	return wrong_option(command, typed);
}

/* --help and -d are everybody's; the rest is the command's own table. */
static enum lb_parsed parse_option(const struct lb_command *command, struct cursor *cursor, struct lb_args *args)
{
	const char *typed = cursor->argv[cursor->at];

	if (strcmp(typed, "--help") == 0 || strcmp(typed, "-h") == 0)
		return LB_PARSED_HELP;
	if (strncmp(typed, "-d", 2) == 0) {
		const char *folder = folder_of(cursor);
		if (folder == NULL)
			return LB_PARSED_WRONG;
		args->dir = folder;
		args->dir_given = true;
		return LB_PARSED_RUN;
	}
	return parse_long(command, cursor, args);
}

static const struct lb_arg_part *part_of(const struct lb_command *command, const char *name)
{
	for (size_t i = 0; i < command->part_count; i++)
		if (strcmp(command->parts[i].name, name) == 0)
			return &command->parts[i];
	return NULL;
}

/* The options were parsed as the command's, since they may come before the part's name. */
static enum lb_parsed check_part(const struct lb_command *command, const struct lb_args *args)
{
	const char *names[LB_ARGS_PARTS + 1] = {NULL};
	const struct lb_arg_part *part = part_of(command, args->words[0]);

	for (size_t i = 0; i < command->part_count; i++)
		names[i] = command->parts[i].name;
	if (part == NULL) {
		lb_args_one_of(command->name, args->words[0], names);
		return LB_PARSED_WRONG;
	}
	for (size_t i = 0; command->options[i].name != NULL; i++) {
		if (args->values[i] != NULL && (part->options & 1u << i) == 0) {
			lb_args_wrong("%s %s takes no %s: lifeboat %s %s %s", command->name, part->name, command->options[i].name,
			              command->name, part->name, part->usage);
			return LB_PARSED_WRONG;
		}
	}
	if (args->word_count >= part->words_min && args->word_count <= part->words_max)
		return LB_PARSED_RUN;
	lb_args_wrong("too %s arguments: lifeboat %s %s %s", args->word_count < part->words_min ? "few" : "many",
	              command->name, part->name, part->usage);
	return LB_PARSED_WRONG;
}

static enum lb_parsed check_count(const struct lb_command *command, const struct lb_args *args)
{
	if (args->word_count >= command->words_min)
		return command->parts != NULL ? check_part(command, args) : LB_PARSED_RUN;
	lb_args_wrong("too few arguments: lifeboat %s %s", command->name, command->usage);
	return LB_PARSED_WRONG;
}

enum lb_exit lb_args_run(const struct lb_command *command, const struct lb_args *args)
{
	return command->run != NULL ? command->run(args) : part_of(command, args->words[0])->run(args);
}

enum lb_parsed lb_args_parse(const struct lb_command *command, int argc, char **argv, struct lb_args *args)
{
	struct cursor cursor = {.argc = argc, .argv = argv};
	bool options_end = false;

	for (; cursor.at < argc; cursor.at++) {
		const char *typed = argv[cursor.at];
		if (!options_end && strcmp(typed, "--") == 0) {
			options_end = true;
		} else if (!options_end && typed[0] == '-' && typed[1] != '\0') {
			enum lb_parsed parsed = parse_option(command, &cursor, args);
			if (parsed != LB_PARSED_RUN)
				return parsed;
		} else if (args->word_count == command->words_max) {
			lb_args_wrong("one argument too many, '%s': lifeboat %s %s", typed, command->name, command->usage);
			return LB_PARSED_WRONG;
		} else {
			args->words[args->word_count++] = typed;
		}
	}
	return check_count(command, args);
}

bool lb_args_port(const struct lb_args *args, const char *value, const char **name)
{
	*name = value;
	if (value == NULL || !args->dir_given)
		return true;
	lb_args_wrong("-d names a virtual module, --port another one: name one");
	return false;
}

/* --- help --- */

enum { TEXT_COLUMN = 15, HEAD_BYTES = 64 };

static void make_head(const struct lb_arg_option *option, char head[HEAD_BYTES])
{
	snprintf(head, HEAD_BYTES, "%s%s%s", option->name, option->value != NULL ? " " : "",
	         option->value != NULL ? option->value : "");
}

/* The text's lines one below the other. */
static void print_option(const struct lb_arg_option *option, int column)
{
	char head[HEAD_BYTES];

	make_head(option, head);
	printf("  %-*s", column, head);
	for (const char *line = option->help; *line != '\0'; line += line[strcspn(line, "\n")] == '\n') {
		int size = (int)strcspn(line, "\n");
		printf("%*s%.*s\n", line == option->help ? 0 : column + 2, "", size, line);
		line += size;
	}
}

void lb_args_print_help(const struct lb_command *command)
{
	static const struct lb_arg_option folder = {"-d", "DIR", LB_ARGS_FOLDER_HELP};
	int column = TEXT_COLUMN - 2;
	char head[HEAD_BYTES];

	for (const struct lb_arg_option *option = command->options; option->name != NULL; option++) {
		make_head(option, head);
		column = (int)strlen(head) + 1 > column ? (int)strlen(head) + 1 : column;
	}
	printf("usage: lifeboat %s%s%s\n\n%s\n", command->name, command->usage[0] != '\0' ? " " : "", command->usage,
	       command->help);
	for (const struct lb_arg_option *option = command->options; option->name != NULL; option++)
		print_option(option, column);
	print_option(&folder, column);
	printf("\nExample: %s\n", command->example);
}
