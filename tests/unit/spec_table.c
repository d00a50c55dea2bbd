#include "tests/unit/spec_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

unsigned spec_table(const char *heading, void (*run)(const char *line))
{
	FILE *file = fopen("docs/spec/update.md", "r");
	const size_t heading_bytes = strlen(heading);
	char line[SPEC_LINE_BYTES];
	bool in_section = false, in_rows = false;
	unsigned rows = 0;

	assert_non_null(file); /* run from the root of the source */
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '#')
			in_section = strncmp(line, heading, heading_bytes) == 0 && line[heading_bytes] == '\n';
		in_rows = in_section && line[0] == '|' && (in_rows || line[1] == '-');
		if (!in_rows || line[1] == '-')
			continue;
		run(line);
		rows++;
	}
	(void)fclose(file);
	return rows;
}
