/* The words for the numbers that bootloader, firmware and hardware give each other: the one table of each, for
 * `lifeboat status`, lifeboat.status() and the control socket. docs/spec/handoff.md and docs/spec/control.md list them.
 *
 * A number that has no word here comes from a newer version of the other side. It is shown as what it is, such as
 * "unknown (6)", and never as another number's word.
 */
#ifndef LB_HANDOFF_HANDOFF_TEXT_H
#define LB_HANDOFF_HANDOFF_TEXT_H

#include "core/base/words.h"

/* number is of the enumeration of that name, or none of it. Returns a constant, or room with "unknown (…)" in it. */
const char *lb_handoff_text_mode(unsigned number, char room[LB_WORDS_BYTES]);
const char *lb_handoff_text_reason(unsigned number, char room[LB_WORDS_BYTES]);
const char *lb_handoff_text_why(unsigned number, char room[LB_WORDS_BYTES]);
const char *lb_handoff_text_cause(unsigned number, char room[LB_WORDS_BYTES]);
const char *lb_handoff_text_phase(unsigned number, char room[LB_WORDS_BYTES]);
const char *lb_handoff_text_led_mode(unsigned number, char room[LB_WORDS_BYTES]);

#endif
