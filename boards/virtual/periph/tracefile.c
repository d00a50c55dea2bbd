/* The file that `lifeboat check` shares with a firmware made for it. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "boards/virtual/common/flashchip.h"
#include "core/hw/periph.h"
#include "hardware/wire.h"

void *lb_periph_trace(size_t size_bytes)
{
	struct stat file;
	void *memory;

	if (fstat(WIRE_FD_TRACE, &file) != 0 || !S_ISREG(file.st_mode) || (size_t)file.st_size != size_bytes)
		return NULL;
	memory = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, WIRE_FD_TRACE, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void lb_periph_on_flash(lb_flash_fn *handler)
{
	lb_flashchip_on_change(handler);
}
