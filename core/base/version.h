/* A version as an image's header has it: semantic, with a build number that counts last. */
#ifndef LB_BASE_VERSION_H
#define LB_BASE_VERSION_H

#include <stdint.h>

struct lb_version {
	uint8_t major;
	uint8_t minor;
	uint16_t revision;
	uint32_t build;
};

#endif
