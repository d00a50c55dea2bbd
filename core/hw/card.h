/* Contract: the SD card slot. A card may come and go at any time; blocks are LB_CARD_BLOCK_BYTES.
 *
 * Failures are negative errno values: -ENODEV without a card (or with another one than at lb_card_generation's last
 * value that the caller remembers), -EIO, -EINVAL outside the card.
 */
#ifndef LB_HW_CARD_H
#define LB_HW_CARD_H

#include <stdint.h>

enum { LB_CARD_BLOCK_BYTES = 512 };

uint32_t lb_card_blocks(void); /* 0: no card */
/* Changes at every insertion, so that a swapped card is never taken for the old one. */
uint32_t lb_card_generation(void);
int lb_card_read(uint32_t block, void *data, uint32_t count);
int lb_card_write(uint32_t block, const void *data, uint32_t count);
int lb_card_sync(void);

#endif
