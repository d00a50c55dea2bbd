/* Does a folder for `lifeboat check` have scripts at its top? */
#ifndef LB_COMMANDS_CHECK_FOLDER_H
#define LB_COMMANDS_CHECK_FOLDER_H

#include "host/audit/audit.h"

/* Adds a note when there is neither boot.py nor main.py, which names those that lie deeper. */
void lb_check_folder_note(const char *folder, struct lb_audit *audit);
/* Files that are not the folder's, as the boot.py that a new file system has, go from the list of what ran. */
void lb_check_folder_keep_own(const char *folder, struct lb_audit *audit);

#endif
