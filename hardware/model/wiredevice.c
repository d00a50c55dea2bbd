#include "hardware/model/wiredevice.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEX = 16,
	BITS = 8,
	WORDS = 4,
	PLACES = 10000, /* numbers are read in so many parts of one */
	ROM_BITS = BITS * LB_WIREDEVICE_ROM_BYTES,
	PAD_BITS = BITS * LB_WIREDEVICE_PAD_BYTES,
	PAD_WRITTEN = 3 * BITS, /* alarms and configuration */
	/* Microseconds: what a pulse of the module's means. */
	RESET_US = 300,
	ZERO_US = 25,
	DHT_START_US = 800,
};

enum { FAMILY_DS18S20 = 0x10, FAMILY_DS1822 = 0x22, FAMILY_DS18B20 = 0x28 };

enum { SEARCH_ROM = 0xF0, READ_ROM = 0x33, MATCH_ROM = 0x55, SKIP_ROM = 0xCC };
enum { CONVERT = 0x44, READ_PAD = 0xBE, WRITE_PAD = 0x4E, COPY_PAD = 0x48, RECALL = 0xB8, READ_POWER = 0xB4 };

/* --- its file --- */

static uint8_t crc8(const uint8_t *bytes, size_t count)
{
	uint8_t crc = 0;

	for (size_t i = 0; i < count * BITS; i++) {
		const bool odd = ((crc ^ bytes[i / BITS] >> i % BITS) & 1) != 0;

		crc = (uint8_t)(crc >> 1 ^ (odd ? 0x8C : 0));
	}
	return crc;
}

/* "-3.25" in parts of one. */
static bool parse_decimal(struct lb_devicefile *file, const char *text, long least, long most, long *parts)
{
	const bool minus = *text == '-';
	char *end;
	long whole = 0, weight = PLACES;

	if (minus)
		text++;
	bool good = *text >= '0' && *text <= '9';
	whole = good ? strtol(text, &end, 10) : 0;
	*parts = whole < 1000 ? whole * PLACES : LONG_MAX;
	if (good && *end == '.')
		for (end++; *end >= '0' && *end <= '9' && weight > 1; end++)
			*parts += (*end - '0') * (weight /= 10);
	good = good && *end == '\0' && whole < 1000;
	*parts = minus ? -*parts : *parts;
	if (good && *parts >= least * PLACES && *parts <= most * PLACES)
		return true;
	return lb_devicefile_refuse(file, "\"%.20s\" is no number from %ld to %ld, with up to four decimals", text - minus,
	                            least, most);
}

/* "28-0000056789AB", as Linux names a sensor; without it one made of its place in the file. */
static bool read_rom(struct lb_devicefile *file, const char *text, uint8_t family, size_t place, uint8_t *rom)
{
	enum { FAMILY_DIGITS = 2, SERIAL_DIGITS = 12 };
	char *end;
	const char *serial = text != NULL ? text + FAMILY_DIGITS + 1 : "";
	uint64_t number = 0x4C420000u + place + 1;

	if (text != NULL) {
		if (strlen(text) != FAMILY_DIGITS + 1 + SERIAL_DIGITS || text[FAMILY_DIGITS] != '-' ||
		    strspn(serial, "0123456789abcdefABCDEF") != SERIAL_DIGITS || strtol(text, &end, HEX) != family ||
		    end != text + FAMILY_DIGITS)
			return lb_devicefile_refuse(file, "\"%.40s\" is no address such as %02X-0000056789AB", text, family);
		number = strtoull(serial, NULL, HEX);
	}
	rom[0] = family;
	for (int i = 1; i < LB_WIREDEVICE_ROM_BYTES - 1; i++, number >>= BITS)
		rom[i] = (uint8_t)number;
	rom[LB_WIREDEVICE_ROM_BYTES - 1] = crc8(rom, LB_WIREDEVICE_ROM_BYTES - 1);
	return true;
}

static void put_temperature(struct lb_wiredevice_sensor *sensor, int raw)
{
	sensor->pad[0] = (uint8_t)raw;
	sensor->pad[1] = (uint8_t)((unsigned)raw >> BITS);
	sensor->pad[LB_WIREDEVICE_PAD_BYTES - 1] = crc8(sensor->pad, LB_WIREDEVICE_PAD_BYTES - 1);
}

/* Until its first conversion it says 85 degrees. */
static bool read_thermometer(struct lb_wiredevice *device, struct lb_devicefile *file, uint8_t family, char **words,
                             size_t count)
{
	static const uint8_t pad[LB_WIREDEVICE_PAD_BYTES] = {0, 0, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10};
	enum { LEAST = -55, MOST = 125, POWER_ON = 85, PER_DEGREE = 16, PER_DEGREE_S = 2 };
	const int per_degree = family == FAMILY_DS18S20 ? PER_DEGREE_S : PER_DEGREE;
	long parts;

	if (count < 2 || count > 3)
		return lb_devicefile_refuse(file, "is not like \"ds18b20 21.5\" or \"ds18b20 21.5 28-0000056789AB\"");
	if (device->count == LB_WIREDEVICE_SENSORS)
		return lb_devicefile_refuse(file, "is one sensor too many: there may be %d", LB_WIREDEVICE_SENSORS);
	struct lb_wiredevice_sensor *sensor = &device->sensors[device->count];
	if (!parse_decimal(file, words[1], LEAST, MOST, &parts) ||
	    !read_rom(file, count > 2 ? words[2] : NULL, family, device->count, sensor->rom))
		return false;
	for (size_t i = 0; i < device->count; i++)
		if (memcmp(device->sensors[i].rom, sensor->rom, LB_WIREDEVICE_ROM_BYTES) == 0)
			return lb_devicefile_refuse(file, "has the address of another sensor");
	memcpy(sensor->pad, pad, sizeof(pad));
	const long scaled = parts * per_degree;
	sensor->measured = (int16_t)((scaled + (scaled < 0 ? -PLACES / 2 : PLACES / 2)) / PLACES);
	put_temperature(sensor, POWER_ON * per_degree);
	device->count++;
	return true;
}

static bool read_dht(struct lb_wiredevice *device, struct lb_devicefile *file, bool is_dht22, char **words,
                     size_t count)
{
	enum { TENTHS = PLACES / 10, SIGN = 0x80 };
	long degrees, percent;

	if (count != 3)
		return lb_devicefile_refuse(file, "is not like \"dht22 22.5 41.0\": degrees and percent");
	if (!parse_decimal(file, words[1], is_dht22 ? -40 : 0, is_dht22 ? 80 : 50, &degrees) ||
	    !parse_decimal(file, words[2], 0, 100, &percent))
		return false;
	const unsigned warm = (unsigned)(labs(degrees) / TENTHS), wet = (unsigned)(percent / TENTHS);
	uint8_t *dht = device->dht;
	dht[0] = (uint8_t)(is_dht22 ? wet >> BITS : wet / 10);
	dht[1] = (uint8_t)(is_dht22 ? wet : wet % 10);
	dht[2] = (uint8_t)(is_dht22 ? warm >> BITS | (degrees < 0 ? SIGN : 0) : warm / 10);
	dht[3] = (uint8_t)(is_dht22 ? warm : warm % 10);
	dht[4] = (uint8_t)(dht[0] + dht[1] + dht[2] + dht[3]);
	device->is_dht = true;
	return true;
}

static size_t split(char *text, char *words[WORDS])
{
	size_t count = 0;
	char *rest;

	for (char *word = strtok_r(text, " \t", &rest); word != NULL && count < WORDS; word = strtok_r(NULL, " \t", &rest))
		words[count++] = word;
	return count;
}

static bool read_line(struct lb_wiredevice *device, struct lb_devicefile *file)
{
	static const struct {
		const char *name;
		uint8_t family; /* 0: a DHT */
	} kinds[] = {{"ds18b20", FAMILY_DS18B20},
	             {"ds18s20", FAMILY_DS18S20},
	             {"ds1822", FAMILY_DS1822},
	             {"dht11", 0},
	             {"dht22", 0}};
	char *words[WORDS];
	const size_t count = split(file->text, words);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(words[0], kinds[i].name) != 0)
			continue;
		if (device->is_dht || (kinds[i].family == 0 && device->count > 0))
			return lb_devicefile_refuse(file, "is not alone on its wire, as a DHT has to be");
		return kinds[i].family != 0 ? read_thermometer(device, file, kinds[i].family, words, count) :
		                              read_dht(device, file, strcmp(words[0], "dht22") == 0, words, count);
	}
	return lb_devicefile_refuse(file, "\"%.40s\" is none of ds18b20, ds18s20, ds1822, dht11 and dht22", words[0]);
}

bool lb_wiredevice_read(struct lb_wiredevice *device, struct lb_devicefile *file)
{
	while (lb_devicefile_next(file))
		if (!read_line(device, file))
			return false;
	if (file->reason[0] == '\0' && device->count == 0 && !device->is_dht)
		return lb_devicefile_refuse(file, "there is no sensor in it");
	return file->reason[0] == '\0';
}

/* --- 1-Wire --- */

static bool bit_of(const uint8_t *bytes, unsigned at)
{
	return (bytes[at / BITS] >> at % BITS & 1) != 0;
}

static void enter(struct lb_wiredevice_sensor *sensor, enum lb_wiredevice_state state)
{
	sensor->state = state;
	sensor->at = sensor->phase = 0;
	sensor->heard = 0;
}

static void send(struct lb_wiredevice_sensor *sensor, const uint8_t *bytes, unsigned bits,
                 enum lb_wiredevice_state then)
{
	enter(sensor, LB_WIREDEVICE_SEND);
	sensor->sends = bytes;
	sensor->send_bits = bits;
	sensor->then = then;
}

static void obey_rom(struct lb_wiredevice_sensor *sensor, uint8_t command)
{
	switch (command) {
	case SEARCH_ROM: enter(sensor, LB_WIREDEVICE_SEARCH); break;
	case MATCH_ROM: enter(sensor, LB_WIREDEVICE_MATCH); break;
	case SKIP_ROM: enter(sensor, LB_WIREDEVICE_FUNCTION); break;
	case READ_ROM: send(sensor, sensor->rom, ROM_BITS, LB_WIREDEVICE_FUNCTION); break;
	default: enter(sensor, LB_WIREDEVICE_IDLE); break;
	}
}

/* A conversion, a copy and a recall are over at once; that, and an own supply, is told by ones: letting go. */
static void obey(struct lb_wiredevice_sensor *sensor, uint8_t command)
{
	enter(sensor, LB_WIREDEVICE_IDLE);
	if (command == CONVERT)
		put_temperature(sensor, sensor->measured);
	else if (command == READ_PAD)
		send(sensor, sensor->pad, PAD_BITS, LB_WIREDEVICE_IDLE);
	else if (command == WRITE_PAD)
		enter(sensor, LB_WIREDEVICE_WRITE_PAD);
}

/* A byte of the module's is whole. */
static void hear_byte(struct lb_wiredevice_sensor *sensor)
{
	const uint8_t byte = sensor->heard;

	sensor->heard = 0;
	if (sensor->state == LB_WIREDEVICE_ROM_COMMAND) {
		obey_rom(sensor, byte);
	} else if (sensor->state == LB_WIREDEVICE_FUNCTION) {
		obey(sensor, byte);
	} else if (sensor->state == LB_WIREDEVICE_WRITE_PAD) {
		sensor->pad[1 + sensor->at / BITS] = byte;
		sensor->pad[LB_WIREDEVICE_PAD_BYTES - 1] = crc8(sensor->pad, LB_WIREDEVICE_PAD_BYTES - 1);
		if (sensor->at == PAD_WRITTEN)
			enter(sensor, LB_WIREDEVICE_IDLE);
	}
}

/* Who is not meant is silent until the next reset. */
static void compare_rom(struct lb_wiredevice_sensor *sensor, bool bit)
{
	if (bit != bit_of(sensor->rom, sensor->at))
		enter(sensor, LB_WIREDEVICE_IDLE);
	else if (++sensor->at == ROM_BITS)
		enter(sensor, LB_WIREDEVICE_FUNCTION);
	sensor->phase = 0;
}

static void hear(struct lb_wiredevice_sensor *sensor, bool bit)
{
	if (sensor->state == LB_WIREDEVICE_MATCH || sensor->state == LB_WIREDEVICE_SEARCH) {
		compare_rom(sensor, bit);
		return;
	}
	sensor->heard |= (uint8_t)(bit << sensor->at % BITS);
	sensor->at++;
	if (sensor->at % BITS == 0)
		hear_byte(sensor);
}

/* A slot begins: does the sensor pull the wire low in it? */
static bool pulls(struct lb_wiredevice_sensor *sensor)
{
	bool bit = true;

	sensor->spoke = true;
	if (sensor->state == LB_WIREDEVICE_SEARCH && sensor->phase < 2) {
		bit = bit_of(sensor->rom, sensor->at) != (sensor->phase == 1);
		sensor->phase++;
	} else if (sensor->state == LB_WIREDEVICE_SEND) {
		bit = bit_of(sensor->sends, sensor->at);
		if (++sensor->at == sensor->send_bits)
			enter(sensor, sensor->then);
	} else {
		sensor->spoke = sensor->state == LB_WIREDEVICE_IDLE;
	}
	return !bit;
}

static unsigned begin_slot(struct lb_wiredevice *device, uint16_t *wave)
{
	enum { HOLD_US = 30 };
	bool low = false;

	for (size_t i = 0; i < device->count; i++)
		low = pulls(&device->sensors[i]) || low;
	wave[0] = 0;
	wave[1] = HOLD_US;
	return low ? 2 : 0;
}

static unsigned reset(struct lb_wiredevice *device, uint16_t *wave)
{
	enum { PRESENCE_AFTER_US = 30, PRESENCE_US = 120 };

	for (size_t i = 0; i < device->count; i++)
		enter(&device->sensors[i], LB_WIREDEVICE_ROM_COMMAND);
	wave[0] = PRESENCE_AFTER_US;
	wave[1] = PRESENCE_US;
	return 2;
}

/* --- DHT --- */

static unsigned send_dht(const uint8_t dht[5], uint16_t *wave)
{
	enum { AFTER_US = 30, READY_US = 80, GAP_US = 50, ZERO_LASTS_US = 26, ONE_LASTS_US = 70, SENT_BITS = 40 };
	unsigned count = 0;

	wave[count++] = AFTER_US;
	wave[count++] = READY_US;
	wave[count++] = READY_US;
	for (unsigned i = 0; i < SENT_BITS; i++) {
		wave[count++] = GAP_US;
		wave[count++] = (dht[i / BITS] >> (BITS - 1 - i % BITS) & 1) != 0 ? ONE_LASTS_US : ZERO_LASTS_US;
	}
	wave[count++] = GAP_US;
	return count;
}

unsigned lb_wiredevice_change(struct lb_wiredevice *device, bool low, uint32_t since_us, uint16_t wave[WIRE_WAVE_EDGES])
{
	if (device->is_dht) {
		if (low)
			return 0;
		return since_us >= DHT_START_US ? send_dht(device->dht, wave) : WIRE_WAVE_KEPT;
	}
	if (low)
		return begin_slot(device, wave);
	if (since_us >= RESET_US)
		return reset(device, wave);
	for (size_t i = 0; i < device->count; i++)
		if (!device->sensors[i].spoke)
			hear(&device->sensors[i], since_us < ZERO_US);
	return WIRE_WAVE_KEPT;
}
