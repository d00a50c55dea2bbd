/* What an image owes the record when it came by an update over the air: it is on trial, under a watchdog of 30 s and
 * with three boots, until it says that it works. Then it stays; else the bootloader goes back to the previous one. */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "core/handoff/handoff.h"

/* Makes the running image the confirmed one and stops the bootloader's watchdog. boot is what the hand-off told, and
 * tells then that the trial is over, as the hand-off itself does. Not from interrupt context: it writes to flash.
 * LB_OK, or a refusal (core/update/rules.h) or negative enum lb_error, for which lb_refusal_text has words; then
 * nothing has changed. */
int confirm(struct lb_handoff_down *boot);

#endif
