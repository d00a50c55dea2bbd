#include "hardware/process/rgbled.h"

#include "core/handoff/handoff_text.h"
#include "hardware/process/names.h"

void lb_rgbled_set(struct lb_rgbled *led, uint32_t mode, uint32_t rgb)
{
	rgb &= 0xFFFFFF;
	if (led->rgb == rgb && led->mode == mode)
		return;
	led->rgb = rgb;
	led->mode = mode;
	if (!lb_events_wanted(led->events, LB_EVENT_LED))
		return;
	char text[LB_NAMES_RGB_BYTES], room[LB_WORDS_BYTES];
	lb_names_rgb(text, rgb);
	cJSON *event = lb_events_new(led->events, LB_EVENT_LED);
	cJSON_AddStringToObject(event, "rgb", text);
	cJSON_AddStringToObject(event, "mode", lb_handoff_text_led_mode(mode, room));
	lb_events_emit(led->events, LB_EVENT_LED, event);
}
