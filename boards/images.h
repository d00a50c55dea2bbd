/* The images in the slots, as the rules of the record want to know of them. */
#ifndef BOARDS_IMAGES_H
#define BOARDS_IMAGES_H

#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "core/image/image.h"
#include "core/update/rules.h"

/* What can be told of a slot without reading its payload; no verdict. key_id (lb_image_key_id of what signed it) is
 * left alone where there is no image. */
struct lb_update_slot images_inspect(enum lb_slot slot, uint32_t *key_id);
/* Loads the slot's image to where it will run and verifies it there, so that what is verified is what runs. */
struct lb_update_slot images_verify(enum lb_slot slot, struct lb_image_info *info);

#endif
