#include "firmware/python/refuse.h"

#include <string.h>

#include "core/base/error.h"
#include "firmware/update/updater.h"
#include "py/runtime.h"

void lb_raise_unless_ok(const char *what, int result)
{
	char text[LB_UPDATER_TEXT_BYTES];

	if (result == LB_OK)
		return;
	lb_updater_explain(result, text);
	mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("%s: %s"), what, text);
}

enum lb_slot lb_slot_from_name(mp_obj_t name)
{
	if (mp_obj_is_str(name))
		for (enum lb_slot slot = LB_SLOT_FACTORY; slot < LB_SLOT_COUNT; slot++)
			if (strcmp(mp_obj_str_get_str(name), lb_slot_name(slot)) == 0)
				return slot;
	return LB_SLOT_NONE;
}
