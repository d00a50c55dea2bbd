/* A value begins with a byte that tells its kind: 'i', then eight bytes, little endian; or 's', then UTF-8. */
#include "firmware/python/pycom_nvs.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "firmware/store/settings.h"

enum { KIND_INT = 'i', KIND_STR = 's', INT_BYTES = 1 + 8 };

/* One value at a time is on its way; too large for the stack of a small module. */
static uint8_t packed[LB_NVS_VALUE_BYTES];

/* Keys that begin with a dot are the firmware's. */
static const char *user_key(mp_obj_t key_obj)
{
	size_t key_bytes;
	const char *key = mp_obj_str_get_data(key_obj, &key_bytes);

	if (key_bytes < 1 || key_bytes > LB_NVS_KEY_BYTES || key[0] == '.' || memchr(key, '\0', key_bytes) != NULL)
		mp_raise_ValueError(MP_ERROR_TEXT("a key is a string of 1 to 15 bytes and begins with no dot"));
	return key;
}

static void check(int error)
{
	if (error == LB_ERR_BOUNDS)
		mp_raise_OSError(MP_ENOSPC);
	if (error == LB_ERR_UNSUPPORTED)
		mp_raise_OSError(MP_ENODEV);
	if (error < 0)
		mp_raise_OSError(MP_EIO);
}

/* A value with its kind before it, since nvs itself stores bytes; returns their number. */
static uint32_t pack(mp_obj_t value)
{
	size_t text_bytes;

	if (mp_obj_is_str(value)) {
		const char *text = mp_obj_str_get_data(value, &text_bytes);

		if (text_bytes > sizeof(packed) - 1)
			mp_raise_ValueError(MP_ERROR_TEXT("a string has 2047 bytes at most"));
		packed[0] = KIND_STR;
		memcpy(packed + 1, text, text_bytes);
		return (uint32_t)text_bytes + 1;
	}
	const int64_t number = mp_obj_get_int(value);

	packed[0] = KIND_INT;
	lb_store32le(packed + 1, (uint32_t)number);
	lb_store32le(packed + 5, (uint32_t)(number >> 32));
	return INT_BYTES;
}

static mp_obj_t unpack(uint32_t size_bytes)
{
	if (size_bytes > 0 && packed[0] == KIND_STR)
		return mp_obj_new_str((const char *)packed + 1, size_bytes - 1);
	if (size_bytes != INT_BYTES || packed[0] != KIND_INT)
		mp_raise_OSError(MP_EIO);
	return mp_obj_new_int_from_ll((long long)((uint64_t)lb_load32le(packed + 5) << 32 | lb_load32le(packed + 1)));
}

/* nvs_set(key, value) */
static mp_obj_t nvs_set(mp_obj_t key_obj, mp_obj_t value)
{
	const char *key = user_key(key_obj);

	check(lb_nvs_set(lb_settings_store(), key, packed, pack(value)));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(lb_pycom_nvs_set_obj, nvs_set);

/* nvs_get(key[, default]) */
static mp_obj_t nvs_get(size_t n_args, const mp_obj_t *args)
{
	const int got = lb_nvs_get(lb_settings_store(), user_key(args[0]), packed, sizeof(packed));

	if (got == LB_ERR_NOT_FOUND)
		return n_args == 2 ? args[1] : mp_const_none;
	check(got);
	return unpack((uint32_t)got);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_pycom_nvs_get_obj, 1, 2, nvs_get);

/* nvs_erase(key) */
static mp_obj_t nvs_erase(mp_obj_t key_obj)
{
	const int error = lb_nvs_remove(lb_settings_store(), user_key(key_obj));

	if (error == LB_ERR_NOT_FOUND)
		mp_raise_type_arg(&mp_type_KeyError, key_obj);
	check(error);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_pycom_nvs_erase_obj, nvs_erase);

/* nvs_erase_all(): one key after the other, so a power cut leaves some of them. The firmware's own stay. */
static mp_obj_t nvs_erase_all(void)
{
	char key[LB_NVS_KEY_BYTES + 1];

	while (lb_nvs_first_key(lb_settings_store(), '.', key))
		check(lb_nvs_remove(lb_settings_store(), key));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_pycom_nvs_erase_all_obj, nvs_erase_all);
