/* What a session knows about its module, from the replies and events of the control socket. */
#ifndef LB_COMMANDS_FACTS_H
#define LB_COMMANDS_FACTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/terminal/menu.h"

struct lb_facts {
	uint32_t led;
	char phase[8];
	int64_t boot; /* tells one boot from the next */
	int clients;  /* programs that have the pty open */
	bool p12_high;
	bool g23_high;
	enum lb_menu_drive p12_drive;
	enum lb_menu_drive g23_drive;
	char refusal[LB_MENU_NOTE_BYTES]; /* of a reply that was an error; the reader empties it */
};

enum lb_facts_change {
	LB_FACTS_LED = 1,
	LB_FACTS_PHASE = 2,
	LB_FACTS_BOOT = 4,
	LB_FACTS_PIN = 8, /* an event told of a level of P12 or G23 */
	LB_FACTS_CLIENTS = 16,
	LB_FACTS_REPLY = 32, /* a reply, whatever it said */
};

/* Takes a message in; returns the set of enum lb_facts_change that it may have changed. */
unsigned lb_facts_parse(struct lb_facts *facts, const cJSON *message);

bool lb_facts_is_off(const struct lb_facts *facts);
/* In a phase that does not end by itself: REPL, bootloader mode, sleep, off. */
bool lb_facts_is_resting(const struct lb_facts *facts);
void lb_facts_fill_menu(const struct lb_facts *facts, struct lb_menu *menu);

#endif
