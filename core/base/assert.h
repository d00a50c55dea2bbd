/* Assertions: for a programmer's mistake, never for an expected failure (error.h). They stay in every build.
 *
 * The program gives lb_assert_failed at link time: the bootloader resets, the firmware does too, a test fails.
 */
#ifndef LB_BASE_ASSERT_H
#define LB_BASE_ASSERT_H

_Noreturn void lb_assert_failed(const char *file, int line);

#define LB_ASSERT(condition) ((condition) ? (void)0 : lb_assert_failed(__FILE__, __LINE__))

#endif
