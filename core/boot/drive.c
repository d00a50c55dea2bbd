#include "core/boot/drive.h"

void lb_drive_turn(struct lb_boot *boot, const struct lb_drive *drive, struct lb_boot_input *input)
{
	struct lb_boot_output out;

	drive->sense(drive->ctx, input);
	out = lb_boot_step(boot, input);
	drive->show(drive->ctx, &out);
	switch (out.want) {
	case LB_BOOT_WANT_WAIT: drive->wait(drive->ctx, &out, input); break;
	case LB_BOOT_WANT_VERIFY: input->found = drive->verify(drive->ctx, out.slot); break;
	case LB_BOOT_WANT_APPEND: input->appended = drive->append(drive->ctx, out.state); break;
	case LB_BOOT_WANT_START:
		drive->start(drive->ctx, &out);
		input->found.verdict = LB_IMAGE_NOT_STARTED;
		break;
	case LB_BOOT_WANT_RESET: drive->reset(drive->ctx);
	}
}
