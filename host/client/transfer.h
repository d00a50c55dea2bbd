/* A firmware image sent to a running module through its raw REPL: what `lifeboat ota` does on the module.
 *
 * The image goes in pieces of Python that call pycom.ota_write(). What fails is one line in reason: the
 * module's own words where it refused.
 */
#ifndef LB_CLIENT_TRANSFER_H
#define LB_CLIENT_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/image/image.h"
#include "host/client/repl.h"

enum { LB_TRANSFER_SLOT_BYTES = 16 };

struct lb_transfer {
	const struct lb_port *port; /* at the raw prompt */
	const uint8_t *bytes;
	size_t size_bytes;
	const struct lb_image_info *image; /* what is known of these bytes; NULL: nothing */
	bool force;                        /* also one that was rolled back */
	size_t done_bytes;                 /* written, by this transfer or by one before it that it goes on with */
	char slot[LB_TRANSFER_SLOT_BYTES]; /* where it goes, "ota_0" */
	bool silent;                       /* it failed for want of an answer, not by one */
	char reason[LB_PORT_REASON_BYTES];
};

/* Starts an update on the module, or goes on with one that was cut, when what that has written is the beginning of this
 * very image. What the module would refuse at the end is refused before, as far as its firmware says whom it trusts.
 * The caller has set port, bytes and size_bytes, and image and force where they are known. */
bool lb_transfer_start(struct lb_transfer *transfer);
/* The next piece; done_bytes says how far it came. */
bool lb_transfer_step(struct lb_transfer *transfer);
/* The module verifies what it has, and makes it the image that boots next. */
bool lb_transfer_finish(struct lb_transfer *transfer);
/* Without waiting for anything: the module resets. */
bool lb_transfer_reset(struct lb_transfer *transfer);

#endif
