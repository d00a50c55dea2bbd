/* Words for numbers, and what is said of a number that has none. */
#ifndef LB_BASE_WORDS_H
#define LB_BASE_WORDS_H

enum { LB_WORDS_BYTES = 24 }; /* "unknown (4294967295)" and its NUL */

/* words[number]; or, when number is not below count, "unknown (NUMBER)", which is written to room. */
const char *lb_words_get(const char *const words[], unsigned count, unsigned number, char room[LB_WORDS_BYTES]);

#endif
