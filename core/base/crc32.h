/* CRC-32 as Ethernet, zip and PNG use it: reflected polynomial 0xEDB88320, start and final exclusive-or 0xFFFFFFFF. */
#ifndef LB_BASE_CRC32_H
#define LB_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* crc is 0 for the first piece, and the last result for each piece that follows. */
uint32_t lb_crc32(uint32_t crc, const void *data, size_t size_bytes);

#endif
