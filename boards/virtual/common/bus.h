/* The virtual module's silicon as its CPU process sees it: registers, retained RAM, messages and the module's clock.
 *
 * Both CPU programs use it, the bootloader and the image that it starts, each after a call of lb_bus_init. The other
 * end of everything here is the hardware process (hardware/wire.h). When that has gone, the program ends.
 */
#ifndef LB_VIRTUAL_BUS_H
#define LB_VIRTUAL_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hw/periph.h"
#include "hardware/model/pins.h"
#include "hardware/wire.h"

/* Maps the file descriptors of wire.h, and ties this process's life to the hardware process's. Ends the program, with
 * a line on stderr, when they are not there. */
void lb_bus_init(void);
/* Ends the program for want of something the host should give; errno tells why. */
_Noreturn void lb_bus_fail(const char *what);

uint32_t lb_bus_get(enum wire_register reg);
void lb_bus_put(enum wire_register reg, uint32_t value);
uint64_t lb_bus_get64(enum wire_register reg);
void lb_bus_put64(enum wire_register reg, uint64_t value);
void lb_bus_add64(enum wire_register reg, uint64_t amount);
void lb_bus_unique_id(uint8_t id[LB_UNIQUE_ID_BYTES]);
uint8_t *lb_bus_bytes(enum wire_register reg); /* of the byte-wise ones */
uint8_t *lb_bus_retained(void);                /* LB_RETAINED_BYTES */

/* What acts on a pin's net (hardware/model/pins.h), and the level of it. */
struct lb_pins_net lb_bus_pin_net(unsigned pin);
uint32_t lb_bus_pin_config(unsigned pin);
void lb_bus_set_pin_config(unsigned pin, uint32_t config);
void lb_bus_set_pin_pwm(unsigned pin, uint32_t frequency_mhz, uint32_t duty);
bool lb_bus_pin_level(unsigned pin);

/* Sends one message of wire.h. From any context. */
void lb_bus_send(const uint8_t *message, size_t size_bytes);
/* Takes one message, without waiting: its size, or 0 when there is none. */
size_t lb_bus_receive(uint8_t message[WIRE_MESSAGE_BYTES]);
/* The same with the file that came with it, which is the caller's to close; -1: none did. */
size_t lb_bus_receive_file(uint8_t message[WIRE_MESSAGE_BYTES], int *file);
/* Sends all of it on a UART's stream. The hardware process always drains it, so a wait for room ends; a line that
 * nothing is on takes everything. */
void lb_bus_stream(enum wire_fd uart, const void *data, size_t size_bytes);
void lb_bus_led(uint32_t rgb, enum lb_led_mode mode);
void lb_bus_phase(enum lb_phase phase);
/* Starts the watchdog, freshly fed, with this timeout in module time; 0 stops it. */
void lb_bus_watchdog(uint32_t timeout_ms);
void lb_bus_feed(void);
/* Asks for a reset, and waits for it. */
_Noreturn void lb_bus_reset(void);
/* Waits, deaf to all else, for the hardware process to end this one, after a message that makes it do so. */
_Noreturn void lb_bus_await_end(void);

/* The host's clock, and the module's, which starts at 0 with each reset and runs WIRE_REG_CLOCK times faster. */
uint64_t lb_bus_host_ns(void);
uint64_t lb_bus_nanos(void);
uint64_t lb_bus_micros(void);
/* How long a stretch of module time takes on the host; saturates. */
uint64_t lb_bus_host_span_ns(uint64_t module_us);
/* Sleeps until the host's clock shows that, whatever signals arrive. */
void lb_bus_sleep_until(uint64_t host_ns);

#endif
