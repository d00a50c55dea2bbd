/* machine.RTC: init(), now() and ntp_sync() as Pycom has them, datetime() as MicroPython has it. The clock itself is
 * the board's: it counts on over resets and deep sleep, and begins at 2000-01-01 when power comes. */
#include "core/hw/periph.h"
#include "core/hw/radio.h"
#include "firmware/python/modmachine.h"
#include "firmware/net/ntp.h"
#include "firmware/store/rtcmemory.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"

enum { INTERNAL_RC = 0, XTAL_32KHZ = 1 };
enum { US_PER_S = 1000000, FIRST_YEAR = 1970, LAST_YEAR = 2999 };
enum { UPDATE_PERIOD_S = 3600, MOST_UPDATE_PERIOD_S = 366 * 24 * 3600 };

static const mp_obj_base_t rtc = {&lb_machine_rtc_type};

static mp_uint_t part(mp_obj_t value, mp_int_t least, mp_int_t most)
{
	const mp_int_t number = mp_obj_get_int(value);

	if (number < least || number > most)
		mp_raise_ValueError(MP_ERROR_TEXT("no such date and time"));
	return (mp_uint_t)number;
}

/* date: year, month, day; time: hour, minute, second, and perhaps microsecond. */
static void set_clock(const mp_obj_t date[3], const mp_obj_t *time, size_t time_count)
{
	const mp_uint_t year = part(date[0], FIRST_YEAR, LAST_YEAR);
	const mp_uint_t month = part(date[1], 1, 12);
	const mp_uint_t day = part(date[2], 1, (mp_int_t)timeutils_days_in_month(year, month));
	const mp_uint_t hour = time_count > 0 ? part(time[0], 0, 23) : 0;
	const mp_uint_t minute = time_count > 1 ? part(time[1], 0, 59) : 0;
	const mp_uint_t second = time_count > 2 ? part(time[2], 0, 59) : 0;
	const mp_uint_t micros = time_count > 3 && time[3] != mp_const_none ? part(time[3], 0, US_PER_S - 1) : 0;

	lb_periph_rtc_set((uint64_t)timeutils_seconds_since_epoch(year, month, day, hour, minute, second) * US_PER_S +
	                  micros);
}

static uint32_t get_clock(timeutils_struct_time_t *tm)
{
	const uint64_t micros = lb_periph_rtc_micros();

	timeutils_seconds_since_epoch_to_struct_time(micros / US_PER_S, tm);
	return (uint32_t)(micros % US_PER_S);
}

/* (year, month, day[, hour[, minute[, second[, microsecond[, tzinfo]]]]]); None: the clock goes on. */
static void set_datetime(mp_obj_t datetime)
{
	mp_obj_t *items;
	size_t count;

	if (datetime == mp_const_none)
		return;
	mp_obj_get_array(datetime, &count, &items);
	if (count < 3 || count > 8)
		mp_raise_ValueError(MP_ERROR_TEXT("(year, month, day, hour, minute, second, microsecond, tzinfo)"));
	set_clock(items, items + 3, count - 3);
}

/* There is one clock, whatever its source is said to be. */
static void check_source(mp_int_t source)
{
	if (source != INTERNAL_RC && source != XTAL_32KHZ)
		mp_raise_ValueError(MP_ERROR_TEXT("source: RTC.INTERNAL_RC or RTC.XTAL_32KHZ"));
}

/* RTC(id=0, datetime=None, source=INTERNAL_RC) */
static mp_obj_t rtc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args)
{
	enum { ARG_id, ARG_datetime, ARG_source };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_id, MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_datetime, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_source, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = INTERNAL_RC}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	(void)type;
	mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_id].u_int != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is RTC 0"));
	check_source(args[ARG_source].u_int);
	set_datetime(args[ARG_datetime].u_obj);
	return MP_OBJ_FROM_PTR(&rtc);
}

/* init(datetime=None, source=INTERNAL_RC) */
static mp_obj_t rtc_init(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_datetime, ARG_source };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_datetime, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_source, MP_ARG_INT, {.u_int = INTERNAL_RC}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	check_source(args[ARG_source].u_int);
	set_datetime(args[ARG_datetime].u_obj);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(rtc_init_obj, 1, rtc_init);

/* memory([data]): bytes that outlive resets and deep sleep. */
static mp_obj_t rtc_memory(size_t n_args, const mp_obj_t *args)
{
	mp_buffer_info_t buffer;
	size_t size_bytes;

	if (n_args == 1) {
		const uint8_t *kept = lb_rtcmemory_get(&size_bytes);

		return mp_obj_new_bytes(kept, size_bytes);
	}
	mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
	if (buffer.len > LB_RTCMEMORY_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("memory: 2048 bytes at most"));
	lb_rtcmemory_put(buffer.buf, buffer.len);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_memory_obj, 1, 2, rtc_memory);

static mp_obj_t small(mp_uint_t number)
{
	return MP_OBJ_NEW_SMALL_INT((mp_int_t)number);
}

static mp_obj_t rtc_now(mp_obj_t self)
{
	timeutils_struct_time_t tm;
	const uint32_t micros = get_clock(&tm);
	mp_obj_t items[8] = {small(tm.tm_year), small(tm.tm_mon), small(tm.tm_mday), small(tm.tm_hour),
	                     small(tm.tm_min),  small(tm.tm_sec), small(micros),     mp_const_none};

	(void)self;
	return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(rtc_now_obj, rtc_now);

/* datetime([(year, month, day, weekday, hour, minute, second, microsecond)]); the weekday follows from the date. */
static mp_obj_t rtc_datetime(size_t n_args, const mp_obj_t *args)
{
	timeutils_struct_time_t tm;
	mp_obj_t *given;

	if (n_args == 2) {
		mp_obj_get_array_fixed_n(args[1], 8, &given);
		set_clock(given, given + 4, 4);
		return mp_const_none;
	}
	const uint32_t micros = get_clock(&tm);
	mp_obj_t items[8] = {small(tm.tm_year), small(tm.tm_mon), small(tm.tm_mday), small(tm.tm_wday),
	                     small(tm.tm_hour), small(tm.tm_min), small(tm.tm_sec),  small(micros)};

	return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_datetime_obj, 1, 2, rtc_datetime);

/* ntp_sync(server, *, update_period=3600); None: no more updates. */
static mp_obj_t rtc_ntp_sync(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_server, ARG_update_period };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_server, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_update_period, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = UPDATE_PERIOD_S}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	int error;

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_int_t period_s = args[ARG_update_period].u_int;

	if (args[ARG_server].u_obj == mp_const_none) {
		lb_ntp_stop();
		return mp_const_none;
	}
	if (period_s < LB_NTP_LEAST_PERIOD_S || period_s > MOST_UPDATE_PERIOD_S)
		mp_raise_ValueError(MP_ERROR_TEXT("update_period: 15 s to a year"));
	error =
		lb_radio_present() ? lb_ntp_start(mp_obj_str_get_str(args[ARG_server].u_obj), (uint32_t)period_s) : -MP_ENODEV;
	if (error != 0)
		mp_raise_OSError(-error);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(rtc_ntp_sync_obj, 1, rtc_ntp_sync);

static mp_obj_t rtc_synced(mp_obj_t self)
{
	(void)self;
	return mp_obj_new_bool(lb_ntp_is_synced());
}
static MP_DEFINE_CONST_FUN_OBJ_1(rtc_synced_obj, rtc_synced);

static const mp_rom_map_elem_t rtc_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&rtc_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_now), MP_ROM_PTR(&rtc_now_obj)},
	{MP_ROM_QSTR(MP_QSTR_datetime), MP_ROM_PTR(&rtc_datetime_obj)},
	{MP_ROM_QSTR(MP_QSTR_ntp_sync), MP_ROM_PTR(&rtc_ntp_sync_obj)},
	{MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&rtc_memory_obj)},
	{MP_ROM_QSTR(MP_QSTR_INTERNAL_RC), MP_ROM_INT(INTERNAL_RC)},
	{MP_ROM_QSTR(MP_QSTR_XTAL_32KHZ), MP_ROM_INT(XTAL_32KHZ)},
	{MP_ROM_QSTR(MP_QSTR_synced), MP_ROM_PTR(&rtc_synced_obj)},
};
static MP_DEFINE_CONST_DICT(rtc_locals, rtc_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_machine_rtc_type, MP_QSTR_RTC, MP_TYPE_FLAG_NONE, make_new, rtc_make_new, locals_dict,
                         &rtc_locals);
