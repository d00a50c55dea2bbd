/* Refusals of updates as Python sees them. */
#ifndef LB_PYTHON_REFUSE_H
#define LB_PYTHON_REFUSE_H

#include "core/flashmap/flashmap.h"
#include "py/obj.h"

/* Raises OSError("what: why") unless result (ota.h) is LB_OK. */
void lb_raise_unless_ok(const char *what, int result);
/* 'factory', 'ota_0' or 'ota_1'; LB_SLOT_NONE for any other object. */
enum lb_slot lb_slot_from_name(mp_obj_t name);

#endif
