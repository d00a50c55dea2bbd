/* Who may use the module's servers. Pure: no I/O, no clock. */
#ifndef LB_LOGIN_H
#define LB_LOGIN_H

#include <stdbool.h>

enum {
	LB_LOGIN_USER_BYTES = 33,     /* with the NUL */
	LB_LOGIN_PASSWORD_BYTES = 65, /* with the NUL */
	LB_LOGIN_TRIES = 3,           /* on one connection */
	LB_LOGIN_DELAY_MS = 1000,     /* between a wrong try and its answer */
	LB_LOGIN_TIME_MS = 60000,     /* for a connection to log in */
};

struct lb_login {
	char user[LB_LOGIN_USER_BYTES];
	char password[LB_LOGIN_PASSWORD_BYTES];
};

/* Takes the same time whatever is wrong, and where. */
bool lb_login_matches(const struct lb_login *login, const char *user, const char *password);

#endif
