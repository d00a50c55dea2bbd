/* What a shell completes behind "lifeboat": commands, their parts and options, else names of files. */
#ifndef HOST_MANUAL_COMPLETION_H
#define HOST_MANUAL_COMPLETION_H

#include <stdio.h>

void lb_completion_write_bash(FILE *to);
void lb_completion_write_zsh(FILE *to);

#endif
