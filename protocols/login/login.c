#include "protocols/login/login.h"

#include <string.h>

enum { FIELD_BYTES = LB_LOGIN_PASSWORD_BYTES };

/* Looks at every byte of a field, whatever the two texts are. */
static unsigned differs(const char *kept, const char *given)
{
	char fields[2][FIELD_BYTES] = {"", ""};
	const size_t kept_bytes = strlen(kept);
	const size_t given_bytes = strlen(given);
	unsigned difference = kept_bytes >= FIELD_BYTES || given_bytes >= FIELD_BYTES;

	memcpy(fields[0], kept, kept_bytes < FIELD_BYTES ? kept_bytes : FIELD_BYTES);
	memcpy(fields[1], given, given_bytes < FIELD_BYTES ? given_bytes : FIELD_BYTES);
	for (int i = 0; i < FIELD_BYTES; i++)
		difference |= (unsigned char)(fields[0][i] ^ fields[1][i]);
	return difference;
}

bool lb_login_matches(const struct lb_login *login, const char *user, const char *password)
{
	return (differs(login->user, user) | differs(login->password, password)) == 0;
}
