/* By itself, so that a measurement can put another in its place; board.mk says which. */
#include "core/hw/board.h"
#include "crypto/providers.h"

const struct lb_crypto *lb_board_crypto(void)
{
	return &STUB_CRYPTO;
}
