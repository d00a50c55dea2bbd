/* The RP2040's own: clocks, the timer, resets and what they leave behind. */
#ifndef PICO_CHIP_H
#define PICO_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/types.h"

enum {
	PICO_SYS_HZ = 125000000,     /* of the CPU and of the UARTs */
	PICO_WATCHDOG_MAX_MS = 8388, /* 24 bits at 2 MHz (erratum RP2040-E1) */
	PICO_ALARMS = 4,
};

/* RAM that bootloader and image use for nothing else, and that no reset clears: the linker scripts'. */
extern uint8_t pico_kept[];
enum { PICO_KEPT_BYTES = 256 };

/* What a fault leaves at its start. */
struct pico_fault {
	uint32_t magic; /* PICO_FAULT_MAGIC */
	uint32_t pc;
	uint32_t lr;
	uint32_t sp;
};

#define PICO_FAULT_MAGIC 0x544C4146u /* "FALT" */

/* From the ring oscillator to 125 MHz, with a tick of 1 us for timer and watchdog. */
void pico_chip_start_clocks(void);
/* Brings blocks out of reset: bits as RESETS_RESET has them. */
void pico_chip_release(uint32_t blocks);
/* Why this reset was; asked once, for it forgets what software said of it. */
enum lb_cause pico_chip_cause(void);

uint64_t pico_chip_micros(void);
uint32_t pico_chip_millis(void);
/* An alarm calls its vector so long after now, once; at least 10 us. */
void pico_chip_alarm(unsigned alarm, uint32_t delay_us);
void pico_chip_alarm_off(unsigned alarm);
/* What the alarm's handler calls first. */
void pico_chip_alarm_seen(unsigned alarm);

/* 0 stops it. More than PICO_WATCHDOG_MAX_MS is that much. */
void pico_chip_watchdog(uint32_t timeout_ms);
/* Resets all but the oscillators, and says why to the next pico_chip_cause. */
_Noreturn void pico_chip_reset(enum lb_cause cause);

#endif
