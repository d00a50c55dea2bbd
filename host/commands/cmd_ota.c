/* `lifeboat ota`: a firmware image goes to a running module through its REPL, and is followed until it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/providers.h"
#include "host/client/port_open.h"
#include "host/client/repl.h"
#include "host/client/waiting.h"
#include "host/commands/commands.h"
#include "host/commands/image_file.h"
#include "host/commands/image_judge.h"
#include "host/commands/module.h"
#include "host/commands/ota_follow.h"
#include "host/commands/stop.h"
#include "host/image/board_kinds.h"
#include "host/terminal/progress.h"

enum { FORCE, NO_RESET, PORT };

enum { ENTRY_TRIES = 3, ENTRY_MS = 1500, STATUS_MS = 5000 };

/* --- the image --- */

/* What no module would accept is refused before its script is interrupted. */
static enum lb_exit check_image(struct lb_ota *ota, const char *path, struct lb_image_file *file)
{
	struct lb_image_source source = lb_image_file_source(file);
	struct lb_image_info *info = &ota->image;
	enum lb_image_verdict verdict = lb_image_judge_unsigned(lb_image_check(&source, &lb_crypto_both, info), info);

	if (verdict == LB_IMAGE_TOO_LONG)
		return lb_args_failed("%s is cut off: its header says more bytes than there are", path);
	if (verdict != LB_IMAGE_GOOD)
		return lb_args_failed("%s cannot be an update: %s", path, lb_image_verdict_text(verdict));
	lb_status_version(&info->version, ota->version);
	ota->transfer.bytes = file->bytes;
	ota->transfer.size_bytes = info->total_bytes;
	ota->transfer.image = info;
	return LB_EXIT_DONE;
}

/* --- the module --- */

/* In these phases nobody reads the REPL: better one line now than a time-out. */
static enum lb_exit refuse_phase(const struct lb_ota *ota)
{
	static const struct {
		const char *phase;
		const char *text;
	} texts[] = {
		{"off", "the module has no power: 'lifeboat power on' puts the plug in"},
		{"sleep", "the module is in deep sleep: 'lifeboat reset' wakes it"},
		{"loader",
	     "the module is in bootloader mode, which gets images by 'lifeboat flash'; 'lifeboat reset' leaves it"},
		{"gate", "the module does not get past its start: let P12 go, or see 'lifeboat status'"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (lb_view_is_in(&ota->now, texts[i].phase))
			return lb_args_failed("%s", texts[i].text);
	return LB_EXIT_DONE;
}

/* The module would say the same, but only after its scripts were interrupted, which may cost it the trial. */
static enum lb_exit refuse_trial(const struct lb_ota *ota)
{
	if (!ota->now.on_trial || strcmp(ota->now.slot, ota->now.latest) != 0)
		return LB_EXIT_DONE;
	return lb_args_failed("%s in %s is on trial: let its scripts confirm it, or lifeboat.confirm() first",
	                      ota->now.version, ota->now.slot);
}

/* As far as this command knows the board. */
static enum lb_exit refuse_image(const struct lb_ota *ota)
{
	const struct lb_board_kind *kind = lb_board_kinds_named(ota->now.board);

	if (kind == NULL)
		return LB_EXIT_DONE;
	uint32_t room_bytes = kind->flashmap->part[LB_PART_OTA_0].size_bytes;
	if (ota->image.has_board_id && memcmp(ota->image.board_id, kind->id, sizeof(kind->id)) != 0)
		return lb_args_failed("%s cannot be an update: %s", ota->path, lb_image_verdict_text(LB_IMAGE_OTHER_BOARD));
	if (ota->image.total_bytes <= room_bytes)
		return LB_EXIT_DONE;
	return lb_args_failed("%s cannot be an update: %u bytes do not fit into a slot, which has %u", ota->path,
	                      ota->image.total_bytes, room_bytes);
}

/* A module that just starts is waited for. */
static enum lb_exit check_module(struct lb_ota *ota)
{
	enum lb_exit exit = lb_ota_poll(ota);

	lb_waiting_start("the module to get past its start", 100 * LB_OTA_PAUSE_MS);
	for (int waits = 0; exit == LB_EXIT_DONE && lb_view_is_in(&ota->now, "gate") && waits < 100; waits++)
		exit = lb_ota_pause(ota) ? lb_ota_poll(ota) : LB_EXIT_FAILED;
	lb_waiting_end();
	if (exit == LB_EXIT_DONE)
		exit = refuse_image(ota);
	if (exit == LB_EXIT_DONE)
		exit = refuse_trial(ota);
	return exit == LB_EXIT_DONE ? refuse_phase(ota) : exit;
}

/* Each way in which the REPL is not reached wants another sentence. */
static enum lb_exit enter_repl(struct lb_ota *ota)
{
	int result = LB_PORT_SILENT;

	/* A script may need some moments to end, and one that starts meanwhile another Ctrl-C. */
	lb_waiting_start("the REPL to answer", ENTRY_TRIES * ENTRY_MS);
	for (int tries = 0; tries < ENTRY_TRIES && result == LB_PORT_SILENT; tries++)
		result = lb_repl_enter(&ota->port, ENTRY_MS);
	lb_waiting_end();
	if (result == LB_PORT_STOPPED)
		return lb_args_failed("interrupted: nothing was written");
	if (result == 0)
		return LB_EXIT_DONE;
	if (result == LB_PORT_GONE)
		return lb_args_failed("%s: nothing was written",
		                      ota->name == NULL ? lb_watch_why(&ota->watch) : "the connection ended");
	return lb_args_failed("the module's REPL does not answer; a safe boot gives it back: hold P12 at 3V3, reset, let "
	                      "go within 3 s");
}

/* The hardware says what runs, so nothing is interrupted for an update that would be refused. */
static enum lb_exit open_module(struct lb_ota *ota)
{
	int error = lb_client_open(&ota->control, ota->dir);

	if (error != LB_CLIENT_OK)
		return lb_module_explain(&ota->control, error, ota->dir);
	enum lb_exit exit = check_module(ota);
	if (exit != LB_EXIT_DONE)
		return exit;
	bool script = lb_view_is_in(&ota->now, "script"), safe = strcmp(ota->now.mode, "safe") == 0;
	if (!lb_port_open_pty(&ota->port, ota->dir, ota->stop, ota->transfer.reason))
		return lb_args_failed("%s", ota->transfer.reason);
	lb_watch_start(&ota->watch, ota->dir, &ota->port);
	exit = enter_repl(ota);
	lb_watch_hold_boot(&ota->watch);
	if (exit == LB_EXIT_DONE && script)
		printf("ota: the script that ran was interrupted\n");
	else if (exit == LB_EXIT_DONE && safe)
		printf("ota: the module is in a safe boot, which the reset at the end leaves\n");
	return exit;
}

/* What the hardware of a virtual module says is asked at the REPL, so a script is interrupted first. */
static enum lb_exit open_port(struct lb_ota *ota)
{
	cJSON *status = NULL;

	if (!lb_port_open(&ota->port, ota->name, ota->stop, ota->transfer.reason))
		return lb_args_failed("%s", ota->transfer.reason);
	enum lb_exit exit = enter_repl(ota);
	if (exit != LB_EXIT_DONE)
		return exit;
	lb_waiting_start("the module's status", STATUS_MS);
	int result = lb_view_ask(&ota->now, &ota->port, STATUS_MS, &status);
	lb_waiting_end();
	if (result != 0 || status == NULL)
		exit = lb_args_failed("%s", result != 0 ? "the module's REPL no longer answers" :
		                                          "the firmware that runs on the module has no lifeboat.status()");
	else
		exit = refuse_image(ota);
	if (exit == LB_EXIT_DONE)
		exit = refuse_trial(ota);
	cJSON_Delete(status);
	if (exit != LB_EXIT_DONE)
		lb_repl_leave(&ota->port);
	return exit;
}

/* --- sending --- */

static size_t percent(const struct lb_transfer *transfer)
{
	return transfer->done_bytes * 100 / transfer->size_bytes;
}

/* The REPL is left in order where it still answers; what is written stays, for the next try. */
static enum lb_exit explain_transfer(struct lb_ota *ota)
{
	if (lb_stop_signal != 0) {
		lb_stop_signal = 0; /* what is sent now is to leave the REPL in order */
		lb_port_offer(&ota->port, "\x03", 1);
		lb_repl_leave(&ota->port);
		return lb_args_failed("interrupted at %zu %%: the same command goes on from there", percent(&ota->transfer));
	}
	if (ota->transfer.silent && ota->name == NULL && lb_ota_poll(ota) != LB_EXIT_DONE)
		return LB_EXIT_FAILED; /* which it said: the hardware is gone */
	if (ota->transfer.silent) {
		/* The hardware knows better than a REPL that says nothing. */
		return lb_args_failed("%s at %zu %%: the same command goes on from there",
		                      ota->watch.ended != NULL ? ota->watch.ended : ota->transfer.reason,
		                      percent(&ota->transfer));
	}
	lb_repl_leave(&ota->port);
	return lb_args_failed("%s", ota->transfer.reason);
}

/* Piece by piece, so that a signal or a silent module ends it at once. */
static bool send_all(struct lb_ota *ota)
{
	struct lb_transfer *transfer = &ota->transfer;
	struct lb_progress progress;
	size_t first_bytes = transfer->done_bytes;
	bool sent = true;

	lb_progress_start(&progress, "sending", transfer->done_bytes);
	while (sent && transfer->done_bytes < transfer->size_bytes) {
		sent = lb_stop_signal == 0 && lb_transfer_step(transfer);
		lb_progress_show(&progress, transfer->done_bytes, transfer->size_bytes);
	}
	double seconds = lb_progress_end(&progress);
	double sent_kib = (double)(transfer->done_bytes - first_bytes) / 1024.0;
	if (sent) {
		printf("ota: %.0f KiB written in %.1f s, %.0f KiB/s\n", sent_kib, seconds, sent_kib / seconds);
		fflush(stdout);
	}
	return sent;
}

static enum lb_exit send_image(struct lb_ota *ota, bool force)
{
	struct lb_transfer *transfer = &ota->transfer;

	transfer->force = force;
	if (!lb_transfer_start(transfer))
		return explain_transfer(ota);
	printf("ota: %s to %s, %.0f KiB; %s runs in %s\n", ota->version, transfer->slot,
	       (double)transfer->size_bytes / 1024.0, ota->now.version, ota->now.slot);
	if (transfer->done_bytes > 0)
		printf("ota: goes on at %zu %%\n", percent(transfer));
	fflush(stdout);
	return send_all(ota) && lb_transfer_finish(transfer) ? LB_EXIT_DONE : explain_transfer(ota);
}

/* --- the command --- */

/* Send, reset, follow; each step has told its own failure. */
static enum lb_exit update(struct lb_ota *ota, bool force, bool reset)
{
	enum lb_exit exit = ota->name != NULL ? open_port(ota) : open_module(ota);

	if (exit == LB_EXIT_DONE)
		exit = send_image(ota, force);
	if (exit != LB_EXIT_DONE)
		return exit;
	if (!reset) {
		lb_repl_leave(&ota->port);
		printf("ota: %s in %s is complete and verified; the next reset starts it, on trial\n", ota->version,
		       ota->transfer.slot);
		return LB_EXIT_DONE;
	}
	if (!lb_transfer_reset(&ota->transfer))
		return lb_args_failed("%s: a reset starts %s", ota->transfer.reason, ota->version);
	return lb_ota_follow(ota);
}

/* The image is checked first; what was opened is closed however it ends. */
static enum lb_exit run(const struct lb_args *args)
{
	struct lb_ota ota = {.dir = args->dir, .stop = &lb_stop_signal, .control = {.fd = -1}, .port = {.fd = -1}};
	struct lb_image_file file;

	if (!lb_args_port(args, args->values[PORT], &ota.name))
		return LB_EXIT_USAGE;
	ota.transfer.port = &ota.port;
	ota.path = args->words[0];
	if (lb_image_file_read(args->words[0], &file) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	enum lb_exit exit = check_image(&ota, args->words[0], &file);
	if (exit == LB_EXIT_DONE) {
		lb_stop_catch_signals();
		exit = update(&ota, args->values[FORCE] != NULL, args->values[NO_RESET] == NULL);
	}
	lb_watch_end(&ota.watch, &ota.port);
	lb_port_close(&ota.port);
	lb_client_close(&ota.control);
	free(file.bytes);
	return exit;
}

const struct lb_command lb_cmd_ota = {
	.name = "ota",
	.usage = "IMAGE [--force] [--no-reset] [--port PORT]",
	.summary = "update the firmware of a running module through its REPL",
	.help = "Sends a signed image to the running module, whose firmware writes it into the slot that is free, and\n"
			"resets it; then waits until the new image runs and says so. It is on trial: unless it is confirmed,\n"
			"which it is when the scripts work, the one before it comes back. A script that runs is interrupted.\n"
			"After Ctrl-C or a power cut the same command goes on where that one ended.\n"
			"At a port only the prompt shows what runs: a program that goes on after the reset is not asked.\n",
	.example = "lifeboat ota firmware-1.1.0.img",
	.options = {[FORCE] = {"--force", NULL, "also an image that was rolled back before"},
                [NO_RESET] = {"--no-reset", NULL, "leaves the reset, which starts the image, to you"},
                [PORT] = LB_ARGS_PORT},
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
