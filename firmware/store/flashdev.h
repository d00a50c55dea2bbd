/* The block device under /flash: the fs partition as littlefs wants it, one block a sector.
 *
 * Formatting makes every device object given out before it dead: a file that is still open on the old file system gets
 * OSError(ENODEV) and can no longer write into the new one.
 */
#ifndef LB_STORE_FLASHDEV_H
#define LB_STORE_FLASHDEV_H

#include <stdbool.h>

#include "py/obj.h"

extern const mp_obj_type_t lb_flashdev_type;

bool lb_flashdev_exists(void);
mp_obj_t lb_flashdev_new(void);
/* Is this a device of ours from before the last format? */
bool lb_flashdev_is_dead(mp_obj_t device);
/* All bytes are 0xFF. */
bool lb_flashdev_is_blank(void);
/* Erases every sector, and makes older objects dead. LB_OK or a negative enum lb_error. */
int lb_flashdev_erase(void);

#endif
