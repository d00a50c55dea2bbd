/* A firmware update tool at the module's uart0: the requests that it sends in bootloader mode go through the real
 * loader and the bootloader's own glue (boards/loader_mode.c). Every visit is a new reset into bootloader mode.
 */
#ifndef TESTS_POWER_TOOL_H
#define TESTS_POWER_TOOL_H

#include "tests/power/module.h"

enum tool_way {
	TOOL_ROM,       /* writes the slot, as a tool without its helper program does */
	TOOL_STUB,      /* with it */
	TOOL_PACKED,    /* with it, compressed */
	TOOL_WIPE,      /* erases the slot's region, then writes it */
	TOOL_ERASE,     /* erases the slot's region */
	TOOL_ERASE_ALL, /* erases all flash, then writes the slot */
	TOOL_BLANK,     /* erases all flash */
	TOOL_BOTH,      /* writes the factory image to factory, then the slot */
	TOOL_WAYS,
};

/* LB_OK, MODULE_CUT, or LB_ERR_IO when the loader refused a request. image is not used where nothing is written. */
int tool_visit(struct module *module, enum tool_way way, enum lb_slot slot, enum image image);

#endif
