#include "boards/virtual/common/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/bytes.h"

enum {
	NS_PER_S = 1000000000,
	NS_PER_US = 1000,
	TIMER_SLACK_NS = 1000, /* the host's usual 50 us would be felt in flash times and sleeps */
};

static uint8_t *registers;
static uint8_t *retained;
static uint64_t reset_ns;
static uint32_t clock_factor;

void lb_bus_fail(const char *what)
{
	fprintf(stderr, "virtual module's CPU: %s: %s\n", what, strerror(errno));
	_exit(1);
}

/* A terminal's signals are meant for the hardware process, which then ends this one. */
static void ignore_terminal(void)
{
	static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTSTP};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

/* The death signal takes effect from now on only; had the hardware process died before, its end of the socket is
 * closed. */
static void die_with_hardware(void)
{
	struct pollfd messages = {.fd = WIRE_FD_MESSAGES, .events = POLLIN};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		lb_bus_fail("parent death signal");
	if (poll(&messages, 1, 0) == 1 && (messages.revents & (POLLHUP | POLLERR)) != 0)
		_exit(0);
}

/* A line that the hardware did not connect must stay so: the next file or socket that is opened would get its number.
 * Reading or sending there fails, which the users of lines take for silence. */
static void plug_gaps(void)
{
	for (int fd = WIRE_FD_UART0; fd < WIRE_FD_END; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) != fd)
			lb_bus_fail("descriptors");
}

static uint8_t *map_shared(int fd, size_t size_bytes, const char *what)
{
	void *memory = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		lb_bus_fail(what);
	return memory;
}

void lb_bus_init(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	registers = map_shared(WIRE_FD_REGISTERS, WIRE_REGISTERS_BYTES, "registers (is this `lifeboat run`?)");
	retained = map_shared(WIRE_FD_RETAINED, LB_RETAINED_BYTES, "retained RAM");
	die_with_hardware();
	plug_gaps();
	ignore_terminal();
	if (lb_bus_get(WIRE_REG_MAGIC) != WIRE_MAGIC || lb_bus_get(WIRE_REG_CLOCK) == 0) {
		errno = EPROTO;
		lb_bus_fail("registers");
	}
	reset_ns = lb_bus_get64(WIRE_REG_RESET_NS);
	clock_factor = lb_bus_get(WIRE_REG_CLOCK);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
}

/* --- registers --- */

static _Atomic uint32_t *word(unsigned offset)
{
	return (_Atomic uint32_t *)(void *)(registers + offset);
}

static _Atomic uint64_t *wide(unsigned offset)
{
	return (_Atomic uint64_t *)(void *)(registers + offset);
}

uint32_t lb_bus_get(enum wire_register reg)
{
	return atomic_load_explicit(word(reg), memory_order_relaxed);
}

void lb_bus_put(enum wire_register reg, uint32_t value)
{
	atomic_store_explicit(word(reg), value, memory_order_relaxed);
}

uint64_t lb_bus_get64(enum wire_register reg)
{
	return atomic_load_explicit(wide(reg), memory_order_relaxed);
}

void lb_bus_put64(enum wire_register reg, uint64_t value)
{
	atomic_store_explicit(wide(reg), value, memory_order_relaxed);
}

void lb_bus_add64(enum wire_register reg, uint64_t amount)
{
	atomic_fetch_add_explicit(wide(reg), amount, memory_order_relaxed);
}

void lb_bus_unique_id(uint8_t id[LB_UNIQUE_ID_BYTES])
{
	memcpy(id, registers + WIRE_REG_UNIQUE_ID, LB_UNIQUE_ID_BYTES);
}

uint8_t *lb_bus_bytes(enum wire_register reg)
{
	return registers + reg;
}

uint8_t *lb_bus_retained(void)
{
	return retained;
}

uint32_t lb_bus_pin_config(unsigned pin)
{
	return lb_bus_get(wire_pin_register(WIRE_REG_PIN_CPU, pin));
}

void lb_bus_set_pin_config(unsigned pin, uint32_t config)
{
	lb_bus_put(wire_pin_register(WIRE_REG_PIN_CPU, pin), config);
	lb_bus_send((uint8_t[]){WIRE_PIN, (uint8_t)pin}, 2);
}

/* The duty first: whoever looks between the two sees no PWM that was never asked for, only an edge at another time. */
void lb_bus_set_pin_pwm(unsigned pin, uint32_t frequency_mhz, uint32_t duty)
{
	lb_bus_put(wire_duty_register(pin), duty);
	lb_bus_put(wire_pwm_register(pin), frequency_mhz);
	lb_bus_send((uint8_t[]){WIRE_PIN, (uint8_t)pin}, 2);
}

struct lb_pins_net lb_bus_pin_net(unsigned pin)
{
	return (struct lb_pins_net){
		.config = lb_bus_get(wire_pin_register(WIRE_REG_PIN_CPU, pin)),
		.drive = lb_bus_get(wire_pin_register(WIRE_REG_PIN_OUTSIDE, pin)),
		.millivolts = lb_bus_get(wire_pin_register(WIRE_REG_PIN_MILLIVOLTS, pin)),
		.device = lb_bus_get(wire_pin_register(WIRE_REG_PIN_DEVICE, pin)),
		.frequency_mhz = lb_bus_get(wire_pwm_register(pin)),
		.duty = lb_bus_get(wire_duty_register(pin)),
	};
}

bool lb_bus_pin_level(unsigned pin)
{
	const struct lb_pins_net net = lb_bus_pin_net(pin);

	return lb_pins_net_level(&net, lb_bus_nanos());
}

/* --- messages --- */

/* Whoever started this process may have made the sockets non-blocking. */
static void await_room(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	poll(&room, 1, -1);
}

void lb_bus_send(const uint8_t *message, size_t size_bytes)
{
	while (send(WIRE_FD_MESSAGES, message, size_bytes, MSG_NOSIGNAL) < 0)
		if (errno == EAGAIN)
			await_room(WIRE_FD_MESSAGES);
		else if (errno != EINTR)
			_exit(0);
}

void lb_bus_stream(enum wire_fd uart, const void *data, size_t size_bytes)
{
	const uint8_t *bytes = data;

	while (size_bytes > 0) {
		const ssize_t sent = send((int)uart, bytes, size_bytes, MSG_NOSIGNAL);

		if (sent >= 0) {
			bytes += sent;
			size_bytes -= (size_t)sent;
		} else if (errno == EAGAIN) {
			await_room((int)uart);
		} else if (errno != EINTR) {
			return;
		}
	}
}

size_t lb_bus_receive(uint8_t message[WIRE_MESSAGE_BYTES])
{
	ssize_t got = recv(WIRE_FD_MESSAGES, message, WIRE_MESSAGE_BYTES, MSG_DONTWAIT);

	if (got > 0)
		return (size_t)got;
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		_exit(0);
	return 0;
}

static int file_of(struct msghdr *header)
{
	const struct cmsghdr *part = CMSG_FIRSTHDR(header);
	int file = -1;

	if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
		memcpy(&file, CMSG_DATA(part), sizeof(file));
	return file;
}

size_t lb_bus_receive_file(uint8_t message[WIRE_MESSAGE_BYTES], int *file)
{
	union {
		struct cmsghdr aligned;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec body = {.iov_base = message, .iov_len = WIRE_MESSAGE_BYTES};
	struct msghdr header = {
		.msg_iov = &body,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t got = recvmsg(WIRE_FD_MESSAGES, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		_exit(0);
	*file = got > 0 ? file_of(&header) : -1;
	return got > 0 ? (size_t)got : 0;
}

void lb_bus_led(uint32_t rgb, enum lb_led_mode mode)
{
	uint8_t message[6] = {WIRE_LED, (uint8_t)mode};

	lb_store32le(message + 2, rgb);
	lb_bus_send(message, sizeof(message));
}

void lb_bus_phase(enum lb_phase phase)
{
	lb_bus_send((uint8_t[]){WIRE_PHASE, (uint8_t)phase}, 2);
}

void lb_bus_watchdog(uint32_t timeout_ms)
{
	uint8_t message[5] = {WIRE_WATCHDOG};

	lb_bus_feed();
	lb_store32le(message + 1, timeout_ms);
	lb_bus_send(message, sizeof(message));
}

void lb_bus_feed(void)
{
	lb_bus_put64(WIRE_REG_FED_NS, lb_bus_host_ns());
}

void lb_bus_reset(void)
{
	lb_bus_send((uint8_t[]){WIRE_RESET}, 1);
	lb_bus_await_end();
}

void lb_bus_await_end(void)
{
	uint8_t message[WIRE_MESSAGE_BYTES];
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (;;) {
		struct pollfd messages = {.fd = WIRE_FD_MESSAGES, .events = POLLIN};

		poll(&messages, 1, -1);
		lb_bus_receive(message);
	}
}

/* --- time --- */

uint64_t lb_bus_host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t lb_bus_nanos(void)
{
	return (lb_bus_host_ns() - reset_ns) * clock_factor;
}

uint64_t lb_bus_micros(void)
{
	return lb_bus_nanos() / NS_PER_US;
}

uint64_t lb_bus_host_span_ns(uint64_t module_us)
{
	const uint64_t longest_us = (uint64_t)INT64_MAX / 2 / NS_PER_US;

	return (module_us < longest_us ? module_us : longest_us) * NS_PER_US / clock_factor;
}

void lb_bus_sleep_until(uint64_t host_ns)
{
	const struct timespec end = {
		.tv_sec = (time_t)(host_ns / NS_PER_S),
		.tv_nsec = (long)(host_ns % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}
