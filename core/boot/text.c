#define LB_ASSERT_FILE 3
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

void lb_boot_text_window(char text[LB_BOOT_TEXT_BYTES], const struct lb_record_state *state, enum lb_gate_choice window)
{
	size_t length = append(text, 0, "P12 is high: release now for a safe boot of ");

	length = append(text, length, lb_slot_name(lb_plan_choice_slot(state, window)));
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

static size_t append_key_id(char text[LB_BOOT_TEXT_BYTES], size_t length, uint32_t key_id)
{
	char digits[9];

	for (unsigned i = 0; i < 8; i++)
		digits[i] = "0123456789abcdef"[key_id >> (28 - 4 * i) & 0xF];
	digits[8] = '\0';
	return append(text, length, digits);
}

void lb_boot_text_wrong_key(char text[LB_BOOT_TEXT_BYTES], enum lb_slot slot, uint32_t key_id, uint32_t trusted_id)
{
	size_t length = append(text, 0, lb_slot_name(slot));

	length = append(text, length, ": signed with key ");
	length = append_key_id(text, length, key_id);
	length = append(text, length, ", which is not trusted; key ");
	length = append_key_id(text, length, trusted_id);
	append(text, length, " is\r\n");
}

void lb_boot_text_waiting(char text[LB_BOOT_TEXT_BYTES])
{
	append(text, 0, "waiting for download\r\n");
}
