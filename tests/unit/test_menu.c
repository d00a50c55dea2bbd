/* The menu's line and the LED's colours for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/terminal/colour.h"
#include "host/terminal/menu.h"

/* Every colour that bootloader and firmware show, and the plain ones. */
static void test_colours(void **state)
{
	static const struct {
		uint32_t rgb;
		const char *name;
		uint32_t bright;
	} cases[] = {
		{0x000000, "off", 0x000000},    {0x2C1200, "orange", 0xFF6800}, {0x002000, "green", 0x00FF00},
		{0x200000, "red", 0xFF0000},    {0x500000, "red", 0xFF0000},    {0x100010, "violet", 0xFF00FF},
		{0x000050, "blue", 0x0000FF},   {0xFFFF00, "yellow", 0xFFFF00}, {0x00FFFF, "cyan", 0x00FFFF},
		{0x7F7F7F, "white", 0xFFFFFF},  {0x010101, "white", 0xFFFFFF},  {0x400005, "red", 0xFF0013},
		{0xFF0080, "violet", 0xFF0080}, {0x7F007F, "violet", 0xFF00FF}, {0x00007F, "blue", 0x0000FF},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(lb_colour_name(cases[i].rgb), cases[i].name);
		assert_int_equal(lb_colour_bright(cases[i].rgb), cases[i].bright);
		assert_true(strlen(lb_colour_name(cases[i].rgb)) <= LB_COLOUR_NAME_MAX);
	}
}

static void test_fewer_colours(void **state)
{
	(void)state;
	assert_int_equal(lb_colour_256(0xFF0000), 196);
	assert_int_equal(lb_colour_256(0x00FF00), 46);
	assert_int_equal(lb_colour_256(0x0000FF), 21);
	assert_int_equal(lb_colour_256(0xFF6800), 202);
	assert_int_equal(lb_colour_256(0xFF00FF), 201);
	assert_int_equal(lb_colour_16(0xFF0000), 91);
	assert_int_equal(lb_colour_16(0x00FF00), 92);
	assert_int_equal(lb_colour_16(0xFF6800), 33);
	assert_int_equal(lb_colour_16(0x0000FF), 94);
	assert_int_equal(lb_colour_16(0xFF00FF), 95);
	assert_int_equal(lb_colour_16(0), 90);
}

static void test_parse(void **state)
{
	static const char *const wrong[] = {"", "#", "000050", "#00005", "#0000500", "#00005g", "# 00050", "#-00050"};
	uint32_t rgb = 1;

	(void)state;
	assert_true(lb_colour_parse("#2C1200", &rgb));
	assert_int_equal(rgb, 0x2C1200);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(lb_colour_parse(wrong[i], &rgb));
		assert_int_equal(rgb, 0);
	}
	assert_false(lb_colour_parse(NULL, &rgb));
}

/* Columns of the text, and its letters without escape sequences in plain. */
static unsigned measure(const char *text, char *plain)
{
	unsigned columns = 0;

	while (*text != '\0') {
		if (*text == '\033') {
			text += strcspn(text, "m") + 1;
			continue;
		}
		columns += ((unsigned char)*text & 0xC0) != 0x80;
		*plain++ = *text++;
	}
	*plain = '\0';
	return columns;
}

static void expect(const struct lb_view *view, const char *note, unsigned columns, const char *expected)
{
	char text[LB_MENU_TEXT_BYTES];
	char plain[LB_MENU_TEXT_BYTES];

	for (int depth = LB_DEPTH_NONE; depth <= LB_DEPTH_24BIT; depth++) {
		lb_menu_line(view, note, (enum lb_depth)depth, columns, text);
		assert_int_equal(measure(text, plain), columns);
		assert_string_equal(plain, expected);
		assert_true(depth != LB_DEPTH_NONE || strchr(text, '\033') == NULL);
	}
}

static void test_line(void **state)
{
	const char *note = "";
	struct lb_view view = {.led = "#2C1200", .phase = "script", .g23.high = true};

	(void)state;
	expect(&view, note, 79, " ● orange  script  r reset  s P12 low→3V3  g G23 high→GND  p off  q quit  Esc  ");
	view.p12.high = true;
	view.p12.drive = LB_VIEW_HIGH;
	expect(&view, note, 79, " ● orange  script  r reset  s P12 high→free  g G23 high→GND  p off  q quit  Esc");
	expect(&view, note, 99,
	       " ● orange  script  r reset  s P12 high→free  g G23 high→GND  p off  z suspend  l leave  q quit  Esc");
	expect(&view, note, 59, " ● orange  script r s P12→free g G23→GND p off z l q Esc   ");
	expect(&view, note, 39, " ● orange  script r s g p z l q Esc    ");
	expect(&view, note, 20, " ● orange  script r ");
	expect(&view, note, 2, " ●");
	expect(&view, note, 0, "");
	view = (struct lb_view){.phase = "off", .g23.drive = LB_VIEW_LOW, .p12.high = true};
	expect(&view, note, 79, " ○ off     off     r reset  s P12 high→3V3  g G23 low→free  p on  q quit  Esc  ");
	note = "no power";
	expect(&view, note, 30, " ○ off     off     no power   ");
}

static void test_the_dot_is_bright(void **state)
{
	const struct lb_view view = {.led = "#2C1200", .phase = "gate"};
	char text[LB_MENU_TEXT_BYTES];

	(void)state;
	lb_menu_line(&view, "", LB_DEPTH_24BIT, 80, text);
	assert_non_null(strstr(text, "\033[38;2;255;104;0m●"));
	lb_menu_line(&view, "", LB_DEPTH_256, 80, text);
	assert_non_null(strstr(text, "\033[38;5;202m●"));
	lb_menu_line(&view, "", LB_DEPTH_16, 80, text);
	assert_non_null(strstr(text, "\033[33m●"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_colours), cmocka_unit_test(test_fewer_colours),     cmocka_unit_test(test_parse),
		cmocka_unit_test(test_line),    cmocka_unit_test(test_the_dot_is_bright),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
