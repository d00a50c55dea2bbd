/* The images in the slots: whom this bootloader believes, and the copy that runs. */
#ifndef BOARDS_IMAGES_H
#define BOARDS_IMAGES_H

#include "core/update/survey.h"

/* Where this board's images lie, and by what they are judged. */
struct lb_survey_config images_config(void);
/* Loads the slot's image to where it will run and verifies it there, so that what is verified is what runs. info is
 * filled when it is whole; found as by lb_survey_judge. */
void images_verify(enum lb_slot slot, struct lb_image_info *info, struct lb_update_slot *found);

#endif
