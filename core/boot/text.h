/* The lines that the bootloader writes to uart0. Each ends with "\r\n" and fits LB_BOOT_TEXT_BYTES. */
#ifndef LB_BOOT_TEXT_H
#define LB_BOOT_TEXT_H

#include "core/boot/decide.h"

enum { LB_BOOT_TEXT_BYTES = 128 };

/* What a release of P12 in this window of the gate leads to, in the state that is expected to hold. */
void lb_boot_text_window(char text[LB_BOOT_TEXT_BYTES], const struct lb_record_state *state,
                         enum lb_gate_choice window);
/* Why the image in this slot is not started. */
void lb_boot_text_verdict(char text[LB_BOOT_TEXT_BYTES], enum lb_slot slot, enum lb_image_verdict verdict);
/* Bootloader mode is entered. Tools look for these words. */
void lb_boot_text_waiting(char text[LB_BOOT_TEXT_BYTES]);

#endif
