#include "host/terminal/attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/port_open.h"
#include "host/client/waiting.h"

enum {
	KEY_CTRL_X = 0x18,
	KEY_ESCAPE = 0x1B,
	KEY_CTRL_BRACKET = 0x1D,
	QUIET_MS = 500,       /* silence after the end of input that ends a pipe */
	PORT_QUIET_MS = 2000, /* the same where the phase is not known */
	REDRAW_MS = 100,      /* a bottom line that could not be drawn inside a sequence is tried again */
};

static void finish(struct lb_attach *attach, enum lb_attach_end end)
{
	if (!attach->ended) {
		attach->ended = true;
		attach->end = end;
	}
}

/* --- towards the module --- */

static void drain_input(struct lb_attach *attach)
{
	int count = lb_port_offer(&attach->port, attach->input, attach->waiting);

	if (count > 0) {
		attach->waiting -= (size_t)count;
		memmove(attach->input, attach->input + count, attach->waiting);
	}
}

static void queue_input(struct lb_attach *attach, const char *data, size_t size_bytes)
{
	if (size_bytes > sizeof(attach->input) - attach->waiting) {
		lb_terminal_write(&attach->terminal, "\a", 1); /* only a person can type more than the module reads */
		return;
	}
	memcpy(attach->input + attach->waiting, data, size_bytes);
	attach->waiting += size_bytes;
	drain_input(attach);
}

static void type_keys(struct lb_attach *attach, const char *data, size_t size_bytes)
{
	if (size_bytes > 0 && lb_rawview_keys(&attach->rawview, data, size_bytes))
		queue_input(attach, data, size_bytes);
}

static void ask(struct lb_attach *attach, cJSON *request)
{
	if (lb_client_send(&attach->control, request) != LB_CLIENT_OK)
		finish(attach, LB_ATTACH_STOPPED);
	cJSON_Delete(request);
}

static void ask_plain(struct lb_attach *attach, const char *cmd)
{
	ask(attach, lb_client_make_request(cmd));
}

/* level NULL only asks. */
static void ask_pin(struct lb_attach *attach, const char *name, const char *level)
{
	cJSON *request = lb_client_make_request("pin");

	cJSON_AddStringToObject(request, "name", name);
	if (level != NULL)
		cJSON_AddStringToObject(request, "level", level);
	ask(attach, request);
}

static void ask_power(struct lb_attach *attach, bool on)
{
	cJSON *request = lb_client_make_request("power");

	cJSON_AddBoolToObject(request, "on", on);
	ask(attach, request);
}

/* --- the menu --- */

/* Only when something changed or the terminal was wiped, since module output shares the screen. */
static void draw_menu(struct lb_attach *attach)
{
	char text[LB_MENU_TEXT_BYTES];
	bool erased = attach->terminal.lines && attach->terminal.erased;

	if (!attach->terminal.open || !(attach->stale || erased))
		return;
	lb_menu_line(&attach->view, attach->note, attach->terminal.depth, lb_terminal_line_columns(&attach->terminal),
	             text);
	/* On a terminal that cannot be drawn over, the same once more would be one more line. */
	if (!attach->terminal.lines && strcmp(text, attach->drawn) == 0) {
		attach->stale = false;
		return;
	}
	attach->stale = !lb_terminal_draw_line(&attach->terminal, text);
	memcpy(attach->drawn, text, strlen(text) + 1);
}

static void open_menu(struct lb_attach *attach)
{
	attach->note[0] = '\0';
	attach->drawn[0] = '\0';
	attach->stale = true;
	lb_terminal_open_line(&attach->terminal);
	ask_plain(attach, "status");
}

/* In raw mode Ctrl-Z is the module's. The shell gets its terminal as it was; the module goes on, and what it says until
 * the shell's `fg` is shown then, as far as it was kept. Where no shell could do that, the kernel stops nothing. */
static void suspend(struct lb_attach *attach)
{
	lb_terminal_close_line(&attach->terminal);
	lb_terminal_new_line(&attach->terminal);
	lb_terminal_give_back(&attach->terminal);
	kill(0, SIGTSTP);
	if (!lb_terminal_acquire(&attach->terminal))
		finish(attach, LB_ATTACH_SIGNAL); /* it is gone */
}

/* A key with no meaning rings and does nothing: it may have been meant for the module. */
static void menu_action(struct lb_attach *attach, unsigned char key)
{
	const struct lb_view *view = &attach->view;

	switch (key) {
	case 'r': ask_plain(attach, "reset"); break;
	case 's': ask_pin(attach, "P12", view->p12.drive == LB_VIEW_HIGH ? "float" : "high"); break;
	case 'g': ask_pin(attach, "G23", view->g23.drive == LB_VIEW_LOW ? "float" : "low"); break;
	case 'p': ask_power(attach, lb_view_is_in(view, "off")); break;
	case 'l': finish(attach, LB_ATTACH_DETACHED); break;
	case 'z': suspend(attach); break;
	case 'q': finish(attach, LB_ATTACH_LEFT); break;
	case KEY_CTRL_BRACKET: /* it is open already */ break;
	default: lb_terminal_write(&attach->terminal, "\a", 1); break;
	}
}

static void menu_key(struct lb_attach *attach, unsigned char key)
{
	if (key == KEY_ESCAPE) {
		lb_terminal_close_line(&attach->terminal);
	} else if (key == KEY_CTRL_X) {
		/* In the menu it is for the module: an editor on it may want Ctrl-X. */
		lb_terminal_close_line(&attach->terminal);
		type_keys(attach, (const char *)&key, 1);
	} else {
		attach->note[0] = '\0';
		attach->stale = true;
		menu_action(attach, key);
	}
}

/* An arrow or function key, ESC [ or ESC O and what follows up to a letter or ~, is no Esc. 0: there is none here. */
static size_t sequence_bytes(const char *data, size_t size_bytes)
{
	if (size_bytes < 3 || data[0] != KEY_ESCAPE || (data[1] != '[' && data[1] != 'O'))
		return 0;
	size_t at = 2;
	while (at + 1 < size_bytes && data[at] < '@')
		at++;
	return at + 1;
}

static size_t typed_until_menu(const char *data, size_t size_bytes)
{
	size_t at = 0;

	while (at < size_bytes && data[at] != KEY_CTRL_BRACKET && data[at] != KEY_CTRL_X)
		at++;
	return at;
}

/* One read may hold keys for the module, the one that opens the menu, and keys for the menu. */
static void terminal_keys(struct lb_attach *attach, const char *data, size_t size_bytes)
{
	for (size_t at = 0; at < size_bytes && !attach->ended;) {
		if (attach->terminal.open) {
			size_t sequence = sequence_bytes(data + at, size_bytes - at);
			if (sequence == 0)
				menu_key(attach, (unsigned char)data[at]);
			at += sequence > 0 ? sequence : 1;
			continue;
		}
		size_t count = typed_until_menu(data + at, size_bytes - at);
		type_keys(attach, data + at, count);
		at += count;
		if (at < size_bytes && attach->with_menu) {
			at++;
			open_menu(attach);
		} else if (at < size_bytes) {
			finish(attach, LB_ATTACH_LEFT);
		}
	}
}

/* --- what arrives --- */

/* The end of a pipe: what goes on then is a program. */
static void note_input_over(struct lb_attach *attach)
{
	attach->input_over = true;
	attach->last_byte_ms = lb_host_now_ms();
	if (attach->control.fd >= 0)
		lb_waiting_start("the module to be at its REPL", 0);
}

bool lb_attach_has_input(void)
{
	int waiting = 0;

	return !isatty(STDIN_FILENO) && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0;
}

/* The end of a terminal's input is its loss; the end of a pipe's is the end of what is typed. */
static void read_keys(struct lb_attach *attach)
{
	char data[4096];
	ssize_t count;

	if (attach->leaves_input && !attach->tty && lb_attach_has_input()) {
		finish(attach, LB_ATTACH_INPUT);
		return;
	}
	count = read(STDIN_FILENO, data, sizeof(data));
	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (count <= 0 && attach->tty) {
		finish(attach, LB_ATTACH_SIGNAL); /* the terminal is gone */
	} else if (count <= 0) {
		note_input_over(attach);
	} else if (attach->tty) {
		lb_terminal_mend_typed_ahead(&attach->terminal, data, (size_t)count);
		terminal_keys(attach, data, (size_t)count);
	} else {
		queue_input(attach, data, (size_t)count);
	}
}

static void show(void *ctx, const char *data, size_t size_bytes)
{
	struct lb_attach *attach = ctx;

	lb_terminal_write(&attach->terminal, data, size_bytes);
}

static void read_note(struct lb_attach *attach, char byte)
{
	switch ((enum lb_attach_note)byte) {
	case LB_ATTACH_NOTE_HOLD: lb_rawview_hold(&attach->rawview); return;
	case LB_ATTACH_NOTE_PROMPT: lb_rawview_release(&attach->rawview, true); return;
	case LB_ATTACH_NOTE_RELEASE: lb_rawview_release(&attach->rawview, false); return;
	}
	if (!attach->in_note)
		lb_terminal_new_line(&attach->terminal);
	attach->in_note = byte != '\n';
	lb_terminal_write(&attach->terminal, attach->in_note ? &byte : "\r\n", attach->in_note ? 1 : 2);
}

/* A helper's end is no end of ours. */
static void read_notes(struct lb_attach *attach)
{
	char data[1024];
	ssize_t count = attach->notes_fd < 0 ? -1 : read(attach->notes_fd, data, sizeof(data));

	if (count == 0) {
		lb_rawview_release(&attach->rawview, false);
		close(attach->notes_fd);
		attach->notes_fd = -1;
	}
	for (ssize_t i = 0; i < count; i++)
		read_note(attach, data[i]);
}

/* A pipe gets the module's bytes as they are, unless a helper's use of the REPL would be among them. */
static bool is_viewed(const struct lb_attach *attach)
{
	return attach->tty || attach->notes_fd >= 0;
}

static void read_uart(struct lb_attach *attach)
{
	char data[4096];
	int count = attach->port.receive(&attach->port, data, sizeof(data), 0);

	if (count < 0)
		finish(attach, LB_ATTACH_STOPPED);
	if (count <= 0)
		return;
	attach->last_byte_ms = lb_host_now_ms();
	if (is_viewed(attach))
		lb_rawview_output(&attach->rawview, attach->last_byte_ms, data, (size_t)count);
	else
		lb_terminal_write(&attach->terminal, data, (size_t)count);
}

/* A new boot starts at a new line, since the old one may have ended anywhere in one. */
static void parse_message(struct lb_attach *attach, const cJSON *message)
{
	unsigned changed = lb_view_parse(&attach->view, message);

	if (changed & LB_VIEW_BOOT && is_viewed(attach)) {
		lb_terminal_new_line(&attach->terminal);
		lb_rawview_reset(&attach->rawview);
	}
	if (changed & LB_VIEW_PHASE)
		lb_rawview_loader(&attach->rawview, lb_view_is_in(&attach->view, "loader"));
	if (changed & LB_VIEW_OPEN)
		lb_rawview_clients(&attach->rawview, lb_host_now_ms(), (int)attach->view.open);
	if (changed & LB_VIEW_PIN) {
		/* Who drives it, is not in the event. */
		ask_pin(attach, "P12", NULL);
		ask_pin(attach, "G23", NULL);
	}
	if (lb_json_field(message, "error") != NULL)
		lb_json_copy(message, "error", attach->note, sizeof(attach->note));
	/* Where the line cannot be drawn over, a blinking LED must not fill the screen. */
	attach->stale |= attach->terminal.lines ? changed != 0 : (changed & ~(unsigned)LB_VIEW_LED) != 0;
}

static void read_control(struct lb_attach *attach)
{
	int error = lb_client_fill(&attach->control);

	while (error == LB_CLIENT_OK) {
		cJSON *message = lb_client_next(&attach->control, &error);
		if (message == NULL)
			break;
		parse_message(attach, message);
		cJSON_Delete(message);
	}
	if (error != LB_CLIENT_OK)
		finish(attach, LB_ATTACH_STOPPED);
}

static void read_signal(struct lb_attach *attach)
{
	struct signalfd_siginfo info;

	if (read(attach->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGWINCH) {
		finish(attach, LB_ATTACH_SIGNAL);
	} else if (attach->tty) {
		lb_terminal_resize(&attach->terminal);
		attach->stale = true;
	}
}

/* --- the loop --- */

/* The end of a pipe: all input sent, the module where nothing more comes by itself, and silence. */
static bool is_settled(const struct lb_attach *attach)
{
	return attach->input_over && attach->notes_fd < 0 && attach->waiting == 0 && attach->port.out_bytes == 0 &&
	       lb_view_is_resting(&attach->view);
}

static int64_t quiet_end_ms(const struct lb_attach *attach)
{
	return attach->last_byte_ms + (attach->control.fd >= 0 ? QUIET_MS : PORT_QUIET_MS);
}

static int wait_ms(const struct lb_attach *attach)
{
	int64_t now = lb_host_now_ms();
	int64_t due = -1;

	if (attach->rawview.due_ms >= 0)
		due = attach->rawview.due_ms;
	if (is_settled(attach))
		due = quiet_end_ms(attach);
	if (attach->terminal.open && attach->stale && (due < 0 || due > now + REDRAW_MS))
		due = now + REDRAW_MS;
	if (due < 0)
		return -1;
	return due > now ? (int)(due - now) : 0;
}

/* One poll over all that can happen, so that nothing waits for anything else. */
static void wait_once(struct lb_attach *attach)
{
	enum { KEYS, UART, CONTROL, SIGNALS, NOTES, COUNT };
	bool hungry = !attach->input_over && (attach->tty || attach->waiting == 0);
	bool owed = attach->waiting > 0 || attach->port.out_bytes > 0;
	struct pollfd wait[COUNT] = {
		[KEYS] = {.fd = hungry ? STDIN_FILENO : -1, .events = POLLIN},
		[UART] = {.fd = attach->port.fd, .events = (short)(owed ? POLLIN | POLLOUT : POLLIN)},
		[CONTROL] = {.fd = attach->control.fd, .events = POLLIN},
		[SIGNALS] = {.fd = attach->signal_fd, .events = POLLIN},
		[NOTES] = {.fd = attach->notes_fd, .events = POLLIN},
	};
	const short arrived = POLLIN | POLLHUP | POLLERR;

	bool pending = attach->port.held_bytes > 0;
	if (poll(wait, COUNT, pending ? 0 : wait_ms(attach)) < 0)
		return;
	if (wait[SIGNALS].revents & arrived)
		read_signal(attach);
	if (wait[UART].revents & POLLOUT)
		drain_input(attach);
	/* Before uart0, where what a helper made the module say comes after the helper's own word. */
	read_notes(attach);
	/* Before control, so that a module's last words are shown before its connection ends. */
	if (pending || wait[UART].revents & arrived)
		read_uart(attach);
	if (wait[CONTROL].revents & arrived)
		read_control(attach);
	if (wait[KEYS].revents & (arrived | POLLNVAL))
		read_keys(attach);
}

static void loop(struct lb_attach *attach)
{
	while (!attach->ended) {
		wait_once(attach);
		lb_rawview_tick(&attach->rawview, lb_host_now_ms());
		draw_menu(attach);
		lb_terminal_flush(&attach->terminal);
		if (is_settled(attach) && lb_host_now_ms() >= quiet_end_ms(attach))
			finish(attach, LB_ATTACH_LEFT);
	}
	if (attach->input_over && attach->control.fd >= 0)
		lb_waiting_end();
}

static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGWINCH);
}

void lb_attach_hold_signals(void)
{
	sigset_t set;

	fill_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* --- start and end --- */

static bool fail(struct lb_attach *attach, const char *what, const char *why)
{
	snprintf(attach->reason, sizeof(attach->reason), "%.200s: %.200s", what, why);
	return false;
}

/* Events from now on, and the state that they change. */
static bool start_watching(struct lb_attach *attach)
{
	cJSON *request = lb_client_make_request("watch");
	cJSON *reply = NULL;
	int error = attach->control.fd >= 0 ? lb_client_request(&attach->control, request, &reply) : LB_CLIENT_OK;

	cJSON_Delete(request);
	if (reply != NULL)
		lb_view_parse(&attach->view, reply);
	cJSON_Delete(reply);
	if (error != LB_CLIENT_OK)
		lb_client_explain(&attach->control, error, attach->dir, attach->reason);
	return error == LB_CLIENT_OK;
}

static bool start(struct lb_attach *attach)
{
	sigset_t signals;

	if (!start_watching(attach))
		return false;
	lb_attach_hold_signals();
	fill_signals(&signals);
	attach->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (attach->signal_fd < 0 || (attach->tty && !lb_terminal_acquire(&attach->terminal)))
		return fail(attach, "cannot use this terminal", strerror(errno));
	return true;
}

enum lb_attach_end lb_attach_run(struct lb_attach *attach, bool with_menu)
{
	attach->with_menu = with_menu;
	attach->tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	lb_rawview_init(&attach->rawview, show, attach);
	if (!start(attach))
		return LB_ATTACH_FAILED;
	loop(attach);
	if (attach->tty) {
		lb_terminal_close_line(&attach->terminal);
		lb_terminal_new_line(&attach->terminal);
		lb_terminal_give_back(&attach->terminal);
	}
	lb_terminal_flush(&attach->terminal);
	close(attach->signal_fd);
	return attach->end;
}

static void clear(struct lb_attach *attach)
{
	memset(attach, 0, sizeof(*attach));
	attach->control.fd = -1;
	attach->port.fd = -1;
	attach->notes_fd = -1;
}

bool lb_attach_open_module(struct lb_attach *attach, const char *dir)
{
	clear(attach);
	attach->dir = dir;
	if (!lb_port_attach(&attach->port, dir, NULL, attach->reason))
		return false;
	int error = lb_client_open(&attach->control, dir);
	if (error != LB_CLIENT_OK)
		lb_client_explain(&attach->control, error, dir, attach->reason);
	return error == LB_CLIENT_OK;
}

bool lb_attach_open_port(struct lb_attach *attach, const char *name)
{
	clear(attach);
	return lb_port_open(&attach->port, name, NULL, attach->reason);
}

void lb_attach_close(struct lb_attach *attach)
{
	lb_port_close(&attach->port);
	lb_client_close(&attach->control);
}
