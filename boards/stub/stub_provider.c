/* By itself, so that a measurement can put another in its place. */
#include "core/hw/board.h"
#include "crypto/providers.h"

const struct lb_crypto *lb_board_crypto(void)
{
	return &lb_crypto_small;
}
