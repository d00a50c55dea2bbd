/* Ctrl-C: an interrupt while code runs, a key at the prompt. */
#ifndef LB_LIFE_CTRL_C_H
#define LB_LIFE_CTRL_C_H

#include <stdbool.h>
#include <stdint.h>

/* A piece of code starts or has ended. */
void lb_ctrl_c_note_code(bool runs);
bool lb_ctrl_c_is_key(void); /* no code runs */
/* Does one lie in what was typed and not yet read? It is removed, with all before it. */
bool lb_ctrl_c_typed_ahead(void);
/* Did one come when the code that ran last was ending already, in an exception of its own? */
bool lb_ctrl_c_overtaken(void);

/* Around code that is called in the middle of something else: a callback. leave is given what enter returned. */
uint32_t lb_ctrl_c_enter(void);
void lb_ctrl_c_leave(uint32_t outer_ms);
/* work(arg), which may be code of the user's (a stream of os.dupterm, the text of an error): a callback if no program
 * runs. It raises what work raises. */
void lb_ctrl_c_at_prompt(void (*work)(void *arg), void *arg);

/* Has the callback run for 0.1 s? One that is shorter ends by itself; Ctrl-C acts behind it, and its timer goes on. */
bool lb_ctrl_c_is_due(void);
/* Within a callback that takes long: did one come, as an interrupt or as a key? It is cleared. */
bool lb_ctrl_c_came(void);
/* The same within a hard callback; nothing is cleared, and it comes again once interrupts are let in. */
bool lb_ctrl_c_is_coming(void);
/* Did one interrupt a callback while no code ran? It is cleared, and to be handled as the key. */
bool lb_ctrl_c_became_key(void);

#endif
