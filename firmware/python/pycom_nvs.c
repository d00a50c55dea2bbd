/* pycom.nvs_set and its kind: a value's form is core/nvs/script_value.h's. */
#include "firmware/python/pycom_nvs.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/nvs/script_value.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "firmware/io/flashlock.h"
#include "firmware/store/settings.h"

/* One value at a time is on its way, while the flash is locked; too large for the stack of a small module. */
static uint8_t packed[LB_NVS_VALUE_BYTES];

/* Keys that begin with a dot are the firmware's. */
static const char *user_key(mp_obj_t key_obj)
{
	size_t key_bytes;
	const char *key = mp_obj_str_get_data(key_obj, &key_bytes);

	if (!lb_script_value_is_key(key, key_bytes))
		mp_raise_ValueError(MP_ERROR_TEXT("a key is a string of 1 to 15 bytes and begins with no dot"));
	return key;
}

static void check(int error)
{
	if (error == LB_ERR_BOUNDS)
		mp_raise_OSError(MP_ENOSPC);
	if (error == LB_ERR_UNSUPPORTED)
		mp_raise_OSError(MP_ENODEV);
	if (error == LB_ERR_BUSY)
		mp_raise_OSError(MP_EBUSY);
	if (error < 0)
		mp_raise_OSError(MP_EIO);
}

static void lock(void)
{
	check(lb_flashlock_enter() ? LB_OK : LB_ERR_BUSY);
}

/* What may run Python, the value's __int__, has run before the store is looked at. */
static int set_value(const char *key, mp_obj_t value)
{
	const bool is_str = mp_obj_is_str(value);
	const int64_t number = is_str ? 0 : mp_obj_get_int(value);
	size_t text_bytes = 0;
	const char *text = is_str ? mp_obj_str_get_data(value, &text_bytes) : "";
	uint32_t size_bytes;
	int error;

	if (text_bytes > LB_SCRIPT_VALUE_STR_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("a string has 2047 bytes at most"));
	lock();
	size_bytes = is_str ? lb_script_value_of_str(packed, text, text_bytes) : lb_script_value_of_int(packed, number);
	error = lb_nvs_set(lb_settings_store(), key, packed, size_bytes);
	lb_flashlock_leave();
	return error;
}

/* nvs_set(key, value) */
static mp_obj_t nvs_set(mp_obj_t key_obj, mp_obj_t value)
{
	check(set_value(user_key(key_obj), value));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(lb_pycom_nvs_set_obj, nvs_set);

struct found {
	int size_bytes; /* or a negative enum lb_error */
	uint8_t kind;
	int64_t number; /* with LB_SCRIPT_VALUE_INT */
};

/* text: room for a string of so many bytes, or NULL. */
static struct found get_packed(const char *key, char *text, size_t text_bytes)
{
	struct found found;

	lock();
	found.size_bytes = lb_nvs_get(lb_settings_store(), key, packed, sizeof(packed));
	found.kind = packed[0];
	found.number = (int64_t)lb_load64le(packed + 1);
	if (text != NULL && found.size_bytes == (int)text_bytes + 1)
		memcpy(text, packed + 1, text_bytes);
	lb_flashlock_leave();
	return found;
}

/* The room for a string is made with the flash unlocked: the collector may run finalisers then, which may even change
 * this very value. */
static mp_obj_t get_text(const char *key, const struct found *first)
{
	const size_t text_bytes = (size_t)first->size_bytes - 1;
	struct found again;
	vstr_t line;

	vstr_init_len(&line, text_bytes);
	again = get_packed(key, line.buf, text_bytes);
	check(again.size_bytes);
	check(again.size_bytes == first->size_bytes && again.kind == LB_SCRIPT_VALUE_STR ? LB_OK : LB_ERR_BUSY);
	return mp_obj_new_str_from_vstr(&line);
}

/* nvs_get(key[, default]) */
static mp_obj_t nvs_get(size_t n_args, const mp_obj_t *args)
{
	const char *key = user_key(args[0]);
	const struct found found = get_packed(key, NULL, 0);

	if (found.size_bytes == LB_ERR_NOT_FOUND)
		return n_args == 2 ? args[1] : mp_const_none;
	check(found.size_bytes);
	if (found.size_bytes > 0 && found.kind == LB_SCRIPT_VALUE_STR)
		return get_text(key, &found);
	check(found.size_bytes == LB_SCRIPT_VALUE_INT_BYTES && found.kind == LB_SCRIPT_VALUE_INT ? LB_OK : LB_ERR_IO);
	return mp_obj_new_int_from_ll(found.number);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_pycom_nvs_get_obj, 1, 2, nvs_get);

static int remove_key(const char *key)
{
	int error;

	lock();
	error = lb_nvs_remove(lb_settings_store(), key);
	lb_flashlock_leave();
	return error;
}

/* nvs_erase(key) */
static mp_obj_t nvs_erase(mp_obj_t key_obj)
{
	const int error = remove_key(user_key(key_obj));

	if (error == LB_ERR_NOT_FOUND)
		mp_raise_type_arg(&mp_type_KeyError, key_obj);
	check(error);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_pycom_nvs_erase_obj, nvs_erase);

/* nvs_erase_all(): all at once. The firmware's own stay. */
static mp_obj_t nvs_erase_all(void)
{
	int error;

	lock();
	error = lb_nvs_remove_all(lb_settings_store(), '.');
	lb_flashlock_leave();
	check(error);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_pycom_nvs_erase_all_obj, nvs_erase_all);
