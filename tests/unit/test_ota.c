/* Updates in steps, over flash in memory and real signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"
#include "core/record/record.h"
#include "tests/unit/ota_desk.h"

static void an_update_is_tried_and_confirmed(void **state)
{
	bool good = false;

	(void)state;
	update(2);
	assert_int_equal(desk.ota.changed.latest, O0);
	assert_true(desk.ota.changed.on_trial && newest_entry() == 2);
	assert_int_equal(desk.ota.finished_slot, O0);
	assert_int_equal(lb_ota_verify(&desk.ota, &good), LB_OK);
	assert_true(good);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_REFUSED_NOT_TRIAL); /* the old one still runs */
	lb_ota_init(&desk.ota, &desk.config, O0);
	assert_int_equal(lb_ota_start(&desk.ota), LB_REFUSED_ON_TRIAL);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_OK);
	assert_false(record().on_trial);
	assert_int_equal(record().counter_floor, 2);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_REFUSED_NOT_TRIAL);
}

static void a_trial_that_rotted_is_not_confirmed(void **state)
{
	(void)state;
	update(2);
	lb_ota_init(&desk.ota, &desk.config, O0);
	slot_bytes(O0)[100] ^= 1;
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_REFUSED_BAD_IMAGE);
	assert_int_equal(desk.ota.refused_slot, O0);
	assert_int_equal(desk.ota.refused.verdict, LB_IMAGE_WRONG_HASH);
	assert_true(record().on_trial);
	assert_int_equal(record().counter_floor, 0);
}

static void a_record_that_is_lost_ends_what_was_begun(void **state)
{
	(void)state;
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	write_image(2, &desk.signer);
	memset(desk.bytes, 0x5A, 4 * SECTOR);
	assert_int_equal(lb_ota_finish(&desk.ota, false), LB_REFUSED_NOT_STARTED);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_REFUSED_NOT_TRIAL);
	/* Choosing starts from what the boot went by. */
	assert_int_equal(lb_ota_use(&desk.ota, F), LB_OK);
	assert_int_equal(record().latest, F);
}

/* One that does touches nothing. */
static void a_size_that_does_not_fit_ends_the_update(void **state)
{
	(void)state;
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_expect(&desk.ota, SLOT_BYTES), LB_OK);
	assert_int_equal(desk.ota.open_slot, O0);
	assert_int_equal(lb_ota_expect(&desk.ota, SLOT_BYTES + 1), LB_ERR_BOUNDS);
	assert_int_equal(desk.ota.open_slot, NONE);
	assert_int_equal(desk.ota.refused_slot, O0);
	assert_int_equal(lb_ota_write(&desk.ota, (const uint8_t *)"", 0, go_on), LB_REFUSED_NOT_STARTED);
	assert_int_equal(desk.slot_operations, 0);
	assert_int_equal(newest_entry(), 0);
}

static void nothing_is_touched_before_the_entry_is_there(void **state)
{
	size_t size_bytes;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	desk.record_fails = true;
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, 257, go_on), LB_ERR_IO);
	free(bytes);
	assert_int_equal(desk.ota.open_slot, NONE);
	assert_int_equal(lb_ota_write(&desk.ota, (const uint8_t *)"", 0, go_on), LB_REFUSED_NOT_STARTED);
	assert_int_equal(desk.slot_operations, 0);
}

/* Not before the first sector is about to be erased: until then previous stays, in the record and in its slot. */
static void an_update_that_wrote_no_sector_changes_nothing(void **state)
{
	static uint8_t before[FLASH_BYTES];
	struct lb_ota_download found;
	bool good = true;
	size_t size_bytes;
	uint8_t *bytes = image(4, &desk.signer, &size_bytes);

	(void)state;
	update(2);
	lb_ota_init(&desk.ota, &desk.config, O0);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_OK);
	update(3);
	lb_ota_init(&desk.ota, &desk.config, O1);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_OK);
	desk.ota.has_changed = false;
	memcpy(before, desk.bytes, sizeof(before));
	assert_int_equal(record().previous, O0);

	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_true(lb_ota_download(&desk.ota, &found) && found.slot == O0 && found.bytes == 0);
	assert_int_equal(lb_ota_verify(&desk.ota, &good), LB_OK);
	assert_false(good);
	assert_int_equal(lb_ota_finish(&desk.ota, false), LB_REFUSED_NOT_WRITTEN);
	assert_false(lb_ota_download(&desk.ota, &found));
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	bytes[0] ^= 1;
	assert_int_equal(lb_ota_write(&desk.ota, bytes, (uint32_t)size_bytes, go_on), LB_REFUSED_BAD_IMAGE);
	bytes[0] ^= 1;
	assert_int_equal(lb_ota_resume(&desk.ota, NULL, &found.bytes), LB_REFUSED_NOT_STARTED);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, 256, go_on), LB_OK);
	assert_memory_equal(desk.bytes, before, sizeof(before));
	assert_false(desk.ota.has_changed);
	lb_ota_stop(&desk.ota);

	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_resume(&desk.ota, NULL, &found.bytes), LB_OK); /* that one, with nothing written yet */
	assert_int_equal(lb_ota_write(&desk.ota, bytes, 257, go_on), LB_OK);
	assert_true(desk.ota.has_changed);
	assert_int_equal(desk.ota.changed.download, O0);
	assert_int_equal(record().previous, NONE);
	free(bytes);
}

/* What comes between the start and the first sector is not undone by the entry. */
static void the_entry_starts_from_the_record_as_it_is_by_then(void **state)
{
	(void)state;
	put(O1, 3, &desk.signer);
	assert_int_equal(lb_ota_use(&desk.ota, F), LB_OK);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_use(&desk.ota, O1), LB_OK);
	assert_int_equal(desk.ota.open_slot, O0);
	write_image(2, &desk.signer);
	assert_int_equal(record().latest, O1);
	assert_int_equal(record().download, O0);
}

/* Its last page, with what lay behind it before, would make a whole image. */
static void a_part_is_not_made_whole_by_what_lay_behind_it(void **state)
{
	static uint8_t copy[SECTOR];
	size_t size_bytes;
	uint32_t offset;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	put(O0, 2, &desk.signer);
	memset(slot_bytes(O0), 0, SECTOR);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, SECTOR, go_on), LB_OK);
	assert_int_equal(lb_ota_finish(&desk.ota, false), LB_REFUSED_BAD_IMAGE);
	assert_int_equal(lb_ota_check_slot(&desk.ota, O0), LB_REFUSED_BAD_IMAGE);
	lb_ota_stop(&desk.ota);
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_OK);
	assert_int_equal(offset, 0);
	free(bytes);
}

static void without_a_running_slot_nothing_is_begun(void **state)
{
	enum lb_slot slot;
	uint32_t offset;

	(void)state;
	lb_ota_init(&desk.ota, &desk.config, NONE);
	assert_int_equal(lb_ota_start(&desk.ota), LB_ERR_NOT_FOUND);
	assert_int_equal(lb_ota_resume(&desk.ota, NULL, &offset), LB_ERR_NOT_FOUND);
	assert_int_equal(lb_ota_confirm(&desk.ota), LB_ERR_NOT_FOUND);
	assert_int_equal(lb_ota_target(&desk.ota, &slot), LB_ERR_NOT_FOUND);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_REFUSED_NOT_STARTED);
}

static void an_update_is_resumed_where_it_broke_off(void **state)
{
	static uint8_t copy[SECTOR];
	struct lb_ota_download found;
	size_t size_bytes;
	uint32_t offset = 1;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	assert_false(lb_ota_download(&desk.ota, &found));
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_REFUSED_NOT_STARTED);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, SECTOR + 600, go_on), LB_OK);
	lb_ota_stop(&desk.ota);
	assert_true(lb_ota_download(&desk.ota, &found));
	assert_int_equal(found.slot, O0);
	assert_int_equal(found.bytes, SECTOR);
	assert_int_equal(lb_ota_resume(&desk.ota, NULL, &offset), LB_OK); /* no memory to make sure of it */
	assert_int_equal(offset, 0);
	lb_ota_stop(&desk.ota);
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_OK);
	assert_int_equal(offset, SECTOR);
	assert_int_equal(lb_ota_write(&desk.ota, bytes + offset, (uint32_t)size_bytes - offset, go_on), LB_OK);
	assert_int_equal(lb_ota_finish(&desk.ota, false), LB_OK);
	assert_memory_equal(slot_bytes(O0), bytes, size_bytes);
	free(bytes);
}

static void what_lay_in_the_slot_before_is_no_update(void **state)
{
	static uint8_t copy[SECTOR];
	size_t size_bytes;
	uint32_t offset;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	put(O0, 5, &desk.signer);
	put(O1, 6, &desk.signer);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(desk.ota.open_slot, O0);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, 0, go_on), LB_OK);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_REFUSED_NOT_WRITTEN);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, LB_IMAGE_HEADER_BYTES - 1, go_on), LB_OK);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_REFUSED_NOT_WRITTEN);
	lb_ota_init(&desk.ota, &desk.config, F); /* a reset, before the first sector was erased */
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_REFUSED_NOT_STARTED);
	assert_false(record().on_trial);
	assert_int_equal(record().latest, F);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	write_image(2, &desk.signer);
	desk.record_fails = true;
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_ERR_IO);
	power_on(F);
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_OK);
	assert_int_not_equal(offset, 0);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_REFUSED_NOT_WRITTEN);
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes + offset, (uint32_t)size_bytes - offset - 1, go_on), LB_OK);
	assert_int_not_equal(lb_ota_finish(&desk.ota, true), LB_OK);
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	write_image(2, &desk.signer);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_OK);
	free(bytes);
}

/* After a cut between the entry and the first erase: a whole image, of which no byte came by the update. */
static void what_lay_in_the_slot_before_is_not_gone_on_with(void **state)
{
	static uint8_t copy[SECTOR], old[SLOT_BYTES];
	struct lb_ota_download found;
	size_t size_bytes;
	uint32_t offset = 1;
	bool good = true;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	put(O0, 2, &desk.signer);
	put(O1, 3, &desk.signer);
	memcpy(old, slot_bytes(O0), sizeof(old));
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	write_image(2, &desk.signer);
	assert_int_equal(record().download, O0);
	memcpy(slot_bytes(O0), old, sizeof(old));
	assert_int_equal(record().id[O0], lb_survey_inspect(&desk.config, O0).id);
	power_on(F);
	assert_int_equal(lb_ota_verify(&desk.ota, &good), LB_OK);
	assert_false(good);
	assert_true(lb_ota_download(&desk.ota, &found) && found.bytes == 0);
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_OK);
	assert_int_equal(offset, 0);
	assert_int_equal(record().id[O0], lb_survey_inspect(&desk.config, O0).id);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_REFUSED_NOT_WRITTEN);
	assert_int_equal(lb_ota_resume(&desk.ota, copy, &offset), LB_OK);
	write_image(2, &desk.signer);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_OK);
	assert_int_equal(lb_ota_verify(&desk.ota, &good), LB_OK);
	assert_true(good);
	free(bytes);
}

static bool start_another(void)
{
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	return false;
}

static void a_pause_may_begin_another_update(void **state)
{
	size_t size_bytes;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, (uint32_t)size_bytes, start_another), LB_REFUSED_NOT_STARTED);
	assert_int_equal(desk.ota.open_slot, O0);
	assert_int_equal(lb_download_position(&desk.ota.writer), 0);
	free(bytes);
}

static bool use_its_slot(void)
{
	const unsigned opening = desk.ota.openings;

	put(O0, 3, &desk.signer);
	assert_int_equal(lb_ota_use(&desk.ota, O0), LB_OK);
	desk.slot_operations = 0;
	return desk.ota.openings == opening;
}

static void what_is_chosen_in_a_pause_is_not_written_over(void **state)
{
	size_t size_bytes;
	uint8_t *bytes = image(2, &desk.signer, &size_bytes);

	(void)state;
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_write(&desk.ota, bytes, (uint32_t)size_bytes, use_its_slot), LB_REFUSED_NOT_STARTED);
	assert_int_equal(desk.slot_operations, 0);
	assert_int_equal(desk.ota.open_slot, NONE);
	assert_int_equal(record().latest, O0);
	assert_int_equal(lb_ota_check_slot(&desk.ota, O0), LB_OK);
	free(bytes);
}

static void expect_use(enum lb_slot slot, uint32_t entries)
{
	const uint32_t before = newest_entry();

	assert_int_equal(lb_ota_use(&desk.ota, slot), LB_OK);
	assert_int_equal(record().latest, slot);
	assert_int_equal(newest_entry(), before + entries);
}

/* But for an entry of before the reset, which may be torn, and for whatever would change. */
static void what_holds_already_is_not_written_again(void **state)
{
	(void)state;
	put(O0, 2, &desk.signer);
	expect_use(O0, 1);
	expect_use(O0, 0);
	power_on(F); /* also with the very first entry */
	expect_use(O0, 1);
	expect_use(O0, 0);
	expect_use(F, 1);
	expect_use(F, 0);
	update(3);
	expect_use(O1, 1);
	assert_false(record().on_trial);
	put(O1, 4, &desk.signer);
	expect_use(O1, 1);
	expect_use(O1, 0);
	slot_bytes(O1)[100] ^= 1;
	assert_int_equal(lb_ota_use(&desk.ota, O1), LB_REFUSED_BAD_IMAGE);
}

/* Only an entry of this run of the firmware is known to be whole. */
static void what_another_wrote_is_written_again(void **state)
{
	struct lb_ota other;

	(void)state;
	put(O0, 2, &desk.signer);
	expect_use(O0, 1);
	lb_ota_init(&other, &desk.config, F);
	assert_int_equal(lb_ota_use(&other, F), LB_OK);
	assert_int_equal(lb_ota_use(&other, O0), LB_OK);
	expect_use(O0, 1);
	expect_use(O0, 0);
}

/* Nobody knows what a later version of the record means. */
static void a_record_of_a_newer_version_is_left_alone(void **state)
{
	static uint8_t before[FLASH_BYTES];
	uint8_t *entry = desk.bytes + map.part[LB_PART_RECORD].offset + LB_RECORD_UNIT_BYTES;

	(void)state;
	put(O0, 2, &desk.signer);
	assert_int_equal(lb_ota_use(&desk.ota, F), LB_OK);
	entry[LB_RECORD_AT_VERSION] = 2;
	lb_store32le(entry + LB_RECORD_AT_CRC, lb_crc32(0, entry, LB_RECORD_AT_CRC));
	memcpy(before, desk.bytes, sizeof(before));
	assert_int_equal(lb_ota_start(&desk.ota), LB_ERR_VERSION);
	assert_int_equal(desk.ota.open_slot, NONE);
	assert_int_equal(lb_ota_use(&desk.ota, O0), LB_ERR_VERSION);
	assert_memory_equal(desk.bytes, before, sizeof(before));
}

static void an_image_of_a_stranger_is_refused_with_his_key(void **state)
{
	enum lb_slot slot = NONE;
	bool good = true;

	(void)state;
	assert_int_equal(lb_ota_start(&desk.ota), LB_OK);
	assert_int_equal(lb_ota_target(&desk.ota, &slot), LB_OK);
	assert_int_equal(slot, O0);
	write_image(2, &desk.stranger);
	assert_int_equal(lb_ota_verify(&desk.ota, &good), LB_OK);
	assert_false(good);
	assert_int_equal(lb_ota_finish(&desk.ota, true), LB_REFUSED_BAD_IMAGE);
	assert_int_equal(desk.ota.refused.verdict, LB_IMAGE_WRONG_KEY);
	assert_int_equal(desk.ota.refused.key_id, lb_image_key_id(desk.stranger.key.hash));
	assert_int_equal(lb_ota_check_slot(&desk.ota, O0), LB_REFUSED_BAD_IMAGE);
	assert_int_equal(lb_ota_check_slot(&desk.ota, F), LB_OK);
	assert_false(record().on_trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_update_is_tried_and_confirmed, reset_desk),
		cmocka_unit_test_setup(a_trial_that_rotted_is_not_confirmed, reset_desk),
		cmocka_unit_test_setup(a_record_that_is_lost_ends_what_was_begun, reset_desk),
		cmocka_unit_test_setup(a_size_that_does_not_fit_ends_the_update, reset_desk),
		cmocka_unit_test_setup(nothing_is_touched_before_the_entry_is_there, reset_desk),
		cmocka_unit_test_setup(an_update_that_wrote_no_sector_changes_nothing, reset_desk),
		cmocka_unit_test_setup(the_entry_starts_from_the_record_as_it_is_by_then, reset_desk),
		cmocka_unit_test_setup(a_part_is_not_made_whole_by_what_lay_behind_it, reset_desk),
		cmocka_unit_test_setup(without_a_running_slot_nothing_is_begun, reset_desk),
		cmocka_unit_test_setup(an_update_is_resumed_where_it_broke_off, reset_desk),
		cmocka_unit_test_setup(what_lay_in_the_slot_before_is_no_update, reset_desk),
		cmocka_unit_test_setup(what_lay_in_the_slot_before_is_not_gone_on_with, reset_desk),
		cmocka_unit_test_setup(a_pause_may_begin_another_update, reset_desk),
		cmocka_unit_test_setup(what_is_chosen_in_a_pause_is_not_written_over, reset_desk),
		cmocka_unit_test_setup(what_holds_already_is_not_written_again, reset_desk),
		cmocka_unit_test_setup(what_another_wrote_is_written_again, reset_desk),
		cmocka_unit_test_setup(a_record_of_a_newer_version_is_left_alone, reset_desk),
		cmocka_unit_test_setup(an_image_of_a_stranger_is_refused_with_his_key, reset_desk),
	};
	int failed;

	if (!open_desk())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	close_desk();
	return failed;
}
