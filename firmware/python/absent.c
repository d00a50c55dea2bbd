/* The radios that Pycom's modules had and this one has not: asking the network module for one says so.
 *
 * What is raised is an ImportError, and an AttributeError too, so that dir() and hasattr() find the name missing. */
#include "py/objmodule.h"
#include "py/objtuple.h"
#include "py/runtime.h"

static const mp_rom_obj_tuple_t absent_parents = {
	{&mp_type_tuple},
	2,
	{MP_ROM_PTR(&mp_type_ImportError), MP_ROM_PTR(&mp_type_AttributeError)},
};

static MP_DEFINE_CONST_OBJ_TYPE(absent_type, MP_QSTR_ImportError, MP_TYPE_FLAG_NONE, make_new,
                                mp_obj_exception_make_new, print, mp_obj_exception_print, attr, mp_obj_exception_attr,
                                parent, &absent_parents);

void lb_network_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void lb_network_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	static const qstr radios[] = {MP_QSTR_Bluetooth, MP_QSTR_LoRa, MP_QSTR_LTE, MP_QSTR_Sigfox};

	(void)self;
	for (size_t i = 0; i < MP_ARRAY_SIZE(radios); i++)
		if (attr == radios[i] && dest[0] == MP_OBJ_NULL)
			mp_raise_msg_varg(&absent_type, MP_ERROR_TEXT("this module has no %q radio"), attr);
}

extern const mp_obj_module_t mp_module_network;
MP_REGISTER_MODULE_DELEGATION(mp_module_network, lb_network_attr);
