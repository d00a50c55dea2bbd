/* What Mbed TLS asks of a platform: clocks, entropy, memory of the VM's heap. */
#include <time.h>

#include "core/hw/periph.h"
#include "mbedtls/build_info.h"
#include "mbedtls/platform_time.h"
#include "py/runtime.h"

enum { MICROS_PER_S = 1000000, MICROS_PER_MS = 1000 };

static unsigned memory_failures;

unsigned lb_tls_memory_failures(void)
{
	return memory_failures;
}

void *lb_tls_calloc(size_t count, size_t size_bytes)
{
	void *memory = m_tracked_calloc(count, size_bytes);

	if (memory == NULL)
		memory_failures++;
	return memory;
}

time_t lb_tls_time(time_t *now)
{
	const time_t seconds = (time_t)(lb_periph_rtc_micros() / MICROS_PER_S);

	if (now != NULL)
		*now = seconds;
	return seconds;
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
	return (mbedtls_ms_time_t)(lb_periph_micros() / MICROS_PER_MS);
}

int mbedtls_hardware_poll(void *context, unsigned char *data, size_t size_bytes, size_t *got_bytes);
int mbedtls_hardware_poll(void *context, unsigned char *data, size_t size_bytes, size_t *got_bytes)
{
	(void)context;
	lb_periph_random(data, size_bytes);
	*got_bytes = size_bytes;
	return 0;
}
