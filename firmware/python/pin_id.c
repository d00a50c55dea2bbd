/* A file of its own, so that check's firmware can lead its calls to another board's numbers. */
#include "firmware/python/pin_id.h"

#include "core/hw/pinout.h"

int lb_pin_id_find(long number)
{
	return number < 0 || number >= LB_PIN_COUNT ? -1 : (int)number;
}
