/* Simulated devices: their files, good and bad, and what they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hardware/model/device.h"
#include "hardware/model/i2cdevice.h"
#include "hardware/model/spidevice.h"
#include "hardware/model/uartdevice.h"
#include "hardware/model/wiredevice.h"

/* The model of a text that must be good; to be freed. */
static void *read_good(enum lb_device_kind kind, const char *text)
{
	struct lb_devicefile file;
	void *device = calloc(1, lb_device_bytes(kind));

	lb_devicefile_open(&file, text, strlen(text));
	const bool good = lb_device_read(kind, device, &file);
	assert_string_equal(file.reason, "");
	assert_true(good);
	return device;
}

/* --- the reader --- */

/* Each is one line of its kind that is wrong, behind two that are good. */
static const struct {
	enum lb_device_kind kind;
	const char *good, *bad, *reason;
} bad_lines[] = {
	{LB_DEVICE_UART, "send hello", "sendx hello", "is none of"},
	{LB_DEVICE_UART, "send hello", "AT= > OK", "is none of"},
	{LB_DEVICE_UART, "send hello", "=> OK", "is none of"},
	{LB_DEVICE_UART, "send hello", "every", "is no time"},
	{LB_DEVICE_UART, "send hello", "every 5", "is no time"},
	{LB_DEVICE_UART, "send hello", "every -5ms", "is no time"},
	{LB_DEVICE_UART, "send hello", "every 5 ms", "is no time"},
	{LB_DEVICE_UART, "send hello", "every 5ms", "is less than 10 ms"},
	{LB_DEVICE_UART, "send hello", "every 3601s", "is no time"},
	{LB_DEVICE_UART, "send hello", "every 99999999999999999999s", "is no time"},
	{LB_DEVICE_UART, "send hello", "after soon", "is no time"},
	{LB_DEVICE_UART, "send hello", "send \\q", "is none of \\r"},
	{LB_DEVICE_UART, "send hello", "send \\x4", "is none of \\r"},
	{LB_DEVICE_UART, "send hello", "send \\", "is none of \\r"},
	{LB_DEVICE_UART, "send hello", "send hex:", "has no bytes"},
	{LB_DEVICE_UART, "send hello", "send hex: 4", "two hexadecimal digits"},
	{LB_DEVICE_UART, "send hello", "hex: 123 => OK", "two hexadecimal digits"},
	{LB_DEVICE_UART, "send hello", "AT => hex: 0x41", "two hexadecimal digits"},
	{LB_DEVICE_UART, "send hello", "send \x01", "control character"},
	{LB_DEVICE_I2C, "D0: 60", "D0 60", "is none of"},
	{LB_DEVICE_I2C, "D0: 60", "100: 60", "no number from 0 to FF"},
	{LB_DEVICE_I2C, "D0: 60", "-1: 60", "no number from 0 to FF"},
	{LB_DEVICE_I2C, "D0: 60", ": 60", "no number from 0 to FF"},
	{LB_DEVICE_I2C, "D0: 60", "0x1: 60", "no number from 0 to FF"},
	{LB_DEVICE_I2C, "D0: 60", "D1:", "has no bytes"},
	{LB_DEVICE_I2C, "D0: 60", "D1: 6", "two hexadecimal digits"},
	{LB_DEVICE_I2C, "D0: 60", "D1: 600", "two hexadecimal digits"},
	{LB_DEVICE_I2C, "D0: 60", "FF: 01 02", "beyond the last register"},
	{LB_DEVICE_I2C, "D0: 60", "fixed FF: 01 02", "beyond the last register"},
	{LB_DEVICE_I2C, "D0: 60", "pointer 16", "too late"},
	{LB_DEVICE_I2C, "D0: 60", "width 2", "too late"},
	{LB_DEVICE_I2C, "D0: 60", "fill FF", "too late"},
	{LB_DEVICE_I2C, "width 2", "pointer 12", "8 or 16 bits"},
	{LB_DEVICE_I2C, "width 2", "pointer", "no number"},
	{LB_DEVICE_I2C, "pointer 16", "width 3", "no number from 1 to 2"},
	{LB_DEVICE_I2C, "pointer 16", "10000: 00", "no number from 0 to FFFF"},
	{LB_DEVICE_I2C, "pointer 16", "fill FF 00", "one byte"},
	{LB_DEVICE_I2C, "D0: 60", "AC 33 =>", "has no bytes"},
	{LB_DEVICE_I2C, "D0: 60", "** => 00", "two hexadecimal digits"},
	{LB_DEVICE_I2C, "D0: 60", "01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 11 => 00", "more than 16"},
	{LB_DEVICE_SPI, "9F => EF 40 18", "9F EF", "is none of"},
	{LB_DEVICE_SPI, "9F => EF 40 18", "9F => E", "two hexadecimal digits"},
	{LB_DEVICE_SPI, "9F => EF 40 18", "9 => EF", "two hexadecimal digits"},
	{LB_DEVICE_SPI, "9F => EF 40 18", "idle", "has no bytes"},
	{LB_DEVICE_SPI, "9F => EF 40 18", "idle FF FF", "more than one byte"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b21 21.5", "is none of ds18b20"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20", "is not like"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 21.5 28-0000056789AB x", "is not like"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 warm", "no number from -55 to 125"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 125.1", "no number from -55 to 125"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 -55.0001", "no number from -55 to 125"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 1.00001", "no number from -55 to 125"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 --1", "no number from -55 to 125"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 99999999999999999999", "no number from -55 to 125"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 1 28-0000056789A", "is no address"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 1 10-0000056789AB", "is no address"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "ds18b20 1 28-0000056789AG", "is no address"},
	{LB_DEVICE_WIRE, "ds18b20 21.5 28-0000056789AB", "ds18b20 1 28-0000056789ab", "of another sensor"},
	{LB_DEVICE_WIRE, "ds18b20 21.5", "dht22 22.5 41", "not alone"},
	{LB_DEVICE_WIRE, "dht11 22 41", "ds18b20 21.5", "not alone"},
	{LB_DEVICE_WIRE, "dht11 22 41", "dht11 22 41", "not alone"},
};

static void each_mistake_is_one_line_that_says_where(void **state)
{
	char text[256];
	struct lb_devicefile file;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		void *device = calloc(1, lb_device_bytes(bad_lines[i].kind));

		snprintf(text, sizeof(text), "# a comment\n%s\n%s\nand more\n", bad_lines[i].good, bad_lines[i].bad);
		lb_devicefile_open(&file, text, strlen(text));
		if (lb_device_read(bad_lines[i].kind, device, &file))
			fail_msg("\"%s\" was read", bad_lines[i].bad);
		if (strstr(file.reason, bad_lines[i].reason) == NULL || strchr(file.reason, '\n') != NULL || file.line != 3)
			fail_msg("\"%s\": line %u: %s", bad_lines[i].bad, file.line, file.reason);
		free(device);
	}
}

static void too_much_is_refused(void **state)
{
	static char text[70000];
	struct lb_devicefile file;
	struct lb_uartdevice *device = calloc(1, sizeof(*device));

	(void)state;
	for (size_t lines = 0; lines < 65; lines++)
		strcat(text, "send x\n");
	lb_devicefile_open(&file, text, strlen(text));
	assert_false(lb_uartdevice_read(device, &file));
	assert_int_equal(file.line, 65);
	memset(text, 'x', 2000);
	memcpy(text, "send ", 5);
	text[2000] = '\0';
	lb_devicefile_open(&file, text, strlen(text));
	assert_false(lb_uartdevice_read(device, &file));
	assert_non_null(strstr(file.reason, "longer"));
	text[600] = '\0';
	lb_devicefile_open(&file, text, strlen(text));
	assert_false(lb_uartdevice_read(device, &file));
	assert_non_null(strstr(file.reason, "more than 256 bytes"));
	text[5 + 255] = '\0'; /* 255 bytes, and CR LF */
	lb_devicefile_open(&file, text, strlen(text));
	assert_false(lb_uartdevice_read(device, &file));
	text[5 + 254] = '\0';
	lb_devicefile_open(&file, text, strlen(text));
	assert_true(lb_uartdevice_read(device, &file));
	assert_int_equal(device->sends[0].what.count, 256);
	free(device);
}

/* Files in which some bytes are others: whatever comes of it, it is a device or one line. */
static void any_bytes_are_read_or_refused(void **state)
{
	static const char *const texts[LB_DEVICE_KINDS] = {
		[LB_DEVICE_UART] = "every 20ms\nsend \\x41b\nafter 2s\nAT+C => +C: 1\nhex: FF 01 => hex: 02 # x\n",
		[LB_DEVICE_I2C] = "pointer 16\nwidth 2\nfill FF\nD0: 60 12\nfixed FFFF: 01\nAC 33 => 1C 00\n* => 00\n",
		[LB_DEVICE_WIRE] = "ds18b20 21.5\nds18s20 -3.25 10-0000056789AB # x\nds1822 1\n",
		[LB_DEVICE_SPI] = "idle FF\n9F => EF 40 18\n03 00 => 01\n* => 07 # all\n",
	};
	unsigned seed = 1;

	(void)state;
	for (unsigned round = 0; round < 30000; round++) {
		const enum lb_device_kind kind = (enum lb_device_kind)(round % LB_DEVICE_KINDS);
		const size_t size_bytes = strlen(texts[kind]);
		char *text = malloc(size_bytes);
		void *device = calloc(1, lb_device_bytes(kind));
		struct lb_devicefile file;

		memcpy(text, texts[kind], size_bytes);
		for (int i = 0; i < 4; i++) {
			seed = seed * 1103515245u + 12345u;
			text[(seed >> 8) % size_bytes] = i < 3 ? texts[kind][(seed >> 16) % size_bytes] : (char)(seed >> 24);
		}
		lb_devicefile_open(&file, text, (seed >> 4) % (size_bytes + 1));
		const bool good = lb_device_read(kind, device, &file);
		assert_int_equal(good, file.reason[0] == '\0');
		assert_null(strchr(file.reason, '\n'));
		free(device);
		free(text);
	}
}

static void places(void **state)
{
	struct lb_device_place place;

	(void)state;
	assert_string_equal(lb_device_find_place(LB_DEVICE_UART, "2=a=b", &place), "a=b");
	assert_int_equal(place.number, 2);
	assert_null(lb_device_find_place(LB_DEVICE_UART, "0=a", &place));
	assert_null(lb_device_find_place(LB_DEVICE_UART, "3=a", &place));
	assert_null(lb_device_find_place(LB_DEVICE_UART, "1=", &place));
	assert_null(lb_device_find_place(LB_DEVICE_UART, "11=a", &place));
	assert_null(lb_device_find_place(LB_DEVICE_UART, "", &place));
	assert_string_equal(lb_device_find_place(LB_DEVICE_I2C, "2:0x76=f", &place), "f");
	assert_int_equal(place.number, 2);
	assert_int_equal(place.address, 0x76);
	assert_string_equal(lb_device_find_place(LB_DEVICE_I2C, "0:60=absent", &place), "absent");
	assert_int_equal(place.address, 60);
	assert_string_equal(lb_device_find_place(LB_DEVICE_I2C, "0=absent", &place), "absent");
	assert_int_equal(place.address, 0);
	static const char *const bad[] = {"0=f",     "0:0x7=f",  "0:0x78=f", "0:=f",      "0:-9=f",  "0: 9=f", "0:0x76f=f",
	                                  "0:0x76=", "3:0x76=f", "0:0x76",   "0:0x176=f", ":0x76=f", "0:"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (lb_device_find_place(LB_DEVICE_I2C, bad[i], &place) != NULL)
			fail_msg("%s", bad[i]);
	assert_string_equal(lb_device_find_place(LB_DEVICE_SPI, "0=f", &place), "f");
	assert_null(lb_device_find_place(LB_DEVICE_SPI, "0:8=f", &place));
	assert_string_equal(lb_device_find_place(LB_DEVICE_WIRE, "P23=f", &place), "f");
	assert_int_equal(place.number, 23);
	assert_null(lb_device_find_place(LB_DEVICE_WIRE, "P24=f", &place));
	assert_null(lb_device_find_place(LB_DEVICE_WIRE, "P4", &place));
	assert_null(lb_device_find_place(LB_DEVICE_WIRE, "=f", &place));
}

/* --- a UART's --- */

static const struct lb_uartdevice_answer *hear(struct lb_uartdevice *device, const char *bytes, size_t size_bytes)
{
	const struct lb_uartdevice_answer *answer = NULL;

	for (size_t i = 0; i < size_bytes; i++) {
		assert_null(answer);
		answer = lb_uartdevice_hear(device, (uint8_t)bytes[i]);
	}
	return answer;
}

static void assert_says(const struct lb_devicefile_bytes *what, const char *text)
{
	assert_int_equal(what->count, strlen(text));
	assert_memory_equal(what->bytes, text, what->count);
}

static void a_uart_device_sends_in_turn(void **state)
{
	struct lb_uartdevice *device =
		read_good(LB_DEVICE_UART, "send one # not this\r\nevery 2s\n\n  send  two\\x00\\n\n");

	(void)state;
	for (int round = 0; round < 2; round++) {
		const struct lb_uartdevice_send *one = lb_uartdevice_next(device);
		assert_int_equal(one->every_ms, LB_UARTDEVICE_USUAL_MS);
		assert_says(&one->what, "one\r\n");
		const struct lb_uartdevice_send *two = lb_uartdevice_next(device);
		assert_int_equal(two->every_ms, 2000);
		assert_int_equal(two->what.count, 7);
		assert_memory_equal(two->what.bytes, "two\0\n\r\n", 7);
	}
	free(device);
	device = read_good(LB_DEVICE_UART, "AT => OK");
	assert_null(lb_uartdevice_next(device));
	free(device);
}

static void a_uart_device_answers(void **state)
{
	struct lb_uartdevice *device =
		read_good(LB_DEVICE_UART, "AT+CSQ => +CSQ: 20,99\nafter 300ms\nAT => OK\nAT+X => never\n"
	                              "hex: FF 0A 01 => hex: 02\nquiet =>\n");

	(void)state;
	assert_says(&hear(device, "AT+CSQ\r", 7)->what, "+CSQ: 20,99\r\n");
	assert_null(hear(device, "\n", 1));
	const struct lb_uartdevice_answer *ok = hear(device, "AT+X\r", 5);
	assert_says(&ok->what, "OK\r\n");
	assert_int_equal(ok->after_ms, 300);
	assert_null(hear(device, "\nat\r\nA", 6));
	assert_says(&hear(device, "T\n", 2)->what, "OK\r\n");
	assert_null(hear(device, "xAT\n", 4));
	const struct lb_uartdevice_answer *bytes = hear(device, "\x01\xFF\n\x01", 4);
	assert_int_equal(bytes->what.count, 1);
	assert_int_equal(bytes->what.bytes[0], 2);
	assert_says(&hear(device, "quiet\n", 6)->what, "\r\n");
	for (int i = 0; i < 1000; i++)
		assert_null(lb_uartdevice_hear(device, 'A'));
	assert_null(hear(device, "T\n", 2));
	free(device);
}

/* --- I2C --- */

static void put(struct lb_i2cdevice *device, const char *bytes, size_t size_bytes)
{
	lb_i2cdevice_start(device, false);
	for (size_t i = 0; i < size_bytes; i++)
		lb_i2cdevice_put(device, (uint8_t)bytes[i]);
}

static void assert_gets(struct lb_i2cdevice *device, const char *bytes, size_t size_bytes)
{
	lb_i2cdevice_start(device, true);
	for (size_t i = 0; i < size_bytes; i++)
		assert_int_equal(lb_i2cdevice_get(device), (uint8_t)bytes[i]);
}

static void registers_are_read_and_written(void **state)
{
	struct lb_i2cdevice *device = read_good(LB_DEVICE_I2C, "D0: 60\nfixed F7: 50 00 80 # measured\n");

	(void)state;
	assert_gets(device, "\0", 1);
	put(device, "\xD0", 1);
	assert_gets(device, "\x60\0\0", 3);
	put(device, "\xF6\1\2\3\4\5", 6);
	assert_gets(device, "\0", 1);
	put(device, "\xF6", 1);
	assert_gets(device, "\1\x50\0\x80\5", 5);
	put(device, "\xFF\7\x08", 3); /* the numbers begin again */
	put(device, "\xFF", 1);
	assert_gets(device, "\7\x08", 2);
	free(device);
}

static void registers_of_16_bits_by_numbers_of_16_bits(void **state)
{
	struct lb_i2cdevice *device = read_good(LB_DEVICE_I2C, "pointer 16\nfill FF\n0102: AA BB\n");

	(void)state;
	put(device, "\1\2", 2);
	assert_gets(device, "\xAA\xBB\xFF", 3);
	put(device, "\xFF\xFF\1\2", 4);
	put(device, "\xFF\xFF", 2);
	assert_gets(device, "\1\2", 2);
	free(device);
	device = read_good(LB_DEVICE_I2C, "width 2\n01: 85 83 12\n");
	put(device, "\1", 1);
	assert_gets(device, "\x85\x83\x12\0", 4);
	put(device, "\2\xAB\xCD", 3);
	put(device, "\2", 1);
	assert_gets(device, "\xAB\xCD", 2);
	free(device);
}

static void commands_are_answered(void **state)
{
	struct lb_i2cdevice *device = read_good(LB_DEVICE_I2C, "AC 33 => 1C 80\nAC => 07\n24 00 => 01 02 03\n10: 55\n");

	(void)state;
	put(device, "\xAC\x33\0", 3);
	assert_gets(device, "\x1C", 1);
	assert_gets(device, "\x1C\x80\xFF", 3);
	put(device, "\xAC\x34", 2);
	assert_gets(device, "\7", 1);
	put(device, "\x24", 1); /* half a command is a register's number */
	assert_gets(device, "\0", 1);
	put(device, "\x10", 1);
	assert_gets(device, "\x55", 1);
	free(device);
	device = read_good(LB_DEVICE_I2C, "* => 42\n");
	assert_gets(device, "\x42\xFF", 2);
	free(device);
}

/* --- SPI --- */

static void assert_swaps(struct lb_spidevice *device, const char *out, const char *in, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		assert_int_equal(lb_spidevice_swap(device, (uint8_t)out[i]), (uint8_t)in[i]);
}

static void an_spi_device_answers_since_it_was_selected(void **state)
{
	struct lb_spidevice *device = read_good(LB_DEVICE_SPI, "idle FF\n9F => EF 40 18\n03 00 => 11\n03 => 22 33\n");

	(void)state;
	assert_swaps(device, "\x9F\0\0\0\0", "\xFF\xEF\x40\x18\xFF", 5);
	assert_swaps(device, "\x9F\0", "\xFF\xFF", 2);
	lb_spidevice_select(device);
	assert_swaps(device, "\3\1\0", "\xFF\x22\x33", 3);
	lb_spidevice_select(device);
	assert_swaps(device, "\3\0\0\0", "\xFF\x22\x11\xFF", 4);
	free(device);
	device = read_good(LB_DEVICE_SPI, "* => 01 91");
	assert_swaps(device, "\0\0\0", "\x01\x91\0", 3);
	lb_spidevice_select(device);
	for (int i = 0; i < 100000; i++)
		lb_spidevice_swap(device, 0x55);
	lb_spidevice_select(device);
	assert_swaps(device, "\0", "\1", 1);
	free(device);
	device = read_good(LB_DEVICE_SPI, "");
	assert_swaps(device, "\1\2", "\0\0", 2);
	free(device);
}

/* --- a wire: what a module does on it --- */

/* Is it low so long after the module's last change, if the module does nothing? */
static bool is_pulled(const uint16_t *wave, unsigned count, unsigned after_us)
{
	for (unsigned i = 0; i < count; after_us -= wave[i++])
		if (after_us < wave[i])
			return i % 2 == 1;
	return false;
}

static bool reset(struct lb_wiredevice *device)
{
	uint16_t wave[WIRE_WAVE_EDGES];

	lb_wiredevice_change(device, true, 1000, wave);
	const unsigned count = lb_wiredevice_change(device, false, 480, wave);
	assert_false(is_pulled(wave, count, 10));
	assert_false(is_pulled(wave, count, 300));
	return is_pulled(wave, count, 70);
}

static void write_bit(struct lb_wiredevice *device, bool bit)
{
	uint16_t wave[WIRE_WAVE_EDGES];

	lb_wiredevice_change(device, true, 10, wave);
	assert_int_equal(lb_wiredevice_change(device, false, bit ? 6 : 60, wave), WIRE_WAVE_KEPT);
}

static bool read_bit(struct lb_wiredevice *device)
{
	uint16_t wave[WIRE_WAVE_EDGES];
	const unsigned count = lb_wiredevice_change(device, true, 50, wave);

	assert_int_equal(lb_wiredevice_change(device, false, 2, wave), WIRE_WAVE_KEPT);
	return !is_pulled(wave, count, 12);
}

static void write_byte(struct lb_wiredevice *device, unsigned byte)
{
	for (int i = 0; i < 8; i++)
		write_bit(device, (byte >> i & 1) != 0);
}

static void read_bytes(struct lb_wiredevice *device, uint8_t *bytes, size_t count)
{
	memset(bytes, 0, count);
	for (size_t i = 0; i < 8 * count; i++)
		bytes[i / 8] |= (uint8_t)(read_bit(device) << i % 8);
}

/* By the sensor's data sheet: 0x0191 is 25.0625 degrees. */
static void a_thermometer_converts_and_is_read(void **state)
{
	struct lb_wiredevice *device = read_good(LB_DEVICE_WIRE, "ds18b20 25.0625 28-0000056789AB");
	uint8_t pad[9], rom[8];

	(void)state;
	assert_true(reset(device));
	write_byte(device, 0x33);
	read_bytes(device, rom, 8);
	assert_memory_equal(rom, "\x28\xAB\x89\x67\x05\0\0", 7);
	write_byte(device, 0xBE);
	read_bytes(device, pad, 9);
	assert_memory_equal(pad, "\x50\x05\x4B\x46\x7F\xFF\x0C\x10\x1C", 9); /* 85 degrees, as after its power came */
	assert_true(read_bit(device));
	reset(device);
	write_byte(device, 0xCC);
	write_byte(device, 0x44);
	assert_true(read_bit(device));
	reset(device);
	write_byte(device, 0x55);
	for (int i = 0; i < 8; i++)
		write_byte(device, rom[i]);
	write_byte(device, 0xBE);
	read_bytes(device, pad, 9);
	assert_memory_equal(pad, "\x91\x01", 2);
	reset(device);
	write_byte(device, 0xCC);
	write_byte(device, 0x4E);
	write_byte(device, 1);
	write_byte(device, 2);
	write_byte(device, 0x3F);
	reset(device);
	write_byte(device, 0xCC);
	write_byte(device, 0xBE);
	read_bytes(device, pad, 9);
	assert_memory_equal(pad, "\x91\x01\1\2\x3F", 5);
	reset(device);
	write_byte(device, 0x55); /* another one is meant */
	for (int i = 0; i < 8; i++)
		write_byte(device, rom[i] ^ (i == 3));
	write_byte(device, 0xBE);
	read_bytes(device, pad, 2);
	assert_memory_equal(pad, "\xFF\xFF", 2);
	free(device);
}

static void temperatures_are_as_the_data_sheets_have_them(void **state)
{
	static const struct {
		const char *text, *pad;
	} cases[] = {
		{"ds18b20 125", "\xD0\x07"},  {"ds18b20 10.125", "\xA2\0"}, {"ds18b20 0", "\0\0"},
		{"ds18b20 -0.5", "\xF8\xFF"}, {"ds1822 -55", "\x90\xFC"},   {"ds18s20 25", "\x32\0"},
		{"ds18s20 -0.5", "\xFF\xFF"}, {"ds18s20 85", "\xAA\0"},     {"ds18b20 -10.125", "\x5E\xFF"},
	};
	uint8_t pad[2];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lb_wiredevice *device = read_good(LB_DEVICE_WIRE, cases[i].text);
		reset(device);
		write_byte(device, 0xCC);
		write_byte(device, 0x44);
		reset(device);
		write_byte(device, 0xCC);
		write_byte(device, 0xBE);
		read_bytes(device, pad, 2);
		assert_memory_equal(pad, cases[i].pad, 2);
		free(device);
	}
}

/* Always the way of a 0 where both are there: the first; then of a 1. */
static void a_search_finds_each(void **state)
{
	struct lb_wiredevice *device = read_good(LB_DEVICE_WIRE, "ds18b20 1\nds18b20 2\nds18s20 3\n");
	unsigned found = 0;

	(void)state;
	for (unsigned way = 0; way < 4; way++) {
		unsigned forks = 0;
		uint8_t rom[8] = {0};

		assert_true(reset(device));
		write_byte(device, 0xF0);
		for (int i = 0; i < 64; i++) {
			const bool one = read_bit(device), zero = read_bit(device);
			assert_false(one && zero);
			const bool bit = !one && !zero ? (way >> forks++ & 1) != 0 : one;
			rom[i / 8] |= (uint8_t)(bit << i % 8);
			write_bit(device, bit);
		}
		for (size_t i = 0; i < 3; i++)
			if (memcmp(rom, device->sensors[i].rom, 8) == 0)
				found |= 1u << i;
	}
	assert_int_equal(found, 7);
	free(device);
}

static void a_dht_sends_its_pulses(void **state)
{
	static const struct {
		const char *text;
		uint8_t bytes[5];
	} cases[] = {
		{"dht22 22.5 41.0", {0x01, 0x9A, 0x00, 0xE1, 0x7C}},
		{"dht22 -10.1 65.2", {0x02, 0x8C, 0x80, 0x65, 0x73}},
		{"dht11 24.6 38", {38, 0, 24, 6, 68}},
	};
	uint16_t wave[WIRE_WAVE_EDGES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lb_wiredevice *device = read_good(LB_DEVICE_WIRE, cases[i].text);
		uint8_t bytes[5] = {0};

		assert_int_equal(lb_wiredevice_change(device, true, 0, wave), 0);
		assert_int_equal(lb_wiredevice_change(device, false, 100, wave), WIRE_WAVE_KEPT);
		lb_wiredevice_change(device, true, 1000, wave);
		assert_int_equal(lb_wiredevice_change(device, false, 1000, wave), 84);
		for (int bit = 0; bit < 40; bit++)
			bytes[bit / 8] |= (uint8_t)((wave[4 + 2 * bit] > 48) << (7 - bit % 8));
		assert_memory_equal(bytes, cases[i].bytes, 5);
		free(device);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_one_line_that_says_where),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(any_bytes_are_read_or_refused),
		cmocka_unit_test(places),
		cmocka_unit_test(a_uart_device_sends_in_turn),
		cmocka_unit_test(a_uart_device_answers),
		cmocka_unit_test(registers_are_read_and_written),
		cmocka_unit_test(registers_of_16_bits_by_numbers_of_16_bits),
		cmocka_unit_test(commands_are_answered),
		cmocka_unit_test(an_spi_device_answers_since_it_was_selected),
		cmocka_unit_test(a_thermometer_converts_and_is_read),
		cmocka_unit_test(temperatures_are_as_the_data_sheets_have_them),
		cmocka_unit_test(a_search_finds_each),
		cmocka_unit_test(a_dht_sends_its_pulses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
