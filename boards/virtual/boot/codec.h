/* The libraries that the virtual board gives the loader. */
#ifndef BOARDS_VIRTUAL_BOOT_CODEC_H
#define BOARDS_VIRTUAL_BOOT_CODEC_H

#include "core/loader/codec.h"

extern const struct lb_codec lb_virtual_codec;

#endif
