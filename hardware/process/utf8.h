/* Is this text UTF-8 (RFC 3629): no stray bytes, no overlong forms, no surrogates, nothing above U+10FFFF? */
#ifndef HARDWARE_PROCESS_UTF8_H
#define HARDWARE_PROCESS_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool lb_utf8_valid(const char *text, size_t size_bytes);

#endif
