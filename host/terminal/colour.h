/* LED colours for people: an LED of a module is dim (0x000050), a terminal's dot should not be. Pure functions of
 * 0xRRGGBB.
 */
#ifndef LB_TERMINAL_COLOUR_H
#define LB_TERMINAL_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/* How many colours a terminal shows. */
enum lb_depth { LB_DEPTH_NONE, LB_DEPTH_16, LB_DEPTH_256, LB_DEPTH_24BIT };

/* "#RRGGBB"; false, and *rgb 0, when text is none. */
bool lb_colour_parse(const char *text, uint32_t *rgb);
/* "off", "red", "orange", "yellow", "green", "cyan", "blue", "violet", "white". At most LB_COLOUR_NAME_MAX letters. */
const char *lb_colour_name(uint32_t rgb);
enum { LB_COLOUR_NAME_MAX = 6 };
/* The same hue with its strongest part at 255; 0 stays 0. */
uint32_t lb_colour_bright(uint32_t rgb);
/* The nearest of xterm's 256 colours (of its 6x6x6 cube), and of the 16 (as SGR: 30 to 37, 90 to 97). */
unsigned lb_colour_256(uint32_t rgb);
unsigned lb_colour_16(uint32_t rgb);

#endif
