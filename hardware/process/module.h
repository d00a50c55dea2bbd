/* The virtual module as a whole: its parts, its power and its resets.
 *
 *   off ──on──▶ running ──off──▶ off           running ──deep sleep──▶ asleep ──wake, reset──▶ running
 *   running ──reset, watchdog──▶ running       running ──the CPU died──▶ faulted ──a moment later──▶ running
 *
 *   anything with power ──the reset line is pulled low──▶ held ──it is let go──▶ running
 *
 * Every arrow into running is a hard reset: a new CPU process, pins, PWM, LED, UARTs, radio and watchdog as at
 * power-on.
 */
#ifndef HARDWARE_PROCESS_MODULE_H
#define HARDWARE_PROCESS_MODULE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/hw/types.h"
#include "hardware/process/behind.h"
#include "hardware/process/cardslot.h"
#include "hardware/process/clock.h"
#include "hardware/process/cpu.h"
#include "hardware/process/devices.h"
#include "hardware/process/events.h"
#include "hardware/process/flashwatch.h"
#include "hardware/process/folder.h"
#include "hardware/process/rgbled.h"
#include "hardware/process/nets.h"
#include "hardware/process/ports.h"
#include "hardware/process/registers.h"
#include "hardware/process/uartport.h"
#include "hardware/process/sleep.h"
#include "hardware/process/trustfile.h"
#include "hardware/process/uarthub.h"
#include "hardware/process/visitor.h"
#include "hardware/process/wdtimer.h"
#include "hardware/process/radiolink.h"

enum lb_power {
	LB_POWER_OFF = 0,
	LB_POWER_RUNNING = 1,
	LB_POWER_ASLEEP = 2,
	LB_POWER_FAULTED = 3,
	LB_POWER_HELD = 4, /* in reset */
};

struct lb_module {
	uv_loop_t *loop;
	struct lb_folder folder;
	struct lb_flashwatch flash;
	int trace_fd; /* of `lifeboat check`, -1: none */
	struct lb_trustfile trust;
	uint8_t unique_id[LB_UNIQUE_ID_BYTES];
	struct lb_clock clock;
	struct lb_events events;
	struct lb_registers registers;
	struct lb_rgbled led;
	struct lb_nets nets;
	struct lb_radiolink wifi;
	struct lb_behind behind;
	struct lb_visitor visitor;
	struct lb_ports ports;
	struct lb_cardslot card;
	struct lb_wdtimer watchdog;
	struct lb_sleep sleep;
	struct lb_cpu cpu;
	struct lb_uarthub uart[LB_UARTHUB_COUNT];
	struct lb_uartport uartport;
	struct lb_devices devices;
	uv_timer_t fault_timer;
	enum lb_power power;
	enum lb_phase phase;
	enum lb_cause cause;
	bool rtc_of_host;
	bool reset_low; /* the reset line is pulled low */
	bool boot_low;  /* G23 is to be pulled low; it stays so until a CPU that was just started has sampled it */
	bool sampled;   /* this CPU has sampled its pins */
	uint64_t boots; /* CPUs started so far */
	uint64_t torn;  /* flash operations that were cut by a CPU's end */
};

/* What main has found out before. */
struct lb_module_setup {
	uv_loop_t *loop;
	struct lb_folder folder;
	int flash_fd;
	int trace_fd; /* of `lifeboat check`, -1: none */
	struct lb_trustfile trust;
	uint8_t unique_id[LB_UNIQUE_ID_BYTES];
	unsigned clock_factor;
	bool binds; /* scripts' ports are on this address of the host; else on 127.0.0.1 */
	uint32_t bind_ip;
	bool rtc_of_host; /* the real-time clock is the host's from power-on; else it begins with 2000-01-01 */
	const char *bootloader;
	struct lb_air air;
	struct lb_devices devices;
	struct lb_uartport_setup uartport;
};

/* The module with no power. 0, or -1 after telling the person. */
int lb_module_open(struct lb_module *module, const struct lb_module_setup *setup);
/* Takes the power away, and what is in the folder for others to open. */
void lb_module_close(struct lb_module *module);

/* Each returns after its effect; none does anything when the effect is there already. */
void lb_module_power_on(struct lb_module *module);
void lb_module_power_off(struct lb_module *module);
/* The reset switch; false when there is no power. Nothing while the reset line is pulled low anyhow. */
bool lb_module_press_reset(struct lb_module *module);
/* drive is enum wire_drive. */
void lb_module_drive_pin(struct lb_module *module, unsigned pin, uint32_t drive);
void lb_module_apply_volts(struct lb_module *module, unsigned pin, uint32_t millivolts);

#endif
