/* Compiled inside extmod/modos.c. */
#include "core/hw/periph.h"

static mp_obj_t mp_os_urandom(mp_obj_t count_obj)
{
	vstr_t bytes;

	const mp_int_t count = mp_obj_get_int(count_obj);

	if (count < 0)
		mp_raise_ValueError(NULL);
	vstr_init_len(&bytes, (size_t)count);
	lb_periph_random(bytes.buf, bytes.len);
	return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
