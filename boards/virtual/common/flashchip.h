/* The virtual module's flash: flash.bin, mapped, under the rules of hardware/model/nor.h and in module time.
 *
 * Operations are counted in the register page. An operation that a kill interrupts stays torn.
 */
#ifndef LB_VIRTUAL_FLASHCHIP_H
#define LB_VIRTUAL_FLASHCHIP_H

#include "core/hw/flash.h"
#include "core/hw/periph.h"

/* Called once, after lb_bus_init; the device lives as long as the program. */
const struct lb_flash *lb_flashchip_open(void);
/* Once the operation of another thread that is under way has ended; there is no further one. */
void lb_flashchip_stop(void);
/* As lb_periph_on_flash. */
void lb_flashchip_on_change(lb_flash_fn *handler);

#endif
