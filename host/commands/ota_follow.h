/* What becomes of an update after the reset that starts it: it comes up, or it is rolled back. */
#ifndef LB_COMMANDS_OTA_FOLLOW_H
#define LB_COMMANDS_OTA_FOLLOW_H

#include <signal.h>
#include <stdbool.h>

#include "core/image/image.h"
#include "host/client/client.h"
#include "host/client/port.h"
#include "host/client/transfer.h"
#include "host/client/view.h"
#include "host/client/watch.h"
#include "host/commands/args.h"

enum { LB_OTA_PAUSE_MS = 50 }; /* between two polls */

struct lb_ota {
	const char *dir;
	const char *name; /* of a port; NULL: the virtual module of dir, whose hardware can be asked too */
	const volatile sig_atomic_t *stop;
	struct lb_client control;
	struct lb_port port;
	struct lb_watch watch; /* of a virtual module, while its REPL is used */
	struct lb_transfer transfer;
	const char *path;                      /* of the image */
	struct lb_image_info image;            /* that is sent */
	char version[LB_STATUS_VERSION_BYTES]; /* its */
	struct lb_view now;                    /* as it was polled last */
};

/* Asks the hardware of the virtual module; one line on stderr when it does not answer. */
enum lb_exit lb_ota_poll(struct lb_ota *ota);
/* A moment between two polls; false: *stop was set. */
bool lb_ota_pause(const struct lb_ota *ota);

/* From the reset that starts the new image, now being the state before it, until it is clear whether it came up; one
 * line says which. Over a port only a prompt shows it: a program that goes on is not disturbed. */
enum lb_exit lb_ota_follow(struct lb_ota *ota);

#endif
