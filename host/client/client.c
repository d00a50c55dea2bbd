#define _GNU_SOURCE /* O_PATH, struct ucred */
#include "host/client/client.h"
#include "host/client/host_time.h"
#include "host/client/waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/syscall.h>
#include <unistd.h>

static int error_of_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR: return LB_CLIENT_NO_FOLDER;
	case EACCES:
	case EPERM: return LB_CLIENT_DENIED;
	default: return LB_CLIENT_NOT_RUNNING;
	}
}

static int check_open_folder(int dir_fd)
{
	struct stat info;

	if (fstatat(dir_fd, "flash.bin", &info, 0) != 0)
		return errno == EACCES ? LB_CLIENT_DENIED : LB_CLIENT_NOT_A_MODULE;
	return S_ISREG(info.st_mode) ? LB_CLIENT_OK : LB_CLIENT_NOT_A_MODULE;
}

int lb_client_check_folder(const char *dir)
{
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir_fd < 0)
		return error_of_errno(errno);
	int error = check_open_folder(dir_fd);
	close(dir_fd);
	return error;
}

static int connect_in_folder(int fd, int dir_fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control", dir_fd);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return LB_CLIENT_OK;
	if (errno == EACCES || errno == EPERM)
		return LB_CLIENT_DENIED;
	int error = check_open_folder(dir_fd);
	return error != LB_CLIENT_OK ? error : LB_CLIENT_NOT_RUNNING;
}

int lb_client_open(struct lb_client *client, const char *dir)
{
	*client = (struct lb_client){.fd = -1};
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return error_of_errno(errno);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		close(dir_fd);
		return LB_CLIENT_NOT_RUNNING;
	}
	int error = connect_in_folder(fd, dir_fd);
	close(dir_fd);
	if (error != LB_CLIENT_OK) {
		close(fd);
		return error;
	}
	client->fd = fd;
	return LB_CLIENT_OK;
}

void lb_client_close(struct lb_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

cJSON *lb_client_make_request(const char *cmd)
{
	cJSON *request = cJSON_CreateObject();

	cJSON_AddStringToObject(request, "cmd", cmd);
	return request;
}

int lb_client_send(struct lb_client *client, cJSON *request)
{
	char line[LB_CLIENT_LINE_BYTES];

	/* cJSON asks for a few bytes more than the text needs. */
	if (!cJSON_PrintPreallocated(request, line, (int)sizeof(line) - 8, false))
		return LB_CLIENT_GARBLED;
	size_t size = strlen(line);
	line[size++] = '\n';
	for (size_t sent = 0; sent < size;) {
		ssize_t count = send(client->fd, line + sent, size - sent, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return LB_CLIENT_GONE;
		sent += (size_t)count;
	}
	return LB_CLIENT_OK;
}

int lb_client_fill(struct lb_client *client)
{
	if (client->start > 0) {
		memmove(client->buffer, client->buffer + client->start, client->end - client->start);
		client->end -= client->start;
		client->start = 0;
	}
	if (client->end == sizeof(client->buffer))
		return LB_CLIENT_GARBLED;
	ssize_t count = read(client->fd, client->buffer + client->end, sizeof(client->buffer) - client->end);
	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return LB_CLIENT_OK;
	if (count <= 0)
		return LB_CLIENT_GONE;
	client->end += (size_t)count;
	return LB_CLIENT_OK;
}

cJSON *lb_client_next(struct lb_client *client, int *error)
{
	char *line = client->buffer + client->start;
	char *newline = memchr(line, '\n', client->end - client->start);

	*error = LB_CLIENT_OK;
	if (newline == NULL)
		return NULL;
	client->start = (size_t)(newline + 1 - client->buffer);
	cJSON *message = cJSON_ParseWithLength(line, (size_t)(newline - line));
	if (!cJSON_IsObject(message)) {
		cJSON_Delete(message);
		*error = LB_CLIENT_GARBLED;
		return NULL;
	}
	return message;
}

cJSON *lb_client_receive(struct lb_client *client, int timeout_ms, int *error)
{
	int64_t until = lb_host_now_ms() + timeout_ms;

	for (;;) {
		cJSON *message = lb_client_next(client, error);
		if (message != NULL || *error != LB_CLIENT_OK)
			return message;
		int64_t left = timeout_ms < 0 ? -1 : until - lb_host_now_ms();
		if (timeout_ms >= 0 && left < 0) {
			*error = LB_CLIENT_SILENT;
			return NULL;
		}
		struct pollfd wait = {.fd = client->fd, .events = POLLIN};
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		*error = lb_client_fill(client);
		if (*error != LB_CLIENT_OK)
			return NULL;
	}
}

static int parse_reply(struct lb_client *client, cJSON *message, cJSON **reply)
{
	const cJSON *refusal = cJSON_GetObjectItemCaseSensitive(message, "error");
	bool done = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(message, "ok"));

	if (!done) {
		snprintf(client->refusal, sizeof(client->refusal), "%s",
		         cJSON_IsString(refusal) ? refusal->valuestring : "the module's hardware refused without a reason");
	}
	if (done && reply != NULL)
		*reply = message;
	else
		cJSON_Delete(message);
	return done ? LB_CLIENT_OK : LB_CLIENT_REFUSED;
}

int lb_client_request(struct lb_client *client, cJSON *request, cJSON **reply)
{
	int error = lb_client_send(client, request);
	cJSON *message = NULL;

	lb_waiting_start("the module's hardware", LB_CLIENT_REPLY_MS);
	while (error == LB_CLIENT_OK) {
		message = lb_client_receive(client, LB_CLIENT_REPLY_MS, &error);
		if (message == NULL || cJSON_GetObjectItemCaseSensitive(message, "event") == NULL)
			break;
		cJSON_Delete(message);
	}
	lb_waiting_end();
	return error == LB_CLIENT_OK ? parse_reply(client, message, reply) : error;
}

/* A descriptor that becomes readable when the process at the other end has ended; negative when there is none to be
 * had, as for a process of another name space. By the system call: glibc has had the function since 2.36 only. */
static int open_peer(const struct lb_client *client)
{
	struct ucred peer = {.pid = 0};
	socklen_t size = sizeof(peer);

	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0)
		return -1;
	return (int)syscall(SYS_pidfd_open, peer.pid, 0);
}

int lb_client_stop(struct lb_client *client)
{
	cJSON *request = lb_client_make_request("stop");
	struct pollfd peer = {.fd = open_peer(client), .events = POLLIN};
	int error = lb_client_request(client, request, NULL);
	cJSON_Delete(request);
	lb_waiting_start("the module's hardware to end", LB_CLIENT_REPLY_MS);
	if (peer.fd >= 0) {
		if (error == LB_CLIENT_OK && lb_host_poll(&peer, LB_CLIENT_REPLY_MS) == 0)
			error = LB_CLIENT_SILENT;
		close(peer.fd);
	}
	lb_waiting_end();
	return error;
}

int lb_client_attach(struct lb_client *client)
{
	cJSON *request = lb_client_make_request("attach");

	int error = lb_client_request(client, request, NULL);
	cJSON_Delete(request);
	return error;
}

void lb_client_explain(const struct lb_client *client, int error, const char *dir, char *text)
{
	static const struct {
		const char *before; /* the folder's name */
		const char *after;
	} words[] = {
		[-LB_CLIENT_NO_FOLDER] = {"there is no folder ", ": 'lifeboat run' makes a module, -d DIR names another"},
		[-LB_CLIENT_NOT_A_MODULE] = {"", " is not a module (no flash.bin in it): 'lifeboat run' makes one"},
		[-LB_CLIENT_NOT_RUNNING] = {"the module in ", " is not running: start it with 'lifeboat run'"},
		[-LB_CLIENT_DENIED] = {"no permission for the module in ", ": only the user who made it may use it"},
		[-LB_CLIENT_GONE] = {"the module in ", " stopped: start it with 'lifeboat run'"},
		[-LB_CLIENT_SILENT] = {"the hardware of the module in ", " does not answer: end its process and run it again"},
		[-LB_CLIENT_GARBLED] = {"the hardware of the module in ", " is of another version: stop it and run it again"},
	};

	if (error == LB_CLIENT_REFUSED) {
		snprintf(text, LB_CLIENT_TEXT_BYTES, "%s", client->refusal);
		return;
	}
	size_t index = (size_t)-error;
	snprintf(text, LB_CLIENT_TEXT_BYTES, "%s%.300s%s", words[index].before, dir, words[index].after);
}
