#include "firmware/python/names.h"

#include "py/runtime.h"

bool lb_names_load(const mp_obj_dict_t *names, mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	const mp_rom_map_elem_t *table = (const mp_rom_map_elem_t *)(const void *)names->map.table;

	for (size_t i = 0; i < names->map.used; i++) {
		if (table[i].key != MP_ROM_QSTR(attr))
			continue;
		if (self == MP_OBJ_NULL)
			dest[0] = (mp_obj_t)table[i].value;
		else
			mp_convert_member_lookup(self, mp_obj_get_type(self), (mp_obj_t)table[i].value, dest);
		return true;
	}
	return false;
}
