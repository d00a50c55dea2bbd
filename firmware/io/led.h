/* The LED as the firmware drives it: heartbeat, the user's colour, the error pattern over either.
 *
 * All timing is done by an alarm in interrupt context, so the heartbeat shows that the CPU lives, even in a program
 * that never yields. State outlives a soft reset.
 */
#ifndef LB_IO_LED_H
#define LB_IO_LED_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LB_LED_BEAT_ON_MS = 80,
	LB_LED_BEAT_OFF_MS = 3920,
	LB_LED_ERROR_TOGGLE_MS = 50,
	LB_LED_ERROR_MS = 1200,
};

/* Once, after a hard reset. */
void lb_led_init(bool heartbeat_on, uint32_t heartbeat_rgb);
void lb_led_set_heartbeat(bool on); /* off: dark until lb_led_set_rgb */
bool lb_led_heartbeat(void);
void lb_led_set_rgb(uint32_t rgb); /* only while the heartbeat is off */
uint32_t lb_led_rgb(void);
/* Red, toggled for 1.2 s; then what was there before goes on. Returns at once. */
void lb_led_show_error(void);

#endif
