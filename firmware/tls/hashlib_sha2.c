/* hashlib's sha224, sha384 and sha512, beside MicroPython's md5, sha1 and sha256. */
#include <string.h>

#include "mbedtls/sha256.h"
#include "mbedtls/sha512.h"
#include "py/objmodule.h"
#include "py/runtime.h"

enum { SHA224_BYTES = 28, SHA384_BYTES = 48, SHA512_BYTES = 64 };

struct hash {
	mp_obj_base_t base;
	bool final;
	union {
		mbedtls_sha256_context sha256;
		mbedtls_sha512_context sha512;
	} state;
};

extern const mp_obj_type_t lb_hashlib_sha224, lb_hashlib_sha384, lb_hashlib_sha512;

static void must_not_be_final(const struct hash *hash)
{
	if (hash->final)
		mp_raise_ValueError(MP_ERROR_TEXT("hash is final"));
}

static mp_obj_t hash_update(mp_obj_t self, mp_obj_t data)
{
	struct hash *hash = MP_OBJ_TO_PTR(self);
	mp_buffer_info_t buffer;

	must_not_be_final(hash);
	mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
	if (hash->base.type == &lb_hashlib_sha224)
		mbedtls_sha256_update(&hash->state.sha256, buffer.buf, buffer.len);
	else
		mbedtls_sha512_update(&hash->state.sha512, buffer.buf, buffer.len);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(hash_update_obj, hash_update);

static mp_obj_t hash_digest(mp_obj_t self)
{
	struct hash *hash = MP_OBJ_TO_PTR(self);
	unsigned char digest[SHA512_BYTES];
	size_t size_bytes = SHA512_BYTES;

	must_not_be_final(hash);
	hash->final = true;
	if (hash->base.type == &lb_hashlib_sha224) {
		mbedtls_sha256_finish(&hash->state.sha256, digest);
		size_bytes = SHA224_BYTES;
	} else {
		mbedtls_sha512_finish(&hash->state.sha512, digest);
		if (hash->base.type == &lb_hashlib_sha384)
			size_bytes = SHA384_BYTES;
	}
	return mp_obj_new_bytes(digest, size_bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_digest_obj, hash_digest);

static mp_obj_t hash_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *args)
{
	struct hash *hash;

	mp_arg_check_num(count, keywords, 0, 1, false);
	hash = mp_obj_malloc(struct hash, type);
	hash->final = false;
	if (type == &lb_hashlib_sha224) {
		mbedtls_sha256_init(&hash->state.sha256);
		mbedtls_sha256_starts(&hash->state.sha256, 1);
	} else {
		mbedtls_sha512_init(&hash->state.sha512);
		mbedtls_sha512_starts(&hash->state.sha512, type == &lb_hashlib_sha384);
	}
	if (count == 1)
		hash_update(MP_OBJ_FROM_PTR(hash), args[0]);
	return MP_OBJ_FROM_PTR(hash);
}

static const mp_rom_map_elem_t hash_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&hash_update_obj)},
	{MP_ROM_QSTR(MP_QSTR_digest), MP_ROM_PTR(&hash_digest_obj)},
};
static MP_DEFINE_CONST_DICT(hash_locals, hash_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_hashlib_sha224, MP_QSTR_sha224, MP_TYPE_FLAG_NONE, make_new, hash_make_new, locals_dict,
                         &hash_locals);
MP_DEFINE_CONST_OBJ_TYPE(lb_hashlib_sha384, MP_QSTR_sha384, MP_TYPE_FLAG_NONE, make_new, hash_make_new, locals_dict,
                         &hash_locals);
MP_DEFINE_CONST_OBJ_TYPE(lb_hashlib_sha512, MP_QSTR_sha512, MP_TYPE_FLAG_NONE, make_new, hash_make_new, locals_dict,
                         &hash_locals);

void lb_hashlib_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void lb_hashlib_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	(void)self;
	if (dest[0] != MP_OBJ_NULL)
		return;
	if (attr == MP_QSTR_sha224)
		dest[0] = MP_OBJ_FROM_PTR(&lb_hashlib_sha224);
	else if (attr == MP_QSTR_sha384)
		dest[0] = MP_OBJ_FROM_PTR(&lb_hashlib_sha384);
	else if (attr == MP_QSTR_sha512)
		dest[0] = MP_OBJ_FROM_PTR(&lb_hashlib_sha512);
}

extern const mp_obj_module_t mp_module_hashlib;
MP_REGISTER_MODULE_DELEGATION(mp_module_hashlib, lb_hashlib_attr);
