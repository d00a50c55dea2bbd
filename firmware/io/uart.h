/* The UARTs: receive rings filled in interrupt context, and the console's interrupt character.
 *
 * A UART is on from the start (0) or from lb_uart_start on; settings and state outlive a soft reset. While a UART is
 * the terminal of the REPL, in any slot of os.dupterm, the interrupt character (usually Ctrl-C) is taken out of what it
 * receives and raises KeyboardInterrupt at once, however busy the program is.
 */
#ifndef LB_IO_UART_H
#define LB_IO_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"

enum { LB_UART_COUNT = 3 };
enum lb_parity { LB_PARITY_EVEN = 0, LB_PARITY_ODD = 1, LB_PARITY_NONE = 2 };

enum lb_uart_event { LB_UART_RX = 1, LB_UART_RX_IDLE = 2 };

struct _machine_uart_obj_t {
	mp_obj_base_t base;
	unsigned port;
};

struct lb_uart_settings {
	uint32_t baudrate;
	uint32_t timeout_ms;      /* how long a read of Python's waits for its first byte */
	uint32_t timeout_char_ms; /* and then for each that follows */
	uint8_t bits;
	uint8_t parity; /* enum lb_parity */
	uint8_t stop;
};

struct _mp_irq_obj_t;

void lb_uart_init(void); /* once, after a hard reset: UART 0 on, the others off */
struct _machine_uart_obj_t *lb_uart_object(unsigned port);
/* False, and nothing changed, for settings out of range. */
bool lb_uart_start(unsigned port, const struct lb_uart_settings *settings);
/* Off: nothing is received, the interrupt character included, and what is written is lost. For UART 0 that is the end
 * of the console until it is started again or a hard reset. */
void lb_uart_stop(unsigned port);
bool lb_uart_is_on(unsigned port);
/* On, and in a slot of os.dupterm: the REPL is heard and hears there. */
bool lb_uart_is_terminal(unsigned port);
const struct lb_uart_settings *lb_uart_settings(unsigned port);
size_t lb_uart_available(unsigned port);
/* Reads what is there, without waiting. */
size_t lb_uart_read(unsigned port, uint8_t *data, size_t size_bytes);
void lb_uart_write(unsigned port, const void *data, size_t size_bytes);
/* Calls the handler at these events (enum lb_uart_event); None or no event: nothing any more. Raises ValueError. */
void lb_uart_irq(unsigned port, mp_obj_t handler, mp_uint_t events, bool hard);
struct _mp_irq_obj_t *lb_uart_irq_object(unsigned port);
/* At the end of the VM: no handlers; settings stay. */
void lb_uart_detach(void);
/* Puts UART 0 into slot 0 of os.dupterm, and nothing into the others: how every run of the VM begins. */
void lb_uart_default_terminal(void);
/* The same when the last stream in a slot is gone because it failed, and not because a script emptied the slot. */
void lb_uart_repair_terminal(void);
/* Is nothing else in the slots of os.dupterm? */
bool lb_uart_all_terminals_are_uarts(void);
/* Was the interrupt character received since the last call, outside of running Python code? Removes it and all before
 * it from the ring. */
bool lb_uart_interrupt_waiting(void);
/* While interrupts are masked: does this byte lie in what a terminal of the REPL has sent meanwhile? */
bool lb_uart_is_coming(uint8_t byte);
/* The same as lb_uart_interrupt_waiting, when a program is about to run that may read what was typed ahead: without an
 * interrupt character in it the ring stays as it is. */
bool lb_uart_interrupt_typed_ahead(void);

#endif
