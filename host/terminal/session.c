#include "host/terminal/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/commands/facts.h"
#include "host/terminal/menu.h"
#include "host/terminal/rawview.h"
#include "host/terminal/terminal.h"
#include "host/client/host_time.h"

enum {
	KEY_CTRL_X = 0x18,
	KEY_ESCAPE = 0x1B,
	KEY_CTRL_BRACKET = 0x1D,
	QUIET_MS = 500,  /* silence after the end of input that ends a piped session */
	REDRAW_MS = 100, /* a bottom line that could not be drawn inside a sequence is tried again */
	INPUT_BYTES = 65536,
};

struct session {
	struct lb_client *uart;
	struct lb_client *control;
	bool with_menu;
	bool tty;
	int signal_fd;
	bool ended;
	enum lb_session_end end;

	struct lb_terminal terminal;
	struct lb_rawview view;
	struct lb_facts facts;
	struct lb_menu menu;
	bool stale; /* the open menu shows what is no longer so */
	char drawn[LB_MENU_TEXT_BYTES];

	bool input_over;
	int64_t last_byte_ms;
	size_t waiting; /* input that the module has not taken yet */
	char input[INPUT_BYTES];
};

static void finish(struct session *session, enum lb_session_end end)
{
	if (!session->ended) {
		session->ended = true;
		session->end = end;
	}
}

/* --- towards the module --- */

static void drain_input(struct session *session)
{
	ssize_t count = send(session->uart->fd, session->input, session->waiting, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (count > 0) {
		session->waiting -= (size_t)count;
		memmove(session->input, session->input + count, session->waiting);
	}
}

static void queue_input(struct session *session, const char *data, size_t size_bytes)
{
	if (size_bytes > sizeof(session->input) - session->waiting) {
		lb_terminal_write(&session->terminal, "\a", 1); /* only a person can type more than the module takes */
		return;
	}
	memcpy(session->input + session->waiting, data, size_bytes);
	session->waiting += size_bytes;
	drain_input(session);
}

static void type_keys(struct session *session, const char *data, size_t size_bytes)
{
	if (size_bytes > 0 && lb_rawview_keys(&session->view, data, size_bytes))
		queue_input(session, data, size_bytes);
}

static void ask(struct session *session, cJSON *request)
{
	if (lb_client_send(session->control, request) != LB_CLIENT_OK)
		finish(session, LB_SESSION_STOPPED);
	cJSON_Delete(request);
}

static void ask_plain(struct session *session, const char *cmd)
{
	cJSON *request = cJSON_CreateObject();

	cJSON_AddStringToObject(request, "cmd", cmd);
	ask(session, request);
}

/* level NULL only asks. */
static void ask_pin(struct session *session, const char *name, const char *level)
{
	cJSON *request = cJSON_CreateObject();

	cJSON_AddStringToObject(request, "cmd", "pin");
	cJSON_AddStringToObject(request, "name", name);
	if (level != NULL)
		cJSON_AddStringToObject(request, "level", level);
	ask(session, request);
}

static void ask_power(struct session *session, bool on)
{
	cJSON *request = cJSON_CreateObject();

	cJSON_AddStringToObject(request, "cmd", "power");
	cJSON_AddBoolToObject(request, "on", on);
	ask(session, request);
}

/* --- the menu --- */

static void draw_menu(struct session *session)
{
	char text[LB_MENU_TEXT_BYTES];
	struct lb_menu *menu = &session->menu;

	bool erased = session->terminal.lines && session->terminal.erased;

	if (!session->terminal.open || !(session->stale || erased))
		return;
	lb_facts_fill_menu(&session->facts, menu);
	lb_menu_line(menu, session->terminal.depth, lb_terminal_line_columns(&session->terminal), text);
	/* On a terminal that cannot be drawn over, the same once more would be one more line. */
	if (!session->terminal.lines && strcmp(text, session->drawn) == 0) {
		session->stale = false;
		return;
	}
	session->stale = !lb_terminal_draw_line(&session->terminal, text);
	memcpy(session->drawn, text, strlen(text) + 1);
}

static void open_menu(struct session *session)
{
	session->menu.note[0] = '\0';
	session->drawn[0] = '\0';
	session->stale = true;
	lb_terminal_open_line(&session->terminal);
	ask_plain(session, "status");
}

static void menu_action(struct session *session, unsigned char key)
{
	const struct lb_facts *facts = &session->facts;

	switch (key) {
	case 'r': ask_plain(session, "reset"); break;
	case 's': ask_pin(session, "P12", facts->p12_drive == LB_MENU_HIGH ? "float" : "high"); break;
	case 'g': ask_pin(session, "G23", facts->g23_drive == LB_MENU_LOW ? "float" : "low"); break;
	case 'p': ask_power(session, lb_facts_is_off(facts)); break;
	case 'q': finish(session, LB_SESSION_LEFT); break;
	case KEY_CTRL_BRACKET: /* it is open already */ break;
	default: lb_terminal_write(&session->terminal, "\a", 1); break;
	}
}

static void menu_key(struct session *session, unsigned char key)
{
	if (key == KEY_ESCAPE) {
		lb_terminal_close_line(&session->terminal);
	} else if (key == KEY_CTRL_X) {
		/* In the menu it is for the module: an editor on it may want Ctrl-X. */
		lb_terminal_close_line(&session->terminal);
		type_keys(session, (const char *)&key, 1);
	} else {
		session->menu.note[0] = '\0';
		session->stale = true;
		menu_action(session, key);
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

static void terminal_keys(struct session *session, const char *data, size_t size_bytes)
{
	for (size_t at = 0; at < size_bytes && !session->ended;) {
		if (session->terminal.open) {
			size_t sequence = sequence_bytes(data + at, size_bytes - at);
			if (sequence == 0)
				menu_key(session, (unsigned char)data[at]);
			at += sequence > 0 ? sequence : 1;
			continue;
		}
		size_t count = typed_until_menu(data + at, size_bytes - at);
		type_keys(session, data + at, count);
		at += count;
		if (at < size_bytes && session->with_menu) {
			at++;
			open_menu(session);
		} else if (at < size_bytes) {
			finish(session, LB_SESSION_LEFT);
		}
	}
}

/* --- what arrives --- */

static void read_keys(struct session *session)
{
	char data[4096];
	ssize_t count = read(STDIN_FILENO, data, sizeof(data));

	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (count <= 0 && session->tty) {
		finish(session, LB_SESSION_SIGNAL); /* the terminal is gone */
	} else if (count <= 0) {
		session->input_over = true;
		session->last_byte_ms = lb_host_now_ms();
	} else if (session->tty) {
		lb_terminal_mend_typed_ahead(&session->terminal, data, (size_t)count);
		terminal_keys(session, data, (size_t)count);
	} else {
		queue_input(session, data, (size_t)count);
	}
}

static void show(void *ctx, const char *data, size_t size_bytes)
{
	struct session *session = ctx;

	lb_terminal_write(&session->terminal, data, size_bytes);
}

static void read_uart(struct session *session)
{
	char data[4096];
	long count = lb_client_read_raw(session->uart, data, sizeof(data));

	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (count <= 0) {
		finish(session, LB_SESSION_STOPPED);
		return;
	}
	session->last_byte_ms = lb_host_now_ms();
	if (session->tty)
		lb_rawview_output(&session->view, session->last_byte_ms, data, (size_t)count);
	else
		lb_terminal_write(&session->terminal, data, (size_t)count);
}

static void parse_message(struct session *session, const cJSON *message)
{
	struct lb_facts *facts = &session->facts;
	unsigned changed = lb_facts_parse(facts, message);

	if (changed & LB_FACTS_BOOT && session->tty) {
		lb_terminal_new_line(&session->terminal);
		lb_rawview_reset(&session->view);
	}
	if (changed & LB_FACTS_PHASE)
		lb_rawview_loader(&session->view, strcmp(facts->phase, "loader") == 0);
	if (changed & LB_FACTS_CLIENTS)
		lb_rawview_clients(&session->view, lb_host_now_ms(), facts->clients);
	if (changed & LB_FACTS_PIN) {
		/* Who drives it, is not in the event. */
		ask_pin(session, "P12", NULL);
		ask_pin(session, "G23", NULL);
	}
	if (facts->refusal[0] != '\0') {
		snprintf(session->menu.note, sizeof(session->menu.note), "%s", facts->refusal);
		facts->refusal[0] = '\0';
	}
	/* Where the line cannot be drawn over, a blinking LED must not fill the screen. */
	session->stale |= session->terminal.lines ? changed != 0 : (changed & ~(unsigned)LB_FACTS_LED) != 0;
}

static void read_control(struct session *session)
{
	int error = lb_client_fill(session->control);

	while (error == LB_CLIENT_OK) {
		cJSON *message = lb_client_next(session->control, &error);
		if (message == NULL)
			break;
		parse_message(session, message);
		cJSON_Delete(message);
	}
	if (error != LB_CLIENT_OK)
		finish(session, LB_SESSION_STOPPED);
}

static void read_signal(struct session *session)
{
	struct signalfd_siginfo info;

	if (read(session->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGWINCH) {
		finish(session, LB_SESSION_SIGNAL);
	} else if (session->tty) {
		lb_terminal_resize(&session->terminal);
		session->stale = true;
	}
}

/* --- the loop --- */

/* The end of a piped session: all input taken, the module where nothing more comes by itself, and silence. */
static bool is_settled(const struct session *session)
{
	return session->input_over && session->waiting == 0 && lb_facts_is_resting(&session->facts);
}

static int wait_ms(const struct session *session)
{
	int64_t now = lb_host_now_ms();
	int64_t due = -1;

	if (session->view.due_ms >= 0)
		due = session->view.due_ms;
	if (is_settled(session))
		due = session->last_byte_ms + QUIET_MS;
	if (session->terminal.open && session->stale && (due < 0 || due > now + REDRAW_MS))
		due = now + REDRAW_MS;
	if (due < 0)
		return -1;
	return due > now ? (int)(due - now) : 0;
}

static void wait_once(struct session *session)
{
	enum { KEYS, UART, CONTROL, SIGNALS, COUNT };
	bool hungry = !session->input_over && (session->tty || session->waiting == 0);
	struct pollfd wait[COUNT] = {
		[KEYS] = {.fd = hungry ? STDIN_FILENO : -1, .events = POLLIN},
		[UART] = {.fd = session->uart->fd, .events = (short)(session->waiting > 0 ? POLLIN | POLLOUT : POLLIN)},
		[CONTROL] = {.fd = session->control->fd, .events = POLLIN},
		[SIGNALS] = {.fd = session->signal_fd, .events = POLLIN},
	};
	const short arrived = POLLIN | POLLHUP | POLLERR;

	bool pending = lb_client_has_raw(session->uart);
	if (poll(wait, COUNT, pending ? 0 : wait_ms(session)) < 0)
		return;
	if (wait[SIGNALS].revents & arrived)
		read_signal(session);
	if (wait[UART].revents & POLLOUT)
		drain_input(session);
	/* Before control, so that a module's last words are shown before its connection ends. */
	if (pending || wait[UART].revents & arrived)
		read_uart(session);
	if (wait[CONTROL].revents & arrived)
		read_control(session);
	if (wait[KEYS].revents & (arrived | POLLNVAL))
		read_keys(session);
}

static void loop(struct session *session)
{
	while (!session->ended) {
		wait_once(session);
		lb_rawview_tick(&session->view, lb_host_now_ms());
		draw_menu(session);
		lb_terminal_flush(&session->terminal);
		if (is_settled(session) && lb_host_now_ms() >= session->last_byte_ms + QUIET_MS)
			finish(session, LB_SESSION_LEFT);
	}
}

static void session_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGWINCH);
}

void lb_session_hold_signals(void)
{
	sigset_t set;

	session_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Events from now on, and the state that they change. */
static int start_watching(struct session *session)
{
	cJSON *request = cJSON_CreateObject();
	cJSON *reply = NULL;

	cJSON_AddStringToObject(request, "cmd", "watch");
	int error = lb_client_request(session->control, request, &reply);
	cJSON_Delete(request);
	if (error == LB_CLIENT_OK)
		lb_facts_parse(&session->facts, reply);
	cJSON_Delete(reply);
	return error;
}

enum lb_session_end lb_session_run(struct lb_client *uart, struct lb_client *control, bool with_menu, int *error)
{
	static struct session session;
	sigset_t signals;

	memset(&session, 0, sizeof(session));
	session.uart = uart;
	session.control = control;
	session.with_menu = with_menu;
	session.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	lb_rawview_init(&session.view, show, &session);
	*error = start_watching(&session);
	if (*error != LB_CLIENT_OK)
		return LB_SESSION_FAILED;
	lb_session_hold_signals();
	session_signals(&signals);
	session.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (session.signal_fd < 0 || (session.tty && !lb_terminal_acquire(&session.terminal)))
		return LB_SESSION_FAILED;
	loop(&session);
	if (session.tty) {
		lb_terminal_close_line(&session.terminal);
		lb_terminal_new_line(&session.terminal);
		lb_terminal_give_back(&session.terminal);
	}
	lb_terminal_flush(&session.terminal);
	close(session.signal_fd);
	return session.end;
}
