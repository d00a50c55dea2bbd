/* The folder of a scratch module, which comes and goes. */
#ifndef LB_COMMANDS_CHECK_PLACE_H
#define LB_COMMANDS_CHECK_PLACE_H

#include <limits.h>
#include <stdbool.h>

/* Below $TMPDIR, or /tmp. False, with errno. */
bool lb_check_place_make(char path[PATH_MAX]);
/* With all that is in it. */
void lb_check_place_remove(const char *path);
/* A regular file, its holes left as such; `to` is not there yet. False, with errno. */
bool lb_check_place_copy(const char *from, const char *to);

#endif
