#include "boards/virtual/common/payload.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "core/hw/types.h"

/* The linker's name for the start of this program's own ELF header: what runs this program can run the payload. */
extern const ElfW(Ehdr) __ehdr_start;

_Static_assert(sizeof(ElfW(Ehdr)) <= (size_t)LB_PAYLOAD_START_BYTES, "the start of a payload holds its ELF header");

bool lb_payload_runs_here(const void *start, size_t size_bytes)
{
	ElfW(Ehdr) elf;

	if (size_bytes < sizeof(elf))
		return false;
	memcpy(&elf, start, sizeof(elf));
	if (memcmp(elf.e_ident, __ehdr_start.e_ident, EI_OSABI) != 0) /* magic, class, byte order, version */
		return false;
	return elf.e_machine == __ehdr_start.e_machine && (elf.e_type == ET_EXEC || elf.e_type == ET_DYN);
}
