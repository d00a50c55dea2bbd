/* Compiled inside extmod/machine_wdt.c. */
#include "firmware/io/watchdog.h"

struct _machine_wdt_obj_t {
	mp_obj_base_t base;
};

static machine_wdt_obj_t watchdog = {{&machine_wdt_type}};

static void mp_machine_wdt_timeout_ms_set(machine_wdt_obj_t *self, mp_int_t timeout_ms)
{
	(void)self;
	if (timeout_ms < 1 || timeout_ms > INT32_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout: 1 ms to 24 days"));
	lb_watchdog_arm((uint32_t)timeout_ms);
}

static machine_wdt_obj_t *mp_machine_wdt_make_new_instance(mp_int_t id, mp_int_t timeout_ms)
{
	if (id != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is one watchdog: id 0"));
	mp_machine_wdt_timeout_ms_set(&watchdog, timeout_ms);
	return &watchdog;
}

static void mp_machine_wdt_feed(machine_wdt_obj_t *self)
{
	(void)self;
	lb_watchdog_feed();
}
