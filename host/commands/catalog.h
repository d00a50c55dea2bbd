/* The list of all commands, from which the command finds them and host/manual writes of them. */
#ifndef LB_COMMANDS_CATALOG_H
#define LB_COMMANDS_CATALOG_H

#include <stddef.h>

#include "host/commands/args.h"

#define LB_CATALOG_SUMMARY "a MicroPython module that always lets its owner back in"

enum { LB_CATALOG_COUNT = 14 };

extern const struct lb_command *const lb_catalog[LB_CATALOG_COUNT];

/* NULL: there is none of that name. */
const struct lb_command *lb_catalog_find(const char *name);

#endif
