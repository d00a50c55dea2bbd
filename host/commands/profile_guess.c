#include "host/commands/profile_guess.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/client/tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { LINE_BYTES = 512, WORD_BYTES = 64, MOST_PIN = 23 };

/* The order of lb_profile_names. */
enum board { PYCOM, ESP32, ESP8266, PICO_W, BOARDS };

const char *const lb_profile_names[] = {"pycom", "esp32", "esp8266", "pico-w", NULL};

/* A module of one board's alone decides, where it is imported in any case; one that many have says only that it is not
 * Pycom's. A word in a comment decides between those others. */
enum weight { NONE, WORD, OTHERS, ITS_OWN };

static const struct {
	const char *module;
	enum board board;
	enum weight weight;
} modules[] = {
	{"pycom", PYCOM, ITS_OWN},        {"pysense", PYCOM, ITS_OWN},    {"pytrack", PYCOM, ITS_OWN},
	{"pycoproc", PYCOM, ITS_OWN},     {"pycoproc_1", PYCOM, ITS_OWN}, {"pycoproc_2", PYCOM, ITS_OWN},
	{"_pybytes", PYCOM, ITS_OWN},     {"esp32", ESP32, ITS_OWN},      {"espnow", ESP32, ITS_OWN},
	{"aioespnow", ESP32, ITS_OWN},    {"rp2", PICO_W, ITS_OWN},       {"_rp2", PICO_W, ITS_OWN},
	{"picozero", PICO_W, ITS_OWN},    {"esp", ESP32, OTHERS},         {"neopixel", ESP32, OTHERS},
	{"apa106", ESP32, OTHERS},        {"dht", ESP32, OTHERS},         {"onewire", ESP32, OTHERS},
	{"ds18x20", ESP32, OTHERS},       {"ntptime", ESP32, OTHERS},     {"umqtt", ESP32, OTHERS},
	{"urequests", ESP32, OTHERS},     {"requests", ESP32, OTHERS},    {"webrepl", ESP32, OTHERS},
	{"webrepl_setup", ESP32, OTHERS}, {"upip", ESP32, OTHERS},        {"mip", ESP32, OTHERS},
	{"ssd1306", ESP32, OTHERS},       {"logging", ESP32, OTHERS},     {"flashbdev", ESP32, OTHERS},
	{"inisetup", ESP32, OTHERS},
};

/* Pieces of text without spaces, by which a line tells as much. */
static const struct {
	const char *piece;
	enum board board;
	enum weight weight;
} pieces[] = {
	{"Pin('P", PYCOM, ITS_OWN},
	{"Pin(\"P", PYCOM, ITS_OWN},
	{"Pin('G1", PYCOM, ITS_OWN},
	{"Pin.exp_board", PYCOM, ITS_OWN},
	{"Pin.module", PYCOM, ITS_OWN},
	{"LoRa(", PYCOM, ITS_OWN},
	{"Sigfox(", PYCOM, ITS_OWN},
	{"networkimportLoRa", PYCOM, ITS_OWN},
	{"networkimportLTE", PYCOM, ITS_OWN},
	{"networkimportSigfox", PYCOM, ITS_OWN},
	{"networkimportServer", PYCOM, ITS_OWN},
	{"Pin('LED'", PICO_W, ITS_OWN},
	{"Pin(\"LED\"", PICO_W, ITS_OWN},
	{"Pin('GP", PICO_W, ITS_OWN},
	{"Pin(\"GP", PICO_W, ITS_OWN},
	{"WL_GPIO0", PICO_W, ITS_OWN},
	{"TouchPad(", ESP32, ITS_OWN},
	{"ADC.ATTN_", ESP32, OTHERS},
	{"SDCard(", ESP32, OTHERS},
	{"network.STA_IF", ESP32, OTHERS},
	{"network.AP_IF", ESP32, OTHERS},
	{"importSTA_IF", ESP32, OTHERS},
	{"importAP_IF", ESP32, OTHERS},
	{"Timer.PERIODIC", ESP32, OTHERS},
	{"Timer.ONE_SHOT", ESP32, OTHERS},
	{"PWM(Pin(", ESP32, OTHERS},
	{"scl=Pin(", ESP32, OTHERS},
	{".read_u16(", ESP32, OTHERS},
	{"dupterm(None,1)", ESP8266, OTHERS},
	{"Pin(25,", PICO_W, WORD},
	{"ADC(26", PICO_W, OTHERS},
	{"ADC(27", PICO_W, OTHERS},
	{"ADC(28", PICO_W, OTHERS},
	{"ADC(4)", PICO_W, OTHERS},
	{"ADC(0)", ESP8266, OTHERS},

};

/* Anywhere, also in comments. */
static const struct {
	const char *word;
	enum board board;
} words[] = {
	{"esp8266", ESP8266}, {"ESP8266", ESP8266}, {"NodeMCU", ESP8266},          {"D1 mini", ESP8266}, {"ESP32", ESP32},
	{"esp32", ESP32},     {"Pico W", PICO_W},   {"Raspberry Pi Pico", PICO_W}, {"RP2040", PICO_W},   {"pico", PICO_W},
};

struct search {
	const char *folder;
	enum weight weight[BOARDS];
	char why[BOARDS][sizeof(((struct lb_profile_guess *)NULL)->why)];
	const char *file;
	unsigned line;
};

static void note(struct search *search, enum board board, enum weight weight, const char *text)
{
	if (weight <= search->weight[board])
		return;
	search->weight[board] = weight;
	snprintf(search->why[board], sizeof(search->why[board]), "%.90s:%u: %.40s", search->file, search->line, text);
}

/* A module that the folder has itself says nothing. */
static bool has_own(const struct search *search, const char *module)
{
	static const char *const places[] = {"%s/%s.py", "%s/%s", "%s/lib/%s.py", "%s/lib/%s"};
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT(places); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(path, sizeof(path), places[i], search->folder, module);
#pragma GCC diagnostic pop
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static void note_module(struct search *search, const char *module, enum weight most)
{
	char text[WORD_BYTES + sizeof("import ")];

	if (has_own(search, module))
		return;
	snprintf(text, sizeof(text), "import %s", module);
	for (size_t i = 0; i < COUNT(modules); i++)
		if (strcmp(modules[i].module, module) == 0)
			note(search, modules[i].board, modules[i].weight < most ? modules[i].weight : most, text);
}

/* The name at text, up to a dot; returns where it ends. */
static const char *read_name(const char *text, char name[WORD_BYTES])
{
	size_t size = 0;

	while (isspace((unsigned char)*text))
		text++;
	while ((isalnum((unsigned char)text[size]) || text[size] == '_') && size < WORD_BYTES - 1)
		size++;
	snprintf(name, WORD_BYTES, "%.*s", (int)size, text);
	return text + size;
}

/* "import a, b.c as d" and "from a.b import c". */
static void read_import(struct search *search, const char *line)
{
	char word[WORD_BYTES], module[WORD_BYTES];
	const char *at = read_name(line, word);
	/* Within something else it may be one of several ways. */
	enum weight most = isspace((unsigned char)*line) ? OTHERS : ITS_OWN;

	if (strcmp(word, "from") == 0) {
		read_name(at, module);
		note_module(search, module, most);
	}
	if (strcmp(word, "import") != 0)
		return;
	for (; at != NULL; at = strchr(at, ',')) {
		read_name(*at == ',' ? ++at : at, module);
		note_module(search, module, most);
	}
}

/* A pin by a number that Lifeboat has not. */
static bool has_high_pin(const char *text)
{
	for (const char *at = strstr(text, "Pin("); at != NULL; at = strstr(at + 1, "Pin("))
		if (isdigit((unsigned char)at[4]) && strtol(at + 4, NULL, 10) > MOST_PIN)
			return true;
	return false;
}

static void read_line(struct search *search, const char *line)
{
	char dense[LINE_BYTES];
	size_t size = 0;

	read_import(search, line);
	for (const char *at = line; *at != '\0' && *at != '#' && size < sizeof(dense) - 1; at++)
		if (!isspace((unsigned char)*at))
			dense[size++] = *at;
	dense[size] = '\0';
	for (size_t i = 0; i < COUNT(words); i++)
		if (strstr(line, words[i].word) != NULL)
			note(search, words[i].board, WORD, words[i].word);
	for (size_t i = 0; i < COUNT(pieces); i++)
		if (strstr(dense, pieces[i].piece) != NULL)
			note(search, pieces[i].board, pieces[i].weight, pieces[i].piece);
	if (has_high_pin(dense))
		note(search, ESP32, OTHERS, dense);
}

static bool visit(struct lb_tree *tree)
{
	struct search *search = tree->ctx;
	char line[LINE_BYTES];
	size_t size = strlen(tree->path);
	FILE *file = NULL;

	if (!lb_tree_is_folder(tree) && size > 3 && strcmp(tree->path + size - 3, ".py") == 0)
		file = fopen(tree->host, "re");
	if (file == NULL)
		return true;
	search->file = tree->path + 1;
	search->line = 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		search->line++;
		read_line(search, line);
	}
	fclose(file);
	return true;
}

static bool has(const struct search *search, enum board board, enum weight weight)
{
	return search->weight[board] >= weight;
}

/* Pycom's own names count before all others: a script for its modules may import more. A pin or a module that is not
 * Pycom's is one of the ESP32's, unless words tell another board. */
static enum board choose(const struct search *search)
{
	static const enum board order[] = {PYCOM, PICO_W, ESP32, ESP8266};

	for (size_t i = 0; i < COUNT(order); i++)
		if (has(search, order[i], ITS_OWN))
			return order[i];
	for (size_t i = 1; i < COUNT(order); i++)
		if (order[i] != ESP32 && has(search, order[i], OTHERS))
			return order[i];
	if (!has(search, ESP32, OTHERS))
		return PYCOM;
	if (has(search, ESP8266, WORD) && !has(search, PICO_W, WORD))
		return ESP8266;
	return has(search, PICO_W, WORD) && !has(search, ESP8266, WORD) ? PICO_W : ESP32;
}

void lb_profile_guess(const char *folder, struct lb_profile_guess *guess)
{
	char reason[LB_TREE_REASON_BYTES];
	struct search search = {.folder = folder};
	struct lb_tree tree = {.visit = visit, .ctx = &search, .reason = reason};

	lb_tree_walk(&tree, folder);
	enum board board = choose(&search);
	guess->name = lb_profile_names[board];
	snprintf(guess->why, sizeof(guess->why), "%s", board == PYCOM ? "" : search.why[board]);
}
