/* The keys that a new module trusts besides those that its bootloader was built with: the development key of whoever
 * makes it, and those of --trust. Only where the bootloader has that (RUNTIME_KEYS=1); then its list of built-in keys
 * lies beside its image.
 */
#ifndef LB_COMMANDS_TRUST_H
#define LB_COMMANDS_TRUST_H

#include <stddef.h>

#include "core/handoff/handoff.h"
#include "host/commands/args.h"
#include "host/commands/hardware.h"

/* What the values of the option at that place add, for the module of options->dir: sets options->keys_fd, unless the
 * module is there already and keeps its keys, or the bootloader takes none. Else LB_EXIT_FAILED after one line. */
enum lb_exit lb_trust_choose(const struct lb_args *args, size_t place, bool reflash,
                             struct lb_hardware_options *options);

/* A list of keys as bootloader, hardware process and we have it in files: the hand-off's part. */
void lb_trust_encode(const struct lb_image_key *keys, size_t count, uint8_t part[LB_HANDOFF_KEYS_SPACE]);

#endif
