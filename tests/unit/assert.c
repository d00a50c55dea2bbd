/* In unit tests an assertion is cmocka's: expect_assert_failure catches it, elsewhere it fails the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/base/assert.h"

_Noreturn void lb_assert_failed(unsigned place)
{
	mock_assert(0, "LB_ASSERT", "docs/assertions.md", (int)place);
	abort(); /* mock_assert jumps or ends the test; the compiler is not told so */
}
