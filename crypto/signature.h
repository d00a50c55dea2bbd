/* A library's narrow answer to a signature as a wide one. */
#ifndef CRYPTO_SIGNATURE_H
#define CRYPTO_SIGNATURE_H

#include "core/image/crypto.h"

/* result is 0 for good. It is asked twice, so that no one comparison that goes wrong makes a bad signature good. */
static inline enum lb_signature lb_signature_of(volatile int result)
{
	if (result != 0)
		return LB_SIGNATURE_BAD;
	return result == 0 ? LB_SIGNATURE_GOOD : LB_SIGNATURE_BAD;
}

#endif
