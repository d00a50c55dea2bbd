/* The libraries that the virtual board gives the loader. */
#ifndef LB_BOOT_ZLIB_CODEC_H
#define LB_BOOT_ZLIB_CODEC_H

#include "core/loader/codec.h"

extern const struct lb_codec lb_virtual_codec;

#endif
