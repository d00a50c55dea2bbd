#include "hardware/process/airfile.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hardware/process/log.h"

static const char NAME[] = "air.json";
enum { FILE_BYTES_MAX = 16384, BSSID_BYTES = 6, USUAL_CHANNEL = 6, USUAL_RSSI_DBM = -60 };

static const cJSON *field(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* NULL for what is there and no text. */
static const char *text_or(const cJSON *value, const char *otherwise)
{
	return value == NULL ? otherwise : cJSON_GetStringValue(value);
}

static bool number_or(const cJSON *value, int otherwise, int *number)
{
	*number = value == NULL ? otherwise : value->valueint;
	return value == NULL || (cJSON_IsNumber(value) && value->valuedouble == value->valueint);
}

static bool parse_bssid(const char *text, uint8_t bssid[BSSID_BYTES])
{
	unsigned bytes[BSSID_BYTES];
	int used = 0;
	int count = sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &bytes[4],
	                   &bytes[5], &used);

	for (int i = 0; count == BSSID_BYTES && i < BSSID_BYTES; i++)
		bssid[i] = (uint8_t)bytes[i];
	return count == BSSID_BYTES && used == 3 * BSSID_BYTES - 1 && text[used] == '\0';
}

static const char *unknown_field(const cJSON *network)
{
	static const char *const FIELDS[] = {"ssid", "password", "channel", "rssi", "bssid"};
	const cJSON *item;

	cJSON_ArrayForEach(item, network)
	{
		bool known = false;
		for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
			known = known || strcmp(item->string, FIELDS[i]) == 0;
		if (!known)
			return item->string;
	}
	return NULL;
}

/* NULL, or what is wrong with it. */
static const char *add(struct lb_air *air, const cJSON *network)
{
	const char *ssid = text_or(field(network, "ssid"), ""), *password = text_or(field(network, "password"), "");
	const char *bssid_text = text_or(field(network, "bssid"), "");
	uint8_t bssid[BSSID_BYTES];
	int channel, rssi_dbm;

	if (!cJSON_IsObject(network))
		return "is no object";
	if (unknown_field(network) != NULL)
		return "has a field that is not \"ssid\", \"password\", \"channel\", \"rssi\" or \"bssid\"";
	if (ssid == NULL || password == NULL || bssid_text == NULL)
		return "has an ssid, password or bssid that is no text";
	if (!number_or(field(network, "channel"), USUAL_CHANNEL, &channel) ||
	    !number_or(field(network, "rssi"), USUAL_RSSI_DBM, &rssi_dbm))
		return "has a channel or rssi that is no whole number";
	if (bssid_text[0] != '\0' && !parse_bssid(bssid_text, bssid))
		return "has a bssid that is not like 02:00:00:00:00:01";
	return lb_air_add(air, ssid, password, channel, rssi_dbm, bssid_text[0] != '\0' ? bssid : NULL);
}

/* The first network that is wrong is named by its place, for the file is written by hand. */
static void add_networks(struct lb_air *air, const cJSON *networks, char reason[LB_AIRFILE_REASON_BYTES])
{
	const cJSON *network;
	unsigned place = 0;

	cJSON_ArrayForEach(network, networks)
	{
		const char *wrong = add(air, network);

		place++;
		if (wrong != NULL) {
			snprintf(reason, LB_AIRFILE_REASON_BYTES, "network %u %s", place, wrong);
			return;
		}
	}
}

static void add_places(struct lb_air *air, const cJSON *behind, char reason[LB_AIRFILE_REASON_BYTES])
{
	const cJSON *place;

	cJSON_ArrayForEach(place, behind)
	{
		const char *wrong = lb_air_add_place(air, place->string, text_or(place, "") != NULL ? text_or(place, "") : "");

		if (wrong != NULL) {
			snprintf(reason, LB_AIRFILE_REASON_BYTES, "behind: \"%.60s\" %s", place->string, wrong);
			return;
		}
	}
}

static void set_visitors(struct lb_air *air, const cJSON *visitors, char reason[LB_AIRFILE_REASON_BYTES])
{
	const char *word = text_or(visitors, NULL);
	const char *wrong = visitors != NULL ? lb_air_set_visitors(air, word != NULL ? word : "") : NULL;

	if (wrong != NULL)
		snprintf(reason, LB_AIRFILE_REASON_BYTES, "visitors %s", wrong);
}

int lb_airfile_parse(const char *text, struct lb_air *air, char reason[LB_AIRFILE_REASON_BYTES])
{
	cJSON *file = cJSON_ParseWithOpts(text, NULL, true);
	const cJSON *networks = field(file, "networks"), *behind = field(file, "behind");

	*air = (struct lb_air){.has_behind = behind != NULL};
	reason[0] = '\0';
	if (!cJSON_IsArray(networks) || (behind != NULL && !cJSON_IsObject(behind)))
		snprintf(reason, LB_AIRFILE_REASON_BYTES,
		         "is not {\"networks\": [...]} or {\"networks\": [...], \"behind\": {...}}");
	else
		add_networks(air, networks, reason);
	if (reason[0] == '\0')
		add_places(air, behind, reason);
	if (reason[0] == '\0')
		set_visitors(air, field(file, "visitors"), reason);
	cJSON_Delete(file);
	return reason[0] == '\0' ? 0 : -1;
}

/* One that cannot be understood keeps the module from starting, unseen otherwise. */
static int read_open(int fd, const char *path, struct lb_air *air)
{
	char text[FILE_BYTES_MAX + 1], reason[LB_AIRFILE_REASON_BYTES];
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text));
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (got < 0) {
		lb_log_report("cannot read %s: %s", path, strerror(error));
		return -1;
	}
	if (got > FILE_BYTES_MAX) {
		lb_log_report("%s is longer than %d bytes", path, FILE_BYTES_MAX);
		return -1;
	}
	text[got] = '\0';
	if (lb_airfile_parse(text, air, reason) == 0)
		return 0;
	lb_log_report("%s: %s", path, reason);
	return -1;
}

int lb_airfile_read(const struct lb_folder *folder, const char *given, struct lb_air *air)
{
	char path[PATH_MAX];

	if (given != NULL && strcmp(given, "absent") == 0) {
		*air = (struct lb_air){.has_behind = true};
		return 0;
	}
	if (given != NULL)
		return read_open(open(given, O_RDONLY | O_CLOEXEC | O_NONBLOCK), given, air);
	int fd = openat(folder->fd, NAME, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		lb_air_default(air);
		return 0;
	}
	snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - (int)sizeof(NAME) - 1, folder->path, NAME);
	return read_open(fd, path, air);
}
