#include "firmware/python/pycom_ota.h"

#include "core/base/error.h"
#include "firmware/update/updater.h"
#include "py/runtime.h"
#include "firmware/python/refuse.h"
#include "firmware/io/bootinfo.h"
#include "firmware/update/slots.h"

/* ota_start(resume=False, size=0): the offset from which to write. size: of the whole image; then its sender waits, and
 * blocks are erased where sectors would be. */
static mp_obj_t ota_start(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	static const mp_arg_t allowed[] = {{MP_QSTR_resume, MP_ARG_BOOL, {.u_bool = false}},
	                                   {MP_QSTR_size, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}}};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	uint32_t offset = 0;

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[1].u_int < 0 || (mp_uint_t)args[1].u_int > UINT32_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("size: of the image, in bytes"));
	lb_raise_unless_ok("ota_start", lb_updater_start(args[0].u_bool, (uint32_t)args[1].u_int, &offset));
	return mp_obj_new_int_from_uint(offset);
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_pycom_ota_start_obj, 0, ota_start);

/* ota_write(buffer): the number of bytes taken, which is all of them */
static mp_obj_t ota_write(mp_obj_t data)
{
	mp_buffer_info_t buffer;

	mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
	lb_raise_unless_ok("ota_write",
	                   buffer.len <= UINT32_MAX ? lb_updater_write(buffer.buf, (uint32_t)buffer.len) : LB_ERR_BOUNDS);
	return mp_obj_new_int_from_uint(buffer.len);
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_pycom_ota_write_obj, ota_write);

/* ota_finish(force=False) */
static mp_obj_t ota_finish(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	static const mp_arg_t allowed[] = {{MP_QSTR_force, MP_ARG_BOOL, {.u_bool = false}}};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	lb_raise_unless_ok("ota_finish", lb_updater_finish(args[0].u_bool));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_pycom_ota_finish_obj, 0, ota_finish);

static mp_obj_t ota_verify(void)
{
	bool good;

	lb_raise_unless_ok("ota_verify", lb_updater_verify(&good));
	return mp_obj_new_bool(good);
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_pycom_ota_verify_obj, ota_verify);

/* The flash address of the slot that an update writes. */
static mp_obj_t ota_slot(void)
{
	enum lb_slot slot;

	lb_raise_unless_ok("ota_slot", lb_updater_target(&slot));
	return mp_obj_new_int_from_uint(lb_slots_region(slot).offset);
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_pycom_ota_slot_obj, ota_slot);

/* --- bootmgr --- */

static const qstr partition_names[LB_SLOT_COUNT] = {MP_QSTR_Factory, MP_QSTR_Ota_0, MP_QSTR_Ota_1};

static mp_obj_t partition(enum lb_slot slot)
{
	return slot < LB_SLOT_COUNT ? MP_OBJ_NEW_QSTR(partition_names[slot]) : mp_const_none;
}

/* The first three as Pycom's modules answer, and the one that runs, which they do not tell. */
static mp_obj_t bootmgr_state(void)
{
	static const qstr fields[] = {MP_QSTR_boot_partition, MP_QSTR_fs_type, MP_QSTR_safeboot, MP_QSTR_running};
	const char *safe = lb_bootinfo_is_safe() ? "SafeBoot: True" : "SafeBoot: False";
	struct lb_survey slots;

	lb_slots_read(&slots);
	mp_obj_t items[MP_ARRAY_SIZE(fields)] = {
		partition(slots.now.latest),
		MP_OBJ_NEW_QSTR(MP_QSTR_LittleFS),
		mp_obj_new_str_from_cstr(safe),
		partition(lb_slots_running()),
	};
	return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(fields), items);
}

static void choose_partition(mp_int_t number)
{
	if (number < LB_PYCOM_FACTORY || number > LB_PYCOM_OTA_1)
		mp_raise_ValueError(MP_ERROR_TEXT("boot_partition: pycom.FACTORY, pycom.OTA_0 or pycom.OTA_1"));
	lb_raise_unless_ok("bootmgr", lb_updater_use((enum lb_slot)number));
}

static void check_fs(mp_int_t number)
{
	if (number == LB_PYCOM_FAT)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("bootmgr: /flash is always LittleFS"));
	if (number != LB_PYCOM_LITTLEFS)
		mp_raise_ValueError(MP_ERROR_TEXT("fs_type: pycom.LittleFS"));
}

/* bootmgr(boot_partition, fs_type, safeboot, reset): without arguments, how things stand. A safe boot is asked for in
 * retained RAM: the next reset leads to it, once. */
static mp_obj_t bootmgr(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_boot_partition, ARG_fs_type, ARG_safeboot, ARG_reset };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_boot_partition, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_fs_type, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_safeboot, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_reset, MP_ARG_BOOL, {.u_bool = false}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	if (n_args == 0 && kw_args->used == 0)
		return bootmgr_state();
	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const bool safe = mp_obj_is_true(args[ARG_safeboot].u_obj);

	if (args[ARG_fs_type].u_obj != mp_const_none)
		check_fs(mp_obj_get_int(args[ARG_fs_type].u_obj));
	if (args[ARG_boot_partition].u_obj != mp_const_none)
		choose_partition(mp_obj_get_int(args[ARG_boot_partition].u_obj));
	if (args[ARG_safeboot].u_obj != mp_const_none)
		lb_bootinfo_plan_safe_boot(safe);
	if (args[ARG_reset].u_bool)
		lb_bootinfo_reset(LB_REQUEST_NONE);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_pycom_bootmgr_obj, 0, bootmgr);
