#include "core/boot/drive.h"

static void go_on_again(struct lb_boot *boot, const struct lb_drive *drive, void *ctx, struct lb_boot_input *input)
{
	const struct lb_boot_config config = drive->again(ctx);

	lb_boot_again(boot, &config);
	*input = (struct lb_boot_input){0};
}

void lb_drive_turn(struct lb_boot *boot, const struct lb_drive *drive, void *ctx, struct lb_boot_input *input)
{
	struct lb_boot_output out;

	drive->sense(ctx, input);
	out = lb_boot_step(boot, input);
	drive->show(ctx, &out);
	switch (out.want) {
	case LB_BOOT_WANT_WAIT: drive->wait(ctx, &out, input); break;
	case LB_BOOT_WANT_VERIFY: drive->verify(ctx, out.slot, &input->found); break;
	case LB_BOOT_WANT_APPEND: input->appended = drive->append(ctx, out.state); break;
	case LB_BOOT_WANT_START:
		drive->start(ctx, &out);
		input->found.verdict = LB_IMAGE_NOT_STARTED;
		break;
	case LB_BOOT_WANT_RESET: drive->reset(ctx); break;
	case LB_BOOT_WANT_AGAIN: go_on_again(boot, drive, ctx, input); break;
	}
}
