/* ECDSA P-256: DER is read here, the curve takes plain numbers. */
#include <string.h>

#include "crypto/p256.h"
#include "crypto/signature.h"

enum { DER_SEQUENCE = 0x30, DER_INTEGER = 0x02 };

/* What is left of the signature. */
struct reader {
	const uint8_t *at;
	size_t left_bytes;
};

/* Enters an element of this kind. A length is one byte here: none in a signature reaches 128, where another form of
 * length begins, and DER allows only the shortest. */
static bool parse_length(struct reader *reader, uint8_t kind, size_t *length)
{
	if (reader->left_bytes < 2 || reader->at[0] != kind || reader->at[1] > 0x7F)
		return false;
	*length = reader->at[1];
	reader->at += 2;
	reader->left_bytes -= 2;
	return *length <= reader->left_bytes;
}

/* An INTEGER of DER is signed and has no byte too many: a leading zero is there if the next bit is set, and only
 * then. */
static bool parse_number(struct reader *reader, uint8_t number[LB_P256_NUMBER_BYTES])
{
	size_t length;

	if (!parse_length(reader, DER_INTEGER, &length) || length == 0 || reader->at[0] > 0x7F)
		return false;
	const uint8_t *digits = reader->at;
	reader->at += length;
	reader->left_bytes -= length;
	if (digits[0] == 0 && length > 1) {
		if (digits[1] <= 0x7F)
			return false;
		digits++;
		length--;
	}
	if (length > LB_P256_NUMBER_BYTES)
		return false;
	memset(number, 0, LB_P256_NUMBER_BYTES - length);
	memcpy(number + LB_P256_NUMBER_BYTES - length, digits, length);
	return true;
}

bool lb_p256_parse(const uint8_t *der, size_t der_bytes, uint8_t numbers[2 * LB_P256_NUMBER_BYTES])
{
	struct reader reader = {der, der_bytes};
	size_t length;

	if (!parse_length(&reader, DER_SEQUENCE, &length) || length != reader.left_bytes)
		return false;
	return parse_number(&reader, numbers) && parse_number(&reader, numbers + LB_P256_NUMBER_BYTES) &&
	       reader.left_bytes == 0;
}

enum lb_signature lb_p256_verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                 const uint8_t *signature, size_t signature_bytes)
{
	uint8_t numbers[2 * LB_P256_NUMBER_BYTES];

	if (key->type != LB_KEY_P256)
		return LB_SIGNATURE_UNSUPPORTED;
	if (!lb_p256_parse(signature, signature_bytes, numbers))
		return LB_SIGNATURE_BAD;
	return lb_signature_of(lb_p256_curve_verify(numbers, key->point, digest));
}
