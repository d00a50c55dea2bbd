/* Pycom's crypto module: AES with PyCrypto's names, random bits, and the signature that cloud services ask for. */
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/tls/tls_platform.h"
#include "mbedtls/aes.h"
#include "mbedtls/md.h"
#include "mbedtls/pk.h"
#include "mbedtls/sha256.h"
#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"

enum { BLOCK_BYTES = 16, WORD_BITS = 32, BITS_MAX = 1 << 16, DIGEST_BYTES = 32 };
/* PyCrypto's numbers. */
enum mode { MODE_ECB = 1, MODE_CBC = 2, MODE_CFB = 3, MODE_CTR = 6 };
enum { SEGMENT_8 = 8, SEGMENT_128 = 128 };

/* --- AES --- */

struct aes {
	mp_obj_base_t base;
	mbedtls_aes_context encrypt, decrypt;
	enum mode mode;
	mp_int_t segment_bits;
	unsigned char vector[BLOCK_BYTES]; /* the next block's IV or counter */
	unsigned char stream[BLOCK_BYTES]; /* of CTR: the block of which `used` bytes were taken */
	size_t used;                       /* of CTR and CFB with whole blocks */
};

static void crypt_blocks(struct aes *aes, int direction, const unsigned char *in, unsigned char *out, size_t size_bytes)
{
	mbedtls_aes_context *context = direction == MBEDTLS_AES_ENCRYPT ? &aes->encrypt : &aes->decrypt;

	if (size_bytes % BLOCK_BYTES != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("the data's length must be a multiple of 16"));
	if (aes->mode == MODE_CBC) {
		mbedtls_aes_crypt_cbc(context, direction, size_bytes, aes->vector, in, out);
		return;
	}
	for (size_t at = 0; at < size_bytes; at += BLOCK_BYTES)
		mbedtls_aes_crypt_ecb(context, direction, in + at, out + at);
}

/* Each call goes on where the last one of the same object ended, as in PyCrypto. */
static mp_obj_t crypt(mp_obj_t self, mp_obj_t data, int direction)
{
	struct aes *aes = MP_OBJ_TO_PTR(self);
	mp_buffer_info_t buffer;
	vstr_t result;
	unsigned char *out;

	mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
	vstr_init_len(&result, buffer.len);
	out = (unsigned char *)result.buf;
	if (aes->mode == MODE_CTR)
		mbedtls_aes_crypt_ctr(&aes->encrypt, buffer.len, &aes->used, aes->vector, aes->stream, buffer.buf, out);
	else if (aes->mode == MODE_CFB && aes->segment_bits == SEGMENT_8)
		mbedtls_aes_crypt_cfb8(&aes->encrypt, direction, buffer.len, aes->vector, buffer.buf, out);
	else if (aes->mode == MODE_CFB)
		mbedtls_aes_crypt_cfb128(&aes->encrypt, direction, buffer.len, &aes->used, aes->vector, buffer.buf, out);
	else
		crypt_blocks(aes, direction, buffer.buf, out, buffer.len);
	return mp_obj_new_bytes_from_vstr(&result);
}

static mp_obj_t aes_encrypt(mp_obj_t self, mp_obj_t data)
{
	return crypt(self, data, MBEDTLS_AES_ENCRYPT);
}
static MP_DEFINE_CONST_FUN_OBJ_2(aes_encrypt_obj, aes_encrypt);

static mp_obj_t aes_decrypt(mp_obj_t self, mp_obj_t data)
{
	return crypt(self, data, MBEDTLS_AES_DECRYPT);
}
static MP_DEFINE_CONST_FUN_OBJ_2(aes_decrypt_obj, aes_decrypt);

/* The IV of CBC and CFB, the first counter of CTR. */
static void set_vector(struct aes *aes, mp_obj_t given)
{
	mp_buffer_info_t buffer;

	if (given == mp_const_none)
		mp_raise_ValueError(aes->mode == MODE_CTR ? MP_ERROR_TEXT("MODE_CTR wants a counter of 16 bytes") :
		                                            MP_ERROR_TEXT("this mode wants an IV of 16 bytes"));
	mp_get_buffer_raise(given, &buffer, MP_BUFFER_READ);
	if (buffer.len != BLOCK_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("IV and counter have 16 bytes"));
	memcpy(aes->vector, buffer.buf, BLOCK_BYTES);
}

static void set_key(struct aes *aes, mp_obj_t key)
{
	mp_buffer_info_t buffer;

	mp_get_buffer_raise(key, &buffer, MP_BUFFER_READ);
	if (buffer.len != 16 && buffer.len != 24 && buffer.len != 32)
		mp_raise_ValueError(MP_ERROR_TEXT("a key has 16, 24 or 32 bytes"));
	mbedtls_aes_init(&aes->encrypt);
	mbedtls_aes_init(&aes->decrypt);
	mbedtls_aes_setkey_enc(&aes->encrypt, buffer.buf, (unsigned)buffer.len * 8);
	mbedtls_aes_setkey_dec(&aes->decrypt, buffer.buf, (unsigned)buffer.len * 8);
}

static mp_obj_t aes_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *args)
{
	enum { KEY, MODE, IV, COUNTER, SEGMENT };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_key, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = MODE_ECB}},
		{MP_QSTR_IV, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_counter, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_segment_size, MP_ARG_INT, {.u_int = SEGMENT_8}},
	};
	mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
	struct aes *aes;

	mp_arg_parse_all_kw_array(count, keywords, args, MP_ARRAY_SIZE(allowed), allowed, values);
	aes = mp_obj_malloc(struct aes, type);
	aes->mode = (enum mode)values[MODE].u_int;
	aes->segment_bits = values[SEGMENT].u_int;
	aes->used = 0;
	if (aes->mode != MODE_ECB && aes->mode != MODE_CBC && aes->mode != MODE_CFB && aes->mode != MODE_CTR)
		mp_raise_ValueError(MP_ERROR_TEXT("no such mode"));
	if (aes->segment_bits != SEGMENT_8 && aes->segment_bits != SEGMENT_128)
		mp_raise_ValueError(MP_ERROR_TEXT("a segment has 8 or 128 bits"));
	set_key(aes, values[KEY].u_obj);
	if (aes->mode != MODE_ECB)
		set_vector(aes, values[aes->mode == MODE_CTR ? COUNTER : IV].u_obj);
	return MP_OBJ_FROM_PTR(aes);
}

static const mp_rom_map_elem_t aes_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_encrypt), MP_ROM_PTR(&aes_encrypt_obj)},
	{MP_ROM_QSTR(MP_QSTR_decrypt), MP_ROM_PTR(&aes_decrypt_obj)},
	{MP_ROM_QSTR(MP_QSTR_MODE_ECB), MP_ROM_INT(MODE_ECB)},
	{MP_ROM_QSTR(MP_QSTR_MODE_CBC), MP_ROM_INT(MODE_CBC)},
	{MP_ROM_QSTR(MP_QSTR_MODE_CFB), MP_ROM_INT(MODE_CFB)},
	{MP_ROM_QSTR(MP_QSTR_MODE_CTR), MP_ROM_INT(MODE_CTR)},
	{MP_ROM_QSTR(MP_QSTR_SEGMENT_8), MP_ROM_INT(SEGMENT_8)},
	{MP_ROM_QSTR(MP_QSTR_SEGMENT_128), MP_ROM_INT(SEGMENT_128)},
};
static MP_DEFINE_CONST_DICT(aes_locals, aes_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(aes_type, MP_QSTR_AES, MP_TYPE_FLAG_NONE, make_new, aes_make_new, locals_dict,
                                &aes_locals);

/* --- functions --- */

/* Whole words of random bits, as bytes. */
static mp_obj_t crypto_getrandbits(mp_obj_t bits_in)
{
	const mp_int_t bits = mp_obj_get_int(bits_in);
	vstr_t result;

	if (bits < 0 || bits > BITS_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("0 to 65536 bits"));
	vstr_init_len(&result, (size_t)(bits + WORD_BITS - 1) / WORD_BITS * (WORD_BITS / 8));
	lb_periph_random(result.buf, result.len);
	return mp_obj_new_bytes_from_vstr(&result);
}
static MP_DEFINE_CONST_FUN_OBJ_1(crypto_getrandbits_obj, crypto_getrandbits);

static int random_bytes(void *context, unsigned char *data, size_t size_bytes)
{
	(void)context;
	lb_periph_random(data, size_bytes);
	return 0;
}

/* RS256: SHA-256 and PKCS #1 v1.5. */
static int sign(mbedtls_pk_context *key, const mp_buffer_info_t *message, unsigned char *signature, size_t *size_bytes)
{
	unsigned char digest[DIGEST_BYTES];

	if (mbedtls_pk_get_type(key) != MBEDTLS_PK_RSA)
		return MBEDTLS_ERR_PK_TYPE_MISMATCH;
	mbedtls_sha256(message->buf, message->len, digest, 0);
	return mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, digest, sizeof(digest), signature, MBEDTLS_PK_SIGNATURE_MAX_SIZE,
	                       size_bytes, random_bytes, NULL);
}

/* The key is PEM, PKCS #8 or #1. `pers` seeded Pycom's random numbers, and ours need none. */
static mp_obj_t crypto_generate_rsa_signature(size_t count, const mp_obj_t *args, mp_map_t *keywords)
{
	enum { MESSAGE, KEY, PERS };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_message, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
		{MP_QSTR_private_key, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
		{MP_QSTR_pers, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
	unsigned char signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
	const unsigned failures = lb_tls_memory_failures();
	size_t key_bytes, signature_bytes = 0;
	mp_buffer_info_t message;
	mbedtls_pk_context key;
	const char *pem;
	int error;

	mp_arg_parse_all(count, args, keywords, MP_ARRAY_SIZE(allowed), allowed, values);
	mp_get_buffer_raise(values[MESSAGE].u_obj, &message, MP_BUFFER_READ);
	pem = mp_obj_str_get_data(values[KEY].u_obj, &key_bytes);
	mbedtls_pk_init(&key);
	error = mbedtls_pk_parse_key(&key, (const unsigned char *)pem, key_bytes + 1, NULL, 0, random_bytes, NULL);
	if (error == 0)
		error = sign(&key, &message, signature, &signature_bytes);
	mbedtls_pk_free(&key);
	if (error != 0 && lb_tls_memory_failures() != failures)
		mp_raise_OSError(MP_ENOMEM);
	if (error != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("not a private RSA key in PEM"));
	return mp_obj_new_bytes(signature, signature_bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(crypto_generate_rsa_signature_obj, 2, crypto_generate_rsa_signature);

static const mp_rom_map_elem_t crypto_globals_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_crypto)},
	{MP_ROM_QSTR(MP_QSTR_AES), MP_ROM_PTR(&aes_type)},
	{MP_ROM_QSTR(MP_QSTR_getrandbits), MP_ROM_PTR(&crypto_getrandbits_obj)},
	{MP_ROM_QSTR(MP_QSTR_generate_rsa_signature), MP_ROM_PTR(&crypto_generate_rsa_signature_obj)},
};
static MP_DEFINE_CONST_DICT(crypto_globals, crypto_globals_table);

extern const mp_obj_module_t lb_module_crypto;
const mp_obj_module_t lb_module_crypto = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&crypto_globals,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_crypto, lb_module_crypto);
