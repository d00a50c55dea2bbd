/* The board's own side of the card (core/hw/card.h). */
#ifndef LB_VIRTUAL_CARDFILE_H
#define LB_VIRTUAL_CARDFILE_H

#include <stdint.h>

/* A receiver (inbox.h). */
void lb_cardfile_given(uint32_t generation, int file);

#endif
