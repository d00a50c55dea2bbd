#include "hardware/process/bootlines.h"

static void pull(const struct lb_bootlines *lines)
{
	bool reset_low = lines->autoreset.reset_low || lb_shield_holds_reset(&lines->shield);
	bool boot_low = lines->autoreset.boot_low || lb_shield_holds_boot(&lines->shield);

	lines->on_pull(lines->ctx, reset_low, boot_low);
}

static void on_settle_timer(uv_timer_t *timer)
{
	struct lb_bootlines *lines = timer->data;

	lb_autoreset_settle(&lines->autoreset);
	pull(lines);
}

void lb_bootlines_set(struct lb_bootlines *lines, bool dtr, bool rts)
{
	bool settles = lb_autoreset_set(&lines->autoreset, dtr, rts);

	uv_timer_stop(&lines->settle_timer);
	if (settles) {
		uv_update_time(lines->loop);
		uv_timer_start(&lines->settle_timer, on_settle_timer, LB_AUTORESET_SETTLE_MS, 0);
	}
	pull(lines);
}

void lb_bootlines_shield_start(struct lb_bootlines *lines)
{
	lb_shield_start(&lines->shield);
}

unsigned lb_bootlines_shield_step(struct lb_bootlines *lines, uint8_t byte, uint8_t answer[LB_SHIELD_ANSWER_BYTES])
{
	unsigned answer_bytes = lb_shield_step(&lines->shield, byte, answer);

	pull(lines);
	return answer_bytes;
}

void lb_bootlines_power_off(struct lb_bootlines *lines)
{
	lb_shield_init(&lines->shield);
	pull(lines);
}

void lb_bootlines_init(struct lb_bootlines *lines, uv_loop_t *loop)
{
	lines->loop = loop;
	lb_shield_init(&lines->shield);
	uv_timer_init(loop, &lines->settle_timer);
	lines->settle_timer.data = lines;
}

void lb_bootlines_close(struct lb_bootlines *lines)
{
	uv_close((uv_handle_t *)&lines->settle_timer, NULL);
}
