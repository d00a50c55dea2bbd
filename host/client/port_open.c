#include "host/client/port_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "host/client/client.h"
#include "host/client/host_time.h"
#include "host/client/waiting.h"

enum { CONNECT_MS = 5000, AGREE_MS = 5 * LB_PORT_ANSWER_MS, LOGIN_MS = 10000, HOST_BYTES = 256, LOGIN_BYTES = 512 };

static bool refuse(char *reason, const char *name, const char *what)
{
	snprintf(reason, LB_PORT_REASON_BYTES, "%.200s: %s", name, what);
	return false;
}

/* Raw, and with both lines released before anybody listens: else opening the port resets a board. */
static bool open_tty(struct lb_port *port, const char *name, char *reason)
{
	struct termios settings;
	int levels;

	port->fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (port->fd < 0)
		return refuse(reason, name, strerror(errno));
	if (tcgetattr(port->fd, &settings) != 0)
		return refuse(reason, name, "is no serial port");
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	settings.c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL);
	cfsetspeed(&settings, B115200);
	if (tcsetattr(port->fd, TCSANOW, &settings) != 0)
		return refuse(reason, name, strerror(errno));
	if (ioctl(port->fd, TIOCMGET, &levels) == 0)
		port->kind = LB_PORT_MODEM;
	int result = port->kind == LB_PORT_MODEM ? port->set_lines(port, false, false) : 0;
	return result == 0 || refuse(reason, name, "its DTR and RTS cannot be set");
}

/* --- TCP --- */

static bool is_connected(const struct lb_port *port)
{
	lb_waiting_start("the connection to the port", CONNECT_MS);
	int result = lb_port_wait(port, POLLOUT, CONNECT_MS);
	lb_waiting_end();
	return result != 0;
}

/* Non-blocking from the start, so that a host that does not answer is not waited for as long as the system would. */
static bool connect_to(struct lb_port *port, const struct addrinfo *address)
{
	int one = 1, error = 0;
	socklen_t size = sizeof(error);

	port->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (port->fd < 0)
		return false;
	if (connect(port->fd, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS)
		error = errno;
	else if (!is_connected(port))
		error = ETIMEDOUT;
	else
		getsockopt(port->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error != 0) {
		lb_port_close(port);
		errno = error;
		return false;
	}
	setsockopt(port->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return true;
}

/* "127.0.0.1:5000", "[::1]:5000", "bench.local:5000". */
static bool open_socket(struct lb_port *port, const char *name, const char *address, char *reason)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[HOST_BYTES];
	const char *colon = strrchr(address, ':');
	size_t brackets = address[0] == '[' && colon != NULL && colon > address + 1 && colon[-1] == ']' ? 1 : 0;
	size_t host_bytes = colon != NULL ? (size_t)(colon - address) : 0;

	if (host_bytes <= 2 * brackets || host_bytes >= sizeof(host) || colon[1] == '\0' ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return refuse(reason, name, "is no address: rfc2217://HOST:PORT, socket://HOST:PORT or telnet://HOST:PORT");
	snprintf(host, sizeof(host), "%.*s", (int)(host_bytes - 2 * brackets), address + brackets);
	lb_waiting_start("the address of the port's host", 0);
	int error = getaddrinfo(host, colon + 1, &hints, &found);
	lb_waiting_end();
	if (error != 0)
		return refuse(reason, name, gai_strerror(error));
	bool connected = false;
	for (const struct addrinfo *at = found; at != NULL && !connected; at = at->ai_next)
		connected = connect_to(port, at);
	freeaddrinfo(found);
	return connected || refuse(reason, name, strerror(errno));
}

static bool agree(struct lb_port *port, const char *name, char *reason)
{
	lb_waiting_start("the port to agree on RFC 2217", AGREE_MS);
	int result = lb_port_agree(port);
	lb_waiting_end();
	if (result == LB_PORT_GONE)
		return refuse(reason, name, "ended the connection: another program may be using it");
	if (result == LB_PORT_SILENT || result == LB_PORT_STOPPED)
		return refuse(reason, name, "speaks no RFC 2217: if it passes bytes as they are, say socket://");
	return result == 0 || refuse(reason, name, "does not carry out the orders of RFC 2217");
}

/* --- telnet's login --- */

/* 0 as soon as one of the two texts came, of which *second is which. What comes after it stays in the port only if it
 * comes later: after a question nothing does before the answer. */
static int await_text(struct lb_port *port, const char *first, const char *second, bool *is_second)
{
	int64_t until_ms = lb_host_now_ms() + LOGIN_MS;
	char text[LOGIN_BYTES];
	size_t used = 0;

	for (int64_t left_ms = LOGIN_MS; left_ms > 0 && used < sizeof(text); left_ms = until_ms - lb_host_now_ms()) {
		int count = port->receive(port, text + used, 1, (int)left_ms);
		if (count < 0)
			return count;
		used += (size_t)count;
		*is_second = memmem(text, used, second, strlen(second)) != NULL;
		if (*is_second || memmem(text, used, first, strlen(first)) != NULL)
			return 0;
	}
	return LB_PORT_SILENT;
}

/* A NUL behind the CR, since both ends may not have agreed on binary yet. */
static int send_line(struct lb_port *port, const char *text, size_t size_bytes)
{
	int result = port->send(port, text, size_bytes);

	return result == 0 ? port->send(port, "\r", 2) : result;
}

static int log_in(struct lb_port *port, const char *user, size_t user_bytes, const char *password,
                  size_t password_bytes, bool *again)
{
	int result = lb_port_agree(port);

	if (result == 0)
		result = await_text(port, "ogin as: ", "ogin: ", again);
	if (result == 0)
		result = send_line(port, user, user_bytes);
	if (result == 0)
		result = await_text(port, "assword: ", "assword:", again);
	if (result == 0)
		result = send_line(port, password, password_bytes);
	return result == 0 ? await_text(port, "for more information.", "ogin as: ", again) : result;
}

/* USER:PASSWORD@HOST:PORT */
static bool open_telnet(struct lb_port *port, const char *name, const char *login, char *reason)
{
	const char *at = strrchr(login, '@');
	const char *colon = at != NULL ? memchr(login, ':', (size_t)(at - login)) : NULL;
	bool again = false;

	if (colon == NULL)
		return refuse(reason, name, "says no login: telnet://USER:PASSWORD@HOST:PORT");
	if (!open_socket(port, name, at + 1, reason))
		return false;
	lb_waiting_start("the telnet server to log in", 3 * LOGIN_MS);
	int result = log_in(port, login, (size_t)(colon - login), colon + 1, (size_t)(at - colon) - 1, &again);
	lb_waiting_end();
	if (result == 0 && again)
		return refuse(reason, at + 1, "the telnet server says: wrong user or password");
	return result == 0 || refuse(reason, at + 1, "does not ask for a login, as a module's telnet server does");
}

/* --- by name --- */

static const char *after(const char *name, const char *scheme)
{
	size_t length = strlen(scheme);

	return strncmp(name, scheme, length) == 0 ? name + length : NULL;
}

const char *lb_port_plain_name(const char *name)
{
	const char *login = after(name, "telnet://"), *at = login != NULL ? strrchr(login, '@') : NULL;

	return at != NULL ? at + 1 : name;
}

bool lb_port_open(struct lb_port *port, const char *name, const volatile sig_atomic_t *stop,
                  char reason[LB_PORT_REASON_BYTES])
{
	const char *rfc2217 = after(name, "rfc2217://"), *telnet = after(name, "telnet://");
	const char *bytes = after(name, "socket://");
	bool opened;

	lb_port_adopt(port, -1, rfc2217 != NULL ? LB_PORT_RFC2217 : telnet != NULL ? LB_PORT_TELNET : LB_PORT_BYTES, stop);
	if (rfc2217 != NULL)
		opened = open_socket(port, name, rfc2217, reason) && agree(port, name, reason);
	else if (telnet != NULL)
		opened = open_telnet(port, name, telnet, reason);
	else if (bytes != NULL)
		opened = open_socket(port, name, bytes, reason);
	else
		opened = open_tty(port, name, reason);
	if (!opened)
		lb_port_close(port);
	return opened;
}

/* --- of a virtual module --- */

bool lb_port_open_pty(struct lb_port *port, const char *dir, const volatile sig_atomic_t *stop,
                      char reason[LB_PORT_REASON_BYTES])
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/uart0", dir) < (int)sizeof(path))
		return lb_port_open(port, path, stop, reason);
	lb_port_adopt(port, -1, LB_PORT_BYTES, stop);
	return refuse(reason, dir, strerror(ENAMETOOLONG));
}

bool lb_port_attach(struct lb_port *port, const char *dir, const volatile sig_atomic_t *stop,
                    char reason[LB_PORT_REASON_BYTES])
{
	struct lb_client client;
	int error = lb_client_open(&client, dir);

	lb_port_adopt(port, client.fd, LB_PORT_BYTES, stop);
	if (error == LB_CLIENT_OK)
		error = lb_client_attach(&client);
	if (error != LB_CLIENT_OK) {
		lb_client_explain(&client, error, dir, reason);
		lb_port_close(port);
		return false;
	}
	fcntl(port->fd, F_SETFL, O_NONBLOCK);
	/* What came in one piece with the reply. */
	port->held_bytes = client.end - client.start;
	memcpy(port->held, client.buffer + client.start, port->held_bytes);
	return true;
}
