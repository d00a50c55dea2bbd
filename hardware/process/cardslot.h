/* The SD card slot: a file of the host as the card, which stays over every reset and without power.
 *
 * A card's file is locked (flock) while it is in, so that it is in one module at a time.
 */
#ifndef HARDWARE_PROCESS_CARDSLOT_H
#define HARDWARE_PROCESS_CARDSLOT_H

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdbool.h>

#include "hardware/process/cpu.h"
#include "hardware/process/registers.h"

enum { LB_CARDSLOT_REASON_BYTES = 512 };

struct lb_cardslot {
	struct lb_registers *registers;
	struct lb_cpu *cpu;
	int fd; /* -1: no card */
	char path[PATH_MAX];
};

void lb_cardslot_init(struct lb_cardslot *slot);
/* Puts a card in; a file that is not there is made, as an empty 32 MiB FAT card. False, and nothing changed, with one
 * line about why: the file is unfit or in use, or the slot is. The card that is in already may be named again. */
bool lb_cardslot_insert(struct lb_cardslot *slot, const char *path, char reason[LB_CARDSLOT_REASON_BYTES]);
/* False when there is no card. */
bool lb_cardslot_eject(struct lb_cardslot *slot);
/* WIRE_CARD. */
void lb_cardslot_answer(struct lb_cardslot *slot);

/* `status`'s field "sd". */
void lb_cardslot_add_status(const struct lb_cardslot *slot, cJSON *status);

#endif
