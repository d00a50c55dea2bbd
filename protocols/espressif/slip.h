/* SLIP: frames on a byte stream. 0xC0 starts and ends a frame; inside, 0xC0 is sent as DB DC and 0xDB as DB DD. */
#ifndef LB_ESPRESSIF_SLIP_H
#define LB_ESPRESSIF_SLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_SLIP_BYTE_MAX = 2 }; /* bytes on the wire for one byte of a frame */

enum lb_slip_event {
	LB_SLIP_NONE = 0, /* the first half of an escape */
	LB_SLIP_BYTE = 1,
	LB_SLIP_EDGE = 2, /* of a frame: the end of one, the start of one, or both */
	LB_SLIP_BAD = 3,  /* an escape of nothing: the frame is damaged */
};

struct lb_slip {
	bool escaped;
};

/* One byte from the wire. byte is set with LB_SLIP_BYTE only. */
enum lb_slip_event lb_slip_parse(struct lb_slip *slip, uint8_t wire, uint8_t *byte);

/* Appends to wire, where there is room, and returns how many bytes. */
size_t lb_slip_put_edge(uint8_t *wire);
size_t lb_slip_put(uint8_t *wire, const uint8_t *data, size_t size_bytes);

#endif
