/* Images: firmware builds in MCUboot's image format, as they lie in a slot. The bytes: docs/spec/image.md.
 *
 * An image is read through a source, whoever holds it: a slot in flash, the copy that will run, a file on the host. No
 * length that an image claims is believed before it was held against the source's size.
 */
#ifndef LB_IMAGE_IMAGE_H
#define LB_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/version.h"
#include "core/flashmap/flashmap.h"
#include "core/hw/types.h"
#include "core/image/crypto.h"

#define LB_IMAGE_MAGIC 0x96F3B83Du
#define LB_IMAGE_TLV_MAGIC 0x6907u
#define LB_IMAGE_PROTECTED_TLV_MAGIC 0x6908u

enum {
	LB_IMAGE_HEADER_BYTES = 32, /* the least; a header may be longer, its rest is padding */
	LB_IMAGE_TLV_INFO_BYTES = 4,
	LB_IMAGE_TLV_ENTRY_BYTES = 4,
	LB_IMAGE_TLV_KEY_HASH = 0x01,
	LB_IMAGE_TLV_SHA256 = 0x10,
	LB_IMAGE_TLV_RSA_2048 = 0x20,
	LB_IMAGE_TLV_P224 = 0x21,
	LB_IMAGE_TLV_P256 = 0x22,
	LB_IMAGE_TLV_RSA_3072 = 0x23,
	LB_IMAGE_TLV_ED25519 = 0x24,
	LB_IMAGE_TLV_PURE = 0x25,          /* says that the signature is of the image itself, not of its hash */
	LB_IMAGE_TLV_COUNTER = 0x50,       /* protected area only */
	LB_IMAGE_TLV_BOARD_ID = 0x75,      /* protected area only */
	LB_IMAGE_KNOWN_FLAGS = 0x00,       /* header flags that we may meet: none so far */
	LB_IMAGE_ENCRYPTED_FLAGS = 0x0C,   /* by AES-128, by AES-256: refused, by its name */
	LB_IMAGE_COMPRESSED_FLAGS = 0xE00, /* by LZMA, and what belongs to it: likewise */
};

/* Offsets in the header. */
enum {
	LB_IMAGE_AT_MAGIC = 0,
	LB_IMAGE_AT_LOAD_ADDRESS = 4,
	LB_IMAGE_AT_HEADER_BYTES = 8,
	LB_IMAGE_AT_PROTECTED_BYTES = 10,
	LB_IMAGE_AT_PAYLOAD_BYTES = 12,
	LB_IMAGE_AT_FLAGS = 16,
	LB_IMAGE_AT_VERSION = 20,
};

/* What was found out about an image. Wide constants, at least 13 bits apart, because a flipped bit must not turn a
 * refusal into LB_IMAGE_GOOD; never test one for truth. They reach the hand-off, so the numbers are stable. */
enum lb_image_verdict {
	LB_IMAGE_UNKNOWN = 0, /* not verified yet; no function here returns it */
	LB_IMAGE_GOOD = 0x4A98CC2E,
	LB_IMAGE_BLANK = 0x69735A1C,      /* erased flash, or no such slot */
	LB_IMAGE_NO_MAGIC = 0x7953A6F2,   /* something else than an image */
	LB_IMAGE_BAD_HEADER = 0x72899387, /* the header contradicts itself */
	LB_IMAGE_BAD_FLAGS = 0x462E3FE8,  /* header flags that this code does not know */
	LB_IMAGE_TOO_LONG = 0x49459799,   /* claims more bytes than the source has */
	LB_IMAGE_BAD_TLV = 0x476C823A,    /* the TLV areas contradict header or themselves */
	LB_IMAGE_NO_HASH = 0x7586AA4D,
	LB_IMAGE_WRONG_HASH = 0x48F105C7,
	LB_IMAGE_NO_SIGNATURE = 0x63296659,
	LB_IMAGE_WRONG_KEY = 0x74583174, /* signed with a key that is not trusted */
	LB_IMAGE_WRONG_SIGNATURE = 0x5D9C618F,
	LB_IMAGE_UNREADABLE = 0x72C66D0A,      /* the medium failed */
	LB_IMAGE_NOT_LOADED = 0x4D30EDF1,      /* the board could not copy it to where it runs */
	LB_IMAGE_OTHER_BOARD = 0x571758AA,     /* another board's id, or a payload that this one's CPU cannot run */
	LB_IMAGE_NOT_STARTED = 0x7E9657C1,     /* good, but the jump into it failed */
	LB_IMAGE_OTHER_SIGNATURE = 0x6BB6A198, /* signed by means that this code or its cryptography does not know */
	LB_IMAGE_ENCRYPTED = 0x5065487F,
	LB_IMAGE_COMPRESSED = 0x74E20694,
};

/* Where an image is read from. read returns LB_OK or a negative enum lb_error; it is never asked for a byte at or
 * beyond size_bytes, and for none where the image is mapped. */
struct lb_image_source {
	int (*read)(void *ctx, uint32_t offset, void *data, uint32_t size_bytes);
	void *ctx;
	uint32_t size_bytes;   /* less than 2 GiB */
	const uint8_t *mapped; /* all of it, where the CPU reads it; it stays as it is while the source is used; or NULL */
};

/* A slot as a source: fill one of these, keep it for as long as the source is used. */
struct lb_image_slot {
	const struct lb_flash *flash;
	struct lb_region region;
};

struct lb_image_info {
	struct lb_version version;
	uint32_t header_bytes; /* where the payload starts */
	uint32_t payload_bytes;
	uint32_t protected_bytes;          /* of the protected TLV area, 0 without one */
	uint32_t total_bytes;              /* header, payload and both TLV areas */
	uint8_t hash[LB_SHA256_BYTES];     /* as the SHA-256 TLV says */
	uint8_t key_hash[LB_SHA256_BYTES]; /* with key_type */
	enum lb_key_type key_type;         /* LB_KEY_NONE: not signed, or with nothing that we know */
	bool other_signature;              /* there is one of an unknown kind, or one that does not name its key by hash */
	uint8_t signature[LB_SIGNATURE_BYTES];
	uint32_t signature_bytes;
	uint32_t security_counter; /* 0 without one */
	bool has_board_id;
	uint8_t board_id[LB_BOARD_ID_BYTES];
};

/* Whom a bootloader believes. Without keys it believes nobody. */
struct lb_image_trust {
	const struct lb_crypto *crypto;
	const struct lb_image_key *keys;
	size_t key_count;
	const uint8_t *board_id; /* LB_BOARD_ID_BYTES */
};

struct lb_image_source lb_image_slot_source(struct lb_image_slot *slot);
/* How all of an image is read. LB_ERR_BOUNDS when any byte asked for lies outside. */
int lb_image_read(const struct lb_image_source *source, uint32_t offset, void *data, uint32_t size_bytes);

/* Reads header and TLVs and checks all that can be checked without reading the payload. LB_IMAGE_GOOD means that info
 * is filled, not that the payload is whole. */
enum lb_image_verdict lb_image_inspect(const struct lb_image_source *source, struct lb_image_info *info);
/* Inspects, then holds the payload against the hash: whether it is whole, not who made it. info is filled only with
 * LB_IMAGE_GOOD. */
enum lb_image_verdict lb_image_check(const struct lb_image_source *source, const struct lb_crypto *crypto,
                                     struct lb_image_info *info);
/* Checks, then the board id, when the image has one, and the signature. info is filled when the image is whole. */
enum lb_image_verdict lb_image_verify(const struct lb_image_source *source, const struct lb_image_trust *trust,
                                      struct lb_image_info *info);

/* Names an image by its content: the first eight bytes of its SHA-256 TLV, little-endian. */
uint64_t lb_image_id(const struct lb_image_info *info);
/* What people call a key by: the first four bytes of its hash, big-endian, printed as eight hexadecimal digits. */
uint32_t lb_image_key_id(const uint8_t key_hash[LB_SHA256_BYTES]);
/* Negative, zero or positive, as a is lower than, equal to or higher than b; the build number counts last. */
int lb_image_version_compare(const struct lb_version *a, const struct lb_version *b);
/* One short lower-case phrase, such as "payload hash does not match"; never NULL, also for a number that is none. */
const char *lb_image_verdict_text(uint32_t verdict);

#endif
