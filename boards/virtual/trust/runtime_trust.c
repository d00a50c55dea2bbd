/* Besides the keys that the bootloader was built with, those that the module was made with: the hardware process hands
 * them over in a file that nobody can write any more (hardware/wire.h). */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "boards/trust.h"
#include "core/base/error.h"
#include "core/handoff/handoff.h"
#include "core/image/keys.h"
#include "hardware/wire.h"

/* Read only when it is sealed: what could still be changed says nothing of who made the module. */
static bool read_part(uint8_t part[LB_HANDOFF_KEYS_SPACE])
{
	const int seals = fcntl(WIRE_FD_KEYS, F_GET_SEALS);

	return seals != -1 && (seals & F_SEAL_WRITE) != 0 &&
	       pread(WIRE_FD_KEYS, part, LB_HANDOFF_KEYS_SPACE, 0) == LB_HANDOFF_KEYS_SPACE;
}

static void add_runtime_keys(struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], size_t *count)
{
	uint8_t block[LB_HANDOFF_SPACE] = {0};
	struct lb_image_key added[LB_HANDOFF_KEYS_MAX];
	size_t added_count;

	if (!read_part(block + LB_HANDOFF_KEYS_OFFSET) || lb_handoff_get_keys(block, added, &added_count) != LB_OK)
		return;
	for (size_t i = 0; i < added_count; i++)
		(void)lb_handoff_add_key(keys, count, &added[i]); /* who made the module saw to it that they fit */
}

const struct lb_image_key *trust_keys(size_t *count)
{
	static struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	static size_t key_count;

	if (key_count == 0) {
		for (size_t i = 0; i < lb_image_key_count; i++)
			(void)lb_handoff_add_key(keys, &key_count, &lb_image_keys[i]);
		add_runtime_keys(keys, &key_count);
	}
	*count = key_count;
	return keys;
}
