/* The menu's line: what the module's LED, pins and phase are and what each key does, in one line of a terminal.
 * A pure function from facts to text.
 */
#ifndef LB_TERMINAL_MENU_H
#define LB_TERMINAL_MENU_H

#include <stdbool.h>
#include <stdint.h>

#include "host/terminal/colour.h"

enum { LB_MENU_TEXT_BYTES = 1024, LB_MENU_NOTE_BYTES = 200 };

enum lb_menu_drive { LB_MENU_FLOAT, LB_MENU_LOW, LB_MENU_HIGH };

struct lb_menu {
	uint32_t led; /* 0xRRGGBB */
	char phase[8];
	bool p12_high; /* the levels on the nets */
	bool g23_high;
	enum lb_menu_drive p12_drive; /* what the outside does */
	enum lb_menu_drive g23_drive;
	char note[LB_MENU_NOTE_BYTES]; /* shown in place of the keys when not empty */
};

/* Writes the line with its colours, not wider than columns, without cursor movement; text has LB_MENU_TEXT_BYTES. */
void lb_menu_line(const struct lb_menu *menu, enum lb_depth depth, unsigned columns, char *text);

#endif
