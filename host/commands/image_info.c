#define LB_ASSERT_FILE 18
#include "host/commands/image_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/boot/plan.h"
#include "core/record/record.h"
#include "core/update/rules.h"
#include "host/client/status.h"
#include "host/image/board_kinds.h"
#include "host/image/key.h"

static void print_hex(const char *name, const uint8_t *bytes, size_t size_bytes)
{
	printf("  %-10s", name);
	for (size_t i = 0; i < size_bytes; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

/* What the header and its TLVs say, whether or not they are right. */
static void print_image(const struct lb_image_info *info)
{
	char version[LB_STATUS_VERSION_BYTES];

	lb_status_version(&info->version, version);
	printf("  %-10s%s\n  %-10s%u bytes, payload %u at %u\n", "version", version, "size", info->total_bytes,
	       info->payload_bytes, info->header_bytes);
	print_hex("sha256", info->hash, sizeof(info->hash));
	if (info->key_type != LB_KEY_NONE)
		printf("  %-10s%s, key %08x\n", "signed", lb_key_type_text(info->key_type), lb_image_key_id(info->key_hash));
	else
		printf("  %-10s%s\n", "signed", info->other_signature ? "in a way that is not supported" : "no");
	if (info->security_counter != 0)
		printf("  %-10s%u\n", "counter", info->security_counter);
	if (info->has_board_id) {
		const struct lb_board_kind *kind = lb_board_kinds_find(info->board_id);

		print_hex("board id", info->board_id, sizeof(info->board_id));
		if (kind != NULL)
			printf("  %-10s%s\n", "board", kind->name);
	}
}

/* Whose eyes the verdicts below are seen with. */
static void print_judge(const struct lb_image_judge *judge)
{
	char names[LB_IMAGE_JUDGE_NAMES_BYTES];

	if (judge->key_count > 0) {
		lb_image_judge_names(judge, names);
		printf("trusting key %s\n", names);
	} else {
		printf("no key to hold signatures against (--key)\n");
	}
	if (judge->has_board) {
		const struct lb_board_kind *kind = lb_board_kinds_find(judge->board_id);

		printf("for board %s\n", kind != NULL ? kind->name : "of the id given");
	}
}

static bool is_padding(const uint8_t *bytes, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		if (bytes[i] != 0xFF)
			return false;
	return true;
}

/* Bytes behind the image are named: no hash covers them, so they may be anything. */
static enum lb_exit image_info(struct lb_image_file *file, const char *path, const struct lb_image_judge *judge)
{
	struct lb_image_source source = lb_image_file_source(file);
	struct lb_image_info info;
	enum lb_image_verdict verdict = lb_image_judge_source(judge, &source, &info);

	if (info.total_bytes == 0 || verdict == LB_IMAGE_TOO_LONG)
		return lb_args_failed("%s: %s", path, lb_image_judge_text(verdict));
	printf("%s: %s\n", path, lb_image_judge_text(verdict));
	print_image(&info);
	if (file->size_bytes > info.total_bytes) {
		size_t behind_bytes = file->size_bytes - info.total_bytes;

		printf("  %-10s%zu bytes %s\n", "behind it", behind_bytes,
		       is_padding(file->bytes + info.total_bytes, behind_bytes) ? "of padding" : "that no hash covers");
	}
	print_judge(judge);
	return LB_EXIT_DONE;
}

/* ---- a whole flash ---- */

/* The slots as a bootloader would judge them, and for the plan below what each would come to. */
static void print_slots(const struct lb_flash *flash, const struct lb_flashmap *map, const struct lb_image_judge *judge,
                        struct lb_update_slot slots[LB_SLOT_COUNT])
{
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++) {
		struct lb_image_slot slot = {flash, map->part[lb_slot_part((enum lb_slot)i)]};
		struct lb_image_source source = lb_image_slot_source(&slot);
		struct lb_image_info info;
		enum lb_image_verdict verdict = lb_image_judge_source(judge, &source, &info);

		slots[i] = (struct lb_update_slot){.verdict = verdict};
		printf("%s: %s\n", lb_slot_name((enum lb_slot)i), lb_image_verdict_text(verdict));
		if (info.total_bytes == 0)
			continue;
		print_image(&info);
		if (verdict == LB_IMAGE_GOOD)
			lb_update_describe(&info, &slots[i]);
	}
}

static const char *name_or_none(enum lb_slot slot)
{
	return slot != LB_SLOT_NONE ? lb_slot_name(slot) : "none";
}

static void print_entry(uint32_t sequence, const struct lb_record_state *state)
{
	char room[LB_WORDS_BYTES];

	printf("  %6u  %-22s latest %s, previous %s", sequence, lb_record_change_text(state->change, room),
	       name_or_none(state->latest), name_or_none(state->previous));
	if (state->download != LB_SLOT_NONE)
		printf(", writing %s", lb_slot_name(state->download));
	if (state->on_trial)
		printf(", on trial, %u left", state->tries_left);
	printf("\n");
}

/* Oldest first; places hold consecutive numbers in a ring. */
static void print_history(const struct lb_flash *flash, struct lb_region region, const struct lb_record *record)
{
	uint32_t capacity = lb_record_capacity(flash, region);

	for (uint32_t back = capacity; back-- > 0;) {
		uint32_t sequence;
		struct lb_record_state state;

		if (record->sequence >= back &&
		    lb_record_entry(flash, region, (record->sequence - back) % capacity, &sequence, &state))
			print_entry(sequence, &state);
	}
}

/* ORDER: enum lb_boot_why. What the next boot will do, of a plan that is this program's own. */
static const char *why_text(enum lb_boot_why why)
{
	static const char *const texts[] = {
		"the latest image",
		"the previous image",
		"the factory image",
		"the image on trial is rolled back",
		"the latest image does not verify",
		"the record is lost",
	};

	_Static_assert(sizeof(texts) / sizeof(texts[0]) == LB_WHY_COUNT, "a text for each number");
	LB_ASSERT(why < LB_WHY_COUNT);
	return texts[why];
}

/* By the very rules that the bootloader goes by; all images were verified before, so it has nothing to ask. */
static void print_plan(const struct lb_record *record, const struct lb_update_slot slots[LB_SLOT_COUNT])
{
	struct lb_plan_facts facts = {
		.request_slot = LB_SLOT_NONE,
		.status = record->status,
		.state = record->state,
		.stuck = record->read_only,
	};

	memcpy(facts.slots, slots, sizeof(facts.slots));
	struct lb_plan plan = lb_plan_make(&facts);
	char room[LB_WORDS_BYTES];
	if (plan.action != LB_PLAN_START) {
		printf("next boot: bootloader mode, no image can be started\n");
		return;
	}
	printf("next boot: %s, %s", lb_slot_name(plan.slot), why_text(plan.why));
	if (plan.write)
		printf("; the record will say: %s", lb_record_change_text(plan.state.change, room));
	if (plan.write && plan.state.on_trial)
		printf(", %u left", plan.state.tries_left);
	printf("\n");
}

/* In the bootloader's order: slots, record, and what follows from both. */
static void flash_info(struct lb_image_file *file, const struct lb_board_kind *kind, const struct lb_image_judge *judge)
{
	static const char *const status[] = {
		[LB_RECORD_BLANK] = "a new module's, empty",
		[LB_RECORD_VALID] = "valid",
		[LB_RECORD_LOST] = "lost",
	};
	const struct lb_flash flash = lb_image_file_flash(file, kind);
	struct lb_region region = kind->flashmap->part[LB_PART_RECORD];
	struct lb_update_slot slots[LB_SLOT_COUNT];
	struct lb_record record;

	print_slots(&flash, kind->flashmap, judge, slots);
	print_judge(judge);
	lb_record_open(&record, &flash, region);
	printf("record: %s%s\n", status[record.status], record.read_only ? ", of a newer version" : "");
	if (record.status == LB_RECORD_VALID)
		print_history(&flash, region, &record);
	print_plan(&record, slots);
}

/* A flash that begins with an image is an image that was padded to the same size: no partition of ours begins there. */
static bool is_flash(const struct lb_image_file *file, const struct lb_board_kind *kind)
{
	return file->size_bytes == kind->flash_bytes && lb_load32le(file->bytes) != LB_IMAGE_MAGIC;
}

enum lb_exit lb_image_info_print(struct lb_image_file *file, const char *path, struct lb_image_judge *judge,
                                 bool board_given)
{
	const struct lb_board_kind *kind = judge->has_board ? lb_board_kinds_find(judge->board_id) : NULL;

	if (kind == NULL)
		kind = lb_board_kinds_here();
	if (!is_flash(file, kind))
		return image_info(file, path, judge);
	if (!board_given) {
		judge->has_board = true;
		memcpy(judge->board_id, kind->id, sizeof(judge->board_id));
	}
	flash_info(file, kind, judge);
	return LB_EXIT_DONE;
}
