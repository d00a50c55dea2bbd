/* The flash chip: a W25Q16 or one like it, by commands over the SSI. Its contents are read where they are mapped; while
 * it changes, nothing can be read or run from there, and of all interrupts only uart0's are heard. */
#ifndef PICO_CHIPFLASH_H
#define PICO_CHIPFLASH_H

#include "core/hw/flash.h"

enum { PICO_CHIPFLASH_ID_BYTES = 8 };

extern const struct lb_flash pico_chipflash;

/* The chip's own number, which is that of no other. */
void pico_chipflash_id(uint8_t id[PICO_CHIPFLASH_ID_BYTES]);

#endif
