/* sys.stdin and sys.stdout: the slots of os.dupterm, and whoever is logged in over telnet. */
#include "extmod/misc.h"
#include "firmware/io/console.h"
#include "firmware/io/gil.h"
#include "firmware/io/uart.h"
#include "firmware/life/ctrl_c.h"
#include "firmware/net/servers.h"
#include "firmware/net/telnet_server.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/readline/readline.h"

/* A stream in a slot of os.dupterm is code of the user's, which Ctrl-C ends also at the prompt; whatever it does, the
 * heap is not locked for whoever prints. */
static void with_streams(void (*work)(void *arg), void *arg)
{
	const uint16_t heap_locks = MP_STATE_THREAD(gc_lock_depth);

	if (lb_uart_all_terminals_are_uarts() || !lb_gil_is_main()) {
		work(arg);
		return;
	}
	lb_ctrl_c_at_prompt(work, arg);
	MP_STATE_THREAD(gc_lock_depth) = heap_locks;
}

static void read_input(void *c_ptr)
{
	*(int *)c_ptr = mp_os_dupterm_rx_chr();
}

/* At the prompt what is typed is for the prompt: a thread that reads waits until code runs there. */
static bool may_read(void)
{
	return lb_gil_is_main() || !lb_ctrl_c_is_key();
}

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags)
{
	uintptr_t flags = mp_os_dupterm_poll(poll_flags);

	if (lb_telnet_server_is_console())
		flags |= poll_flags & MP_STREAM_POLL_WR;
	if (!may_read())
		return flags & ~(uintptr_t)MP_STREAM_POLL_RD;
	if ((poll_flags & MP_STREAM_POLL_RD) != 0)
		lb_console_note_read();
	if (lb_telnet_server_readable())
		flags |= poll_flags & MP_STREAM_POLL_RD;
	return flags;
}

/* Waits for ever. A Ctrl-C that has ended a callback comes before what was typed behind it, which may be code. The
 * network gets its turn meanwhile, since the prompt may be its only user. */
int mp_hal_stdin_rx_chr(void)
{
	lb_console_note_read();
	for (;;) {
		int c = -1;

		if (lb_gil_is_main() && lb_ctrl_c_became_key())
			return CHAR_CTRL_C;
		if (may_read())
			with_streams(read_input, &c);
		if (c < 0 && may_read())
			c = lb_telnet_server_read();
		if (c >= 0)
			return c;
		if (lb_gil_is_main() && lb_servers_pass_turn())
			mp_event_handle_nowait();
		else
			mp_event_wait_indefinite();
	}
}

struct output {
	const char *text;
	size_t size_bytes;
	int written;
};

static void write_output(void *output_ptr)
{
	struct output *output = output_ptr;

	output->written = mp_os_dupterm_tx_strn(output->text, output->size_bytes);
}

/* An error's text, which MicroPython writes when a stream fails, may be code that fails as well. */
static int write_to_terminals(const char *text, size_t size_bytes)
{
	struct output output = {text, size_bytes, 0};
	nlr_buf_t nlr;

	if (nlr_push(&nlr) != 0)
		return 0;
	with_streams(write_output, &output);
	nlr_pop();
	return output.written;
}

/* A stream that fails is dropped by MicroPython, with a word to the console, which comes here too: if it was the last
 * one, uart0 replaces it from that word on, and the text that was lost is written again. */
mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t size_bytes)
{
	lb_uart_repair_terminal();
	const bool was_on_uart = lb_uart_is_terminal(0);
	int written = write_to_terminals(text, size_bytes);

	if (!was_on_uart && lb_uart_is_terminal(0))
		written = write_to_terminals(text, size_bytes);
	lb_servers_print(text, size_bytes);
	if (written < 0)
		return lb_telnet_server_is_console() ? size_bytes : 0;
	return (mp_uint_t)written;
}
