/* What the fuzz targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loader/codec.h"

/* The entry that libFuzzer, and main.c in its place, call for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* Ends the program with that line unless it holds. */
void lb_fuzz_require(bool holds, const char *what);

/* Libraries for the loader. */
const struct lb_codec *lb_fuzz_codec(void);

#endif
