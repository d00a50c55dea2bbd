#include "host/manual/man_page.h"

#include <stdbool.h>
#include <string.h>

#include "host/commands/catalog.h"

/* troff's own name for what it would otherwise take for a request, an escape or a typographer's sign. */
static const char *escape_of(char letter, bool starts_line)
{
	switch (letter) {
	case '\\': return "\\e";
	case '-': return "\\-";
	case '\'': return "\\(aq";
	case '`': return "\\(ga";
	case '^': return "\\(ha";
	case '~': return "\\(ti";
	case '.': return starts_line ? "\\&." : NULL;
	default: return NULL;
	}
}

static void write_text(FILE *to, const char *text, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		const char *escape = escape_of(text[i], i == 0 || text[i - 1] == '\n');

		if (escape != NULL)
			fputs(escape, to);
		else
			fputc(text[i], to);
	}
}

static void write_words(FILE *to, const char *before, const char *text, const char *behind)
{
	fputs(before, to);
	write_text(to, text, strlen(text));
	fputs(behind, to);
}

/* A line of a table, that is one with a wide gap, stays as it is; others flow. */
static bool is_table(const char *line, size_t size_bytes)
{
	for (size_t i = 1; i < size_bytes; i++)
		if (line[i - 1] == ' ' && line[i] == ' ')
			return true;
	return false;
}

static void write_help(FILE *to, const char *help)
{
	bool as_is = false;

	for (const char *line = help; *line != '\0'; line += *line == '\n') {
		size_t size_bytes = strcspn(line, "\n");

		if (is_table(line, size_bytes) != as_is) {
			as_is = !as_is;
			fputs(as_is ? ".PP\n.nf\n" : ".fi\n", to);
		}
		write_text(to, line, size_bytes);
		fputc('\n', to);
		line += size_bytes;
	}
	if (as_is)
		fputs(".fi\n", to);
}

static void write_option(FILE *to, const struct lb_arg_option *option)
{
	write_words(to, ".TP\n\\fB", option->name, "\\fR");
	if (option->value != NULL)
		write_words(to, " \\fI", option->value, "\\fR");
	fputc('\n', to);
	write_help(to, option->help);
	fputc('\n', to);
}

static void write_command(FILE *to, const struct lb_command *command)
{
	write_words(to, ".SS ", command->name, "\n");
	write_words(to, "\\fBlifeboat ", command->name, "\\fR ");
	write_words(to, "", command->usage, "\n.PP\n");
	write_help(to, command->help);
	for (const struct lb_arg_option *option = command->options; option->name != NULL; option++)
		write_option(to, option);
	write_words(to, ".PP\nExample:\n.PP\n.nf\n.RS\n", command->example, "\n.RE\n.fi\n");
}

void lb_man_page_write(FILE *to)
{
	static const struct lb_arg_option common[] = {
		{"-d", "DIR", LB_ARGS_FOLDER_HELP},
		{"--help", NULL, "Of lifeboat: the list of commands; of a command: what this page has of it."},
		{"--version", NULL, "The version."},
	};

	fputs(".TH LIFEBOAT 1 \"\" \"Lifeboat " LB_VERSION "\" \"User Commands\"\n.nh\n.ad l\n.SH NAME\n", to);
	write_words(to, "lifeboat \\- ", LB_CATALOG_SUMMARY, "\n");
	fputs(".SH SYNOPSIS\n.B lifeboat\n[\\fB\\-d\\fR \\fIDIR\\fR] \\fICOMMAND\\fR ...\n.SH OPTIONS\n", to);
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		write_option(to, &common[i]);
	fputs(".SH COMMANDS\n", to);
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++)
		write_command(to, lb_catalog[i]);
	fputs(".SH EXIT STATUS\n0 done, 1 failed (a line on standard error says why), 2 wrong usage; for\n"
	      ".B lifeboat check\nsee there.\n.SH ENVIRONMENT\n.TP\n.B LIFEBOAT_DIR\nthe module\\(aqs folder, unless\n"
	      ".B \\-d\nnames one\n.SH SEE ALSO\nThe folder share/doc/lifeboat beside bin/lifeboat.\n",
	      to);
}
