/* Assertions: for a programmer's mistake, never for an expected failure (error.h). They stay in every build.
 *
 * A file that asserts defines LB_ASSERT_FILE, its number in docs/assertions.md, before its first include: a number
 * costs a small bootloader less than a name. The program gives lb_assert_failed at link time: the bootloader resets,
 * the firmware does too, a test fails.
 */
#ifndef LB_BASE_ASSERT_H
#define LB_BASE_ASSERT_H

/* place: the file's number * 1000 + the line. */
_Noreturn void lb_assert_failed(unsigned place);

#define LB_ASSERT(condition) ((condition) ? (void)0 : lb_assert_failed(LB_ASSERT_FILE * 1000U + __LINE__))

#endif
