/* What the parts of lifeboat ota share. */
#ifndef LB_COMMANDS_OTA_H
#define LB_COMMANDS_OTA_H

#include <signal.h>
#include <stdbool.h>

#include "host/commands/args.h"
#include "host/client/client.h"
#include "host/client/status.h"
#include "host/client/transfer.h"

/* What the module's status said at the last look; a text that it did not say is "". */
struct lb_ota_view {
	char phase[8];
	char mode[8];
	char slot[LB_TRANSFER_SLOT_BYTES]; /* that runs */
	char version[LB_STATUS_VERSION_BYTES];
	char latest[LB_TRANSFER_SLOT_BYTES]; /* slot of the record's latest image */
	char cause[16];
	char last_error[256];
	long boots;
	bool on_trial;
	long tries_left;
	long clock;
};

struct lb_ota {
	const char *dir;
	const volatile sig_atomic_t *stop;
	struct lb_client control;
	struct lb_transfer transfer;
	char version[LB_STATUS_VERSION_BYTES]; /* of the image that is sent */
	struct lb_ota_view now;
};

/* Fills now; one line on stderr when the module's hardware does not answer. */
enum lb_exit lb_ota_poll(struct lb_ota *ota);
/* A moment between two looks; false: *stop was set. */
bool lb_ota_pause(const struct lb_ota *ota);

/* From the reset that starts the new image, now being the look before it, until it is clear whether it came up; tells
 * it in a line. */
enum lb_exit lb_ota_follow(struct lb_ota *ota);

#endif
