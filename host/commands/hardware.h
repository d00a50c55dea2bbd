/* The hardware process, as `lifeboat run` starts and ends it. It and the files that it needs are found beside this
 * program: ../libexec/lifeboat and ../share/lifeboat.
 */
#ifndef LB_COMMANDS_HARDWARE_H
#define LB_COMMANDS_HARDWARE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

enum { LB_HARDWARE_URL_BYTES = 80, LB_HARDWARE_OPTIONS_MAX = 96 };

/* Words of its command line, as hardware/process/options.h lists them, after those that it always has. */
struct lb_hardware_options {
	const char *dir;
	const char *variant; /* of the image: "-check"; NULL: the normal one */
	const char *words[LB_HARDWARE_OPTIONS_MAX];
	size_t count;
	int keys_fd;  /* of lb_trust_choose: what a new module trusts besides; 0: nothing */
	int files_fd; /* of lb_fs_load_make: what /flash is from the start on; 0: as it is. The caller closes it */
};

/* A name in two parts, relative to the folder of this program, as a path; false, with errno, when that is too long. */
bool lb_hardware_find_beside(const char *name, const char *more, char path[PATH_MAX]);

/* value NULL: the option has none. */
void lb_hardware_add(struct lb_hardware_options *options, const char *name, const char *value);

struct lb_hardware {
	pid_t pid;
	int life_fd; /* its end of file tells the hardware process that we are gone, however we went */
	bool ended;
	int status;                      /* of waitpid, once ended */
	char url[LB_HARDWARE_URL_BYTES]; /* where uart0 is on TCP; "" when it is not */
};

/* The line, and another one about the URL unless that is "". */
void lb_hardware_print_ready(FILE *to, const char *line, const char *url);

/* Replaces this process; the line is printed, as by lb_hardware_print_ready, when the module is ready. Returns only
 * when that failed, with errno. */
void lb_hardware_become(const struct lb_hardware_options *options, const char *line);

/* Starts it beside this process and waits until it is ready. When it does not come up: false; it has said why on
 * stderr, or *error is the errno of what failed here (0 otherwise). */
bool lb_hardware_start(struct lb_hardware *hardware, const struct lb_hardware_options *options, int *error);

/* It goes on when this process ends, as one without a terminal does. False, with errno: it cannot be told so. */
bool lb_hardware_leave(struct lb_hardware *hardware);

/* Waits for its end, by force when it does not come by itself within some seconds. */
void lb_hardware_end(struct lb_hardware *hardware);

#endif
