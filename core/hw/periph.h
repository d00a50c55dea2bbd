/* Contract: what a board gives the firmware that runs on it, at link time.
 *
 * "Interrupt context" below means that the handler may run between any two instructions of the main program, unless
 * interrupts are masked; it must be short and must not allocate. Handlers are registered once at start-up; NULL
 * removes.
 * Times are module time: they run with the module's clock, not the host's.
 */
#ifndef LB_HW_PERIPH_H
#define LB_HW_PERIPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hw/flash.h"
#include "core/hw/pinout.h"
#include "core/hw/types.h"

struct lb_crypto;

/* --- identity and memory --- */
void lb_periph_init(void);              /* called once, first */
const char *lb_periph_board_name(void); /* "virtual" */
void lb_periph_unique_id(uint8_t id[LB_UNIQUE_ID_BYTES]);
uint8_t *lb_periph_retained(void); /* LB_RETAINED_BYTES; the hand-off block lies at its start */
const struct lb_flash *lb_periph_flash(void);
const struct lb_crypto *lb_periph_crypto(void); /* core/image/crypto.h */
/* Is a payload that begins so one that this board's CPU can run? As lb_board_payload_runs (board.h). start is
 * LB_PAYLOAD_START_BYTES long, or all of a shorter payload. */
bool lb_periph_payload_runs(const void *start, size_t size_bytes);
void *lb_periph_heap(size_t *size_bytes); /* memory for the VM's heap; executable where the board can emit code */
/* Only for a firmware made for `lifeboat check`: memory of this size outside of the module, kept over everything, for
 * what its scripts do; NULL: nobody wants to know. Called once. */
void *lb_periph_trace(size_t size_bytes);
/* As that: called before, in the middle of and after each operation that changes the flash. NULL removes. */
typedef void lb_flash_fn(enum lb_flash_moment moment);
void lb_periph_on_flash(lb_flash_fn *handler);
uint32_t lb_periph_cpu_hz(void);
/* Fit for keys: the only source of TLS's entropy. Does not fail; a board whose source needs time waits for it. */
void lb_periph_random(void *data, size_t size_bytes);

/* --- time --- */
uint64_t lb_periph_micros(void); /* since the hard reset */
/* Microseconds since 1970 by the real-time clock: 2000-01-01 at power-on, then counting over resets and deep sleep. */
uint64_t lb_periph_rtc_micros(void);
void lb_periph_rtc_set(uint64_t micros);
void lb_periph_busy_wait_us(uint32_t wait_us);

/* --- interrupts --- */
/* Masks interrupts, and keeps out whoever else masks them in another thread; returns the state for
 * lb_periph_irq_restore, which does nothing in a thread that has not masked them. Sections nest. */
uint32_t lb_periph_irq_save(void);
void lb_periph_irq_restore(uint32_t state);
/* Sleeps until an interrupt was handled or the time is over. Returns at once when one was handled since the last call
 * returned, so a flag that a handler sets is never missed. UINT32_MAX waits without limit. Nothing polls here. */
void lb_periph_wait_ms(uint32_t wait_ms);

/* One-shot alarms, id 0 to LB_ALARM_COUNT - 1: the handler runs in interrupt context after delay_us; setting again
 * replaces, a NULL handler cancels. The handler may set its own alarm again. */
typedef void lb_alarm_fn(void *ctx);
void lb_periph_alarm(unsigned id, uint64_t delay_us, lb_alarm_fn *handler, void *ctx);

/* --- uart0 (and uart1, uart2) --- */
/* Writes everything; never blocks because nobody reads. */
void lb_periph_serial_write(unsigned port, const void *data, size_t size_bytes);
/* Received bytes, in interrupt context. The handler takes what it has room for and returns the count; the board keeps
 * the rest (real hardware drops it) and offers it again, with what came since, at the next byte or
 * lb_periph_serial_resume. So a handler that is full may still look for an interrupt character in all it is offered. */
typedef size_t lb_serial_rx_fn(unsigned port, const uint8_t *data, size_t size_bytes);
void lb_periph_serial_on_receive(unsigned port, lb_serial_rx_fn *handler);
void lb_periph_serial_resume(unsigned port);
/* In interrupt context, where none of them is offered: is the byte among those received? They stay. */
bool lb_periph_serial_holds(unsigned port, uint8_t byte);
/* How the line is set: told apart by nobody on the virtual module, whose ptys take bytes at any speed. 115200 8N1 after
 * a hard reset; kept over a soft one. */
struct lb_serial_config {
	uint32_t baud;
	uint8_t bits;   /* of a character: 5 to 9 */
	uint8_t parity; /* 0 none, 1 even, 2 odd */
	uint8_t stop;   /* bits: 1 or 2 */
};
void lb_periph_serial_config(unsigned port, const struct lb_serial_config *config);
/* Off: what arrives is lost, what is written goes nowhere. After a hard reset uart0 is on and the others off; kept over
 * a soft one. */
void lb_periph_serial_enable(unsigned port, bool on);
bool lb_periph_serial_enabled(unsigned port);

/* --- pins --- */
void lb_periph_pin_config(unsigned pin, enum lb_pin_mode mode, enum lb_pin_pull pull);
void lb_periph_pin_write(unsigned pin, bool level);
bool lb_periph_pin_read(unsigned pin); /* the level on the net, whoever drives it */
/* Every change of any pin's level, in interrupt context. */
typedef void lb_pin_fn(unsigned pin, bool level);
void lb_periph_pin_on_change(lb_pin_fn *handler);
uint32_t lb_periph_pin_millivolts(unsigned pin); /* what an ADC sees on the net: 0 to 3300, or more from outside */
/* PWM by hardware: it drives the pin, whatever its configuration, without the CPU's help and over a soft reset, until
 * a hard reset, deep sleep or 0 Hz; then what lb_periph_pin_config and lb_periph_pin_write said last holds. Its edges
 * are no changes for the handler above. duty is 0 (always low) to 65535 (always high); more is taken as 65535. */
void lb_periph_pwm(unsigned pin, uint32_t frequency_mhz /* millihertz */, uint32_t duty);
void lb_periph_pwm_get(unsigned pin, uint32_t *frequency_mhz, uint32_t *duty);

/* --- buses that the board drives by itself --- */
/* Where it has none of that number, the firmware drives the pins. */
enum lb_bus { LB_BUS_I2C, LB_BUS_SPI };
bool lb_periph_bus_has(enum lb_bus bus, unsigned number);
/* START: a start condition and the address come before the bytes. Returns how many bytes went over the bus, or -ENODEV:
 * nobody has that address. */
enum lb_i2c_flags { LB_I2C_START = 1, LB_I2C_READ = 2 };
int lb_periph_i2c(unsigned number, unsigned address, unsigned flags, uint8_t *data, size_t size_bytes);
/* in may be NULL, or out itself. */
void lb_periph_spi(unsigned number, const uint8_t *out, uint8_t *in, size_t size_bytes);

/* --- LED, phase --- */
void lb_periph_led(uint32_t rgb, enum lb_led_mode mode);
void lb_periph_phase(enum lb_phase phase);

/* --- watchdog, reset, sleep --- */
/* Starts it, or changes its time; it counts outside the CPU; 0 stops it. */
void lb_periph_watchdog(uint32_t timeout_ms);
void lb_periph_watchdog_feed(void);
_Noreturn void lb_periph_reset(void); /* hard reset, cause software */
/* Ends the CPU; a wake is a reset with cause deep-sleep. 0 ms: no wake by time. Bit n of a mask is pin n: that pin
 * being at that level wakes. */
_Noreturn void lb_periph_deepsleep(uint64_t sleep_ms, uint32_t wake_high_mask, uint32_t wake_low_mask);
/* After a wake: true and the pin when a pin did it, false when time did. */
bool lb_periph_woken_by_pin(unsigned *pin);
uint64_t lb_periph_remaining_sleep_ms(void); /* what was left of the time when a pin woke it */

#endif
