/* The keys that the bootloader was built with, and no others. */
#include "boards/trust.h"
#include "core/image/keys.h"

const struct lb_image_key *trust_keys(size_t *count)
{
	*count = lb_image_key_count;
	return lb_image_keys;
}
