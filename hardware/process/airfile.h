/* A module's own air: a file that is given, or air.json in its folder (docs/spec/environment.md). */
#ifndef HARDWARE_PROCESS_AIRFILE_H
#define HARDWARE_PROCESS_AIRFILE_H

#include "hardware/model/air.h"
#include "hardware/process/folder.h"

/* given: a file's name, "absent" for no network at all, or NULL: air.json, or lb_air_default when there is no such
 * file. 0, or -1 after telling the person. */
int lb_airfile_read(const struct lb_folder *folder, const char *given, struct lb_air *air);
/* The same from the file's text; where it is not as it should be, reason says why, and -1 is returned. */
enum { LB_AIRFILE_REASON_BYTES = 160 };
int lb_airfile_parse(const char *text, struct lb_air *air, char reason[LB_AIRFILE_REASON_BYTES]);

#endif
