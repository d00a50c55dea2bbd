#include "core/handoff/handoff_text.h"

#include "core/handoff/handoff.h"
#include "core/hw/types.h"

/* As long as their enumerations: "ORDER" there leads here. */
static const char *const mode[] = {"normal", "safe", "loader"};
static const char *const reason[] = {"none", "pin", "request", "crash-loop"};
static const char *const why[] = {"latest", "previous", "factory", "reverted", "fallback", "record-lost"};
static const char *const cause[] = {"power-on", "switch", "software", "watchdog", "deep-sleep", "fault", "brown-out"};
static const char *const phase[] = {"off", "gate", "loader", "script", "repl", "sleep"};
static const char *const led_mode[] = {"off", "heartbeat", "user", "gate", "error", "loader"};

#define IS_FULL(table, count) _Static_assert(sizeof(table) / sizeof((table)[0]) == (count), "a word for each number")
IS_FULL(mode, LB_MODE_COUNT);
IS_FULL(reason, LB_REASON_COUNT);
IS_FULL(why, LB_WHY_COUNT);
IS_FULL(cause, LB_CAUSE_COUNT);
IS_FULL(phase, LB_PHASE_COUNT);
IS_FULL(led_mode, LB_LED_COUNT);

const char *lb_handoff_text_mode(unsigned number, char room[LB_WORDS_BYTES])
{
	return lb_words_get(mode, LB_MODE_COUNT, number, room);
}

const char *lb_handoff_text_reason(unsigned number, char room[LB_WORDS_BYTES])
{
	return lb_words_get(reason, LB_REASON_COUNT, number, room);
}

const char *lb_handoff_text_why(unsigned number, char room[LB_WORDS_BYTES])
{
	return lb_words_get(why, LB_WHY_COUNT, number, room);
}

const char *lb_handoff_text_cause(unsigned number, char room[LB_WORDS_BYTES])
{
	return lb_words_get(cause, LB_CAUSE_COUNT, number, room);
}

const char *lb_handoff_text_phase(unsigned number, char room[LB_WORDS_BYTES])
{
	return lb_words_get(phase, LB_PHASE_COUNT, number, room);
}

const char *lb_handoff_text_led_mode(unsigned number, char room[LB_WORDS_BYTES])
{
	return lb_words_get(led_mode, LB_LED_COUNT, number, room);
}
