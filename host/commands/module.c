#include "host/commands/module.h"

enum lb_exit lb_module_explain(const struct lb_client *client, int error, const char *dir)
{
	char text[LB_CLIENT_TEXT_BYTES];

	lb_client_explain(client, error, dir, text);
	return lb_args_failed("%s", text);
}

int lb_module_ask(const char *dir, cJSON *request, cJSON **reply)
{
	struct lb_client client;
	int error = lb_client_open(&client, dir);

	*reply = NULL;
	if (error == LB_CLIENT_OK)
		error = lb_client_request(&client, request, reply);
	if (error != LB_CLIENT_OK)
		lb_module_explain(&client, error, dir);
	lb_client_close(&client);
	cJSON_Delete(request);
	return error;
}

enum lb_exit lb_module_order(const char *dir, cJSON *request)
{
	cJSON *reply;
	int error = lb_module_ask(dir, request, &reply);

	cJSON_Delete(reply);
	return error == LB_CLIENT_OK ? LB_EXIT_DONE : LB_EXIT_FAILED;
}

int lb_module_watch(struct lb_client *client, const char *event, cJSON **reply)
{
	cJSON *request = lb_client_make_request("watch");

	*reply = NULL;
	cJSON_AddItemToObject(request, "events", cJSON_CreateStringArray(&event, 1));
	int error = lb_client_request(client, request, reply);
	cJSON_Delete(request);
	return error;
}
