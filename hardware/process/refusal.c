#include "hardware/process/refusal.h"

#include <string.h>
#include <sys/socket.h>

void lb_refusal_end(struct lb_refusal *refusal)
{
	if (refusal->stream != NULL)
		lb_stream_close(refusal->stream);
	refusal->stream = NULL;
}

static void on_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	(void)ctx;
	(void)bytes;
	(void)size_bytes;
}

static void on_end(void *ctx)
{
	lb_refusal_end(ctx);
}

static const struct lb_stream_calls CALLS = {.on_bytes = on_bytes, .on_end = on_end, .on_broken = on_end};

void lb_refusal_send(struct lb_refusal *refusal, int fd, const char *line)
{
	lb_refusal_end(refusal);
	refusal->stream = lb_stream_open(refusal->loop, fd, &CALLS, refusal);
	if (refusal->stream == NULL)
		return;
	lb_stream_send(refusal->stream, line, strlen(line));
	shutdown(fd, SHUT_WR);
}
