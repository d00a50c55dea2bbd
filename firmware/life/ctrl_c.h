/* Ctrl-C: an interrupt while code runs, a key at the prompt. */
#ifndef LB_LIFE_CTRL_C_H
#define LB_LIFE_CTRL_C_H

#include <stdbool.h>

/* A piece of code starts or has ended. */
void lb_ctrl_c_note_code(bool runs);
bool lb_ctrl_c_is_key(void); /* no code runs */
/* Does one lie in what was typed and not yet read? It is removed, with all before it. */
bool lb_ctrl_c_typed_ahead(void);
/* Did one come when the code that ran last was ending already, in an exception of its own? */
bool lb_ctrl_c_overtaken(void);

/* Within a callback that takes long: did one come, as an interrupt or as a key? It is cleared. */
bool lb_ctrl_c_came(void);
/* The same within a hard callback; nothing is cleared, and it comes again once interrupts are let in. */
bool lb_ctrl_c_is_coming(void);
/* Did one interrupt a callback while no code ran? It is cleared, and to be handled as the key. */
bool lb_ctrl_c_became_key(void);

#endif
