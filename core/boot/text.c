#include "core/boot/text.h"

#include <stddef.h>

#include "core/base/assert.h"

/* Appends at length and returns the new one; the text stays terminated. */
static size_t append(char text[LB_BOOT_TEXT_BYTES], size_t length, const char *piece)
{
	for (; *piece != '\0'; piece++) {
		LB_ASSERT(length + 1 < LB_BOOT_TEXT_BYTES);
		text[length++] = *piece;
	}
	text[length] = '\0';
	return length;
}

static const char *role(const struct lb_record_state *state, enum lb_gate_choice window)
{
	if (window == LB_GATE_FACTORY)
		return " (factory image)";
	if (window == LB_GATE_LATEST)
		return " (latest image)";
	return state->previous != LB_SLOT_NONE ? " (previous image)" : " (latest image; there is no previous one)";
}

void lb_boot_text_window(char text[LB_BOOT_TEXT_BYTES], const struct lb_record_state *state,
                         enum lb_gate_choice window)
{
	size_t length = append(text, 0, "P12 is high: release now for a safe boot of ");

	length = append(text, length, lb_slot_name(lb_boot_choice_slot(state, window)));
	length = append(text, length, role(state, window));
	append(text, length, "\r\n");
}

void lb_boot_text_verdict(char text[LB_BOOT_TEXT_BYTES], enum lb_slot slot, enum lb_image_verdict verdict)
{
	size_t length = append(text, 0, lb_slot_name(slot));

	length = append(text, length, ": ");
	length = append(text, length, lb_image_verdict_text(verdict));
	append(text, length, "\r\n");
}

void lb_boot_text_waiting(char text[LB_BOOT_TEXT_BYTES])
{
	append(text, 0, "waiting for download\r\n");
}
