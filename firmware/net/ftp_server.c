#include "firmware/net/ftp_server.h"

#include <string.h>

#include "core/hw/radio.h"
#include "protocols/ftp/ftp.h"
#include "firmware/net/ftp_files.h"
#include "py/mperrno.h"

enum { INPUT_BYTES = 256, NONE = -1, LAST_WORDS_MS = 500 };

struct session {
	struct lb_ftp_files files; /* first: what the engine's host functions for files get is this */
	bool open;
	int control;
	int listener;
	int data;
	struct lb_net_address peer;
	uint32_t since_ms;
	uint32_t over_ms; /* since when only the last words are to be sent; 0: not yet */
	uint16_t input_bytes;
	uint16_t data_at; /* of what is to be sent on the data connection */
	uint16_t data_bytes;
	uint8_t input[INPUT_BYTES];
	uint8_t data_buffer[LB_FTP_CHUNK_BYTES];
	struct lb_ftp ftp;
};

static struct session sessions[LB_FTP_SESSIONS];

/* --- what the engine asks for --- */

static void close_socket(int *sock)
{
	if (*sock != NONE)
		lb_net_close(*sock);
	*sock = NONE;
}

static void host_hang_up(void *ctx)
{
	struct session *session = ctx;

	close_socket(&session->listener);
	close_socket(&session->data);
	session->data_at = session->data_bytes = 0;
}

/* On the address that the client reached us at, so that it finds the port from where it is. */
static int host_listen(void *ctx, uint32_t *ip, uint16_t *port)
{
	struct session *session = ctx;
	struct lb_net_address own = {0, 0};
	int error;

	host_hang_up(session);
	session->listener = lb_net_open(LB_NET_STREAM);
	if (session->listener < 0) {
		error = session->listener;
		session->listener = NONE;
		return error;
	}
	error = lb_net_local(session->control, &own);
	*ip = own.ip;
	own.port = 0;
	if (error == 0)
		error = lb_net_bind(session->listener, own);
	if (error == 0)
		error = lb_net_listen(session->listener, 1);
	if (error == 0)
		error = lb_net_local(session->listener, &own);
	*port = own.port;
	if (error != 0)
		host_hang_up(session);
	return error;
}

static const struct lb_ftp_host host = {
	.stat = lb_ftp_files_stat,
	.set_time = lb_ftp_files_set_time,
	.open = lb_ftp_files_open,
	.seek = lb_ftp_files_seek,
	.read = lb_ftp_files_read,
	.write = lb_ftp_files_write,
	.close = lb_ftp_files_close,
	.remove = lb_ftp_files_remove,
	.rename = lb_ftp_files_rename,
	.make_folder = lb_ftp_files_make_folder,
	.remove_folder = lb_ftp_files_remove_folder,
	.list = lb_ftp_files_list,
	.next = lb_ftp_files_next,
	.list_end = lb_ftp_files_list_end,
	.listen = host_listen,
	.hang_up = host_hang_up,
};

/* --- control connection --- */

static void hang_up(struct session *session)
{
	lb_ftp_transfer_close(&session->ftp);
	close_socket(&session->control);
	session->open = false;
}

static bool send_replies(struct session *session)
{
	size_t size_bytes;
	const char *replies = lb_ftp_reply_output(&session->ftp, &size_bytes);
	const int sent = size_bytes == 0 ? 0 : lb_net_send(session->control, replies, size_bytes, NULL);

	if (sent < 0 && sent != -MP_EAGAIN)
		hang_up(session);
	if (sent <= 0)
		return false;
	lb_ftp_reply_sent(&session->ftp, (size_t)sent);
	return true;
}

/* Also while a command waits for a transfer to end, so that the end of the connection is seen at once. */
static bool receive(struct session *session)
{
	const size_t room = sizeof(session->input) - session->input_bytes;
	const int got =
		room == 0 ? -MP_EAGAIN : lb_net_receive(session->control, session->input + session->input_bytes, room, NULL);

	if (got == -MP_EAGAIN)
		return false;
	if (got <= 0) {
		hang_up(session);
		return false;
	}
	session->input_bytes = (uint16_t)(session->input_bytes + got);
	return true;
}

static bool feed(struct session *session, uint32_t now_ms)
{
	const size_t used = lb_ftp_receive(&session->ftp, now_ms, session->input, session->input_bytes);

	memmove(session->input, session->input + used, session->input_bytes - used);
	session->input_bytes = (uint16_t)(session->input_bytes - used);
	return used > 0;
}

/* --- data connection --- */

/* Only the client of the control connection is let in. */
static bool accept_data(struct session *session, uint32_t now_ms)
{
	struct lb_net_address peer;
	const int sock = lb_net_accept(session->listener, &peer);

	if (sock < 0)
		return false;
	if (peer.ip != session->peer.ip) {
		lb_net_close(sock);
		return true;
	}
	close_socket(&session->listener);
	session->data = sock;
	session->data_at = session->data_bytes = 0;
	lb_ftp_transfer_opened(&session->ftp, now_ms);
	return true;
}

static void end_data(struct session *session, uint32_t now_ms, bool in_order)
{
	close_socket(&session->data);
	lb_ftp_transfer_end(&session->ftp, now_ms, in_order);
}

static bool move_in(struct session *session, uint32_t now_ms)
{
	const int got = lb_net_receive(session->data, session->data_buffer, sizeof(session->data_buffer), NULL);

	if (got == -MP_EAGAIN)
		return false;
	if (got > 0)
		lb_ftp_transfer_in(&session->ftp, now_ms, session->data_buffer, (size_t)got);
	else
		end_data(session, now_ms, got == 0);
	return true;
}

/* True when something moved. The buffer is filled anew only when all of it was sent. */
static bool move_out(struct session *session, uint32_t now_ms)
{
	int sent;

	if (session->data_at == session->data_bytes) {
		session->data_at = 0;
		session->data_bytes =
			(uint16_t)lb_ftp_transfer_out(&session->ftp, now_ms, session->data_buffer, sizeof(session->data_buffer));
		if (session->data_bytes == 0) {
			if (lb_ftp_transfer_wants(&session->ftp) == LB_FTP_DATA_OUT)
				end_data(session, now_ms, true);
			return true;
		}
	}
	sent = lb_net_send(session->data, session->data_buffer + session->data_at,
	                   (size_t)(session->data_bytes - session->data_at), NULL);
	if (sent == -MP_EAGAIN)
		return false;
	if (sent < 0)
		end_data(session, now_ms, false);
	else
		session->data_at = (uint16_t)(session->data_at + sent);
	return true;
}

static bool move_data(struct session *session, uint32_t now_ms)
{
	bool moved = false;

	if (lb_ftp_transfer_awaits_data(&session->ftp))
		moved = accept_data(session, now_ms);
	switch (lb_ftp_transfer_wants(&session->ftp)) {
	case LB_FTP_DATA_IN: return move_in(session, now_ms) || moved;
	case LB_FTP_DATA_OUT: return move_out(session, now_ms) || moved;
	case LB_FTP_DATA_NONE: break;
	}
	return moved;
}

/* --- the server --- */

/* As the telnet server's: a free one, or that of whoever is there longest without logging in. */
static struct session *find_place(uint32_t now_ms)
{
	struct session *oldest = NULL;

	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++) {
		struct session *session = &sessions[i];

		if (!session->open)
			return session;
		if (!lb_ftp_is_logged_in(&session->ftp) &&
		    (oldest == NULL || now_ms - session->since_ms > now_ms - oldest->since_ms))
			oldest = session;
	}
	if (oldest != NULL)
		hang_up(oldest);
	return oldest;
}

void lb_ftp_server_accept(int sock, struct lb_net_address peer, const struct lb_login *login, uint32_t now_ms)
{
	static const char full[] = "421 Too many sessions; try again later.\r\n";
	struct session *session = find_place(now_ms);

	if (session == NULL) {
		lb_net_send(sock, full, sizeof(full) - 1, NULL);
		lb_net_close(sock);
		return;
	}
	memset(session, 0, sizeof(*session));
	session->files.session = (unsigned)(session - sessions);
	session->open = true;
	session->control = sock;
	session->listener = session->data = NONE;
	session->peer = peer;
	session->since_ms = now_ms;
	lb_ftp_open(&session->ftp, &host, session, login, now_ms);
}

static bool serve(struct session *session, uint32_t now_ms)
{
	bool moved = send_replies(session);

	if (session->open)
		moved |= receive(session);
	if (session->open)
		moved |= feed(session, now_ms);
	if (session->open)
		moved |= move_data(session, now_ms);
	if (session->open)
		moved |= send_replies(session);
	return moved;
}

bool lb_ftp_server_serve(uint32_t now_ms)
{
	bool moved = false;

	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++)
		if (sessions[i].open)
			moved |= serve(&sessions[i], now_ms);
	return moved;
}

/* One that is over goes when its last words are sent, or after a moment. */
static uint32_t step(struct session *session, uint32_t now_ms, uint32_t idle_ms)
{
	uint32_t wait_ms;
	size_t left_bytes;

	session->ftp.idle_ms = idle_ms;
	wait_ms = lb_ftp_step(&session->ftp, now_ms);
	send_replies(session);
	if (!session->open || !lb_ftp_is_over(&session->ftp))
		return wait_ms;
	lb_ftp_reply_output(&session->ftp, &left_bytes);
	if (session->over_ms == 0)
		session->over_ms = now_ms | 1;
	if (left_bytes > 0 && now_ms - session->over_ms < LAST_WORDS_MS)
		return LAST_WORDS_MS;
	hang_up(session);
	return UINT32_MAX;
}

uint32_t lb_ftp_server_step(uint32_t now_ms, uint32_t idle_ms)
{
	uint32_t least_ms = UINT32_MAX;

	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++) {
		const uint32_t wait_ms = sessions[i].open ? step(&sessions[i], now_ms, idle_ms) : UINT32_MAX;

		least_ms = wait_ms < least_ms ? wait_ms : least_ms;
	}
	return least_ms;
}

/* Asks for interrupts only where one would help: a full buffer is not to wake anybody. */
static void watch(const struct session *session)
{
	size_t left_bytes;
	unsigned control = 0;

	lb_ftp_reply_output(&session->ftp, &left_bytes);
	control |= left_bytes > 0 ? (unsigned)LB_NET_WRITABLE : 0;
	control |= session->input_bytes < sizeof(session->input) ? (unsigned)LB_NET_READABLE : 0;
	lb_net_watch(session->control, control);
	if (session->listener != NONE)
		lb_net_watch(session->listener, LB_NET_READABLE);
	if (session->data == NONE)
		return;
	switch (lb_ftp_transfer_wants(&session->ftp)) {
	case LB_FTP_DATA_IN: lb_net_watch(session->data, LB_NET_READABLE); break;
	case LB_FTP_DATA_OUT: lb_net_watch(session->data, LB_NET_WRITABLE); break;
	case LB_FTP_DATA_NONE: lb_net_watch(session->data, 0); break;
	}
}

void lb_ftp_server_watch(void)
{
	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++)
		if (sessions[i].open)
			watch(&sessions[i]);
}

void lb_ftp_server_abort_all(const char *why)
{
	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++) {
		if (!sessions[i].open)
			continue;
		lb_ftp_transfer_abort(&sessions[i].ftp, why);
		send_replies(&sessions[i]);
	}
}

void lb_ftp_server_close_all(const char *why)
{
	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++) {
		if (!sessions[i].open)
			continue;
		lb_ftp_end(&sessions[i].ftp, why);
		send_replies(&sessions[i]);
		if (sessions[i].open)
			hang_up(&sessions[i]);
	}
}

bool lb_ftp_server_owns(int sock)
{
	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++)
		if (sessions[i].open &&
		    (sessions[i].control == sock || sessions[i].listener == sock || sessions[i].data == sock))
			return true;
	return false;
}
