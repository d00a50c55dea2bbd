/* The Raspberry Pi Pico as a kind of board. */
#ifndef LB_PICO_KIND_H
#define LB_PICO_KIND_H

#include "core/flashmap/board_kind.h"

extern const struct lb_board_kind lb_kind_pico;

#endif
