/* What a firmware made for `lifeboat check` writes down about the scripts that it runs, and what check reads of it.
 *
 * One block of memory, a file that both map, so all numbers are in the host's byte order; the firmware and the command
 * that read and write it come out of one build. It outlives every CPU: counts go on, functions that are compiled again
 * are found again. Texts are interned: equal texts have equal numbers, offsets into `texts`; 0 is the empty one.
 */
#ifndef LB_TRACE_H
#define LB_TRACE_H

#include <stdint.h>

enum { LB_TRACE_MAGIC = 0x4c425443 };

/* Room; what does not fit is left out, and LB_TRACE_FULL says so. */
enum {
	LB_TRACE_FUNCTIONS = 4096,
	LB_TRACE_INSTRUCTIONS = 1 << 18,
	LB_TRACE_SEEN_BYTES = 1 << 20,
	LB_TRACE_TEXT_BYTES = 1 << 19,
	LB_TRACE_ERRORS = 64,
	LB_TRACE_FRAMES = 64,
	LB_TRACE_TRACEBACK_BYTES = 1024,
	LB_TRACE_WRITES = 48,
	LB_TRACE_GAPS = 16,
	LB_TRACE_RETAINED_BYTES = 2048,
	LB_TRACE_PROFILE_BYTES = 1 << 18,
};

/* An instruction of the virtual machine, as far as the flow of a program and the names in it go. */
enum lb_trace_kind {
	LB_TRACE_OTHER,
	LB_TRACE_NAME, /* loads a variable; argument: its name. As ATTRIBUTE and METHOD, of an object */
	LB_TRACE_ATTRIBUTE,
	LB_TRACE_METHOD,
	LB_TRACE_LOCAL, /* loads a local variable; argument: its number */
	LB_TRACE_STORE, /* to a variable or an attribute; argument: its name */
	LB_TRACE_STORE_LOCAL,
	LB_TRACE_INT, /* loads a constant; argument: it, an int32_t */
	LB_TRACE_FALSE,
	LB_TRACE_NONE,
	LB_TRACE_STRING, /* argument: its text */
	LB_TRACE_CALL,   /* argument: positional arguments | keyword arguments << 8 */
	LB_TRACE_MAKE,   /* makes a function; argument: 1 + its number, 0 unknown */
	LB_TRACE_IMPORT, /* argument: the module's name */
	LB_TRACE_IMPORT_FROM,
	LB_TRACE_JUMP,    /* argument: the offset where it goes on, as BRANCH, ITERATE and HANDLER */
	LB_TRACE_BRANCH,  /* there, or at the next instruction */
	LB_TRACE_ITERATE, /* there when nothing is left, else at the next instruction */
	LB_TRACE_HANDLER, /* there after an exception in what follows */
	LB_TRACE_RETURN,
	LB_TRACE_RAISE,
	LB_TRACE_YIELD,
	LB_TRACE_POP, /* drops what an expression gave: the end of a statement */
};

struct lb_trace_instruction {
	uint32_t argument;
	uint16_t offset; /* in the function's code */
	uint16_t line;
	uint8_t kind;   /* enum lb_trace_kind */
	uint8_t starts; /* 1: the first of its line */
};

struct lb_trace_function {
	uint32_t file, name; /* "/flash/main.py", or as it was imported; "<module>" */
	uint32_t line;       /* its first */
	uint32_t parent;     /* 1 + the function that makes it; 0: the module itself */
	uint32_t ordinal;    /* among what its parent makes */
	uint32_t native;     /* machine code: nothing more is known of it, not even file and name */
	uint32_t instructions_at, instructions;
	uint32_t suspended;           /* a generator that was left: 1 + the offset where it goes on */
	uint32_t seen_at, code_bytes; /* a byte for each of the code's, 1: the instruction that begins there ran */
};

/* An exception that came to be while a script's code ran. What KeyboardInterrupt, SystemExit and StopIteration do is
 * not written down. */
struct lb_trace_error {
	uint32_t file, line; /* where */
	uint32_t function;   /* the innermost that ran, 1 + its number; 0: none */
	uint32_t offset;     /* in its code */
	uint32_t type, text; /* "OSError", "[Errno 19] ENODEV" */
	uint32_t base;       /* of an attribute that is missing: name of the built-in module or type, else 0 */
	uint32_t device;     /* 1 + the enum lb_trace_device that was used just before; 0: none */
	uint32_t place;      /* of that device, lb_trace_place */
	uint32_t script;     /* that it ended: 1 boot.py, 2 main.py; 0: it was caught */
	uint32_t count;
};

/* What a script may wait for in vain. */
enum lb_trace_device {
	LB_TRACE_I2C,
	LB_TRACE_SPI,
	LB_TRACE_UART,
	LB_TRACE_WIFI,
	LB_TRACE_WIRE, /* a sensor on a pin of its own: 1-Wire, DHT */
	LB_TRACE_CARD, /* the SD card */
	LB_TRACE_DEVICES
};

/* Which bus, by its number, and for I2C which address on it (0: none alone); 0 is any. */
static inline uint32_t lb_trace_place(unsigned number, unsigned address)
{
	return 1 + number + (address << 8);
}

/* What a stand-in for another board's module was asked, and cannot answer; each place and text once. */
struct lb_trace_gap {
	uint32_t file, line; /* of the script that asked; 0: none */
	uint32_t text;
};

/* The module writes where it is as an address, and where the function's code begins; the host makes an offset of it. */
struct lb_trace_frame {
	uint32_t function; /* 1 + its number; 0: not one that is known */
	uint32_t offset;
	uint64_t code, now;
};

enum lb_trace_script_end { LB_TRACE_NEVER, LB_TRACE_RUNS, LB_TRACE_ENDED, LB_TRACE_RAISED, LB_TRACE_EXITED };

struct lb_trace_script {
	uint32_t runs, end;                       /* enum lb_trace_script_end, of the last run */
	char traceback[LB_TRACE_TRACEBACK_BYTES]; /* 0-ended; of the last run */
};

struct lb_trace {
	uint32_t magic;      /* host: before the first start */
	uint32_t heap_bytes; /* host: of the module's heap; 0: as the module has it. Not in a safe boot */
	uint32_t full;       /* something did not fit */
	uint32_t boots, soft_resets;
	uint32_t networked; /* a script asked for a network, a name or a server: what it does depends on them */
	uint32_t heap_size_bytes, heap_peak_bytes; /* as it is, and what was in use at most */
	uint64_t now_us;                           /* module time of the last instruction that used a device or raised */
	uint64_t used_us[LB_TRACE_DEVICES];        /* module time since the reset when it was last used; 0: never */
	uint32_t used_place[LB_TRACE_DEVICES];     /* and where */
	/* Deep sleeps: how many, those without an end among them; the time awake before them, and in them. */
	uint32_t sleeps, endless_sleeps;
	uint64_t awake_us, asleep_us;
	/* Flash operations, programs and erases, while a script ran: how many, until when (module time since the reset, of
	 * one of the first LB_TRACE_WRITES); host: sets the count back to 0. */
	uint32_t writes;
	uint64_t written_us;
	/* host: where the module stops for a power cut, the operation (1: the first; 0: nowhere) and enum lb_flash_moment;
	 * sets `reached` back to 0. The module: it has stopped there. */
	uint32_t cut_at, cut_moment, cut_reached;
	/* host: the board that this module stands in for: name, NUL, text, NUL of each file; an empty name ends them, and is
	 * the first without such a board. What it keeps over deep sleep; and what nothing here can answer. */
	char profile[LB_TRACE_PROFILE_BYTES];
	uint32_t retained_bytes;
	uint8_t retained[LB_TRACE_RETAINED_BYTES];
	uint32_t gaps;
	struct lb_trace_gap gap[LB_TRACE_GAPS];
	uint32_t in_script; /* that runs: 1 boot.py, 2 main.py, 0 none */
	uint32_t depth;     /* of the frames, outermost first; only the first have room */
	struct lb_trace_frame frames[LB_TRACE_FRAMES];
	struct lb_trace_script scripts[2]; /* boot.py, main.py */
	uint32_t errors, functions, instructions, seen_bytes, text_bytes;
	struct lb_trace_error error[LB_TRACE_ERRORS];
	struct lb_trace_function function[LB_TRACE_FUNCTIONS];
	struct lb_trace_instruction instruction[LB_TRACE_INSTRUCTIONS];
	uint8_t seen[LB_TRACE_SEEN_BYTES];
	char texts[LB_TRACE_TEXT_BYTES];
};

#endif
