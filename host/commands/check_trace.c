#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "host/commands/check_trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool lb_check_trace_open(struct lb_check_trace *trace, const char *folder, const char *name, uint32_t heap_bytes)
{
	void *live = MAP_FAILED;
	void *kept = mmap(NULL, sizeof(*trace->kept), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	trace->kept = kept == MAP_FAILED ? NULL : kept;
	snprintf(trace->path, sizeof(trace->path), "%s/trace-%s", folder, name);
	int fd = open(trace->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, sizeof(*trace->live)) == 0)
		live = mmap(NULL, sizeof(*trace->live), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	trace->live = live == MAP_FAILED ? NULL : live;
	if (trace->live == NULL || trace->kept == NULL)
		return false;
	trace->live->magic = LB_TRACE_MAGIC;
	trace->live->heap_bytes = heap_bytes;
	return true;
}

void lb_check_trace_keep(struct lb_check_trace *trace)
{
	memcpy(trace->kept, trace->live, sizeof(*trace->kept));
	for (size_t i = 0; i < LB_TRACE_FRAMES; i++)
		trace->kept->frames[i].offset = (uint32_t)(trace->kept->frames[i].now - trace->kept->frames[i].code);
}

void lb_check_trace_close(struct lb_check_trace *trace)
{
	if (trace->live != NULL)
		munmap(trace->live, sizeof(*trace->live));
	if (trace->kept != NULL)
		munmap(trace->kept, sizeof(*trace->kept));
	*trace = (struct lb_check_trace){.live = NULL};
}
