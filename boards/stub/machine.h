/* Contract: what the stub board needs of the machine that it is built for: host/ is a Unix process, cortex-m/ is QEMU's
 * mps2-an386. Pins, causes and flash are memory that whoever runs it fills before the reset and reads afterwards.
 */
#ifndef BOARDS_STUB_MACHINE_H
#define BOARDS_STUB_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stddef.h>
#include <stdint.h>

enum { STUB_FLASH_BYTES = 0x100000, STUB_KNOB_P12 = 1, STUB_KNOB_G23 = 2 };

/* All 0: a power-on with nothing pressed. */
struct stub_knobs {
	uint32_t pressed; /* STUB_KNOB_P12: high; STUB_KNOB_G23: low */
	uint32_t cause;   /* enum lb_cause */
	uint32_t led;     /* what the bootloader shows last */
	uint32_t phase;
	uint32_t millis;   /* since the reset */
	uint32_t notes[3]; /* for who measures */
};

extern volatile struct stub_knobs stub_knobs;
extern uint8_t stub_retained[];
extern uint8_t stub_flash[STUB_FLASH_BYTES];

void stub_machine_init(void);
/* Until something comes in, or a millisecond at most. */
void stub_machine_sleep(void);
void stub_machine_send(uint8_t byte);
/* The next byte that came in; false: none has. */
bool stub_machine_receive(uint8_t *byte);
/* Can a payload that begins so be run? See lb_board_payload_runs. */
bool stub_machine_runs(const uint8_t *start, size_t size_bytes);
void stub_machine_run(const uint8_t *payload);
_Noreturn void stub_machine_reset(void);

#endif
