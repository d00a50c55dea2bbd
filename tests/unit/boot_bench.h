/* A bench for the boot sequencer: a module whose board and time are played by the test. */
#ifndef TESTS_UNIT_BOOT_BENCH_H
#define TESTS_UNIT_BOOT_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/boot/drive.h"

enum { TEXT_BYTES = 2048, VERIFY_MS = 3 };

/* What the board is like, and what was seen of the boot. */
struct module {
	/* given */
	enum lb_cause cause;
	uint8_t retained[LB_RETAINED_BYTES];
	uint32_t p12_high_ms; /* from the reset on */
	bool g23_low;
	enum lb_image_verdict truth[LB_SLOT_COUNT];
	uint64_t id[LB_SLOT_COUNT];
	struct lb_record record; /* changed as the boot appends */
	bool will_not_append;
	bool will_not_start;        /* neither this boot's first choice nor any other */
	uint32_t tool_comes_ms;     /* a tool greets in bootloader mode; 0: none does */
	enum lb_loader_leave leave; /* and then asks for that, once */
	uint64_t tool_id;           /* after it wrote this image to ota_1; 0: it wrote nothing */
	/* seen */
	enum lb_boot_want end; /* start, reset, or wait: it stays */
	enum lb_slot slot;
	uint32_t t_ms;
	uint32_t led;
	enum lb_led_mode led_mode;
	enum lb_phase phase;
	unsigned verified;
	unsigned appended;
	unsigned again;
	uint32_t watchdog_ms;
	enum lb_slot loaded;
	char text[TEXT_BYTES];
	struct lb_handoff_down down;
};

extern const uint8_t bench_board_id[LB_BOARD_ID_BYTES];

/* A module with a good image in the factory slot and nothing else. */
struct module healthy(enum lb_cause cause);
/* Leaves a request, and the text of an error, in the hand-off. */
void ask(struct module *module, enum lb_request request, enum lb_slot slot);
struct lb_boot_config config_of(struct module *module);
/* One reset, until an image starts, the module resets, or it waits for good. */
void boot_module(struct module *module);

#endif
