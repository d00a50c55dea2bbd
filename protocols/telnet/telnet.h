/* Telnet itself, for every end of it that there is here: what the peer's bytes mean, which options are on, and how
 * bytes are written for it. No I/O, no clock. (RFC 854 and 855; 856 to 858 for the options that are named here.)
 *
 * Options are agreed as RFC 1143 has it: an option that we offered counts as on at once, and only a change is answered,
 * so that two ends never go on agreeing for ever.
 */
#ifndef LB_TELNET_H
#define LB_TELNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The commands that mean something to somebody here. */
enum {
	LB_TELNET_SE = 240,
	LB_TELNET_BREAK = 243,
	LB_TELNET_INTERRUPT = 244,
	LB_TELNET_ARE_YOU_THERE = 246,
	LB_TELNET_ERASE = 247,
	LB_TELNET_SB = 250,
	LB_TELNET_WILL = 251,
	LB_TELNET_WONT = 252,
	LB_TELNET_DO = 253,
	LB_TELNET_DONT = 254,
	LB_TELNET_IAC = 255,
};
enum { LB_TELNET_BINARY = 0, LB_TELNET_ECHO = 1, LB_TELNET_SGA = 3 };

enum {
	LB_TELNET_VERB_BYTES = 3,
	LB_TELNET_ORDER_BYTES = 64, /* kept of a subnegotiation; what is longer is cut off */
	LB_TELNET_FRAME_BYTES = 5,  /* of a subnegotiation beside its payload, which may double */
};

/* An option in a set of them; those above 63 are never on. */
#define LB_TELNET_BIT(option) ((uint64_t)1 << (option))

/* What a byte of the peer's was. */
enum lb_telnet_event {
	LB_TELNET_PART,    /* of something longer */
	LB_TELNET_TEXT,    /* a byte of text: itself */
	LB_TELNET_COMMAND, /* a command: itself */
	LB_TELNET_OPTION,  /* the end of a verb about an option: itself; answer is to be sent */
	LB_TELNET_ORDER,   /* the end of a subnegotiation: order */
};

/* Zeroed before use, but for what is said; 64 bits are sets of options. */
struct lb_telnet {
	uint64_t we_can, they_may; /* set by the owner */
	uint64_t ours, theirs;     /* on */
	uint8_t verb;              /* WILL, WONT, DO or DONT, of the last option */
	uint8_t state;             /* private */
	uint8_t answer_bytes;      /* 0: none */
	uint8_t answer[LB_TELNET_VERB_BYTES];
	uint8_t order_bytes;
	uint8_t order[LB_TELNET_ORDER_BYTES]; /* a subnegotiation: the option and its payload */
};

enum lb_telnet_event lb_telnet_parse(struct lb_telnet *telnet, uint8_t byte);
/* WILL or DO, for an option that we can or they may: it is on from now. Returns what was written: 0 if it was on
 * before, else LB_TELNET_VERB_BYTES. */
size_t lb_telnet_offer(struct lb_telnet *telnet, uint8_t verb, uint8_t option, uint8_t *wire);
/* Text, for which wire has room twice over. */
size_t lb_telnet_put(uint8_t *wire, const uint8_t *text, size_t size_bytes);
/* A subnegotiation. wire has room for LB_TELNET_FRAME_BYTES and twice the payload. */
size_t lb_telnet_put_order(uint8_t *wire, uint8_t option, const uint8_t *payload, size_t size_bytes);

#endif
