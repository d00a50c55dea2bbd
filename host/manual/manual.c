/* manual man|bash|zsh: writes the manual page or a shell's completions, from the commands' own tables. The build calls
 * it; it is installed nowhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "host/manual/completion.h"
#include "host/manual/man_page.h"

_Noreturn void lb_assert_failed(unsigned place)
{
	fprintf(stderr, "manual: assertion %u (docs/assertions.md)\n", place);
	abort();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(FILE *to);
	} kinds[] = {{"man", lb_man_page_write}, {"bash", lb_completion_write_bash}, {"zsh", lb_completion_write_zsh}};

	for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].write(stdout);
		return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	fprintf(stderr, "usage: manual man|bash|zsh\n");
	return EXIT_FAILURE;
}
