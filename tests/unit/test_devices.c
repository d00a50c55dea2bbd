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
#include "hardware/model/uartdevice.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_one_line_that_says_where),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(any_bytes_are_read_or_refused),
		cmocka_unit_test(places),
		cmocka_unit_test(a_uart_device_sends_in_turn),
		cmocka_unit_test(a_uart_device_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
