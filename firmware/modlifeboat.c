/* The lifeboat module: how this boot came about, and safe boot from a script. */
#include <string.h>

#include "core/hw/periph.h"
#include "py/runtime.h"
#include "session.h"

static const char *const modes[] = { "normal", "safe", "loader" };
static const char *const reasons[] = { "none", "pin", "request", "crash-loop" };
static const char *const whys[] = { "latest", "previous", "factory", "reverted", "fallback", "record-lost" };
static const char *const causes[] = { "power-on",   "switch", "software",  "watchdog",
	                              "deep-sleep", "fault",  "brown-out" };

static void put(mp_obj_t dict, const char *key, mp_obj_t value)
{
	mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(qstr_from_str(key)), value);
}

static mp_obj_t text(const char *value)
{
	return mp_obj_new_str(value, strlen(value));
}

static mp_obj_t slot_name(enum lb_slot slot)
{
	return slot == LB_SLOT_NONE ? mp_const_none : text(lb_slot_name(slot));
}

static mp_obj_t version(struct lb_version version)
{
	vstr_t line;

	vstr_init(&line, 16);
	vstr_printf(&line, "%u.%u.%u", version.major, version.minor, version.revision);
	return mp_obj_new_str_from_vstr(&line);
}

static mp_obj_t boot_status(const struct lb_handoff_down *down)
{
	const mp_obj_t boot = mp_obj_new_dict(8);

	put(boot, "mode", text(modes[down->mode]));
	put(boot, "reason", text(reasons[down->reason]));
	put(boot, "why", text(whys[down->why]));
	put(boot, "slot", slot_name(down->slot));
	put(boot, "version", version(down->image_version));
	put(boot, "cause", text(causes[down->cause]));
	put(boot, "hold_ms", mp_obj_new_int_from_uint(down->hold_ms));
	return boot;
}

/* status(): the same names and words as `lifeboat status --json`. */
static mp_obj_t lifeboat_status(void)
{
	const struct lb_handoff_down *down = lb_session_down();
	const char *last_error = lb_session_last_error();
	const mp_obj_t status = mp_obj_new_dict(8);
	const mp_obj_t record = mp_obj_new_dict(2);
	mp_obj_t trial = mp_const_none;

	if (down->on_trial) {
		trial = mp_obj_new_dict(1);
		put(trial, "left", MP_OBJ_NEW_SMALL_INT(down->tries_left));
	}
	put(record, "latest", slot_name(down->latest));
	put(record, "previous", slot_name(down->previous));
	put(status, "board", text(lb_periph_board_name()));
	put(status, "boot", boot_status(down));
	put(status, "trial", trial);
	put(status, "record", record);
	put(status, "bootloader", version(down->bootloader_version));
	put(status, "last_error", last_error[0] == '\0' ? mp_const_none : text(last_error));
	return status;
}
static MP_DEFINE_CONST_FUN_OBJ_0(lifeboat_status_obj, lifeboat_status);

/* safe_boot(): hard reset into safe boot. */
static mp_obj_t lifeboat_safe_boot(void)
{
	lb_session_reset(LB_REQUEST_SAFE_BOOT);
}
static MP_DEFINE_CONST_FUN_OBJ_0(lifeboat_safe_boot_obj, lifeboat_safe_boot);

static const mp_rom_map_elem_t lifeboat_globals_table[] = {
	{ MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_lifeboat) },
	{ MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&lifeboat_status_obj) },
	{ MP_ROM_QSTR(MP_QSTR_safe_boot), MP_ROM_PTR(&lifeboat_safe_boot_obj) },
};
static MP_DEFINE_CONST_DICT(lifeboat_globals, lifeboat_globals_table);

const mp_obj_module_t lb_module_lifeboat = {
	.base = { &mp_type_module },
	.globals = (mp_obj_dict_t *)&lifeboat_globals,
};
MP_REGISTER_MODULE(MP_QSTR_lifeboat, lb_module_lifeboat);
