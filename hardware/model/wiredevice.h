/* Sensors on a wire of their own: DS18x20 on a 1-Wire bus, or a DHT.
 *
 * They hear when the module pulls the wire low and when it lets go, and say for how long they pull it low themselves.
 * Pure values; the file is described in docs/spec/environment.md. 1-Wire by Maxim's application note 126 and the
 * DS18B20's data sheet (ROM commands, scratchpad, CRC); the DHT22's pulses by Aosong's AM2302 data sheet.
 */
#ifndef HARDWARE_MODEL_WIREDEVICE_H
#define HARDWARE_MODEL_WIREDEVICE_H

#include "hardware/model/devicefile.h"
#include "hardware/wire.h"

enum { LB_WIREDEVICE_SENSORS = 16, LB_WIREDEVICE_ROM_BYTES = 8, LB_WIREDEVICE_PAD_BYTES = 9 };

/* What a sensor on a 1-Wire bus is about. */
enum lb_wiredevice_state {
	LB_WIREDEVICE_IDLE, /* until the next reset; lets go */
	LB_WIREDEVICE_ROM_COMMAND,
	LB_WIREDEVICE_MATCH,
	LB_WIREDEVICE_SEARCH,
	LB_WIREDEVICE_FUNCTION,
	LB_WIREDEVICE_SEND,
	LB_WIREDEVICE_WRITE_PAD,
};

struct lb_wiredevice_sensor {
	uint8_t rom[LB_WIREDEVICE_ROM_BYTES];
	uint8_t pad[LB_WIREDEVICE_PAD_BYTES]; /* the scratchpad */
	int16_t measured;                     /* into it by a conversion */
	enum lb_wiredevice_state state, then; /* after SEND */
	unsigned at;                          /* bits of what is heard or sent */
	unsigned phase;                       /* of a search's bit: sends it, sends its opposite, hears */
	uint8_t heard;
	const uint8_t *sends;
	unsigned send_bits;
	bool spoke; /* this slot is the sensor's, not the module's */
};

struct lb_wiredevice {
	bool is_dht;
	uint8_t dht[5];
	size_t count;
	struct lb_wiredevice_sensor sensors[LB_WIREDEVICE_SENSORS];
};

/* False with file->line and file->reason. */
bool lb_wiredevice_read(struct lb_wiredevice *device, struct lb_devicefile *file);
/* The module pulls the wire low, or lets go of it, since_us after its last change. The wave is what the device does
 * from now on, as WIRE_WAVE has it: its count, or WIRE_WAVE_KEPT. */
unsigned lb_wiredevice_change(struct lb_wiredevice *device, bool low, uint32_t since_us,
                              uint16_t wave[WIRE_WAVE_EDGES]);

#endif
