#include <stdio.h>
#include <string.h>

#include "host/commands/commands.h"
#include "host/client/host_time.h"

enum { RETRY_MS = 50, DEFAULT_MS = 30000 };

struct waiting {
	const char *dir;
	const char *phase;
	int64_t until_ms;
	char seen[16]; /* the phase last seen; "" when there was no module to ask */
};

enum seen { SEEN_WANTED, SEEN_OTHER, SEEN_REFUSED };

static bool parse_phase(struct waiting *waiting, const cJSON *message)
{
	const char *phase = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "phase"));

	if (phase != NULL)
		snprintf(waiting->seen, sizeof(waiting->seen), "%s", phase);
	return strcmp(waiting->seen, waiting->phase) == 0;
}

/* A run that only copies files for the one that follows is not looked at: as if the module was not there yet. */
static int start_watching(struct waiting *waiting, struct lb_client *client, bool *reached)
{
	static const char *const events[] = {"phase"};
	cJSON *request = lb_commands_request("watch");
	cJSON *reply = NULL;

	cJSON_AddItemToObject(request, "events", cJSON_CreateStringArray(events, 1));
	int error = lb_client_request(client, request, &reply);
	cJSON_Delete(request);
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply, "passing")))
		error = LB_CLIENT_GONE;
	*reached = error == LB_CLIENT_OK && parse_phase(waiting, reply);
	cJSON_Delete(reply);
	return error;
}

/* Follows a running module until it is in the phase, the time is over or the hardware is gone. */
static bool follow(struct waiting *waiting, struct lb_client *client)
{
	bool reached;
	int error = start_watching(waiting, client, &reached);

	while (error == LB_CLIENT_OK && !reached) {
		int64_t left = waiting->until_ms - lb_host_now_ms();
		if (left <= 0)
			break;
		cJSON *event = lb_client_receive(client, (int)left, &error);
		reached = event != NULL && parse_phase(waiting, event);
		cJSON_Delete(event);
	}
	return reached;
}

static enum seen look(struct waiting *waiting)
{
	struct lb_client client;
	int error = lb_client_open(&client, waiting->dir);

	waiting->seen[0] = '\0';
	if (error == LB_CLIENT_OK) {
		bool reached = follow(waiting, &client);
		lb_client_close(&client);
		return reached ? SEEN_WANTED : SEEN_OTHER;
	}
	if (error == LB_CLIENT_NOT_RUNNING) {
		snprintf(waiting->seen, sizeof(waiting->seen), "off");
		return strcmp(waiting->phase, "off") == 0 ? SEEN_WANTED : SEEN_OTHER;
	}
	if (error == LB_CLIENT_DENIED) {
		lb_commands_explain(&client, error, waiting->dir);
		return SEEN_REFUSED;
	}
	return SEEN_OTHER;
}

static enum lb_exit give_up(const struct waiting *waiting, long time_ms)
{
	double seconds = (double)time_ms / 1000.0;

	if (waiting->seen[0] == '\0')
		return lb_args_failed("after %g s there is no module in %s: 'lifeboat run' makes one", seconds, waiting->dir);
	return lb_args_failed("after %g s the module in %s is in phase %s, not %s: 'lifeboat status' tells more", seconds,
	                      waiting->dir, waiting->seen, waiting->phase);
}

enum lb_exit lb_wait_command(const struct lb_args *args)
{
	static const char *const phases[] = {"off", "gate", "loader", "script", "repl", "sleep", NULL};
	const char *timeout = args->values[LB_WAIT_TIMEOUT];
	long time_ms = DEFAULT_MS;

	if (!lb_args_one_of("phase", args->words[0], phases) ||
	    (timeout != NULL && !lb_args_seconds("--timeout", timeout, &time_ms)))
		return LB_EXIT_USAGE;
	struct waiting waiting = {.dir = args->dir, .phase = args->words[0], .until_ms = lb_host_now_ms() + time_ms};
	for (;;) {
		enum seen seen = look(&waiting);
		if (seen != SEEN_OTHER)
			return seen == SEEN_WANTED ? LB_EXIT_DONE : LB_EXIT_FAILED;
		if (lb_host_now_ms() >= waiting.until_ms)
			return give_up(&waiting, time_ms);
		lb_host_pause_ms(RETRY_MS);
	}
}
