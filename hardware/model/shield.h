/* The microcontroller of Pycom's shields (Pysense, Pytrack), as far as it has a hand on the module.
 *
 * On these boards DTR and RTS lead nowhere. Instead, what a program sends while its port is set to 5 data bits is for
 * the shield's controller: commands that read and write the controller's memory, where two port pins hang on the
 * module: RC5 on its reset line and RC0 on G23. Pycom's updater enters and leaves bootloader mode by them.
 *
 *   byte 0        then                           answer
 *   00 peek       address, low byte first        the byte there
 *   01 poke       address, value                 none
 *   02 magic      address, and, or, xor masks    the byte that is there then
 *   10 11 12      none                           hardware version, firmware version, product; two bytes, low one first
 *   others        none                           none
 *
 * Memory other than the registers of the ports A and C reads 0 and keeps nothing.
 */
#ifndef HARDWARE_MODEL_SHIELD_H
#define HARDWARE_MODEL_SHIELD_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LB_SHIELD_COMMAND_BYTES = 6,
	LB_SHIELD_ANSWER_BYTES = 2,
	LB_SHIELD_PORTA = 0x00C, /* addresses in the controller's memory */
	LB_SHIELD_PORTC = 0x00E,
	LB_SHIELD_TRISA = 0x08C, /* a bit set: that pin is an input */
	LB_SHIELD_TRISC = 0x08E,
	LB_SHIELD_HARDWARE = 2,
	LB_SHIELD_FIRMWARE = 17,    /* Pycom's updater wants 6 or more */
	LB_SHIELD_PRODUCT = 0xF012, /* Pysense */
};

struct lb_shield {
	uint8_t port[2], tris[2]; /* A, C */
	uint8_t command[LB_SHIELD_COMMAND_BYTES];
	unsigned command_bytes;
};

/* As after its power came: all pins are inputs. */
void lb_shield_init(struct lb_shield *shield);
/* A program set its port to 5 data bits: what was of a command before is forgotten. */
void lb_shield_start(struct lb_shield *shield);
/* One byte for the controller. How many bytes it answers. */
unsigned lb_shield_step(struct lb_shield *shield, uint8_t byte, uint8_t answer[LB_SHIELD_ANSWER_BYTES]);

bool lb_shield_holds_reset(const struct lb_shield *shield);
bool lb_shield_holds_boot(const struct lb_shield *shield);

#endif
