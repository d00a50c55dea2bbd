/* The nvs partition of a module that does not run, made of a JSON object: {"serial": 1042, "site": "roof"}. */
#ifndef LB_IMAGE_NVS_IMAGE_H
#define LB_IMAGE_NVS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_NVS_IMAGE_REASON_BYTES = 160 };

/* Values are what pycom.nvs_set() stores, whole numbers of up to 53 bits and texts, in the object's order; of a name
 * that comes twice the last one counts. The partition's bytes are the caller's, blank or not. False after a line in
 * reason. */
bool lb_nvs_image_make(const char *json, size_t json_bytes, uint8_t *partition, uint32_t size_bytes,
                       char reason[LB_NVS_IMAGE_REASON_BYTES]);

#endif
