/* A function whose locals are many and not needed for long: a compiler that optimises at link time would put it into its
 * only caller, whose stack they would then be on for all that comes after.
 */
#ifndef LB_BASE_NOINLINE_H
#define LB_BASE_NOINLINE_H

#define LB_NOINLINE __attribute__((noinline))

#endif
