/* The provider with BearSSL's hash. A program of its own, for the source of BearSSL may not be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/p256.h"
#include "crypto/providers.h"
#include "tests/unit/hash_world.h"

static void its_hash_is_sha256(void **state)
{
	(void)state;
	hash_world_check(&lb_crypto_bearssl);
}

/* Of which test_crypto.c and test_p256_curve.c hold what it is worth. */
static void its_signatures_are_those_of_the_small_one(void **state)
{
	(void)state;
	assert_ptr_equal(lb_crypto_bearssl.verify, lb_crypto_small.verify);
	assert_ptr_equal(lb_crypto_bearssl.verify, lb_p256_verify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_hash_is_sha256),
		cmocka_unit_test(its_signatures_are_those_of_the_small_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
