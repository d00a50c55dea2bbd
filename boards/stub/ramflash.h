/* A flash chip's rules in RAM: stub_flash, in sectors of 4 KiB and program units of 4 bytes. It never fails. */
#ifndef BOARDS_STUB_RAMFLASH_H
#define BOARDS_STUB_RAMFLASH_H

#include "core/hw/flash.h"

extern const struct lb_flash stub_ramflash;

#endif
