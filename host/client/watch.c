#include "host/client/watch.h"

#include <poll.h>

/* Whatever the socket has, without waiting. */
static int read_events(struct lb_watch *watch)
{
	struct pollfd ready = {.fd = watch->client.fd, .events = POLLIN};
	int error = LB_CLIENT_OK;

	while (error == LB_CLIENT_OK && poll(&ready, 1, 0) > 0) {
		cJSON *message;

		error = lb_client_fill(&watch->client);
		while (error == LB_CLIENT_OK && (message = lb_client_next(&watch->client, &error)) != NULL) {
			lb_view_parse(&watch->view, message);
			cJSON_Delete(message);
		}
	}
	return error;
}

static const char gone[] = "the module's hardware process ended";

static bool has_ended(void *ctx)
{
	struct lb_watch *watch = ctx;

	if (watch->ended == NULL && read_events(watch) != LB_CLIENT_OK)
		watch->ended = gone;
	else if (watch->ended == NULL && lb_view_is_in(&watch->view, "off"))
		watch->ended = "the module lost its power";
	else if (watch->ended == NULL && watch->boot != 0 && watch->boot != watch->view.boots)
		watch->ended = "the module was reset";
	return watch->ended != NULL;
}

void lb_watch_start(struct lb_watch *watch, const char *dir, struct lb_port *port)
{
	static const char phase[] = "phase";
	const char *const events[] = {phase};
	cJSON *request = lb_client_make_request("watch");
	cJSON *reply = NULL;

	*watch = (struct lb_watch){.boot = 0};
	cJSON_AddItemToObject(request, "events", cJSON_CreateStringArray(events, 1));
	int error = lb_client_open(&watch->client, dir);
	if (error == LB_CLIENT_OK)
		error = lb_client_request(&watch->client, request, &reply);
	if (reply != NULL)
		lb_view_parse(&watch->view, reply);
	cJSON_Delete(reply);
	cJSON_Delete(request);
	if (error != LB_CLIENT_OK)
		watch->ended = gone;
	port->has_ended = has_ended;
	port->ended_ctx = watch;
}

void lb_watch_hold_boot(struct lb_watch *watch)
{
	has_ended(watch);
	watch->boot = watch->view.boots;
}

/* A process that ends closes the port perhaps a moment before the control socket. */
const char *lb_watch_why(struct lb_watch *watch)
{
	return has_ended(watch) ? watch->ended : gone;
}

void lb_watch_end(struct lb_watch *watch, struct lb_port *port)
{
	port->has_ended = NULL;
	if (watch->client.fd > 0)
		lb_client_close(&watch->client);
}
