/* The flash chip: a W25Q16 or one like it, by commands over the SSI. Its contents are read where they are mapped; while
 * it changes, nothing can be read or run from there, and of all interrupts only uart0's are heard. */
#ifndef PICO_CHIPFLASH_H
#define PICO_CHIPFLASH_H

#include "boards/pico/common/vectors.h"
#include "core/hw/flash.h"
#include "core/hw/types.h"

extern const struct lb_flash pico_chipflash;
/* Where it is mapped: what may run from there. */
extern const struct pico_vectors_room pico_chipflash_room;

/* A local address made of the chip's own number, which is that of no other: the RP2040 has none. */
void pico_chipflash_mac(uint8_t mac[LB_BOARD_MAC_BYTES]);

#endif
