/* The menu's line: what the module's LED, pins and phase are and what each key does, in one line of a terminal:
 * in fewer words where it is narrow; every key but z and l is named down to 35 columns.
 * A pure function from the view to text.
 */
#ifndef LB_TERMINAL_MENU_H
#define LB_TERMINAL_MENU_H

#include "host/client/view.h"
#include "host/terminal/colour.h"

enum { LB_MENU_TEXT_BYTES = 1024, LB_MENU_NOTE_BYTES = 200 };

/* Writes the line with its colours, not wider than columns, without cursor movement; note, unless it is empty, is
 * shown in place of the keys. text has LB_MENU_TEXT_BYTES. */
void lb_menu_line(const struct lb_view *view, const char *note, enum lb_depth depth, unsigned columns, char *text);

#endif
