/* The wire between the virtual module's hardware process and its CPU process.
 *
 * The CPU process is started with these file descriptors open. It stands for the silicon: retained RAM and the register
 * page are shared memory, the flash is a shared file, UARTs are byte streams, and messages are the lines that change
 * something at once. An image in a slot may be older or newer than the hardware process, so this is an interface with
 * a version: registers and messages are only ever added; an unknown message is ignored.
 */
#ifndef HARDWARE_WIRE_H
#define HARDWARE_WIRE_H

enum { WIRE_VERSION = 5 }; /* 2: millivolts, PWM, radio, card; 3: UART 2; 4: devices on buses and pins; 5: keys */

enum wire_fd {
	WIRE_FD_FLASH = 3,     /* flash.bin, to be mapped shared */
	WIRE_FD_RETAINED = 4,  /* LB_RETAINED_BYTES, to be mapped shared */
	WIRE_FD_REGISTERS = 5, /* WIRE_REGISTERS_BYTES, to be mapped shared */
	WIRE_FD_MESSAGES = 6,  /* SOCK_SEQPACKET, both ways; end of file means that the hardware is gone: exit */
	WIRE_FD_UART0 = 7,     /* SOCK_STREAM, both ways */
	WIRE_FD_UART1 = 8,
	WIRE_FD_LOCK = 9,   /* never touched: it keeps a second hardware process out for as long as the CPU lives */
	WIRE_FD_TRACE = 10, /* a file to be mapped shared, for a firmware made for `lifeboat check`; else not open */
	WIRE_FD_UART2 = 11, /* as UART1; not open below version 3 */
	/* The keys that the module was made with, as the hand-off's part has them: a memfd sealed against every change, for a
	 * bootloader that was built with RUNTIME_KEYS=1; not open where there are none, nor below version 5. */
	WIRE_FD_KEYS = 12,
	WIRE_FD_END = 13,
};

enum { WIRE_REGISTERS_BYTES = 4096 };
#define WIRE_MAGIC 0x4C425752u

/* Room of the blocks: the wire's own numbers. A module may have fewer pins and shorter names, but not more. */
enum {
	WIRE_PINS = 32,     /* as many as the masks of WIRE_SLEEP have bits */
	WIRE_PWM_PINS = 24, /* with PWM in the first block; the others in the second */
	WIRE_SSID_BYTES = 33,
	WIRE_PASSWORD_BYTES = 65,
	WIRE_SCAN_MAX = 16,
	WIRE_SCAN_BYTES = 48, /* of a network */
	WIRE_SCAN_ROOM = WIRE_SCAN_MAX * WIRE_SCAN_BYTES,
	WIRE_HOST_BYTES = 128,
	WIRE_LOOPBACK = 0x7F000001,
	WIRE_BUS_BYTES = 1024, /* of a transfer on a bus */
	WIRE_WAVE_EDGES = 128,
};

/* Registers: name, byte offset in the page, bytes. 4 bytes are a word and 8 a wide one, naturally aligned, in the
 * host's byte order, each accessed atomically (relaxed); "byte-wise" ones are bytes, texts ending with a NUL. "hw"
 * registers are written by the hardware process before the CPU starts or while it runs; "cpu" registers by the CPU. All
 * times are CLOCK_MONOTONIC nanoseconds of the host. In the order of their offsets, which the compiler holds. */
#define WIRE_PAGE(X)                                                                                                  \
	X(WIRE_REG_MAGIC, 0x000, 4)         /* hw: WIRE_MAGIC */                                                          \
	X(WIRE_REG_VERSION, 0x004, 4)       /* hw: WIRE_VERSION */                                                        \
	X(WIRE_REG_CLOCK, 0x008, 4)         /* hw: module time runs this many times faster, 1 to 20 */                    \
	X(WIRE_REG_CAUSE, 0x00C, 4)         /* hw: enum lb_cause */                                                       \
	X(WIRE_REG_RESET_NS, 0x010, 8)      /* hw: when this CPU was started: module time 0 */                            \
	X(WIRE_REG_RTC_ZERO_NS, 0x018, 8)   /* hw: when the power came: the RTC counts from here (times the clock) */     \
	X(WIRE_REG_RTC_BASE_US, 0x020, 8)   /* cpu and hw: microseconds since 1970 at RTC_ZERO */                         \
	X(WIRE_REG_WAKE_PIN, 0x028, 4)      /* hw: pin that ended a deep sleep, WIRE_NO_PIN when time did */              \
	X(WIRE_REG_SLEEP_LEFT_MS, 0x030, 8) /* hw: what was left of the sleep when a pin ended it */                      \
	X(WIRE_REG_UNIQUE_ID, 0x038, 6)     /* hw, byte-wise */                                                           \
	X(WIRE_REG_FED_NS, 0x040, 8)        /* cpu: when the watchdog was last fed */                                     \
	/* Counts since the hardware process began; kept over resets. */                                                  \
	X(WIRE_REG_FLASH_READS, 0x048, 8)      /* cpu */                                                                  \
	X(WIRE_REG_FLASH_PROGRAMS, 0x050, 8)   /* cpu: program operations of one page or less */                          \
	X(WIRE_REG_FLASH_ERASES, 0x058, 8)     /* cpu: sectors */                                                         \
	X(WIRE_REG_FLASH_PROGRAMMED, 0x060, 8) /* cpu: bytes */                                                           \
	X(WIRE_REG_FLASH_TORN, 0x068, 8)       /* cpu: operations under way: not 0 when the CPU died means a torn one */  \
	X(WIRE_REG_FLASH_BUSY_US, 0x070, 8)    /* cpu: time that programs and erases took, by the model */                \
	/* One word a pin. */                                                                                             \
	X(WIRE_REG_PIN_CPU, 0x100, 4 * WIRE_PINS)     /* cpu: enum lb_pin_mode | pull << 4 | output level << 8 */         \
	X(WIRE_REG_PIN_OUTSIDE, 0x180, 4 * WIRE_PINS) /* hw: enum wire_drive */                                           \
	/* hw: 1 + the voltage from outside, PIN_OUTSIDE being the level that it is; 0: no more than PIN_OUTSIDE says */  \
	X(WIRE_REG_PIN_MILLIVOLTS, 0x200, 4 * WIRE_PINS)                                                                  \
	X(WIRE_REG_PIN_PWM, 0x280, 8 * WIRE_PWM_PINS) /* cpu: two words a pin, see wire_pwm_register */                   \
	X(WIRE_REG_CARD_GENERATION, 0x340, 4) /* hw: how many cards were inserted since the hardware process began */     \
	X(WIRE_REG_CARD_BLOCKS, 0x344, 4)     /* hw: of 512 bytes; 0: there is no card */                                 \
	X(WIRE_REG_TELNET_PORT, 0x348, 4)     /* hw: of the host's loopback, for the module's servers */                  \
	X(WIRE_REG_FTP_PORT, 0x34C, 4)        /* hw */                                                                    \
	X(WIRE_REG_SERVERS, 0x350, 4)         /* cpu: enum wire_servers */                                                \
	X(WIRE_REG_RADIO, 0x354, 4)           /* cpu: enum wire_radio_bits */                                             \
	X(WIRE_REG_RADIO_JOIN, 0x358, 4)      /* cpu: counts the requests to connect */                                   \
	/* hw: RADIO_JOIN of the last request that has a result << 8 | enum lb_radio_link */                              \
	X(WIRE_REG_RADIO_LINK, 0x35C, 4)                                                                                  \
	X(WIRE_REG_RADIO_CHANNEL, 0x360, 4) /* cpu: of the access point */                                                \
	/* Texts. The login of the servers is as long as a password. */                                                   \
	X(WIRE_REG_AP_SSID, 0x400, WIRE_SSID_BYTES)             /* cpu, byte-wise */                                      \
	X(WIRE_REG_AP_PASSWORD, 0x440, WIRE_PASSWORD_BYTES)     /* cpu, byte-wise */                                      \
	X(WIRE_REG_JOIN_SSID, 0x4A0, WIRE_SSID_BYTES)           /* cpu, byte-wise: what to connect to */                  \
	X(WIRE_REG_JOIN_PASSWORD, 0x4E0, WIRE_PASSWORD_BYTES)   /* cpu, byte-wise */                                      \
	X(WIRE_REG_SERVER_USER, 0x540, WIRE_PASSWORD_BYTES)     /* cpu, byte-wise: how to log in */                       \
	X(WIRE_REG_SERVER_PASSWORD, 0x5A0, WIRE_PASSWORD_BYTES) /* cpu, byte-wise */                                      \
	/* hw, byte-wise: the networks of the last WIRE_SCANNED, each SSID with its NUL, bssid (6), channel, rssi_dbm, */ \
	/* enum lb_radio_security. */                                                                                     \
	X(WIRE_REG_SCAN, 0x600, WIRE_SCAN_ROOM)                                                                           \
	X(WIRE_REG_PIN_PWM_MORE, 0x900, 8 * (WIRE_PINS - WIRE_PWM_PINS)) /* cpu: PIN_PWM's second block */                \
	X(WIRE_REG_ROUTES, 0x940, 4)             /* hw: 1: sockets go where WIRE_ROUTED says, names are asked */          \
	X(WIRE_REG_HOST, 0x944, WIRE_HOST_BYTES) /* cpu, byte-wise: the name of a WIRE_RESOLVE */                         \
	/* hw: 1: a device with a pull-up is on the pin, and is to hear of each change (WIRE_LINE). */                    \
	X(WIRE_REG_PIN_DEVICE, 0x9C4, 4 * WIRE_PINS)                                                                      \
	X(WIRE_REG_BUSES, 0xA44, 4)                  /* hw: buses with devices, wire_bus_bit each */                      \
	X(WIRE_REG_BUS_DATA, 0xA48, WIRE_BUS_BYTES)  /* both, byte-wise: of a WIRE_BUS, and of its answer */              \
	X(WIRE_REG_WAVE, 0xE48, 2 * WIRE_WAVE_EDGES) /* hw: of WIRE_WAVE, u16 each, in the host's byte order */           \
	X(WIRE_REG_BIND, 0xF48, 4) /* hw: 1 + the address of the host that scripts' ports are on; 0: 127.0.0.1 */

#define WIRE_OFFSET(name, offset, bytes) name = (offset),
enum wire_register { WIRE_PAGE(WIRE_OFFSET) };

/* An enumerator without a value is one more than the one before: here, the first byte behind the register before. */
#define WIRE_EXTENT(name, offset, bytes) name##_FREE_FROM, name##_LAST = (offset) + (bytes)-1,
enum wire_extent { WIRE_PAGE(WIRE_EXTENT) WIRE_PAGE_END };
#define WIRE_CHECK(name, offset, bytes)                                                                \
	_Static_assert((int)name##_FREE_FROM <= (int)(name), #name " lies behind the register before it"); \
	_Static_assert((int)(name) % ((bytes) == 8 ? 8 : 4) == 0, #name " is aligned");
WIRE_PAGE(WIRE_CHECK)
_Static_assert((int)WIRE_PAGE_END <= (int)WIRE_REGISTERS_BYTES, "the registers fit their page");

/* A pin's word in a block of one word a pin; where its PWM is: millihertz (0: no PWM), and duty, 0 to 65535, behind it.
 * pin is below WIRE_PINS. */
static inline enum wire_register wire_pin_register(enum wire_register block, unsigned pin)
{
	return (enum wire_register)(block + 4 * pin);
}

static inline enum wire_register wire_pwm_register(unsigned pin)
{
	const unsigned more = pin - WIRE_PWM_PINS;

	return (enum wire_register)(pin < WIRE_PWM_PINS ? WIRE_REG_PIN_PWM + 8 * pin : WIRE_REG_PIN_PWM_MORE + 8 * more);
}

static inline enum wire_register wire_duty_register(unsigned pin)
{
	return (enum wire_register)(wire_pwm_register(pin) + 4);
}

/* Of WIRE_REG_BIND: the address that a port is bound to, and one at which somebody on this host finds it there. */
static inline uint32_t wire_bind_ip(uint32_t bind)
{
	return bind != 0 ? bind - 1 : WIRE_LOOPBACK;
}

static inline uint32_t wire_dial_ip(uint32_t bind)
{
	return wire_bind_ip(bind) != 0 ? wire_bind_ip(bind) : WIRE_LOOPBACK;
}

/* bus is enum lb_bus; numbers are below 8. */
static inline uint32_t wire_bus_bit(unsigned bus, unsigned number)
{
	return 1u << (8 * bus + number);
}

enum wire_radio_bits { WIRE_RADIO_AP = 1, WIRE_RADIO_STA = 2, WIRE_RADIO_JOIN = 4 };
enum wire_servers { WIRE_SERVER_TELNET = 1, WIRE_SERVER_FTP = 2 };
#define WIRE_NO_PIN 0xFFFFFFFFu

/* What a hand, or another chip, does to a pin from outside. */
enum { WIRE_WAVE_KEPT = 255 };
enum wire_drive { WIRE_DRIVE_FLOAT = 0, WIRE_DRIVE_LOW = 1, WIRE_DRIVE_HIGH = 2 };

/* Messages: byte 0 is the kind, then the fields without gaps, little-endian. At most WIRE_MESSAGE_BYTES. */
enum { WIRE_MESSAGE_BYTES = 64 };
enum wire_message {
	/* CPU to hardware */
	WIRE_LED = 1,      /* u8 enum lb_led_mode, u32 rgb */
	WIRE_PHASE = 2,    /* u8 enum lb_phase */
	WIRE_PIN = 3,      /* u8 pin: its PIN_CPU register was changed */
	WIRE_WATCHDOG = 4, /* u32 timeout in module milliseconds; 0 stops it. FED_NS is set before */
	WIRE_RESET = 5,    /* the CPU then waits to be killed; the hardware drains the UARTs first */
	WIRE_SLEEP = 6,    /* u64 module milliseconds (0: no wake by time), u32 pins that wake when high, u32 when low */
	WIRE_RADIO = 7,    /* REG_RADIO or REG_RADIO_JOIN was changed */
	WIRE_SCAN = 8,     /* asks for WIRE_SCANNED */
	WIRE_CARD = 9,     /* asks for WIRE_CARD_FILE */
	WIRE_RESOLVE = 10, /* asks for WIRE_ROUTED, about REG_HOST */
	WIRE_ROUTE = 11,   /* u8 enum lb_net_kind, u32 address, u16 port that a socket wants; asks for WIRE_ROUTED */
	WIRE_SERVES = 12,  /* u8 enum lb_net_kind, u16 port that a socket serves, u16 port of the host where that is */
	/* u8 enum lb_bus, u8 number, u8 address, u8 enum lb_i2c_flags, u16 bytes, which are in REG_BUS_DATA; asks for
	 * WIRE_BUS_DONE */
	WIRE_BUS = 12,
	/* u8 pin with a device, u8 is held low by the CPU, u32 microseconds since its last change; asks for WIRE_WAVE */
	WIRE_LINE = 13,
	/* hardware to CPU */
	WIRE_PIN_CHANGED = 64,  /* u8 pin, u8 level: the outside changed the level on a net */
	WIRE_LINK_CHANGED = 65, /* REG_RADIO_LINK was changed */
	WIRE_SCANNED = 66,      /* u8 how many networks there are in REG_SCAN */
	WIRE_CARD_FILE = 67,    /* u32 generation; with it, as SCM_RIGHTS, the card's file, unless there is no card */
	WIRE_ROUTED = 68,       /* u32 errno, u32 address (127.0.0.1 is 0x7F000001), u16 port of the host */
	WIRE_BUS_DONE = 69,     /* u32 errno, u32 bytes; those that were read are in REG_BUS_DATA */
	/* u8 how many times there are in REG_WAVE, WIRE_WAVE_KEPT: as it was. For so many microseconds each from now on the
	 * device lets go of the pin, pulls it low, lets go, …; at the end it lets go. */
	WIRE_WAVE = 70,
};

#endif
