/* What ends a target whose promise does not hold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/assert.h"
#include "tests/fuzz/fuzz.h"

void lb_fuzz_require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	abort();
}

_Noreturn void lb_assert_failed(unsigned place)
{
	fprintf(stderr, "%s: assertion %u (docs/assertions.md)\n", program_invocation_short_name, place);
	abort();
}
