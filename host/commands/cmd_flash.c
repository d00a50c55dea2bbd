/* `lifeboat flash`: an image through bootloader mode into a slot, or flash into a file. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/flashmap/flashmap.h"
#include "core/record/record.h"
#include "crypto/providers.h"
#include "host/commands/commands.h"
#include "host/commands/target.h"
#include "host/commands/image_file.h"
#include "host/commands/image_judge.h"
#include "host/terminal/progress.h"
#include "host/commands/stop.h"
#include "host/client/status.h"
#include "host/image/board_kinds.h"
#include "host/image/key.h"

enum { SLOT, ERASE_ALL, PORT, BAUD, READ };

enum { SPEED_BAUD = 460800, BAUD_MIN = 9600, BAUD_MAX = 2000000, WHAT_BYTES = 40 };

struct job {
	const char *image_path;
	const char *read_path;
	enum lb_slot slot; /* NONE: the whole flash, to be read */
	bool erase_all;
	bool stuck; /* a newer version wrote the boot record, so that nothing is noted in it */
	long baud;
	struct lb_image_file file;
	struct lb_image_info info;
	const struct lb_board_kind *kind; /* by the image, until the module says it */
	char version[LB_STATUS_VERSION_BYTES];
	const char *undone;  /* what is not whole while flash is being changed; NULL: nothing */
	size_t before_bytes; /* of the progress: done by steps before this one */
	size_t all_bytes;    /* of all steps */
	struct lb_target target;
	struct lb_progress progress;
};

/* --- what is asked for --- */

static bool choose_slot(const struct lb_args *args, struct job *job)
{
	static const char *const names[] = {"factory", "ota_0", "ota_1", NULL};
	const char *name = args->values[SLOT];

	job->slot = job->read_path != NULL ? LB_SLOT_NONE : LB_SLOT_FACTORY;
	if (name == NULL)
		return true;
	if (!lb_args_one_of("slot", name, names))
		return false;
	for (int slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (strcmp(lb_slot_name((enum lb_slot)slot), name) == 0)
			job->slot = (enum lb_slot)slot;
	return true;
}

/* All that can be wrong with the command line, before the module is reset. */
static bool choose(const struct lb_args *args, struct job *job)
{
	const char *baud = args->values[BAUD];

	job->image_path = args->word_count > 0 ? args->words[0] : NULL;
	job->read_path = args->values[READ];
	job->erase_all = args->values[ERASE_ALL] != NULL;
	job->baud = SPEED_BAUD;
	job->target.dir = args->dir;
	if (!lb_args_port(args, args->values[PORT], &job->target.name))
		return false;
	if (job->target.name != NULL && strncmp(job->target.name, "telnet://", strlen("telnet://")) == 0) {
		lb_args_wrong("bootloader mode has no telnet server: flash goes over a serial port");
		return false;
	}
	job->target.way = job->target.name != NULL ? &lb_target_port : &lb_target_module;
	job->target.stop = &lb_stop_signal;
	if ((job->image_path == NULL) == (job->read_path == NULL)) {
		lb_args_wrong("flash takes either an IMAGE to write or --read FILE");
		return false;
	}
	if (job->read_path != NULL && (job->read_path[0] == '\0' || job->erase_all)) {
		lb_args_wrong(job->erase_all ? "--read and --erase-all are two things: do one after the other" :
		                               "--read takes the name of a file: --read FILE");
		return false;
	}
	if (baud != NULL && !lb_args_whole_number("--baud", baud, BAUD_MIN, BAUD_MAX, &job->baud))
		return false;
	job->target.baud = (uint32_t)job->baud;
	return choose_slot(args, job);
}

static struct lb_region region_of(const struct job *job)
{
	if (job->slot == LB_SLOT_NONE)
		return (struct lb_region){0, job->target.flash.flash_bytes};
	return job->kind->flashmap->part[lb_slot_part(job->slot)];
}

/* --- the image, before anything is sent --- */

/* An image of another key is written all the same, with a warning: a bootloader may trust that key. */
static enum lb_image_verdict judge(struct job *job)
{
	struct lb_image_source source = lb_image_file_source(&job->file);
	enum lb_image_verdict verdict =
		lb_image_judge_unsigned(lb_image_check(&source, &lb_crypto_both, &job->info), &job->info);
	struct lb_image_info verified;
	struct lb_image_key key;
	char path[LB_KEY_PATH_BYTES];

	if (verdict != LB_IMAGE_GOOD || lb_key_default_path(path) != LB_OK || lb_key_load_public(path, &key) != LB_OK)
		return verdict;
	/* Which board it is for is not asked here, so the image's own answer counts. */
	const struct lb_image_trust trust = {&lb_crypto_both, &key, 1, job->info.board_id};
	verdict = lb_image_verify(&source, &trust, &verified);
	if (verdict != LB_IMAGE_WRONG_KEY)
		return verdict;
	fprintf(stderr,
	        "lifeboat: %s is signed with key %08x, not with your development key %08x: only a bootloader that "
	        "trusts it starts it\n",
	        job->image_path, lb_image_key_id(job->info.key_hash), lb_image_key_id(key.hash));
	return LB_IMAGE_GOOD;
}

static enum lb_exit check_size(const struct job *job)
{
	uint32_t slot_bytes = region_of(job).size_bytes;

	if (job->info.total_bytes <= slot_bytes)
		return LB_EXIT_DONE;
	return lb_args_failed("%s has %u bytes, the slot %s only %u", job->image_path, job->info.total_bytes,
	                      lb_slot_name(job->slot), slot_bytes);
}

/* Whatever would not start is refused here, so that a good slot is not lost for it. */
static enum lb_exit load_image(struct job *job)
{
	if (lb_image_file_read(job->image_path, &job->file) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	enum lb_image_verdict verdict = judge(job);
	if (verdict == LB_IMAGE_NO_MAGIC || verdict == LB_IMAGE_BLANK)
		return lb_args_failed("%s is no image: 'lifeboat image sign' makes one of a program", job->image_path);
	if (verdict == LB_IMAGE_TOO_LONG)
		return lb_args_failed("%s is cut off: its header says more bytes than there are", job->image_path);
	if (verdict != LB_IMAGE_GOOD)
		return lb_args_failed("%s would not start: %s", job->image_path, lb_image_verdict_text(verdict));
	if (job->info.has_board_id && lb_board_kinds_find(job->info.board_id) != NULL)
		job->kind = lb_board_kinds_find(job->info.board_id);
	lb_status_version(&job->info.version, job->version);
	return check_size(job);
}

/* --- the work --- */

static void on_progress(void *ctx, size_t done_bytes, size_t all_bytes)
{
	struct job *job = ctx;

	lb_progress_show(&job->progress, job->before_bytes + done_bytes, job->all_bytes != 0 ? job->all_bytes : all_bytes);
}

/* all_bytes 0: one step, which says how many itself. */
static void start(struct job *job, const char *what, size_t all_bytes)
{
	job->before_bytes = 0;
	job->all_bytes = all_bytes;
	job->target.flash.progress = on_progress;
	job->target.flash.ctx = job;
	lb_progress_start(&job->progress, what, 0);
}

/* The record last: a blank one is a new module's, and until then it knows that the slots are being changed. */
static bool erase_all(struct job *job)
{
	const struct lb_flashmap *map = job->kind->flashmap;
	struct lb_region record = map->part[LB_PART_RECORD];
	uint32_t first = map->part[LB_PART_PROTECTED].offset + map->part[LB_PART_PROTECTED].size_bytes;
	uint32_t after = record.offset + record.size_bytes;
	const struct lb_region regions[] = {
		{first, record.offset - first},
		{after, job->target.flash.flash_bytes - after},
		record,
	};
	int result = LB_ESP_OK;

	printf("flash: erases everything: all images, the settings, and the files in /flash\n");
	job->undone = "the flash is half erased";
	start(job, "erasing", job->target.flash.flash_bytes - first);
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]) && result == LB_ESP_OK; i++) {
		result = lb_espflash_erase(&job->target.flash, regions[i].offset, regions[i].size_bytes);
		job->before_bytes += regions[i].size_bytes;
	}
	lb_progress_end(&job->progress);
	return result == LB_ESP_OK || lb_target_explain(&job->target, result);
}

/* Reads the boot record: what the bootloader cannot append to does not name the slot that is written now. */
static bool read_record(struct job *job)
{
	const struct lb_region region = job->kind->flashmap->part[LB_PART_RECORD];
	struct lb_image_file piece = {malloc(region.size_bytes), region.size_bytes};
	struct lb_record record;

	if (piece.bytes == NULL) {
		snprintf(job->target.reason, sizeof(job->target.reason), "no memory for the boot record");
		return false;
	}
	start(job, "reading the boot record", 0);
	const int result = lb_espflash_read(&job->target.flash, region.offset, piece.bytes, region.size_bytes);
	lb_progress_end(&job->progress);
	const struct lb_flash flash = lb_image_file_flash(&piece, job->kind);
	lb_record_open(&record, &flash, (struct lb_region){0, region.size_bytes});
	job->stuck = result == LB_ESP_OK && record.read_only;
	free(piece.bytes);
	return result == LB_ESP_OK || lb_target_explain(&job->target, result);
}

/* What a failure would leave behind is noted before it begins, for the line that explains it. */
static bool write_image(struct job *job)
{
	char what[WHAT_BYTES];

	snprintf(what, sizeof(what), "writing %s", lb_slot_name(job->slot));
	job->undone = "the slot is half written";
	start(job, what, 0);
	int result = lb_espflash_write(&job->target.flash, region_of(job).offset, job->file.bytes, job->info.total_bytes);
	double seconds = lb_progress_end(&job->progress);
	if (result != LB_ESP_OK)
		return lb_target_explain(&job->target, result);
	printf("flash: %s written to %s and verified: %.0f KiB in %.1f s, %.0f KiB/s\n", job->version,
	       lb_slot_name(job->slot), job->info.total_bytes / 1024.0, seconds,
	       job->info.total_bytes / 1024.0 / (seconds > 0 ? seconds : 0.001));
	return true;
}

/* Is what runs what was written? */
static enum lb_exit report_running(struct job *job, const struct lb_view *view)
{
	const char *slot = lb_slot_name(job->slot);
	const char *verdict = view->verdict[job->slot];
	const char *command = job->target.name == NULL ? "'lifeboat status'" : "'lifeboat status --port'";

	if (lb_view_is_in(view, "loader")) {
		return lb_args_failed("%s was written to %s, but the module is in bootloader mode again: 'lifeboat status' "
		                      "says why",
		                      job->version, slot);
	}
	if (view->phase[0] == '\0' && job->target.name == NULL) {
		return lb_args_failed("%s was written to %s, but what starts does not stay up: 'lifeboat status' says more",
		                      job->version, slot);
	}
	if (view->version[0] == '\0') {
		printf("flash: %s\n", lb_view_is_in(view, "repl") ? "a REPL answers, but does not say its version" :
		                                                    "no REPL was seen, so what runs is not known");
		return LB_EXIT_DONE;
	}
	if (strcmp(view->slot, slot) != 0 && verdict[0] != '\0' && strcmp(verdict, "good") != 0) {
		return lb_args_failed("%s was written to %s, but the bootloader does not start it: %s; %s in %s runs",
		                      job->version, slot, verdict, view->version, view->slot);
	}
	if (strcmp(view->slot, slot) != 0 && job->stuck) {
		return lb_args_failed("%s was written to %s, but %s in %s runs: the boot record is of a newer version, and "
		                      "this bootloader leaves it as it is. '--slot %s' writes what starts; '--erase-all' "
		                      "starts a new record, and erases images, settings and files",
		                      job->version, slot, view->version, view->slot, view->slot);
	}
	if (strcmp(view->slot, slot) != 0) {
		return lb_args_failed("%s was written to %s, but %s in %s runs: %s says why", job->version, slot, view->version,
		                      view->slot, command);
	}
	printf("flash: %s in %s runs%s\n", view->version, view->slot,
	       lb_view_is_in(view, "repl") ? "" : "; no REPL yet, its program goes on");
	return LB_EXIT_DONE;
}

static enum lb_exit explain(struct job *job)
{
	if (job->undone == NULL)
		return lb_args_failed("%s", job->target.reason);
	return lb_args_failed("%s. Now %s: 'lifeboat flash' with the same words does it all; a reset starts another slot, "
	                      "if one is good",
	                      job->target.reason, job->undone);
}

static enum lb_exit write_job(struct job *job)
{
	struct lb_view view;

	if (!(job->erase_all ? erase_all(job) : read_record(job)) || !write_image(job))
		return explain(job);
	if (!job->target.way->leave(&job->target) || !job->target.way->await(&job->target, &view)) {
		return lb_args_failed("%s was written to %s, but it is not known whether it runs: %s", job->version,
		                      lb_slot_name(job->slot), job->target.reason);
	}
	return report_running(job, &view);
}

/* The file is written when all was read: half a flash under its name would be worse than none. */
static enum lb_exit read_job(struct job *job)
{
	struct lb_region region = region_of(job);
	uint8_t *bytes = malloc(region.size_bytes);
	char what[WHAT_BYTES];

	if (bytes == NULL)
		return lb_args_failed("no memory for %u bytes of flash", region.size_bytes);
	snprintf(what, sizeof(what), "reading %s", job->slot != LB_SLOT_NONE ? lb_slot_name(job->slot) : "flash");
	start(job, what, 0);
	int result = lb_espflash_read(&job->target.flash, region.offset, bytes, region.size_bytes);
	double seconds = lb_progress_end(&job->progress);
	enum lb_exit exit = LB_EXIT_FAILED;
	if (result != LB_ESP_OK) {
		lb_target_explain(&job->target, result);
		exit = lb_args_failed("%s", job->target.reason);
	} else {
		exit = lb_image_file_write(job->read_path, bytes, region.size_bytes);
	}
	free(bytes);
	if (exit == LB_EXIT_DONE) {
		printf("flash: %u KiB read into %s and verified, in %.1f s\n", region.size_bytes / 1024, job->read_path,
		       seconds);
	}
	return exit;
}

/* What is known only by the module in bootloader mode: which board it is, and so where its slots are. */
static enum lb_exit check_board(struct job *job)
{
	static const uint8_t silent[LB_BOARD_ID_BYTES]; /* an older bootloader */
	const struct lb_espflash *flash = &job->target.flash;
	bool says = memcmp(flash->board_id, silent, sizeof(silent)) != 0;

	if (says)
		job->kind = lb_board_kinds_find(flash->board_id);
	if (job->image_path == NULL && job->slot == LB_SLOT_NONE)
		return LB_EXIT_DONE;
	if (job->kind == NULL)
		return lb_args_failed("the module is of a kind of board that this lifeboat was not built with");
	if (says && job->info.has_board_id && memcmp(job->info.board_id, flash->board_id, LB_BOARD_ID_BYTES) != 0)
		return lb_args_failed("%s would not start: %s", job->image_path, lb_image_verdict_text(LB_IMAGE_OTHER_BOARD));
	struct lb_region region = region_of(job);
	if (region.size_bytes == 0 || region.offset + region.size_bytes > flash->flash_bytes) {
		return lb_args_failed("the module has %u KiB of flash: too little for the slot %s", flash->flash_bytes / 1024,
		                      lb_slot_name(job->slot));
	}
	return check_size(job);
}

/* After a read the module is started again in any case; after a write that failed it is not. */
static enum lb_exit run_job(struct job *job)
{
	struct lb_target *target = &job->target;

	if (!lb_target_enter(target))
		return lb_args_failed("%s", target->reason);
	if (check_board(job) != LB_EXIT_DONE) {
		target->way->leave(target);
		return LB_EXIT_FAILED;
	}
	printf("flash: the module is in bootloader mode, %u MiB of flash\n", target->flash.flash_bytes >> 20);
	if (job->image_path != NULL)
		return write_job(job);
	enum lb_exit exit = read_job(job);
	lb_stop_signal = 0; /* the way back is short, and owed */
	if (!target->way->leave(target) && exit == LB_EXIT_DONE)
		return lb_args_failed("%s", target->reason);
	return exit;
}

/* Whatever happens in between, the pins are let go and the port is given back. */
static enum lb_exit run(const struct lb_args *args)
{
	struct job job = {.kind = lb_board_kinds_here()};

	if (!choose(args, &job))
		return LB_EXIT_USAGE;
	if (job.image_path != NULL && load_image(&job) != LB_EXIT_DONE) {
		free(job.file.bytes);
		return LB_EXIT_FAILED;
	}
	signal(SIGPIPE, SIG_IGN);
	lb_stop_catch_signals(); /* so that pins are let go and the person reads how to go on */
	enum lb_exit exit = run_job(&job);
	lb_target_close(&job.target);
	free(job.file.bytes);
	return exit;
}

const struct lb_command lb_cmd_flash = {
	.name = "flash",
	.usage = "IMAGE | --read FILE [--slot SLOT] [--erase-all] [--port PORT] [--baud N]",
	.summary = "write or read the flash, through bootloader mode",
	.help = "Brings the module into bootloader mode, writes IMAGE into a slot (factory, unless --slot says ota_0 or\n"
			"ota_1), verifies it, starts it and says which version runs. What was written so is the latest image\n"
			"from then on. With --read FILE, reads the whole flash, or one slot, into FILE.\n"
			"A port's DTR and RTS reset the module; without them, its REPL is asked, or you tie G23 to GND and\n"
			"press reset before.\n",
	.example = "lifeboat flash build/share/lifeboat/virtual.img",
	.options = {[SLOT] = {"--slot", "SLOT", "factory, ota_0 or ota_1"},
                [ERASE_ALL] = {"--erase-all", NULL,
                               "erases everything first: all images, the settings, and the files in /flash"},
                [PORT] = LB_ARGS_PORT,
                [BAUD] = {"--baud", "N", "how fast, where the port has a rate (default 460800)"},
                [READ] = {"--read", "FILE", "reads instead of writing"}},
	.words_max = 1,
	.run = run,
};
