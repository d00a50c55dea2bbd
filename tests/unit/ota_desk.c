#include "tests/unit/ota_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "crypto/providers.h"

const struct lb_flashmap map = {
	.part =
		{
			[LB_PART_RECORD] = {0, 4 * SECTOR},
			[LB_PART_FACTORY] = {4 * SECTOR, SLOT_BYTES},
			[LB_PART_OTA_0] = {4 * SECTOR + SLOT_BYTES, SLOT_BYTES},
			[LB_PART_OTA_1] = {4 * SECTOR + 2 * SLOT_BYTES, SLOT_BYTES},
		},
};

struct ota_desk desk;

static struct lb_nor_cut watch(void *ctx, const struct lb_nor_op *op)
{
	const bool in_slot = op->kind != LB_NOR_READ && op->offset >= map.part[LB_PART_FACTORY].offset;

	(void)ctx;
	desk.slot_operations += in_slot;
	if (desk.record_fails && op->kind != LB_NOR_READ && !in_slot)
		return (struct lb_nor_cut){.moment = LB_NOR_CUT_BEFORE};
	return (struct lb_nor_cut){.moment = LB_NOR_CUT_NONE};
}

static bool payload_runs(const void *start, size_t size_bytes)
{
	(void)start;
	return desk.runs_here && size_bytes == LB_PAYLOAD_START_BYTES;
}

uint8_t *image(uint8_t number, const struct lb_signer *signer, size_t *size_bytes)
{
	uint8_t payload[PAYLOAD_BYTES];
	const struct lb_image_spec spec = {
		.payload = payload,
		.payload_bytes = sizeof(payload),
		.version = {number, 0, 0, 0},
		.has_counter = true,
		.security_counter = number,
		.signer = signer,
	};

	memset(payload, number, sizeof(payload));
	return lb_image_write(&spec, size_bytes);
}

uint8_t *slot_bytes(enum lb_slot slot)
{
	return desk.bytes + map.part[lb_slot_part(slot)].offset;
}

void put(enum lb_slot slot, uint8_t number, const struct lb_signer *signer)
{
	size_t size_bytes;
	uint8_t *bytes = image(number, signer, &size_bytes);

	assert_non_null(bytes);
	memset(slot_bytes(slot), 0xFF, SLOT_BYTES);
	memcpy(slot_bytes(slot), bytes, size_bytes);
	free(bytes);
}

void power_on(enum lb_slot running)
{
	const struct lb_nor_setup setup = {.bytes = desk.bytes, .size_bytes = FLASH_BYTES, .hooks = {.begin = watch}};

	lb_nor_init(&desk.nor, &setup);
	desk.record_fails = false;
	lb_ota_init(&desk.ota, &desk.config, running);
}

int reset_desk(void **state)
{
	(void)state;
	memset(&desk.bytes, 0xFF, sizeof(desk.bytes));
	power_on(F);
	desk.flash = lb_nor_flash(&desk.nor);
	desk.config = (struct lb_survey_config){
		.flash = &desk.flash,
		.map = &map,
		.trust = {&lb_crypto_fast, &desk.signer.key, 1, (const uint8_t *)"0123456789abcdef"},
		.payload_runs = payload_runs,
	};
	desk.runs_here = true;
	put(F, 1, &desk.signer);
	desk.slot_operations = 0;
	return 0;
}

struct lb_record_state record(void)
{
	struct lb_record found;

	lb_record_open(&found, &desk.flash, map.part[LB_PART_RECORD]);
	return found.state;
}

bool go_on(void)
{
	return true;
}

void write_image(uint8_t number, const struct lb_signer *signer)
{
	size_t size_bytes;
	uint8_t *bytes = image(number, signer, &size_bytes);

	assert_int_equal(lb_ota_write(&desk.ota, bytes, 1000, go_on), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes + 1000, (uint32_t)size_bytes - 1000, go_on), LB_OK);
	free(bytes);
}

void update(uint8_t number)
{
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	write_image(number, &desk.signer);
	assert_int_equal(lb_ota_finish(&desk.ota, false), LB_OK);
}

uint32_t newest_entry(void)
{
	struct lb_record found;

	lb_record_open(&found, &desk.flash, map.part[LB_PART_RECORD]);
	return found.status == LB_RECORD_VALID ? found.sequence + 1 : 0;
}

bool open_desk(void)
{
	return lb_key_generate(&desk.signer, LB_KEY_ED25519) == LB_OK &&
	       lb_key_generate(&desk.stranger, LB_KEY_ED25519) == LB_OK;
}

void close_desk(void)
{
	lb_signer_free(&desk.signer);
	lb_signer_free(&desk.stranger);
}
