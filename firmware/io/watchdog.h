/* The one watchdog and its two masters: the user (machine.WDT, wdt_on_boot), and the guard of an image on trial.
 *
 * The user's, once armed, must be fed by the user in time; only at a prompt, where no program runs that could, it
 * counts as fed for as long as somebody types. The guard is fed by the running VM. While both are there each keeps its
 * own time, and whichever is over first resets.
 */
#ifndef LB_IO_WATCHDOG_H
#define LB_IO_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

enum { LB_WATCHDOG_GUARD_MS = 30000 }; /* as the bootloader armed it for the trial */

/* The user's. */
void lb_watchdog_arm(uint32_t timeout_ms);
void lb_watchdog_feed(void);
/* For so long, from now on, the user's counts as fed; 0: no longer, it is fed as of now. */
void lb_watchdog_hold(uint32_t hold_ms);
/* The firmware is at long work of its own and gets on with it: as if all had fed. */
void lb_watchdog_progress(void);
/* The guard: there from now on, or no longer; then the user's settings hold alone, and without any it is off. */
void lb_watchdog_guard(bool on);
/* The VM runs. Also from interrupts. */
void lb_watchdog_guard_feed(void);

#endif
