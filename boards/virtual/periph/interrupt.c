#define _GNU_SOURCE /* ppoll, F_SETOWN, O_ASYNC */
#include "boards/virtual/periph/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "core/hw/periph.h"

enum { US_PER_MS = 1000, NS_PER_S = 1000000000 };

static struct {
	sigset_t signals;
	const struct lb_interrupt_vectors *vectors;
	volatile sig_atomic_t noted;
} cpu;

static void on_io(int signal_number)
{
	const int saved_errno = errno;

	(void)signal_number;
	lb_interrupt_note(); /* also for a socket that nothing watches, and a change of the radio's link */
	for (int i = 0; i < LB_INTERRUPT_SOCKETS; i++)
		cpu.vectors->sockets[i]();
	errno = saved_errno;
}

static void on_alarm(int signal_number)
{
	const int saved_errno = errno;

	(void)signal_number;
	cpu.vectors->alarm();
	errno = saved_errno;
}

static void serve(int signal_number, void (*handler)(int))
{
	const struct sigaction action = {.sa_handler = handler, .sa_mask = cpu.signals, .sa_flags = SA_RESTART};

	if (sigaction(signal_number, &action, NULL) != 0)
		lb_bus_fail("signal handler");
}

void lb_interrupt_from(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETOWN, getpid()) != 0 || fcntl(fd, F_SETFL, flags | O_ASYNC) != 0)
		lb_bus_fail("signals from a socket");
}

void lb_interrupt_init(const struct lb_interrupt_vectors *vectors)
{
	cpu.vectors = vectors;
	sigemptyset(&cpu.signals);
	sigaddset(&cpu.signals, SIGIO);
	sigaddset(&cpu.signals, SIGALRM);
	serve(SIGIO, on_io);
	serve(SIGALRM, on_alarm);
	lb_interrupt_from(WIRE_FD_MESSAGES);
	lb_interrupt_from(WIRE_FD_UART0);
	lb_interrupt_from(WIRE_FD_UART1);
	raise(SIGIO); /* for what came before */
}

void lb_interrupt_note(void)
{
	cpu.noted = 1;
}

uint32_t lb_periph_irq_save(void)
{
	sigset_t before;

	sigprocmask(SIG_BLOCK, &cpu.signals, &before);
	return sigismember(&before, SIGIO) == 1;
}

void lb_periph_irq_restore(uint32_t state)
{
	if (state == 0)
		sigprocmask(SIG_UNBLOCK, &cpu.signals, NULL);
}

/* How long until then, in a form for ppoll; false when it is over. */
static bool time_left(uint64_t deadline_ns, struct timespec *left)
{
	const uint64_t now_ns = lb_bus_host_ns();

	if (now_ns >= deadline_ns)
		return false;
	left->tv_sec = (time_t)((deadline_ns - now_ns) / NS_PER_S);
	left->tv_nsec = (long)((deadline_ns - now_ns) % NS_PER_S);
	return true;
}

/* The mask is open only inside ppoll, so an interrupt falls either before the look at `noted` or ends the sleep. */
void lb_interrupt_sleep(struct pollfd *fds, nfds_t count, uint32_t wait_ms)
{
	const bool endless = wait_ms == UINT32_MAX;
	const uint64_t deadline_ns = lb_bus_host_ns() + lb_bus_host_span_ns((uint64_t)wait_ms * US_PER_MS);
	struct timespec left;
	sigset_t before;
	sigset_t open;

	sigprocmask(SIG_BLOCK, &cpu.signals, &before);
	open = before;
	sigdelset(&open, SIGIO);
	sigdelset(&open, SIGALRM);
	while (!cpu.noted && (endless || time_left(deadline_ns, &left)))
		if (ppoll(fds, count, endless ? NULL : &left, &open) != -1 || errno != EINTR)
			break;
	cpu.noted = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void lb_periph_wait_ms(uint32_t wait_ms)
{
	lb_interrupt_sleep(NULL, 0, wait_ms);
}
