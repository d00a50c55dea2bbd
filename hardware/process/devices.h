/* The simulated devices around a module, each described by a file (docs/spec/environment.md). They outlive every reset.
 *
 * They are read before the module is opened; what is on its lines is connected when it is.
 */
#ifndef HARDWARE_PROCESS_DEVICES_H
#define HARDWARE_PROCESS_DEVICES_H

#include <stdbool.h>

#include "hardware/model/device.h"
#include "hardware/process/cpu.h"
#include "hardware/process/registers.h"
#include "hardware/process/uarthub.h"
#include "hardware/process/uarttalk.h"

enum { LB_DEVICES_MAX = 64 };

struct lb_devices {
	size_t count;
	struct lb_devices_one {
		enum lb_device_kind kind;
		struct lb_device_place place;
		void *model; /* as lb_device_bytes says */
	} one[LB_DEVICES_MAX];
	struct lb_uarttalk talk[LB_UARTHUB_COUNT];
	struct lb_registers *registers;
	struct lb_cpu *cpu;
};

/* One more, as an option says it: "1=FILE". False after telling the person what is wrong with it or with its file. */
bool lb_devices_read(struct lb_devices *devices, enum lb_device_kind kind, const char *text);
/* The one at this place; NULL: there is none. */
void *lb_devices_find(struct lb_devices *devices, enum lb_device_kind kind, struct lb_device_place place);
/* The module's lines are open; and are about to be closed. registers and cpu are set. */
void lb_devices_connect(struct lb_devices *devices, struct lb_uarthub uarts[LB_UARTHUB_COUNT],
                        const struct lb_clock *clock);
/* WIRE_BUS, with its fields. */
void lb_devices_transfer(struct lb_devices *devices, const uint8_t *message);
/* WIRE_LINE, with its fields. */
void lb_devices_change(struct lb_devices *devices, const uint8_t *message);
/* The CPU set a pin to this level: it may be a chip select. */
void lb_devices_see(struct lb_devices *devices, bool level);
void lb_devices_close(struct lb_devices *devices);

#endif
