/* The lifeboat module: how this boot came about, safe boot from a script, and what decides about updates. */
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/handoff/handoff_text.h"
#include "core/hw/periph.h"
#include "firmware/update/updater.h"
#include "py/runtime.h"
#include "firmware/python/program.h"
#include "firmware/python/refuse.h"
#include "firmware/io/bootinfo.h"
#include "firmware/life/trialrun.h"
#include "firmware/store/settings.h"
#include "firmware/update/slots.h"

enum { CONFIRM_MOST_S = 24 * 60 * 60 };

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
	char room[LB_WORDS_BYTES];

	put(boot, "mode", text(lb_handoff_text_mode(down->mode, room)));
	put(boot, "reason", text(lb_handoff_text_reason(down->reason, room)));
	put(boot, "why", text(lb_handoff_text_why(down->why, room)));
	put(boot, "slot", slot_name(down->slot));
	put(boot, "version", version(down->image_version));
	put(boot, "cause", text(lb_handoff_text_cause(down->cause, room)));
	put(boot, "hold_ms", mp_obj_new_int_from_uint(down->hold_ms));
	put(boot, "below_floor", mp_obj_new_bool(down->below_floor));
	return boot;
}

/* The first eight bytes of the SHA-256 that `lifeboat image info` shows. */
static mp_obj_t image_id(uint64_t id)
{
	uint8_t bytes[8];
	vstr_t line;

	if (id == LB_RECORD_NO_ID)
		return mp_const_none;
	lb_store64le(bytes, id);
	vstr_init(&line, 2 * sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		vstr_printf(&line, "%02x", bytes[i]);
	return mp_obj_new_str_from_vstr(&line);
}

static mp_obj_t record_status(const struct lb_survey *slots)
{
	const struct lb_record_state *now = &slots->now;
	const mp_obj_t record = mp_obj_new_dict(5);
	char room[LB_WORDS_BYTES];

	put(record, "latest", slot_name(now->latest));
	put(record, "previous", slot_name(now->previous));
	put(record, "last_change",
	    now->change == LB_CHANGE_NONE ? mp_const_none : text(lb_record_change_text(now->change, room)));
	put(record, "download", slot_name(now->download));
	put(record, "failed", image_id(now->failed_id));
	return record;
}

/* The ids of the keys that the bootloader trusts. */
static mp_obj_t trusted_keys(void)
{
	const struct lb_image_trust *trust = &lb_slots_config()->trust;
	mp_obj_t ids[LB_HANDOFF_KEYS_MAX];

	for (size_t i = 0; i < trust->key_count; i++) {
		vstr_t line;

		vstr_init(&line, 8);
		vstr_printf(&line, "%08x", (unsigned)lb_image_key_id(trust->keys[i].hash));
		ids[i] = mp_obj_new_str_from_vstr(&line);
	}
	return mp_obj_new_tuple(trust->key_count, ids);
}

/* status(): the same names and words as `lifeboat status --json`. */
static mp_obj_t lifeboat_status(void)
{
	const struct lb_handoff_down *down = lb_bootinfo_down();
	const char *last_error = lb_bootinfo_last_error();
	const mp_obj_t status = mp_obj_new_dict(10);
	mp_obj_t trial = mp_const_none;
	struct lb_survey slots;

	lb_slots_read(&slots);
	if (slots.now.on_trial) {
		trial = mp_obj_new_dict(1);
		put(trial, "left", MP_OBJ_NEW_SMALL_INT(slots.now.tries_left));
	}
	put(status, "board", text(lb_periph_board_name()));
	put(status, "boot", boot_status(down));
	put(status, "trial", trial);
	put(status, "on_trial", mp_obj_new_bool(lb_survey_is_trial(&slots, lb_slots_running())));
	put(status, "record", record_status(&slots));
	put(status, "floor", mp_obj_new_int_from_uint(slots.now.counter_floor));
	put(status, "keys", trusted_keys());
	put(status, "bootloader", version(down->bootloader_version));
	put(status, "last_error", last_error[0] == '\0' ? mp_const_none : text(last_error));
	return status;
}
static MP_DEFINE_CONST_FUN_OBJ_0(lifeboat_status_obj, lifeboat_status);

/* slots(): what is in each; verifies all of them. */
static mp_obj_t lifeboat_slots(void)
{
	const mp_obj_t all = mp_obj_new_dict(LB_SLOT_COUNT);
	struct lb_survey slots;

	lb_slots_read(&slots);
	for (enum lb_slot slot = LB_SLOT_FACTORY; slot < LB_SLOT_COUNT; slot++) {
		const enum lb_image_verdict verdict = lb_survey_verify(&slots, slot);
		const struct lb_update_slot *facts = &slots.facts[slot];
		const bool is_image = facts->id != LB_RECORD_NO_ID;
		const mp_obj_t entry = mp_obj_new_dict(4);

		put(entry, "version", is_image ? version(facts->version) : mp_const_none);
		put(entry, "id", image_id(facts->id));
		put(entry, "good", mp_obj_new_bool(verdict == LB_IMAGE_GOOD));
		put(entry, "verdict", text(lb_image_verdict_text((uint32_t)verdict)));
		put(all, lb_slot_name(slot), entry);
	}
	return all;
}
static MP_DEFINE_CONST_FUN_OBJ_0(lifeboat_slots_obj, lifeboat_slots);

/* download(): the update that was begun and not finished, or None */
static mp_obj_t lifeboat_download(void)
{
	struct lb_ota_download found;
	vstr_t digest;

	if (!lb_updater_download(&found))
		return mp_const_none;
	vstr_init(&digest, 2 * sizeof(found.sha256));
	for (size_t i = 0; i < sizeof(found.sha256); i++)
		vstr_printf(&digest, "%02x", found.sha256[i]);
	const mp_obj_t download = mp_obj_new_dict(3);

	put(download, "slot", slot_name(found.slot));
	put(download, "bytes", mp_obj_new_int_from_uint(found.bytes));
	put(download, "sha256", mp_obj_new_str_from_vstr(&digest));
	return download;
}
static MP_DEFINE_CONST_FUN_OBJ_0(lifeboat_download_obj, lifeboat_download);

static mp_obj_t lifeboat_confirm(void)
{
	lb_raise_unless_ok("confirm", lb_updater_confirm());
	lb_trialrun_record_changed();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(lifeboat_confirm_obj, lifeboat_confirm);

static void store(enum lb_setting setting, uint32_t value)
{
	const int error = lb_settings_set(setting, value);

	if (error == LB_ERR_BOUNDS)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("confirm_policy: nvs is full; pycom.nvs_erase(key) makes room"));
	if (error != LB_OK)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("confirm_policy: the flash failed"));
}

/* confirm_policy(): (mode, seconds); confirm_policy(mode, seconds=60) */
static mp_obj_t lifeboat_confirm_policy(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_mode, ARG_seconds };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_seconds, MP_ARG_INT, {.u_int = 60}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	if (n_args == 0 && kw_args->used == 0) {
		const bool manual = lb_settings_get(LB_SETTING_CONFIRM_MANUAL) != 0;
		mp_obj_t items[2] = {
			MP_OBJ_NEW_QSTR(manual ? MP_QSTR_manual : MP_QSTR_auto),
			mp_obj_new_int_from_uint(lb_settings_get(LB_SETTING_CONFIRM_SECONDS)),
		};

		return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
	}
	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const qstr mode = mp_obj_is_str(args[ARG_mode].u_obj) ? mp_obj_str_get_qstr(args[ARG_mode].u_obj) : MP_QSTRnull;
	const mp_int_t seconds = args[ARG_seconds].u_int;

	if (mode != MP_QSTR_auto && mode != MP_QSTR_manual)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: 'auto' or 'manual'"));
	if (seconds < 1 || seconds > CONFIRM_MOST_S)
		mp_raise_ValueError(MP_ERROR_TEXT("seconds: 1 to 86400"));
	store(LB_SETTING_CONFIRM_SECONDS, (uint32_t)seconds);
	store(LB_SETTING_CONFIRM_MANUAL, mode == MP_QSTR_manual);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(lifeboat_confirm_policy_obj, 0, lifeboat_confirm_policy);

/* use(slot): from the next reset on, for good */
static mp_obj_t lifeboat_use(mp_obj_t name)
{
	const enum lb_slot slot = lb_slot_from_name(name);

	if (slot == LB_SLOT_NONE)
		mp_raise_ValueError(MP_ERROR_TEXT("slot: 'factory', 'ota_0' or 'ota_1'"));
	lb_raise_unless_ok("use", lb_updater_use(slot));
	lb_trialrun_record_changed();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(lifeboat_use_obj, lifeboat_use);

static enum lb_slot previous_slot(void)
{
	struct lb_survey slots;

	lb_slots_read(&slots);
	if (slots.now.previous == LB_SLOT_NONE)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("safe_boot: there is no previous image"));
	return slots.now.previous;
}

static enum lb_slot slot_to_boot(mp_obj_t image)
{
	enum lb_slot slot = lb_slot_from_name(image);

	if (image == mp_const_none || image == MP_OBJ_NEW_QSTR(MP_QSTR_latest))
		return LB_SLOT_NONE;
	if (image == MP_OBJ_NEW_QSTR(MP_QSTR_previous))
		slot = previous_slot();
	if (slot == LB_SLOT_NONE)
		mp_raise_ValueError(MP_ERROR_TEXT("image: 'latest', 'previous', 'factory', 'ota_0' or 'ota_1'"));
	lb_raise_unless_ok("safe_boot", lb_updater_check_slot(slot));
	return slot;
}

/* safe_boot(image=None): hard reset into safe boot */
static mp_obj_t lifeboat_safe_boot(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	static const mp_arg_t allowed[] = {{MP_QSTR_image, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	mp_obj_t image;

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	image = args[0].u_obj;
	if (mp_obj_is_str(image))
		image = MP_OBJ_NEW_QSTR(mp_obj_str_get_qstr(image));
	lb_bootinfo_safe_boot(slot_to_boot(image));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(lifeboat_safe_boot_obj, 0, lifeboat_safe_boot);

static const mp_rom_map_elem_t lifeboat_globals_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_lifeboat)},
	{MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&lifeboat_status_obj)},
	{MP_ROM_QSTR(MP_QSTR_slots), MP_ROM_PTR(&lifeboat_slots_obj)},
	{MP_ROM_QSTR(MP_QSTR_download), MP_ROM_PTR(&lifeboat_download_obj)},
	{MP_ROM_QSTR(MP_QSTR_confirm), MP_ROM_PTR(&lifeboat_confirm_obj)},
	{MP_ROM_QSTR(MP_QSTR_confirm_policy), MP_ROM_PTR(&lifeboat_confirm_policy_obj)},
	{MP_ROM_QSTR(MP_QSTR_use), MP_ROM_PTR(&lifeboat_use_obj)},
	{MP_ROM_QSTR(MP_QSTR_safe_boot), MP_ROM_PTR(&lifeboat_safe_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&lb_program_run_obj)},
};
static MP_DEFINE_CONST_DICT(lifeboat_globals, lifeboat_globals_table);

const mp_obj_module_t lb_mod_lifeboat = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&lifeboat_globals,
};
MP_REGISTER_MODULE(MP_QSTR_lifeboat, lb_mod_lifeboat);
