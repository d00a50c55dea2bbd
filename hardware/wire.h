/* The wire between the virtual module's hardware process and its CPU process.
 *
 * The CPU process is started with these file descriptors open. It stands for the silicon: retained RAM and the register
 * page are shared memory, the flash is a shared file, UARTs are byte streams, and messages are the lines that change
 * something at once. An image in a slot may be older or newer than the hardware process, so this is an interface with
 * a version: registers and messages are only ever added; an unknown message is ignored.
 */
#ifndef HARDWARE_WIRE_H
#define HARDWARE_WIRE_H

enum { WIRE_VERSION = 2 }; /* 2: millivolts, PWM, radio, card */

enum wire_fd {
	WIRE_FD_FLASH = 3,     /* flash.bin, to be mapped shared */
	WIRE_FD_RETAINED = 4,  /* LB_RETAINED_BYTES, to be mapped shared */
	WIRE_FD_REGISTERS = 5, /* WIRE_REGISTERS_BYTES, to be mapped shared */
	WIRE_FD_MESSAGES = 6,  /* SOCK_SEQPACKET, both ways; end of file means that the hardware is gone: exit */
	WIRE_FD_UART0 = 7,     /* SOCK_STREAM, both ways */
	WIRE_FD_UART1 = 8,
	WIRE_FD_LOCK = 9, /* never touched: it keeps a second hardware process out for as long as the CPU lives */
	WIRE_FD_END = 10,
};

enum { WIRE_REGISTERS_BYTES = 4096 };
#define WIRE_MAGIC 0x4C425752u

/* Registers: naturally aligned words at byte offsets of the page, in the host's byte order, each accessed atomically
 * (relaxed). "hw" registers are written by the hardware process before the CPU starts or while it runs; "cpu" registers
 * by the CPU. 64-bit registers are marked. All times are CLOCK_MONOTONIC nanoseconds of the host. */
enum wire_register {
	WIRE_REG_MAGIC = 0x000,            /* hw: WIRE_MAGIC */
	WIRE_REG_VERSION = 0x004,          /* hw: WIRE_VERSION */
	WIRE_REG_CLOCK = 0x008,            /* hw: module time runs this many times faster, 1 to 20 */
	WIRE_REG_CAUSE = 0x00C,            /* hw: enum lb_cause */
	WIRE_REG_RESET_NS = 0x010,         /* hw, 64: when this CPU was started: module time 0 */
	WIRE_REG_RTC_ZERO_NS = 0x018,      /* hw, 64: when the power came: the RTC counts from here (times the clock) */
	WIRE_REG_RTC_BASE_US = 0x020,      /* cpu and hw, 64: microseconds since 1970 at RTC_ZERO */
	WIRE_REG_WAKE_PIN = 0x028,         /* hw: pin that ended a deep sleep, WIRE_NO_PIN when time did */
	WIRE_REG_SLEEP_LEFT_MS = 0x030,    /* hw, 64: what was left of the sleep when a pin ended it */
	WIRE_REG_UNIQUE_ID = 0x038,        /* hw: 6 bytes, byte-wise */
	WIRE_REG_FED_NS = 0x040,           /* cpu, 64: when the watchdog was last fed */
	WIRE_REG_FLASH_READS = 0x048,      /* cpu, 64: counts since the hardware process began; kept over resets */
	WIRE_REG_FLASH_PROGRAMS = 0x050,   /* cpu, 64: program operations of one page or less */
	WIRE_REG_FLASH_ERASES = 0x058,     /* cpu, 64: sectors */
	WIRE_REG_FLASH_PROGRAMMED = 0x060, /* cpu, 64: bytes */
	WIRE_REG_FLASH_TORN = 0x068,  /* cpu, 64: operations under way (0 or 1): not 0 when the CPU died means a torn one */
	WIRE_REG_PIN_CPU = 0x100,     /* cpu: one word a pin: enum lb_pin_mode | pull << 4 | output level << 8 */
	WIRE_REG_PIN_OUTSIDE = 0x180, /* hw: one word a pin: enum wire_drive */
	/* hw: one word a pin: 1 + the voltage that the outside puts on it, PIN_OUTSIDE being the level that this is; 0: no
	 * more than PIN_OUTSIDE says */
	WIRE_REG_PIN_MILLIVOLTS = 0x200,
	WIRE_REG_PIN_PWM = 0x280,         /* cpu: two words a pin: millihertz (0: no PWM), then duty, 0 to 65535 */
	WIRE_REG_CARD_GENERATION = 0x340, /* hw: how many cards were inserted since the hardware process began */
	WIRE_REG_CARD_BLOCKS = 0x344,     /* hw: of 512 bytes; 0: there is no card */
	WIRE_REG_TELNET_PORT = 0x348,     /* hw: of the host's loopback, for the module's servers */
	WIRE_REG_FTP_PORT = 0x34C,        /* hw */
	WIRE_REG_SERVERS = 0x350,         /* cpu: enum wire_servers */
	WIRE_REG_RADIO = 0x354,           /* cpu: enum wire_radio_bits */
	WIRE_REG_RADIO_JOIN = 0x358,      /* cpu: counts the requests to connect */
	WIRE_REG_RADIO_LINK = 0x35C,    /* hw: RADIO_JOIN of the last request that has a result << 8 | enum lb_radio_link */
	WIRE_REG_RADIO_CHANNEL = 0x360, /* cpu: of the access point */
	/* Texts that end with a NUL, byte-wise; the SSIDs LB_RADIO_SSID_BYTES long, the rest LB_RADIO_PASSWORD_BYTES. */
	WIRE_REG_AP_SSID = 0x400,         /* cpu */
	WIRE_REG_AP_PASSWORD = 0x440,     /* cpu */
	WIRE_REG_JOIN_SSID = 0x4A0,       /* cpu: what to connect to */
	WIRE_REG_JOIN_PASSWORD = 0x4E0,   /* cpu */
	WIRE_REG_SERVER_USER = 0x540,     /* cpu: how to log in */
	WIRE_REG_SERVER_PASSWORD = 0x5A0, /* cpu */
	/* hw: the networks of the last WIRE_SCANNED, byte-wise, LB_RADIO_SCAN_MAX of WIRE_SCAN_BYTES: SSID with its NUL
	   (LB_RADIO_SSID_BYTES), bssid (6), channel, rssi_dbm, enum lb_radio_security. */
	WIRE_REG_SCAN = 0x600,
};
enum { WIRE_SCAN_BYTES = 48 };
enum wire_radio_bits { WIRE_RADIO_AP = 1, WIRE_RADIO_STA = 2, WIRE_RADIO_JOIN = 4 };
enum wire_servers { WIRE_SERVER_TELNET = 1, WIRE_SERVER_FTP = 2 };
#define WIRE_NO_PIN 0xFFFFFFFFu

/* What a hand, or another chip, does to a pin from outside. */
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
	/* hardware to CPU */
	WIRE_PIN_CHANGED = 64,  /* u8 pin, u8 level: the outside changed the level on a net */
	WIRE_LINK_CHANGED = 65, /* REG_RADIO_LINK was changed */
	WIRE_SCANNED = 66,      /* u8 how many networks there are in REG_SCAN */
	WIRE_CARD_FILE = 67,    /* u32 generation; with it, as SCM_RIGHTS, the card's file, unless there is no card */
};

#endif
