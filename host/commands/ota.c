/* `lifeboat ota`: a firmware image goes to a running module through its REPL, and what becomes of it is told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/flashmap/flashmap.h"
#include "crypto/providers.h"
#include "host/commands/commands.h"
#include "host/commands/image.h"
#include "host/commands/ota.h"
#include "host/terminal/progress.h"
#include "host/commands/stop.h"
#include "host/client/status.h"

enum { ENTRY_TRIES = 3, ENTRY_MS = 1500 };

/* --- the image --- */

static enum lb_exit check_image(struct lb_ota *ota, const char *path, struct lb_image_file *file)
{
	struct lb_image_source source = lb_image_file_source(file);
	struct lb_image_info info;
	enum lb_image_verdict verdict = lb_image_check(&source, &lb_crypto_both, &info);
	uint32_t room_bytes = lb_flashmap_8mib.part[LB_PART_OTA_0].size_bytes;

	if (verdict == LB_IMAGE_GOOD && info.key_type == LB_KEY_NONE)
		verdict = LB_IMAGE_NO_SIGNATURE;
	if (verdict != LB_IMAGE_GOOD)
		return lb_args_failed("%s cannot be an update: %s", path, lb_image_verdict_text(verdict));
	if (info.total_bytes > room_bytes) {
		return lb_args_failed("%s cannot be an update: %u bytes do not fit into a slot, which has %u", path,
		                      info.total_bytes, room_bytes);
	}
	lb_status_version(&info.version, ota->version);
	ota->transfer.bytes = file->bytes;
	ota->transfer.size_bytes = info.total_bytes;
	return LB_EXIT_DONE;
}

/* --- the module --- */

static enum lb_exit refuse_phase(const struct lb_ota *ota)
{
	static const struct {
		const char *phase;
		const char *text;
	} texts[] = {
		{"off", "the module has no power: 'lifeboat power on' puts the plug in"},
		{"sleep", "the module is in deep sleep: 'lifeboat reset' wakes it"},
		{"loader",
	     "the module is in bootloader mode, which takes images by 'lifeboat flash'; 'lifeboat reset' leaves it"},
		{"gate", "the module does not get past its start: let P12 go, or see 'lifeboat status'"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(ota->now.phase, texts[i].phase) == 0)
			return lb_args_failed("%s", texts[i].text);
	return LB_EXIT_DONE;
}

/* A module that just starts is waited for. */
static enum lb_exit check_module(struct lb_ota *ota)
{
	enum lb_exit exit = lb_ota_poll(ota);

	for (int waits = 0; exit == LB_EXIT_DONE && strcmp(ota->now.phase, "gate") == 0 && waits < 100; waits++)
		exit = lb_ota_pause(ota) ? lb_ota_poll(ota) : LB_EXIT_FAILED;
	if (exit != LB_EXIT_DONE)
		return exit;
	/* The module would say the same, but only after its scripts were interrupted, which may cost it the trial. */
	if (ota->now.on_trial && strcmp(ota->now.slot, ota->now.latest) == 0) {
		return lb_args_failed("%s in %s is on trial: let its scripts confirm it, or lifeboat.confirm() first",
		                      ota->now.version, ota->now.slot);
	}
	return refuse_phase(ota);
}

static enum lb_exit enter_repl(struct lb_ota *ota)
{
	bool script = strcmp(ota->now.phase, "script") == 0;
	bool entered = false;

	ota->transfer.uart_fd = lb_upload_open(ota->dir);
	if (ota->transfer.uart_fd < 0)
		return lb_args_failed("cannot open the pty of uart0: %s", strerror(errno));
	/* A script may need some moments to end, and one that starts meanwhile another Ctrl-C. */
	for (int tries = 0; tries < ENTRY_TRIES && !entered && lb_stop_signal == 0; tries++)
		entered = lb_upload_enter(ota->transfer.uart_fd, ENTRY_MS);
	if (lb_stop_signal != 0)
		return lb_args_failed("interrupted: nothing was written");
	if (!entered) {
		return lb_args_failed(
			"the module's REPL does not answer; a safe boot gives it back: hold P12 at 3V3, reset, let "
			"go within 3 s");
	}
	if (script)
		printf("ota: the script that ran was interrupted\n");
	else if (strcmp(ota->now.mode, "safe") == 0)
		printf("ota: the module is in a safe boot, which the reset at the end leaves\n");
	return LB_EXIT_DONE;
}

static void leave_repl(struct lb_ota *ota)
{
	lb_upload_write(ota->transfer.uart_fd, "\x02", 1, ENTRY_MS); /* a module that does not take it is past caring */
}

/* --- sending --- */

static size_t percent(const struct lb_transfer *transfer)
{
	return transfer->done_bytes * 100 / transfer->size_bytes;
}

/* What the hardware, at this look, knows better than a REPL that says nothing. */
static const char *why_silent(const struct lb_ota *ota, long boots)
{
	if (strcmp(ota->now.phase, "off") == 0)
		return "the module lost its power";
	return ota->now.boots != boots ? "the module was reset" : ota->transfer.reason;
}

static enum lb_exit explain_transfer(struct lb_ota *ota)
{
	long boots = ota->now.boots;

	if (lb_stop_signal != 0) {
		lb_stop_signal = 0; /* what is sent now is to leave the REPL in order */
		lb_upload_write(ota->transfer.uart_fd, "\x03", 1, ENTRY_MS);
		leave_repl(ota);
		return lb_args_failed("interrupted at %zu %%: the same command goes on from there", percent(&ota->transfer));
	}
	if (ota->transfer.silent && lb_ota_poll(ota) != LB_EXIT_DONE)
		return LB_EXIT_FAILED; /* which it told: the hardware is gone */
	if (ota->transfer.silent) {
		return lb_args_failed("%s at %zu %%: the same command goes on from there", why_silent(ota, boots),
		                      percent(&ota->transfer));
	}
	leave_repl(ota);
	return lb_args_failed("%s", ota->transfer.reason);
}

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

	if (!lb_transfer_start(transfer))
		return explain_transfer(ota);
	printf("ota: %s to %s, %.0f KiB; %s runs in %s\n", ota->version, transfer->slot,
	       (double)transfer->size_bytes / 1024.0, ota->now.version, ota->now.slot);
	if (transfer->done_bytes > 0)
		printf("ota: goes on at %zu %%\n", percent(transfer));
	fflush(stdout);
	return send_all(ota) && lb_transfer_finish(transfer, force) ? LB_EXIT_DONE : explain_transfer(ota);
}

/* --- the command --- */

static enum lb_exit update(struct lb_ota *ota, bool force, bool reset)
{
	enum lb_exit exit = enter_repl(ota);

	if (exit == LB_EXIT_DONE)
		exit = send_image(ota, force);
	if (exit != LB_EXIT_DONE)
		return exit;
	if (!reset) {
		leave_repl(ota);
		printf("ota: %s in %s is complete and verified; the next reset starts it, on trial\n", ota->version,
		       ota->transfer.slot);
		return LB_EXIT_DONE;
	}
	if (!lb_transfer_reset(&ota->transfer))
		return lb_args_failed("%s: a reset starts %s", ota->transfer.reason, ota->version);
	return lb_ota_follow(ota);
}

static enum lb_exit with_module(struct lb_ota *ota, bool force, bool reset)
{
	int error = lb_client_open(&ota->control, ota->dir);

	if (error != LB_CLIENT_OK) {
		enum lb_exit failed = lb_commands_explain(&ota->control, error, ota->dir);
		lb_client_close(&ota->control);
		return failed;
	}
	enum lb_exit exit = check_module(ota);
	if (exit == LB_EXIT_DONE)
		exit = update(ota, force, reset);
	if (ota->transfer.uart_fd >= 0)
		close(ota->transfer.uart_fd);
	lb_client_close(&ota->control);
	return exit;
}

enum lb_exit lb_ota_command(const struct lb_args *args)
{
	struct lb_ota ota = {.dir = args->dir, .stop = &lb_stop_signal, .control = {.fd = -1}, .transfer = {.uart_fd = -1}};
	struct lb_image_file file;

	if (lb_image_read_file(args->words[0], &file) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	enum lb_exit exit = check_image(&ota, args->words[0], &file);
	if (exit == LB_EXIT_DONE) {
		lb_stop_catch_signals();
		exit = with_module(&ota, args->values[LB_OTA_FORCE] != NULL, args->values[LB_OTA_NO_RESET] == NULL);
	}
	free(file.bytes);
	return exit;
}
