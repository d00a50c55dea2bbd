/* For a function with many locals that are not needed for long: an optimiser at link time would put it into its only
 * caller, on whose stack they would then be for all that comes after.
 */
#ifndef LB_BASE_NOINLINE_H
#define LB_BASE_NOINLINE_H

#define LB_NOINLINE __attribute__((noinline))

#endif
