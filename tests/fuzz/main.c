/* In place of libFuzzer where there is none: runs the target on each file named, as a plain regression test. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX_BYTES = 1 << 20 };

int main(int argc, char **argv)
{
	static uint8_t input[INPUT_MAX_BYTES];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		uint8_t *exact;
		size_t size_bytes;

		if (file == NULL) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		size_bytes = fread(input, 1, sizeof(input), file);
		fclose(file);
		exact = malloc(size_bytes + (size_bytes == 0)); /* so that a sanitizer sees the end */
		if (exact == NULL)
			return EXIT_FAILURE;
		for (size_t at = 0; at < size_bytes; at++)
			exact[at] = input[at];
		LLVMFuzzerTestOneInput(exact, size_bytes);
		free(exact);
	}
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
