/* Compiled inside extmod/modtime.c: the clock, and the time of the day with Pycom's time zone. */
#include "core/hw/periph.h"
#include "shared/timeutils/timeutils.h"

enum { TIME_US_PER_S = 1000000, TIME_MOST_ZONE_S = 24 * 3600, TIME_FIELDS = 8 };

/* Seconds that localtime() is ahead of gmtime(); until the next hard reset. */
static mp_int_t time_zone_s;

static mp_int_t time_now_s(void)
{
	return (mp_int_t)(lb_periph_rtc_micros() / TIME_US_PER_S);
}

static mp_obj_t mp_time_time_get(void)
{
	return mp_obj_new_int(time_now_s());
}

/* The moment that was asked for: seconds since 1970, or nothing for now. */
static mp_obj_t time_fields(size_t n_args, const mp_obj_t *args, mp_int_t zone_s)
{
	const mp_int_t given_s = n_args == 0 || args[0] == mp_const_none ? time_now_s() : mp_obj_get_int(args[0]);
	timeutils_struct_time_t tm;

	timeutils_seconds_since_epoch_to_struct_time((uint64_t)(given_s + zone_s), &tm);
	mp_obj_t fields[TIME_FIELDS] = {
		mp_obj_new_int_from_uint(tm.tm_year), mp_obj_new_int_from_uint(tm.tm_mon),
		mp_obj_new_int_from_uint(tm.tm_mday), mp_obj_new_int_from_uint(tm.tm_hour),
		mp_obj_new_int_from_uint(tm.tm_min),  mp_obj_new_int_from_uint(tm.tm_sec),
		mp_obj_new_int_from_uint(tm.tm_wday), mp_obj_new_int_from_uint(tm.tm_yday),
	};
	return mp_obj_new_tuple(TIME_FIELDS, fields);
}

static mp_obj_t time_gmtime(size_t n_args, const mp_obj_t *args)
{
	return time_fields(n_args, args, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(time_gmtime_obj, 0, 1, time_gmtime);

static mp_obj_t time_localtime(size_t n_args, const mp_obj_t *args)
{
	return time_fields(n_args, args, time_zone_s);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(time_localtime_obj, 0, 1, time_localtime);

/* The inverse of localtime(); CPython's tuples have a ninth field. */
static mp_obj_t time_mktime(mp_obj_t tuple)
{
	size_t count;
	mp_obj_t *fields;

	mp_obj_get_array(tuple, &count, &fields);
	if (count < TIME_FIELDS || count > TIME_FIELDS + 1)
		mp_raise_TypeError(MP_ERROR_TEXT("mktime needs a tuple of length 8 or 9"));
	const mp_uint_t local_s =
		timeutils_mktime((mp_uint_t)mp_obj_get_int(fields[0]), mp_obj_get_int(fields[1]), mp_obj_get_int(fields[2]),
	                     mp_obj_get_int(fields[3]), mp_obj_get_int(fields[4]), mp_obj_get_int(fields[5]));

	return mp_obj_new_int((mp_int_t)local_s - time_zone_s);
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_mktime_obj, time_mktime);

/* timezone([seconds]) */
static mp_obj_t time_timezone(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		return mp_obj_new_int(time_zone_s);
	const mp_int_t wanted_s = mp_obj_get_int(args[0]);

	if (wanted_s < -TIME_MOST_ZONE_S || wanted_s > TIME_MOST_ZONE_S)
		mp_raise_ValueError(MP_ERROR_TEXT("timezone: seconds, a day at most"));
	time_zone_s = wanted_s;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(time_timezone_obj, 0, 1, time_timezone);

#define MICROPY_PY_TIME_EXTRA_GLOBALS                                      \
	{MP_ROM_QSTR(MP_QSTR_gmtime), MP_ROM_PTR(&time_gmtime_obj)},           \
		{MP_ROM_QSTR(MP_QSTR_localtime), MP_ROM_PTR(&time_localtime_obj)}, \
		{MP_ROM_QSTR(MP_QSTR_mktime), MP_ROM_PTR(&time_mktime_obj)},       \
		{MP_ROM_QSTR(MP_QSTR_timezone), MP_ROM_PTR(&time_timezone_obj)},
