/* Included before all else: a bootloader without bootloader mode, to see what that costs. */
#ifndef BOARDS_LOADER_MODE_H
#define BOARDS_LOADER_MODE_H

#include "core/loader/loader.h"

struct loader_mode {
	bool none;
};

struct loader_mode_report {
	bool tool_came;
	enum lb_loader_leave leave;
};

static inline void loader_mode_init(struct loader_mode *mode)
{
	mode->none = true;
}

static inline struct loader_mode_report loader_mode_turn(struct loader_mode *mode, uint32_t wait_ms)
{
	(void)mode;
	(void)wait_ms;
	return (struct loader_mode_report){.tool_came = false};
}

#endif
