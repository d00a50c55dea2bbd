/* A value begins with a byte that tells its kind: 'i', then eight bytes, little endian; or 's', then UTF-8. */
#include "firmware/python/pycom_nvs.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "firmware/io/flashlock.h"
#include "firmware/store/settings.h"

enum { KIND_INT = 'i', KIND_STR = 's', INT_BYTES = 1 + 8 };

/* One value at a time is on its way, while the flash is locked; too large for the stack of a small module. */
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
	if (error == LB_ERR_BUSY)
		mp_raise_OSError(MP_EBUSY);
	if (error < 0)
		mp_raise_OSError(MP_EIO);
}

static void lock(void)
{
	check(lb_flashlock_enter() ? LB_OK : LB_ERR_BUSY);
}

/* A value with its kind before it, since nvs itself stores bytes. */
static int set_packed(const char *key, uint8_t kind, const void *bytes, size_t size_bytes)
{
	int error;

	lock();
	packed[0] = kind;
	memcpy(packed + 1, bytes, size_bytes);
	error = lb_nvs_set(lb_settings_store(), key, packed, (uint32_t)size_bytes + 1);
	lb_flashlock_leave();
	return error;
}

/* What may run Python, the value's __int__, has run before the store is looked at. */
static int set_value(const char *key, mp_obj_t value)
{
	uint8_t number[INT_BYTES - 1];
	size_t text_bytes;

	if (mp_obj_is_str(value)) {
		const char *text = mp_obj_str_get_data(value, &text_bytes);

		if (text_bytes > sizeof(packed) - 1)
			mp_raise_ValueError(MP_ERROR_TEXT("a string has 2047 bytes at most"));
		return set_packed(key, KIND_STR, text, text_bytes);
	}
	lb_store64le(number, (uint64_t)mp_obj_get_int(value));
	return set_packed(key, KIND_INT, number, sizeof(number));
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
	int64_t number; /* with KIND_INT */
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
	check(again.size_bytes == first->size_bytes && again.kind == KIND_STR ? LB_OK : LB_ERR_BUSY);
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
	if (found.size_bytes > 0 && found.kind == KIND_STR)
		return get_text(key, &found);
	check(found.size_bytes == INT_BYTES && found.kind == KIND_INT ? LB_OK : LB_ERR_IO);
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

/* nvs_erase_all(): one key after the other, so a power cut leaves some of them. The firmware's own stay. */
static mp_obj_t nvs_erase_all(void)
{
	char key[LB_NVS_KEY_BYTES + 1];

	while (lb_nvs_first_key(lb_settings_store(), '.', key))
		check(remove_key(key));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_pycom_nvs_erase_all_obj, nvs_erase_all);
