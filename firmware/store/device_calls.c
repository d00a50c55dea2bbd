#include "firmware/store/device_calls.h"

#include "firmware/io/gil.h"
#include "py/runtime.h"

static unsigned depth;

mp_obj_t lb_device_calls_method(size_t n_args, size_t n_kw, const mp_obj_t *args);

/* What vfs_blockdev.c calls in place of mp_call_method_n_kw (see Makefile). */
mp_obj_t lb_device_calls_method(size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	nlr_buf_t nlr;

	depth++;
	lb_gil_keep();
	if (nlr_push(&nlr) != 0) {
		lb_gil_unkeep();
		depth--;
		nlr_jump(nlr.ret_val);
	}
	const mp_obj_t result = mp_call_method_n_kw(n_args, n_kw, args);

	nlr_pop();
	lb_gil_unkeep();
	depth--;
	return result;
}

bool lb_device_calls_are_open(void)
{
	return depth > 0;
}
