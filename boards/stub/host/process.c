/* The stub's machine as a Unix process: blank flash, uart0 on standard input and output; a reset ends it. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "boards/stub/machine.h"
#include "core/hw/board.h"

enum { MS_PER_S = 1000, NS_PER_MS = 1000000 };

volatile struct stub_knobs stub_knobs;
_Alignas(8) uint8_t stub_retained[LB_RETAINED_BYTES];
uint8_t stub_flash[STUB_FLASH_BYTES];

static uint32_t host_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec * MS_PER_S + (uint32_t)(now.tv_nsec / NS_PER_MS);
}

void stub_machine_init(void)
{
	memset(stub_flash, 0xFF, sizeof(stub_flash));
}

static bool has_input(int wait_ms)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, wait_ms) > 0;
}

void stub_machine_sleep(void)
{
	static uint32_t start_ms;

	if (start_ms == 0)
		start_ms = host_ms();
	has_input(1);
	stub_knobs.millis = host_ms() - start_ms;
}

void stub_machine_send(uint8_t byte)
{
	if (write(STDOUT_FILENO, &byte, 1) != 1)
		stub_machine_reset();
}

/* Nobody is at the other end any more: nothing will reset it then but this. */
bool stub_machine_receive(uint8_t *byte)
{
	if (!has_input(0))
		return false;
	if (read(STDIN_FILENO, byte, 1) != 1)
		stub_machine_reset();
	return true;
}

bool stub_machine_runs(const uint8_t *start, size_t size_bytes)
{
	(void)start;
	(void)size_bytes;
	return false;
}

void stub_machine_run(const uint8_t *payload)
{
	(void)payload;
}

void stub_machine_reset(void)
{
	exit(0);
}
