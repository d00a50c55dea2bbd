#include "hardware/process/uarttalk.h"

#include <string.h>

enum { NS_PER_MS = 1000000 };

static void say(const struct lb_uarttalk *talk, const struct lb_devicefile_bytes *what)
{
	lb_uarthub_speak(talk->uart, what->bytes, what->count);
}

/* --- by itself --- */

static void on_send_timer(uv_timer_t *timer);

static void plan_send(struct lb_uarttalk *talk)
{
	talk->next = lb_uartdevice_next(talk->device);
	if (talk->next != NULL)
		uv_timer_start(&talk->send_timer, on_send_timer, lb_clock_host_ms(talk->clock, talk->next->every_ms), 0);
}

static void on_send_timer(uv_timer_t *timer)
{
	struct lb_uarttalk *talk = timer->data;

	say(talk, &talk->next->what);
	plan_send(talk);
}

/* --- when it is asked --- */

static void on_answer_timer(uv_timer_t *timer);

static void plan_answers(struct lb_uarttalk *talk)
{
	const uint64_t now_ns = lb_clock_host_ns();

	if (talk->pending_count == 0)
		return;
	const uint64_t due_ns = talk->pending[0].due_ns;
	uv_update_time(talk->answer_timer.loop);
	uv_timer_start(&talk->answer_timer, on_answer_timer,
	               due_ns > now_ns ? (due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0, 0);
}

static void on_answer_timer(uv_timer_t *timer)
{
	struct lb_uarttalk *talk = timer->data;

	while (talk->pending_count > 0 && talk->pending[0].due_ns <= lb_clock_host_ns()) {
		say(talk, &talk->pending[0].answer->what);
		talk->pending_count--;
		memmove(talk->pending, talk->pending + 1, talk->pending_count * sizeof(talk->pending[0]));
	}
	plan_answers(talk);
}

static void answer(struct lb_uarttalk *talk, const struct lb_uartdevice_answer *answer)
{
	const uint64_t due_ns = lb_clock_host_ns() + lb_clock_host_ms(talk->clock, answer->after_ms) * NS_PER_MS;
	size_t at = talk->pending_count;

	if (answer->after_ms == 0) {
		say(talk, &answer->what);
		return;
	}
	if (talk->pending_count == LB_UARTTALK_PENDING)
		return;
	for (; at > 0 && talk->pending[at - 1].due_ns > due_ns; at--)
		talk->pending[at] = talk->pending[at - 1];
	talk->pending[at].answer = answer;
	talk->pending[at].due_ns = due_ns;
	talk->pending_count++;
	plan_answers(talk);
}

static void on_heard(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uarttalk *talk = ctx;

	for (size_t i = 0; i < size_bytes; i++) {
		const struct lb_uartdevice_answer *found = lb_uartdevice_hear(talk->device, bytes[i]);

		if (found != NULL)
			answer(talk, found);
	}
}

/* --- all of it --- */

void lb_uarttalk_open(struct lb_uarttalk *talk, struct lb_uarthub *uart, const struct lb_clock *clock)
{
	talk->uart = uart;
	talk->clock = clock;
	uv_timer_init(uart->loop, &talk->send_timer);
	uv_timer_init(uart->loop, &talk->answer_timer);
	talk->send_timer.data = talk->answer_timer.data = talk;
	uart->on_heard = on_heard;
	uart->device_ctx = talk;
	uv_update_time(uart->loop);
	plan_send(talk);
}

void lb_uarttalk_close(struct lb_uarttalk *talk)
{
	talk->uart->on_heard = NULL;
	uv_close((uv_handle_t *)&talk->send_timer, NULL);
	uv_close((uv_handle_t *)&talk->answer_timer, NULL);
}
