/* Compiled inside extmod/modtime.c. */
#include "core/hw/periph.h"
#include "shared/timeutils/timeutils.h"

static uint64_t rtc_seconds(void)
{
	return lb_periph_rtc_micros() / 1000000;
}

static mp_obj_t mp_time_localtime_get(void)
{
	timeutils_struct_time_t tm;

	timeutils_seconds_since_epoch_to_struct_time(rtc_seconds(), &tm);
	mp_obj_t fields[8] = {
		MP_OBJ_NEW_SMALL_INT(tm.tm_year), MP_OBJ_NEW_SMALL_INT(tm.tm_mon),  MP_OBJ_NEW_SMALL_INT(tm.tm_mday),
		MP_OBJ_NEW_SMALL_INT(tm.tm_hour), MP_OBJ_NEW_SMALL_INT(tm.tm_min),  MP_OBJ_NEW_SMALL_INT(tm.tm_sec),
		MP_OBJ_NEW_SMALL_INT(tm.tm_wday), MP_OBJ_NEW_SMALL_INT(tm.tm_yday),
	};
	return mp_obj_new_tuple(MP_ARRAY_SIZE(fields), fields);
}

static mp_obj_t mp_time_time_get(void)
{
	return mp_obj_new_int_from_ull(rtc_seconds());
}
