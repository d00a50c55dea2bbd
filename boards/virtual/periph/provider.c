/* By itself, so that a program that checks no image needs no library for it. */
#include "crypto/providers.h"

#include "core/hw/periph.h"

const struct lb_crypto *lb_periph_crypto(void)
{
	return &lb_crypto_both;
}
