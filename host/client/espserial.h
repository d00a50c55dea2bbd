/* The host's side of the Espressif serial protocol: frames, requests and their replies, in the ROM's flavour, which
 * every chip of the family speaks without help. Frames and requests: docs/spec/loader.md.
 *
 * All I/O and time are the port's. A request that is not answered is sent again; so is a data block that arrived
 * damaged. Functions return LB_ESP_OK or a negative enum lb_esp_error.
 */
#ifndef LB_CLIENT_ESPSERIAL_H
#define LB_CLIENT_ESPSERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/client/port.h"
#include "protocols/espressif/espressif_wire.h"
#include "protocols/espressif/slip.h"

enum {
	LB_ESP_REPLY_BYTES = 64, /* the longest data of a reply that we ask for */
	LB_ESP_TRIES = 4,
	LB_ESP_TIME_MS = 1000, /* for a request that does not touch flash */
	LB_ESP_BAUD = 115200,  /* after a reset */
};

enum lb_esp_error {
	LB_ESP_OK = 0,
	LB_ESP_GONE = -1, /* as lb_port_error */
	LB_ESP_STOPPED = -2,
	LB_ESP_UNSUPPORTED = -3,
	LB_ESP_SILENT = -4,  /* no reply */
	LB_ESP_REFUSED = -5, /* the reply is a failure; its code is in esp->code */
	LB_ESP_DIFFERS = -6, /* what is in flash is not what was sent, or read */
	LB_ESP_NO_CHIP = -7, /* not a chip, or a flash, that we know */
	LB_ESP_NO_MEMORY = -8,
};

struct lb_esp_reply {
	uint8_t op;
	uint32_t value;
	size_t data_bytes; /* without the status */
	uint8_t data[LB_ESP_REPLY_BYTES];
};

/* One conversation. The caller owns it; its fields but port and code are this module's own. */
struct lb_esp {
	const struct lb_port *port;
	uint8_t code; /* of the last refusal */
	struct lb_slip slip;
	bool inside;  /* a frame */
	bool damaged; /* the frame */
	size_t frame_bytes;
	uint8_t frame[128]; /* the longest that is meant for us; more of one is dropped, and it does not count */
	size_t at;
	size_t end;
	uint8_t in[512];
};

void lb_esp_init(struct lb_esp *esp, const struct lb_port *port);

/* Is there a ROM? Asks so many times, a tenth of a second each. Takes it out of whatever it was doing. */
int lb_esp_sync(struct lb_esp *esp, unsigned tries);
/* words are the request's data. reply may be NULL. time_ms is for each try. */
int lb_esp_request(struct lb_esp *esp, enum lb_op op, const uint32_t *words, size_t word_count, int time_ms,
                   struct lb_esp_reply *reply);
/* A data block of at most LB_FRAME_ROM_BLOCK_BYTES. */
int lb_esp_block(struct lb_esp *esp, enum lb_op op, uint32_t number, const void *data, size_t size_bytes, int time_ms);

/* The halves of a request, to have several on their way; nothing is sent again. lb_esp_await takes the next reply to
 * an op, passing over others. */
int lb_esp_ask(struct lb_esp *esp, enum lb_op op, const uint32_t *words, size_t word_count);
int lb_esp_await(struct lb_esp *esp, enum lb_op op, int time_ms, struct lb_esp_reply *reply);

#endif
