/* What the LED shows, 0xRRGGBB: every colour that bootloader and firmware choose by themselves. docs/spec/gate.md lists
 * them, and a test compares. An LED is bright: these are as dim as Pycom's firmware has them.
 */
#ifndef LB_HW_COLOURS_H
#define LB_HW_COLOURS_H

enum lb_colours {
	LB_COLOURS_GATE = 0x2C1200,        /* orange: P12 is held */
	LB_COLOURS_CHOSEN = 0x002000,      /* green: blinks that confirm the window */
	LB_COLOURS_LOADER = 0x100010,      /* violet: bootloader mode that somebody asked for */
	LB_COLOURS_NO_IMAGE = 0x200000,    /* red: no image can be started */
	LB_COLOURS_HEARTBEAT = 0x000050,   /* blue */
	LB_COLOURS_SAFE = LB_COLOURS_GATE, /* orange: the heartbeat of a safe boot */
	LB_COLOURS_ERROR = 0x500000,       /* bright red: a script ended with an error */
};

#endif
