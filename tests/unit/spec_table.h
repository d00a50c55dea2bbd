/* The cases that docs/spec/update.md has in tables. */
#ifndef TESTS_UNIT_SPEC_TABLE_H
#define TESTS_UNIT_SPEC_TABLE_H

enum { SPEC_LINE_BYTES = 512 };

/* Calls run with each row of the table under that heading ("## Cases"), and returns how many there are. */
unsigned spec_table(const char *heading, void (*run)(const char *line));

#endif
