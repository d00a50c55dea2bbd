/* Contract: what a board gives its bootloader, at link time.
 *
 * Only the files in boards/ itself (main.c and its neighbours) call these; core receives time and pins as values. None
 * of them allocates. The firmware has its own, wider contract in periph.h and shares with this one what is in
 * types.h.
 */
#ifndef LB_HW_BOARD_H
#define LB_HW_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hw/flash.h"
#include "core/hw/types.h"

struct lb_flashmap;
struct lb_crypto;
struct lb_codec;

/* Brings up clock, flash, pins, LED, retained RAM and uart0. Called once, first. */
void lb_board_init(void);
enum lb_cause lb_board_reset_cause(void);
uint8_t *lb_board_retained(void); /* LB_RETAINED_BYTES, aligned to 8 */
const uint8_t *lb_board_id(void); /* LB_BOARD_ID_BYTES: the kind of board, the same on every module of that kind */
const struct lb_flash *lb_board_flash(void);
const struct lb_flashmap *lb_board_flashmap(void);
const struct lb_crypto *lb_board_crypto(void);      /* core/image/crypto.h */
const struct lb_codec *lb_board_codec(void);        /* core/loader/codec.h */
void lb_board_mac(uint8_t mac[LB_BOARD_MAC_BYTES]); /* the single module's own address, the first byte first */

/* Milliseconds since the reset; wraps after 2^32. */
uint32_t lb_board_millis(void);
/* Sleeps for that long, or less when a pin changes. */
void lb_board_wait_ms(uint32_t wait_ms);
/* The same, but ends at once also when lb_board_serial_read has something. */
void lb_board_wait_serial_ms(uint32_t wait_ms);
struct lb_boot_pins lb_board_pins(void);
void lb_board_led(uint32_t rgb, enum lb_led_mode mode);
void lb_board_phase(enum lb_phase phase);
/* uart0, at LB_BOARD_SERIAL_BAUD from every reset on. What comes in is kept, also while flash is busy: at least
 * 1 KiB. */
void lb_board_serial_write(const void *data, size_t size_bytes);
/* Takes what has come in, without waiting: how many bytes. */
size_t lb_board_serial_read(void *data, size_t size_bytes);
/* Changes the rate, when all that was written is on the wire. */
void lb_board_serial_baud(uint32_t baud);

/* Copies size_bytes from the device offset of an image to where it will run, unless the board executes in place. The
 * first header_bytes of them, at most UINT16_MAX, are not the payload's: a board may keep them apart. Reads of the
 * image from then on come through lb_board_image_read or from where lb_board_image_mapped says, so that what is
 * verified is what runs. */
int lb_board_image_load(uint32_t flash_offset, uint32_t header_bytes, uint32_t size_bytes);
int lb_board_image_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes);
/* All of the loaded image, header first, where the CPU reads it as it will fetch it: through the same cache, and with
 * nothing in that from before the flash was last changed. Then it is hashed there without a copy, and all of it is
 * read there. NULL where it does not lie so; a board may say the one of this image and the other of the next. */
const uint8_t *lb_board_image_mapped(void);
/* Is a payload that begins so one that this board's CPU can run (ELF class and machine; vectors)? start is
 * LB_PAYLOAD_START_BYTES long, or all of a shorter payload. */
bool lb_board_payload_runs(const void *start, size_t size_bytes);
/* Jumps into the loaded image; returns, with a negative enum lb_error, only if that failed. */
int lb_board_image_start(uint32_t payload_offset, uint32_t payload_bytes);
/* Arms the watchdog, which goes on counting while an image runs; 0 stops it, where it can be stopped. One that does not
 * reach so far is armed with all it has. */
void lb_board_watchdog(uint32_t timeout_ms);
_Noreturn void lb_board_reset(void);

#endif
