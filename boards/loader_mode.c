#include "boards/loader_mode.h"

#include <string.h>

#include "boards/images.h"
#include "core/hw/board.h"

_Static_assert((int)LB_BOARD_MAC_BYTES == (int)LB_REGS_MAC_BYTES, "one kind of address");

static bool is_forgotten(const struct lb_record *record, enum lb_slot slot)
{
	return record->status == LB_RECORD_VALID && record->state.id[slot] == LB_RECORD_TOOL_ID &&
	       record->state.download != slot;
}

/* The record forgets the slot's image, so that whatever will be there is news to the next boot; once, for tools write a
 * slot in many ranges. The record is read anew each time, for a tool may have written it too. Where it cannot be
 * appended to, the tool goes on: an owner who rescues a module is not to be stopped by its record.
 *
 * What a tool wrote since the reset, or is about to write, is hidden: the next boot judges all of it in one go, and not
 * the first before the last is there. */
static void forget_image(void *ctx, enum lb_slot slot)
{
	struct loader_mode *mode = ctx;
	const struct lb_survey_config config = images_config();
	struct lb_survey survey;
	struct lb_record_state next;

	lb_survey_open(&survey, &config);
	if (mode->written[slot] && is_forgotten(&survey.record, slot))
		return;
	mode->written[slot] = true;
	lb_survey_read(&survey, mode->written);
	lb_update_tool_start(&survey.now, mode->written, &next);
	(void)lb_record_append(&survey.record, &next);
}

void loader_mode_init(struct loader_mode *mode)
{
	struct lb_loader_setup setup = {
		.flash = lb_board_flash(),
		.map = lb_board_flashmap(),
		.codec = lb_board_codec(),
		.slot_changes = forget_image,
		.ctx = mode,
	};

	memset(mode, 0, sizeof(*mode));
	lb_board_mac(setup.mac);
	memcpy(setup.board_id, lb_board_id(), LB_BOARD_ID_BYTES);
	lb_loader_init(&mode->loader, &setup);
	mode->idle = true;
}

/* Not memmove: no other code of a small bootloader needs it, and it is 250 bytes. */
static void discard(struct loader_mode *mode, size_t size_bytes)
{
	mode->in_bytes -= size_bytes;
	for (size_t i = 0; i < mode->in_bytes; i++)
		mode->in[i] = mode->in[size_bytes + i];
}

/* Steps the engine until there is something to be done about what it gave out. */
static struct lb_loader_output step_on(struct loader_mode *mode)
{
	struct lb_loader_output output;
	size_t out_bytes = 0;

	do {
		output = lb_loader_step(&mode->loader, mode->in, mode->in_bytes, mode->out + out_bytes,
		                        sizeof(mode->out) - out_bytes);
		out_bytes += output.sent_bytes;
		discard(mode, output.consumed_bytes);
	} while (!output.idle && !output.changing && output.baud == 0 && output.leave == LB_LOADER_STAY &&
	         out_bytes < sizeof(mode->out));
	output.sent_bytes = out_bytes;
	return output;
}

struct loader_mode_report loader_mode_turn(struct loader_mode *mode, uint32_t wait_ms)
{
	struct lb_loader_output output;

	if (mode->idle)
		lb_board_wait_serial_ms(wait_ms);
	mode->in_bytes += lb_board_serial_read(mode->in + mode->in_bytes, sizeof(mode->in) - mode->in_bytes);
	output = step_on(mode);
	mode->idle = output.idle;
	if (output.sent_bytes > 0)
		lb_board_serial_write(mode->out, output.sent_bytes);
	if (output.baud != 0)
		lb_board_serial_baud(output.baud);
	return (struct loader_mode_report){.tool_came = output.synced, .leave = output.leave};
}
