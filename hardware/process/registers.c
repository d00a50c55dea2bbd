#define _GNU_SOURCE /* for what only Linux has */
#include "hardware/process/registers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/hw/types.h"

static int open_shared(const char *name, size_t size_bytes, int *fd, uint8_t **memory)
{
	*fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd < 0)
		return -errno;
	if (ftruncate(*fd, (off_t)size_bytes) != 0 ||
	    fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return -errno;
	void *mapped = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	*memory = mapped;
	return 0;
}

int lb_registers_open(struct lb_registers *registers)
{
	int result = open_shared("retained", LB_RETAINED_BYTES, &registers->retained_fd, &registers->retained);

	if (result != 0)
		return result;
	return open_shared("registers", WIRE_REGISTERS_BYTES, &registers->page_fd, &registers->page);
}

static void *word(const struct lb_registers *registers, unsigned offset)
{
	return registers->page + offset;
}

uint32_t lb_registers_get(const struct lb_registers *registers, enum wire_register offset)
{
	return atomic_load_explicit((_Atomic uint32_t *)word(registers, offset), memory_order_relaxed);
}

void lb_registers_put(struct lb_registers *registers, enum wire_register offset, uint32_t value)
{
	atomic_store_explicit((_Atomic uint32_t *)word(registers, offset), value, memory_order_relaxed);
}

uint64_t lb_registers_get64(const struct lb_registers *registers, enum wire_register offset)
{
	return atomic_load_explicit((_Atomic uint64_t *)word(registers, offset), memory_order_relaxed);
}

void lb_registers_put64(struct lb_registers *registers, enum wire_register offset, uint64_t value)
{
	atomic_store_explicit((_Atomic uint64_t *)word(registers, offset), value, memory_order_relaxed);
}
