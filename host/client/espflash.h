/* What a firmware tool does to the flash of a module in bootloader mode, over the Espressif serial protocol: to write,
 * verified, to erase, to read, and to leave. It asks for nothing but what every ROM of the family can do.
 *
 * Functions return LB_ESP_OK or a negative enum lb_esp_error.
 */
#ifndef LB_CLIENT_ESPFLASH_H
#define LB_CLIENT_ESPFLASH_H

#include <stddef.h>
#include <stdint.h>

#include "core/hw/types.h"
#include "host/client/espserial.h"

/* Who wants to know how far it is; may be NULL. */
typedef void lb_espflash_progress(void *ctx, size_t done_bytes, size_t all_bytes);

struct lb_espflash {
	struct lb_esp esp;
	uint32_t flash_bytes;                /* size of the chip */
	uint8_t board_id[LB_BOARD_ID_BYTES]; /* of the kind of board; all 0: it does not say */
	lb_espflash_progress *progress;
	void *ctx;
};

/* After a SYNC: which chip is it, how large is its flash; and gets the flash ready. */
int lb_espflash_open(struct lb_espflash *flash);

/* A higher rate for both sides, in place of LB_ESP_BAUD. UNSUPPORTED when the port knows no rates; SILENT when the
 * module is not heard at that rate: then it must be reset. */
int lb_espflash_speed(struct lb_espflash *flash, uint32_t baud);

/* Erases [offset, offset + size_bytes), whole sectors. */
int lb_espflash_erase(struct lb_espflash *flash, uint32_t offset, uint32_t size_bytes);
/* Erases what it needs, writes, and holds the flash against data by MD5. offset is a sector's. */
int lb_espflash_write(struct lb_espflash *flash, uint32_t offset, const uint8_t *data, uint32_t size_bytes);
/* Every piece is held against the module's own MD5 of it. */
int lb_espflash_read(struct lb_espflash *flash, uint32_t offset, uint8_t *data, uint32_t size_bytes);

/* Asks for a reset; which nobody answers for who is reset at once, so that an answer is not needed. */
int lb_espflash_reboot(struct lb_espflash *flash);

#endif
