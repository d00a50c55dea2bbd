#include "firmware/net/nic.h"

#include <string.h>

#include "core/hw/net.h"
#include "core/hw/radio.h"
#include "firmware/io/gil.h"
#include "firmware/net/servers.h"
#include "firmware/net/wifi.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objlist.h"
#include "py/runtime.h"
#include "py/stream.h"

/* After py/, whose types it takes for granted. */
#include "extmod/modnetwork.h"

enum { FOREVER = -1, HOST_NAME_BYTES = 256, LEVEL_TCP = 6, OPTION_NODELAY = 1 };

/* --- waiting --- */

struct deadline {
	mp_uint_t start_ms;
	int32_t timeout_ms; /* FOREVER: none */
};

static struct deadline deadline_of(const mod_network_socket_obj_t *socket)
{
	return (struct deadline){.start_ms = mp_hal_ticks_ms(), .timeout_ms = socket->timeout};
}

struct wait {
	int fd;
	unsigned want;
	uint32_t wait_ms;
};

static void wait_for_socket(void *wait_ptr)
{
	const struct wait *wait = wait_ptr;

	lb_net_wait(wait->fd, wait->want, wait->wait_ms);
}

/* After a call said "not now": true when it is worth another try. Raises what is pending, as KeyboardInterrupt. */
static bool wait_for(int fd, unsigned want, const struct deadline *deadline)
{
	const mp_uint_t waited_ms = mp_hal_ticks_ms() - deadline->start_ms;

	if (deadline->timeout_ms != FOREVER && waited_ms >= (mp_uint_t)deadline->timeout_ms)
		return false;
	mp_handle_pending(true);
	struct wait wait = {fd, want, UINT32_MAX};

	if (deadline->timeout_ms != FOREVER)
		wait.wait_ms = (uint32_t)((mp_uint_t)deadline->timeout_ms - waited_ms);
	lb_gil_without(wait_for_socket, &wait);
	mp_handle_pending(true);
	return true;
}

/* The errno for "not now" after waiting: none was asked for, or it ran out. */
static int late(const struct deadline *deadline)
{
	return deadline->timeout_ms == 0 ? MP_EAGAIN : MP_ETIMEDOUT;
}

/* The protocol's way to fail. */
static int failed(int error, int *errcode)
{
	*errcode = -error;
	return -1;
}

/* --- addresses: four bytes, most significant first --- */

/* The module's own address, as ifconfig() shows it, is where the board has it. */
static struct lb_net_address address_of(const byte *bytes, mp_uint_t port)
{
	const uint32_t ip = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];

	return (struct lb_net_address){.ip = lb_wifi_is_own(ip) ? lb_radio_ip() : ip, .port = (uint16_t)port};
}

static void put_address(struct lb_net_address address, byte *ip, mp_uint_t *port)
{
	ip[0] = (byte)(address.ip >> 24);
	ip[1] = (byte)(address.ip >> 16);
	ip[2] = (byte)(address.ip >> 8);
	ip[3] = (byte)address.ip;
	*port = address.port;
}

struct question {
	char host[HOST_NAME_BYTES];
	struct lb_net_address address;
	int error;
};

static void resolve(void *question_ptr)
{
	struct question *question = question_ptr;

	question->error = lb_net_resolve(question->host, &question->address);
}

/* Copied, for the name that MicroPython gives has no NUL. */
static int nic_gethostbyname(mp_obj_t nic, const char *name, mp_uint_t size_bytes, uint8_t *ip)
{
	struct question question;
	mp_uint_t port;

	(void)nic;
	if (size_bytes >= sizeof(question.host))
		return MP_EINVAL;
	memcpy(question.host, name, size_bytes);
	question.host[size_bytes] = '\0';
	lb_gil_without(resolve, &question);
	if (question.error == 0)
		put_address(question.address, ip, &port);
	return -question.error;
}

/* --- sockets --- */

/* MicroPython keeps the type of a socket to itself, but for its module's table. */
static bool is_socket(mp_obj_t stream)
{
	extern const mp_obj_module_t mp_module_socket;
	const mp_obj_t type = mp_obj_dict_get(MP_OBJ_FROM_PTR(mp_module_socket.globals), MP_OBJ_NEW_QSTR(MP_QSTR_socket));

	return mp_obj_is_type(stream, MP_OBJ_TO_PTR(type));
}

int32_t *lb_nic_timeout(mp_obj_t stream)
{
	mod_network_socket_obj_t *socket = MP_OBJ_TO_PTR(stream);

	return is_socket(stream) ? &socket->timeout : NULL;
}

bool lb_nic_is_unconnected(mp_obj_t stream)
{
	const mod_network_socket_obj_t *socket = MP_OBJ_TO_PTR(stream);

	return is_socket(stream) && socket->nic == MP_OBJ_NULL;
}

static int nic_socket(mod_network_socket_obj_t *socket, int *errcode)
{
	int fd;

	if (socket->domain != MOD_NETWORK_AF_INET)
		return failed(-MP_EAFNOSUPPORT, errcode);
	if (socket->type != MOD_NETWORK_SOCK_STREAM && socket->type != MOD_NETWORK_SOCK_DGRAM)
		return failed(-MP_EINVAL, errcode);
	fd = lb_net_open(socket->type == MOD_NETWORK_SOCK_STREAM ? LB_NET_STREAM : LB_NET_DATAGRAM);
	if (fd < 0)
		return failed(fd, errcode);
	socket->fileno = (int16_t)fd;
	return 0;
}

static void nic_close(mod_network_socket_obj_t *socket)
{
	if (socket->fileno >= 0)
		lb_net_close(socket->fileno);
	socket->fileno = -1;
}

static int nic_bind(mod_network_socket_obj_t *socket, byte *ip, mp_uint_t port, int *errcode)
{
	const int error = lb_net_bind(socket->fileno, address_of(ip, port));

	if (error < 0)
		return failed(error, errcode);
	socket->bound = 1;
	return 0;
}

static int nic_listen(mod_network_socket_obj_t *socket, mp_int_t backlog, int *errcode)
{
	const int error = lb_net_listen(socket->fileno, (int)backlog);

	return error < 0 ? failed(error, errcode) : 0;
}

/* Waits in the protocol's way: without a timeout for ever, and never against Ctrl-C. */
static int nic_accept(mod_network_socket_obj_t *socket, mod_network_socket_obj_t *accepted, byte *ip, mp_uint_t *port,
                      int *errcode)
{
	const struct deadline deadline = deadline_of(socket);
	struct lb_net_address peer;
	int fd;

	while ((fd = lb_net_accept(socket->fileno, &peer)) == -MP_EAGAIN)
		if (!wait_for(socket->fileno, LB_NET_READABLE, &deadline))
			return failed(-late(&deadline), errcode);
	if (fd < 0)
		return failed(fd, errcode);
	accepted->fileno = (int16_t)fd;
	accepted->state = MOD_NETWORK_SS_CONNECTED;
	put_address(peer, ip, port);
	return 0;
}

/* Without blocking the first call says EINPROGRESS; select.poll() tells when it is done. */
static int nic_connect(mod_network_socket_obj_t *socket, byte *ip, mp_uint_t port, int *errcode)
{
	const struct deadline deadline = deadline_of(socket);
	int error;

	while ((error = lb_net_connect(socket->fileno, address_of(ip, port))) == -MP_EINPROGRESS) {
		if (socket->timeout == 0)
			break;
		if (!wait_for(socket->fileno, LB_NET_WRITABLE, &deadline))
			return failed(-MP_ETIMEDOUT, errcode);
	}
	return error < 0 ? failed(error, errcode) : 0;
}

static mp_uint_t send_to(mod_network_socket_obj_t *socket, const byte *data, mp_uint_t size_bytes,
                         const struct lb_net_address *to, int *errcode)
{
	const struct deadline deadline = deadline_of(socket);
	int sent;

	while ((sent = lb_net_send(socket->fileno, data, size_bytes, to)) == -MP_EAGAIN)
		if (!wait_for(socket->fileno, LB_NET_WRITABLE, &deadline))
			return (mp_uint_t)failed(-late(&deadline), errcode);
	return (mp_uint_t)(sent < 0 ? failed(sent, errcode) : sent);
}

static mp_uint_t nic_send(mod_network_socket_obj_t *socket, const byte *data, mp_uint_t size_bytes, int *errcode)
{
	return send_to(socket, data, size_bytes, NULL, errcode);
}

static mp_uint_t nic_sendto(mod_network_socket_obj_t *socket, const byte *data, mp_uint_t size_bytes, byte *ip,
                            mp_uint_t port, int *errcode)
{
	const struct lb_net_address to = address_of(ip, port);

	return send_to(socket, data, size_bytes, &to, errcode);
}

static mp_uint_t nic_recvfrom(mod_network_socket_obj_t *socket, byte *data, mp_uint_t size_bytes, byte *ip,
                              mp_uint_t *port, int *errcode)
{
	const struct deadline deadline = deadline_of(socket);
	struct lb_net_address from = {0, 0};
	int got;

	while ((got = lb_net_receive(socket->fileno, data, size_bytes, &from)) == -MP_EAGAIN)
		if (!wait_for(socket->fileno, LB_NET_READABLE, &deadline))
			return (mp_uint_t)failed(-late(&deadline), errcode);
	if (got < 0)
		return (mp_uint_t)failed(got, errcode);
	put_address(from, ip, port);
	return (mp_uint_t)got;
}

static mp_uint_t nic_recv(mod_network_socket_obj_t *socket, byte *data, mp_uint_t size_bytes, int *errcode)
{
	byte ip[MOD_NETWORK_IPADDR_BUF_SIZE];
	mp_uint_t port;

	return nic_recvfrom(socket, data, size_bytes, ip, &port, errcode);
}

static int nic_setsockopt(mod_network_socket_obj_t *socket, mp_uint_t level, mp_uint_t option, const void *value,
                          mp_uint_t size_bytes, int *errcode)
{
	int error = -MP_EOPNOTSUPP;

	if (level == LEVEL_TCP && option == OPTION_NODELAY)
		return 0; /* nothing waits here anyway */
	if (level == MOD_NETWORK_SOL_SOCKET && option == MOD_NETWORK_SO_REUSEADDR && size_bytes == sizeof(mp_int_t))
		error = lb_net_reuse_address(socket->fileno, *(const mp_int_t *)value != 0);
	return error < 0 ? failed(error, errcode) : 0;
}

static int nic_settimeout(mod_network_socket_obj_t *socket, mp_uint_t timeout_ms, int *errcode)
{
	(void)errcode;
	socket->timeout = timeout_ms > INT32_MAX ? FOREVER : (int32_t)timeout_ms;
	return 0;
}

/* select.poll()'s flags by those of the sockets. */
static uintptr_t poll_flags(int fd, uintptr_t wanted)
{
	const unsigned want = ((wanted & MP_STREAM_POLL_RD) != 0 ? (unsigned)LB_NET_READABLE : 0) |
	                      ((wanted & MP_STREAM_POLL_WR) != 0 ? (unsigned)LB_NET_WRITABLE : 0);
	const unsigned ready = lb_net_ready(fd, want);
	uintptr_t flags = 0;

	if ((ready & LB_NET_READABLE) != 0)
		flags |= MP_STREAM_POLL_RD;
	if ((ready & LB_NET_WRITABLE) != 0)
		flags |= MP_STREAM_POLL_WR;
	if ((ready & LB_NET_ERROR) != 0)
		flags |= MP_STREAM_POLL_ERR;
	if ((ready & LB_NET_CLOSED) != 0)
		flags |= MP_STREAM_POLL_HUP;
	return flags;
}

static int nic_ioctl(mod_network_socket_obj_t *socket, mp_uint_t request, mp_uint_t arg, int *errcode)
{
	if (request != MP_STREAM_POLL)
		return failed(-MP_EINVAL, errcode);
	return (int)poll_flags(socket->fileno, arg);
}

/* The scripts' sockets, that is. */
static void close_sockets(void)
{
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++)
		if (!lb_servers_owns(sock))
			lb_net_close(sock);
}

static const mod_network_nic_protocol_t nic_protocol = {
	.gethostbyname = nic_gethostbyname,
	.deinit = close_sockets,
	.socket = nic_socket,
	.close = nic_close,
	.bind = nic_bind,
	.listen = nic_listen,
	.accept = nic_accept,
	.connect = nic_connect,
	.send = nic_send,
	.recv = nic_recv,
	.sendto = nic_sendto,
	.recvfrom = nic_recvfrom,
	.setsockopt = nic_setsockopt,
	.settimeout = nic_settimeout,
	.ioctl = nic_ioctl,
};

static MP_DEFINE_CONST_OBJ_TYPE(nic_type, MP_QSTR_NIC, MP_TYPE_FLAG_NONE, protocol, &nic_protocol);
static const mp_obj_base_t nic = {&nic_type};

void lb_nic_start(void)
{
	mod_network_init();
	mod_network_register_nic(MP_OBJ_FROM_PTR(&nic));
}

void lb_nic_stop(void)
{
	lb_wifi_expect_link(LB_WIFI_NO_LIMIT);
	mod_network_deinit();
}
