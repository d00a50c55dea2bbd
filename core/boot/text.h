/* The lines that the bootloader writes to uart0. Each ends with "\r\n" and fits LB_BOOT_TEXT_BYTES. */
#ifndef LB_BOOT_TEXT_H
#define LB_BOOT_TEXT_H

#include "core/boot/plan.h"

enum { LB_BOOT_TEXT_BYTES = 128 };

/* What a release of P12 in this window of the gate leads to, in the state that is expected to hold. */
void lb_boot_text_window(char text[LB_BOOT_TEXT_BYTES], const struct lb_record_state *state,
                         enum lb_gate_choice window);
/* Why the image in this slot is not started. */
void lb_boot_text_verdict(char text[LB_BOOT_TEXT_BYTES], enum lb_slot slot, enum lb_image_verdict verdict);
/* The same for LB_IMAGE_WRONG_KEY, with the ids of the key that signed it and of the first that is trusted. */
void lb_boot_text_wrong_key(char text[LB_BOOT_TEXT_BYTES], enum lb_slot slot, uint32_t key_id, uint32_t trusted_id);
/* Bootloader mode is entered. Tools look for these words. */
void lb_boot_text_waiting(char text[LB_BOOT_TEXT_BYTES]);

#endif
