#include "hardware/model/shield.h"

#include <stddef.h>

enum {
	PEEK = 0x00,
	POKE = 0x01,
	MAGIC = 0x02,
	HARDWARE_VERSION = 0x10,
	FIRMWARE_VERSION = 0x11,
	PRODUCT = 0x12,
	ALL_INPUTS = 0xFF,
	RC0 = 1 << 0,
	RC5 = 1 << 5,
};
enum { A = 0, C = 1 };

void lb_shield_init(struct lb_shield *shield)
{
	*shield = (struct lb_shield){.tris = {ALL_INPUTS, ALL_INPUTS}};
}

void lb_shield_start(struct lb_shield *shield)
{
	shield->command_bytes = 0;
}

static unsigned size_of(uint8_t command)
{
	switch (command) {
	case PEEK: return 3;
	case POKE: return 4;
	case MAGIC: return 6;
	default: return 1;
	}
}

/* NULL where there is nothing that we have. */
static uint8_t *find(struct lb_shield *shield, unsigned address)
{
	switch (address) {
	case LB_SHIELD_PORTA: return &shield->port[A];
	case LB_SHIELD_PORTC: return &shield->port[C];
	case LB_SHIELD_TRISA: return &shield->tris[A];
	case LB_SHIELD_TRISC: return &shield->tris[C];
	default: return NULL;
	}
}

static unsigned answer_word(unsigned word, uint8_t answer[LB_SHIELD_ANSWER_BYTES])
{
	answer[0] = (uint8_t)word;
	answer[1] = (uint8_t)(word >> 8);
	return 2;
}

static unsigned access_memory(struct lb_shield *shield, uint8_t answer[LB_SHIELD_ANSWER_BYTES])
{
	const uint8_t *command = shield->command;
	uint8_t *place = find(shield, command[1] | (unsigned)command[2] << 8);
	uint8_t value = place != NULL ? *place : 0;

	if (command[0] == POKE)
		value = command[3];
	else if (command[0] == MAGIC)
		value = (uint8_t)(((value & command[3]) | command[4]) ^ command[5]);
	if (place != NULL)
		*place = value;
	answer[0] = place != NULL ? value : 0;
	return command[0] == POKE ? 0 : 1;
}

static unsigned run(struct lb_shield *shield, uint8_t answer[LB_SHIELD_ANSWER_BYTES])
{
	switch (shield->command[0]) {
	case PEEK:
	case POKE:
	case MAGIC: return access_memory(shield, answer);
	case HARDWARE_VERSION: return answer_word(LB_SHIELD_HARDWARE, answer);
	case FIRMWARE_VERSION: return answer_word(LB_SHIELD_FIRMWARE, answer);
	case PRODUCT: return answer_word(LB_SHIELD_PRODUCT, answer);
	default: return 0;
	}
}

unsigned lb_shield_step(struct lb_shield *shield, uint8_t byte, uint8_t answer[LB_SHIELD_ANSWER_BYTES])
{
	shield->command[shield->command_bytes++] = byte;
	if (shield->command_bytes < size_of(shield->command[0]))
		return 0;
	shield->command_bytes = 0;
	return run(shield, answer);
}

static bool holds(const struct lb_shield *shield, uint8_t pin)
{
	return (shield->tris[C] & pin) == 0 && (shield->port[C] & pin) == 0;
}

bool lb_shield_holds_reset(const struct lb_shield *shield)
{
	return holds(shield, RC5);
}

bool lb_shield_holds_boot(const struct lb_shield *shield)
{
	return holds(shield, RC0);
}
