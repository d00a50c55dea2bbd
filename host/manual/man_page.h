/* The manual page lifeboat(1), in the man macros of troff, from what --help has. */
#ifndef HOST_MANUAL_MAN_PAGE_H
#define HOST_MANUAL_MAN_PAGE_H

#include <stdio.h>

void lb_man_page_write(FILE *to);

#endif
