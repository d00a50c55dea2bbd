#include "hardware/process/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bound but not listening: nobody else gets the number, and the CPU's listener may share it. */
static int reserve(uint16_t *number)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t address_bytes = sizeof(address);
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &address_bytes) != 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	*number = ntohs(address.sin_port);
	return fd;
}

int lb_ports_open(struct lb_ports *ports)
{
	for (int i = 0; i < LB_PORTS_COUNT; i++) {
		ports->fd[i] = reserve(&ports->number[i]);
		if (ports->fd[i] < 0)
			return ports->fd[i];
	}
	return 0;
}

void lb_ports_close(struct lb_ports *ports)
{
	for (int i = 0; i < LB_PORTS_COUNT; i++)
		close(ports->fd[i]);
}
