/* The functions that MicroPython compiles, written down as their instructions. */
#ifndef LB_CHECK_TRACECODE_H
#define LB_CHECK_TRACECODE_H

#include <stdint.h>

#include "py/obj.h"

enum { LB_TRACECODE_NONE = UINT32_MAX };

/* The number of the function whose code begins there, LB_TRACECODE_NONE for one that is not ours to follow: frozen. */
uint32_t lb_tracecode_find(const byte *code);

#endif
