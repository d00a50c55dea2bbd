/* The auto-reset circuit of a development board: how the serial adapter's DTR and RTS reach the module.
 *
 * Two transistors, each driven by one line against the other: G23 is pulled low while DTR is asserted and RTS is not,
 * the reset line while RTS is asserted and DTR is not. So a program that opens the port, which asserts both, changes
 * nothing, and a tool that knows the circuit resets the module with G23 low or high as it likes.
 *
 * Such a tool changes DTR and RTS one after the other, with a moment of both asserted between a reset and G23. On a
 * board a capacitor bridges that moment; here the reset line stays as it is for up to LB_AUTORESET_SETTLE_MS.
 */
#ifndef HARDWARE_MODEL_AUTORESET_H
#define HARDWARE_MODEL_AUTORESET_H

#include <stdbool.h>

/* Of the host: pyserial takes 50 ms and a round trip for each change of a line over RFC 2217. Longer than any tool
 * needs for two of them, short enough that a program that asserts RTS before DTR does not seem to have killed the
 * module. */
enum { LB_AUTORESET_SETTLE_MS = 1000 };

struct lb_autoreset {
	bool dtr; /* asserted */
	bool rts;
	bool reset_low; /* the module is held in reset */
	bool boot_low;  /* G23 is pulled low */
};

/* Both released, nothing pulled: all zero. The lines are now so. True when the circuit is to be told, by
 * lb_autoreset_settle, that LB_AUTORESET_SETTLE_MS went by without another change. */
bool lb_autoreset_set(struct lb_autoreset *circuit, bool dtr, bool rts);
void lb_autoreset_settle(struct lb_autoreset *circuit);

#endif
