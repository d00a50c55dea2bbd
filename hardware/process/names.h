/* The words of the control socket for the numbers of hardware/wire.h. core/handoff/handoff_text.h has the others. */
#ifndef HARDWARE_PROCESS_NAMES_H
#define HARDWARE_PROCESS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* "?" for a number that is none. */
const char *lb_names_drive(uint32_t drive);
const char *lb_names_level(bool level);
/* enum wire_drive, or -1. */
int lb_names_find_drive(const char *name);
/* "#RRGGBB" */
enum { LB_NAMES_RGB_BYTES = 8 };
void lb_names_rgb(char text[LB_NAMES_RGB_BYTES], uint32_t rgb);

#endif
