/* The line editor of the prompt and of input(), in place of MicroPython's, which drops whatever is not ASCII.
 *
 * Text is UTF-8: one key moves over, or removes, one character, whatever its bytes, and the cursor goes by the
 * columns that terminals give it. Enter is "\r", "\n" or both, so that a pipe and a plain TCP client are heard as a
 * terminal is. Keys, history, completion and indentation are MicroPython's.
 */
#ifndef LB_LIFE_LINEEDIT_H
#define LB_LIFE_LINEEDIT_H

#include <stdbool.h>

#include "py/obj.h"

/* For each start of the VM: no history. */
void lb_lineedit_init(void);
/* A line after what `line` holds already (a statement's lines so far); shows the prompt. The caller owns both and keeps
 * them while keys come. Editing may raise MemoryError. */
void lb_lineedit_start(vstr_t *line, const char *prompt);
/* After a wait for what is typed: another thread's line may have come in between. What was typed of this one stays. */
void lb_lineedit_resume(vstr_t *line, const char *prompt);
/* One byte of what is typed. -1: the line goes on; 0: Enter; Ctrl-C always and Ctrl-A to Ctrl-E on an empty line: that
 * character. */
int lb_lineedit_key(int c);
/* A whole line, from start to the first key that ends it. */
int lb_lineedit_read(vstr_t *line, const char *prompt);
/* May this byte stand in a name? What MicroPython's completion asks (see Makefile): names may be UTF-8 too. */
bool lb_lineedit_is_alpha(unichar c);

#endif
