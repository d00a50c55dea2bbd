/* Which board a folder's scripts are made for: by modules and pins that only some have. */
#ifndef LB_COMMANDS_PROFILE_GUESS_H
#define LB_COMMANDS_PROFILE_GUESS_H

/* For --as; NULL ends them. The first is this module as it is, which has no profile. */
extern const char *const lb_profile_names[];

struct lb_profile_guess {
	const char *name; /* one of lb_profile_names */
	char why[160];    /* "main.py:3: import esp32"; "" for the first of them */
};

/* Which board a folder's scripts are made for, from what they import. */
void lb_profile_guess(const char *folder, struct lb_profile_guess *guess);

#endif
