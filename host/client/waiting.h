/* What a command waits for, said on stderr once it takes longer than two seconds: "lifeboat: waits for an answer, 30 s
 * at most". Whatever blocks meanwhile: a timer's signal (SIGALRM) prints the line.
 *
 * A wait within a wait is part of it and is not said; what was said last is not said again.
 */
#ifndef LB_CLIENT_WAITING_H
#define LB_CLIENT_WAITING_H

enum { LB_WAITING_QUIET_MS = 2000 };

/* what is copied. most_ms 0: nothing ends the wait but what is waited for, and the person. */
void lb_waiting_start(const char *what, long most_ms);
/* One for each start. */
void lb_waiting_end(void);

#endif
