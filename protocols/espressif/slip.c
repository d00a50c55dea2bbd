#include "protocols/espressif/slip.h"

enum { EDGE = 0xC0, ESCAPE = 0xDB, ESCAPED_EDGE = 0xDC, ESCAPED_ESCAPE = 0xDD };

enum lb_slip_event lb_slip_parse(struct lb_slip *slip, uint8_t wire, uint8_t *byte)
{
	bool escaped = slip->escaped;

	slip->escaped = false;
	if (wire == EDGE)
		return LB_SLIP_EDGE; /* also after an escape: whatever was before, a frame may start here */
	if (!escaped && wire == ESCAPE) {
		slip->escaped = true;
		return LB_SLIP_NONE;
	}
	if (escaped && wire != ESCAPED_EDGE && wire != ESCAPED_ESCAPE)
		return LB_SLIP_BAD;
	*byte = wire;
	if (escaped)
		*byte = wire == ESCAPED_EDGE ? EDGE : ESCAPE;
	return LB_SLIP_BYTE;
}

size_t lb_slip_put_edge(uint8_t *wire)
{
	wire[0] = EDGE;
	return 1;
}

size_t lb_slip_put(uint8_t *wire, const uint8_t *data, size_t size_bytes)
{
	size_t put = 0;

	for (size_t i = 0; i < size_bytes; i++) {
		if (data[i] != EDGE && data[i] != ESCAPE) {
			wire[put++] = data[i];
			continue;
		}
		wire[put++] = ESCAPE;
		wire[put++] = data[i] == EDGE ? ESCAPED_EDGE : ESCAPED_ESCAPE;
	}
	return put;
}
