#include "host/manual/completion.h"

#include <string.h>

#include "host/commands/catalog.h"

/* What may follow a command's name, but for names of files. */
static void write_words(FILE *to, const struct lb_command *command)
{
	for (size_t i = 0; i < command->part_count; i++)
		fprintf(to, "%s ", command->parts[i].name);
	for (const struct lb_arg_option *option = command->options; option->name != NULL; option++)
		fprintf(to, "%s ", option->name);
	fputs("-d --help", to);
}

void lb_completion_write_bash(FILE *to)
{
	fputs("# bash completion for lifeboat, made from its own tables\n_lifeboat()\n{\n\tlocal i command= words=\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase ${COMP_WORDS[i]} in\n\t\t-d) ((++i)) ;;\n"
	      "\t\t-*) ;;\n\t\t*)\n\t\t\tcommand=${COMP_WORDS[i]}\n\t\t\tbreak\n\t\t\t;;\n\t\tesac\n\tdone\n"
	      "\tcase $command in\n\t'') words='",
	      to);
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++)
		fprintf(to, "%s ", lb_catalog[i]->name);
	fputs("-d --help --version' ;;\n", to);
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++) {
		fprintf(to, "\t%s) words='", lb_catalog[i]->name);
		write_words(to, lb_catalog[i]);
		fputs("' ;;\n", to);
	}
	fputs("\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n}\n"
	      "complete -o bashdefault -o default -F _lifeboat lifeboat\n",
	      to);
}

/* A text within '...[text]...' or 'name:text' of a zsh function, up to its first line's end. */
static void write_quoted(FILE *to, const char *text)
{
	for (const char *at = text; *at != '\0' && *at != '\n'; at++) {
		if (*at == '\'')
			fputs("'\\'", to);
		else if (strchr("[]:\\", *at) != NULL)
			fputc('\\', to);
		fputc(*at, to);
	}
}

static void write_zsh_command(FILE *to, const struct lb_command *command)
{
	fprintf(to, "\t\t%s)\n\t\t\t_arguments", command->name);
	for (const struct lb_arg_option *option = command->options; option->name != NULL; option++) {
		fprintf(to, " \\\n\t\t\t\t'*%s[", option->name);
		write_quoted(to, option->help);
		fprintf(to, "]%s%s%s'", option->value != NULL ? ":" : "", option->value != NULL ? option->value : "",
		        option->value != NULL ? ":_files" : "");
	}
	fputs(" \\\n\t\t\t\t'-d[", to);
	write_quoted(to, LB_ARGS_FOLDER_HELP);
	fputs("]:DIR:_directories' '--help[more about it]'", to);
	if (command->part_count > 0) {
		fputs(" '1:what:(", to);
		for (size_t i = 0; i < command->part_count; i++)
			fprintf(to, "%s%s", i > 0 ? " " : "", command->parts[i].name);
		fputs(")'", to);
	}
	fputs(" '*:file:_files'\n\t\t\t;;\n", to);
}

void lb_completion_write_zsh(FILE *to)
{
	fputs("#compdef lifeboat\n# made from lifeboat's own tables\n_lifeboat() {\n\tlocal context state line\n"
	      "\tlocal -a commands\n\tcommands=(\n",
	      to);
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++) {
		fprintf(to, "\t\t'%s:", lb_catalog[i]->name);
		write_quoted(to, lb_catalog[i]->summary);
		fputs("'\n", to);
	}
	fputs("\t)\n\t_arguments -C '-d[", to);
	write_quoted(to, LB_ARGS_FOLDER_HELP);
	fputs("]:DIR:_directories' '--help[the list of commands]' '--version[the version]' \\\n"
	      "\t\t'1:command:->command' '*::argument:->argument'\n\tcase $state in\n"
	      "\tcommand) _describe command commands ;;\n\targument)\n\t\tcase $words[1] in\n",
	      to);
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++)
		write_zsh_command(to, lb_catalog[i]);
	fputs("\t\tesac\n\t\t;;\n\tesac\n}\n_lifeboat \"$@\"\n", to);
}
