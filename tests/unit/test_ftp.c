/* The FTP engine on files in memory: dialogues, each line whole and byte by byte; failures of every call; garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ftp_world.h"

/* --- dialogues ---
 * "> LINE" the client says; "< 123 text" the next line of the reply begins so; "c" it opens the data connection;
 * "( bytes" it sends there; ")" closes it; "!" breaks it; "= bytes" what it gets until the module closes; "+ ms" time
 * passes; "f PATH=bytes" that file is there, "- PATH" is not; "x" the session is over; "" nothing more is said. */

static void pass_time(struct world *world, uint32_t ms)
{
	world->now_ms += ms;
	for (int i = 0; i < 100 && lb_ftp_step(&world->ftp, world->now_ms) == 0; i++)
		continue;
}

static void send_line(struct world *world, const char *line, bool by_byte)
{
	char bytes[700];
	const size_t size = (size_t)snprintf(bytes, sizeof(bytes), "%s\r\n", line);

	for (size_t at = 0; at < size; at += by_byte ? 1 : size)
		lb_ftp_receive(&world->ftp, world->now_ms, (const uint8_t *)bytes + at, by_byte ? 1 : size);
}

static void expect_reply(struct world *world, const char *expected)
{
	size_t size;
	const char *replies = lb_ftp_reply_output(&world->ftp, &size);
	const char *end = memchr(replies, '\n', size);

	if (end == NULL || strncmp(replies, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" expected, the replies are \"%.*s\"", expected, (int)size, replies);
	else
		lb_ftp_reply_sent(&world->ftp, (size_t)(end + 1 - replies));
}

static void expect_data(struct world *world, const char *expected)
{
	uint8_t got[NODE_BYTES];
	size_t used = 0, count;

	while ((count = lb_ftp_transfer_out(&world->ftp, world->now_ms, got + used, LB_FTP_CHUNK_BYTES)) > 0)
		used += count;
	assert_int_equal(lb_ftp_transfer_wants(&world->ftp), LB_FTP_DATA_OUT);
	lb_ftp_transfer_end(&world->ftp, world->now_ms, true);
	if (used != strlen(expected) || memcmp(got, expected, used) != 0)
		fail_msg("\"%s\" expected, the data is \"%.*s\"", expected, (int)used, (char *)got);
}

static void expect_file(struct world *world, const char *text)
{
	char path[LB_FTP_PATH_BYTES];
	const char *content = strchr(text, '=') + 1;
	int node;

	snprintf(path, sizeof(path), "%.*s", (int)(content - 1 - text), text);
	node = lb_ftp_world_find(world, path);
	assert_int_not_equal(node, NO_NODE);
	assert_int_equal(world->nodes[node].size_bytes, strlen(content));
	assert_memory_equal(world->nodes[node].bytes, content, strlen(content));
}

static void do_line(struct world *world, const char *line, bool by_byte)
{
	const char *rest = line[0] == '\0' || line[1] == '\0' ? "" : line + 2;
	size_t size;

	switch (line[0]) {
	case '>': send_line(world, rest, by_byte); break;
	case '<': expect_reply(world, rest); break;
	case 'c':
		assert_true(lb_ftp_transfer_awaits_data(&world->ftp) && world->listening);
		world->connected = true;
		lb_ftp_transfer_opened(&world->ftp, world->now_ms);
		break;
	case '(':
		assert_int_equal(lb_ftp_transfer_wants(&world->ftp), LB_FTP_DATA_IN);
		lb_ftp_transfer_in(&world->ftp, world->now_ms, (const uint8_t *)rest, strlen(rest));
		break;
	case ')': lb_ftp_transfer_end(&world->ftp, world->now_ms, true); break;
	case '!': lb_ftp_transfer_end(&world->ftp, world->now_ms, false); break;
	case '=': expect_data(world, rest); break;
	case '+': pass_time(world, (uint32_t)atoi(rest)); break;
	case 'f': expect_file(world, rest); break;
	case '-': assert_int_equal(lb_ftp_world_find(world, rest), NO_NODE); break;
	case 'x': assert_true(lb_ftp_is_over(&world->ftp)); break;
	default: lb_ftp_reply_output(&world->ftp, &size); assert_int_equal(size, 0);
	}
}

#define IN "< 220 ", "> USER me", "< 331", "> PASS secret", "< 230"
#define PASSIVE "> EPSV", "< 229 Entering Extended Passive Mode (|||4660|)"

/* clang-format off */
static const char *const dialogues[][28] = {
	{ IN, "> PWD", "< 257 \"/\"", "> CWD flash", "< 250", "> PWD", "< 257 \"/flash\"", "> CDUP", "< 250",
	  "> CWD no", "< 550", "> CWD /flash/a.py", "< 550", "> CWD /flash/lib/../../flash/./lib//", "< 250",
	  "> PWD", "< 257 \"/flash/lib\"", "> CWD ../../../..", "< 250", "> PWD", "< 257 \"/\"" },
	{ "< 220", "> PWD", "< 530", "> STOR x", "< 530", "> NOSUCH", "< 530", "> PASS secret", "< 503", "> FEAT",
	  "< 211-", "<  EPSV", "<  MDTM", "<  MFMT", "<  MLST",
	  "<  PASV", "<  REST", "<  SITE CHMOD", "<  SIZE", "<  TVFS", "<  UTF8", "< 211 ",
	  "> user me", "< 331", "> pass secret", "< 230", "> PASS secret", "< 503" },
	{ "< 220", "> USER me", "< 331", "> PASS wrong", "", "> PASS secret", "+ 999", "", "+ 1", "< 530",
	  "> PASS bad", "+ 1000", "< 530", "> PASS", "+ 1000", "< 421", "x" },
	{ "< 220", "+ 59999", "", "+ 1", "< 421", "x" },
	{ IN, "+ 299999", "", "> NOOP", "< 200", "+ 299999", "", "+ 1", "< 421", "x" },
	{ IN, "> SYST", "< 215 UNIX", "> TYPE I", "< 200", "> TYPE E", "< 504", "> STRU F", "< 200", "> MODE B",
	  "< 504", "> OPTS UTF8 ON", "< 200", "> PORT 1,2,3,4,5,6", "< 502", "> EPRT |1|1.2.3.4|5|", "< 502",
	  "> AUTH TLS", "< 502", "> QUIT", "< 221", "x" },
	{ IN, "> PASV", "< 227 Entering Passive Mode (127,0,0,1,18,52)", "c", "> RETR /flash/a.py", "< 150",
	  "= 0123456789", "< 226", "" },
	{ IN, "> EPSV 2", "< 522", "> EPSV ALL", "< 200", PASSIVE, "> REST 7", "< 350", "> RETR flash/a.py", "< 150",
	  "c", "= 789", "< 226", PASSIVE, "> RETR flash/a.py", "< 150", "c", "= 0123456789", "< 226" },
	{ IN, PASSIVE, "> REST 11", "< 350", "> RETR flash/a.py", "< 554", "> RETR flash", "< 550",
	  "> RETR flash/no", "< 550", "" },
	{ IN, "> RETR flash/a.py", "< 425", "> LIST", "< 425", "> STOR /flash/x", "< 425", "- /flash/x.upload" },
	{ IN, PASSIVE, "> MLSD flash", "< 150", "c",
	  "= modify=20000229000000;type=dir; lib\r\n"
	  "modify=20000229000000;size=10;type=file; a.py\r\n", "< 226",
	  "> MLST flash/a.py", "< 250-", "<  modify=20000229000000;size=10;type=file; /flash/a.py", "< 250 " },
	{ IN, PASSIVE, "> LIST -la flash", "< 150", "c",
	  "= drwxr-xr-x 1 lifeboat lifeboat          0 Feb 29  2000 lib\r\n"
	  "-rw-r--r-- 1 lifeboat lifeboat         10 Feb 29  2000 a.py\r\n",
	  "< 226", PASSIVE, "> NLST flash", "< 150", "c", "= lib\r\na.py\r\n", "< 226", PASSIVE, "> LIST /no",
	  "< 550" },
	{ IN, "> SIZE flash/a.py", "< 213 10", "> SIZE flash", "< 550", "> MDTM flash/a.py", "< 213 20000229000000",
	  "> SIZE no", "< 550", "> MDTM no", "< 550" },
	/* times; one that is there already is not set again (host_set_time) */
	{ IN, "> MFMT 20240229123456 flash/a.py", "< 213 Modify=20240229123456; /flash/a.py",
	  "> MFMT 20240229123456.789 flash/a.py", "< 213 Modify=20240229123456; ", "> MDTM flash/a.py",
	  "< 213 20240229123456", "> MFMT 20260131235959 flash/a.py", "< 213 Modify=20260131235958; ",
	  "> MFMT 19700101000000 flash/a.py", "< 213 Modify=19700101000000; ",
	  "> MFMT 21051231235958 flash/a.py", "< 213 Modify=21051231235958; " },
	{ IN, "> MFMT 20230229000000 flash/a.py", "< 501", "> MFMT 20241301000000 flash/a.py", "< 501",
	  "> MFMT 20240100000000 flash/a.py", "< 501", "> MFMT 20240101240000 flash/a.py", "< 501",
	  "> MFMT 19691231235959 flash/a.py", "< 501", "> MFMT 21060101000000 flash/a.py", "< 501",
	  "> MFMT 2024010100000 flash/a.py", "< 501", "> MDTM flash/a.py", "< 213 20000229000000" },
	{ IN, "> MFMT 20240101000000", "< 501", "> MFMT 20240101000000 ", "< 501", "> MFMT 20240101000000. flash/a.py",
	  "< 501", "> MFMT 20240101000000 flash/no", "< 550", "> MFMT 20240101000000 flash", "< 550",
	  "> MFMT 20240101000000 flash/\x01", "< 553" },
	{ IN, "> SITE CHMOD 644 flash/a.py", "< 200", "> site chmod 755 flash/lib", "< 200", "> SITE CHMOD 644 flash/no",
	  "< 550", "> SITE CHMOD 644", "< 501", "> SITE CHMOD u+x flash/a.py", "< 501", "> SITE CHMOD", "< 501",
	  "> SITE UMASK 022", "< 504", "> SITE", "< 501" },
	{ IN, "> MKD flash/n\"w", "< 257 \"/flash/n\"\"w\"", "> MKD flash/n\"w", "< 550", "> RMD flash/n\"w",
	  "< 250", "> RMD flash", "< 550", "> RMD flash/a.py", "< 550", "> DELE flash/lib", "< 550",
	  "> DELE flash/a.py", "< 250", "- /flash/a.py" },
	{ IN, "> RNTO x", "< 503", "> RNFR no", "< 550", "> RNFR flash/a.py", "< 350", "> RNTO flash/b.py", "< 250",
	  "f /flash/b.py=0123456789", "- /flash/a.py", "> RNTO flash/c.py", "< 503" },
	/* uploads */
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( hello", "- /flash/x", "( world", ")", "+ 49", "",
	  "- /flash/x", "+ 1", "< 226", "f /flash/x=helloworld", "- /flash/x.upload" },
	{ IN, PASSIVE, "> STOR flash/a.py", "< 150", "c", "( new", "!",
	  "< 426 The data connection broke. 3 bytes are kept", "f /flash/a.py=0123456789",
	  "f /flash/a.py.upload=new", "> SIZE flash/a.py", "< 213 10" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "!", "< 426", "- /flash/x.upload", PASSIVE, "> STOR flash/x",
	  "< 150", "+ 29999", "", "+ 1", "< 425", "- /flash/x.upload" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", "!", "< 426", "> SIZE flash/x", "< 213 3", PASSIVE,
	  "> REST 3", "< 350", "> STOR flash/x", "< 150", "c", "( def", ")", "+ 50", "< 226" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", "!", "< 426", PASSIVE, "> APPE flash/x", "< 150",
	  "c", "( def", ")", "+ 50", "< 226", "f /flash/x=abcdef", "- /flash/x.upload" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", "!", "< 426", PASSIVE, "> REST 2", "< 350",
	  "> STOR flash/x", "< 554" },
	{ IN, PASSIVE, "> APPE flash/a.py", "< 150", "c", "+ 0", "( abc", "f /flash/a.py=0123456789", ")", "+ 50",
	  "< 226", "f /flash/a.py=0123456789abc" },
	{ IN, PASSIVE, "> REST 4", "< 350", "> STOR flash/a.py", "< 150", "c", "+ 0", "( X", ")", "+ 50", "< 226",
	  "f /flash/a.py=0123X" },
	{ IN, "> ALLO 6", "< 200", PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", ")", "+ 50", "< 426",
	  "- /flash/x", "f /flash/x.upload=abc" },
	{ IN, "> ALLO 3", "< 200", PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", ")", "+ 50", "< 226",
	  "f /flash/x=abc" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", "+ 59999", "", "+ 1", "< 426",
	  "f /flash/x.upload=abc" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", "> STAT", "< 211-",
	  "<  A transfer is under way, 3 bytes", "< 211 ", "> PWD", "", ")", "+ 50", "< 226", "< 257" },
	{ IN, PASSIVE, "> STOR flash/x", "< 150", "c", "( abc", "> \xFF\xF4\xFF\xF2" "ABOR", "< 426", "< 226",
	  "- /flash/x", "f /flash/x.upload=abc", "> \xFF" "ABOR", "< 226" },
	{ IN, PASSIVE, "> STOR flash", "< 550", "> STOR /", "< 550", "> STOR", "< 501", "> DELE flash/\x01", "< 553",
	  "> REST -1", "< 501", "> REST 99999999999", "< 501", "> ALLO x", "< 501" },
	{ IN, PASSIVE, "> RETR flash/a.py", "< 150", "c", "!", "< 426", PASSIVE, "> RETR flash/a.py", "< 150",
	  "> ABOR", "< 426", "< 226", "" },
};
/* clang-format on */

static void run(size_t index, bool by_byte)
{
	static struct world world;

	lb_ftp_world_open(&world);
	for (size_t i = 0; i < 28 && dialogues[index][i] != NULL; i++)
		do_line(&world, dialogues[index][i], by_byte);
	lb_ftp_transfer_close(&world.ftp);
	for (int i = 0; i < LB_FTP_FILES; i++)
		assert_int_equal(world.open[i], FILE_IS_CLOSED);
	assert_false(world.listening || world.connected);
}

static void test_dialogues(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
		run(i, false);
		run(i, true);
	}
}

/* --- lines --- */

static void test_long_lines(void **state)
{
	static struct world world;
	char line[LB_FTP_LINE_BYTES * 2];

	(void)state;
	lb_ftp_world_open(&world);
	for (const char *const *step = (const char *const[]){IN, NULL}; *step != NULL; step++)
		do_line(&world, *step, false);
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	send_line(&world, line, false);
	expect_reply(&world, "500");
	memcpy(line, "CWD ", 4);
	line[LB_FTP_LINE_BYTES - 2] = '\0';
	send_line(&world, line, false);
	expect_reply(&world, "553");
	send_line(&world, "PWD", false);
	expect_reply(&world, "257");
}

/* A name that is cut must not become one that may log in. */
static void test_long_name(void **state)
{
	static struct world world;
	static const struct lb_login long_login = {"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", "secret"};

	(void)state;
	lb_ftp_world_open(&world);
	world.ftp.login = &long_login;
	do_line(&world, "< 220", false);
	do_line(&world, "> USER mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", false);
	do_line(&world, "< 331", false);
	do_line(&world, "> PASS secret", false);
	do_line(&world, "< 503", false);
	do_line(&world, "> USER mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", false);
	do_line(&world, "< 331", false);
	do_line(&world, "> PASS secret", false);
	do_line(&world, "< 230", false);
}

/* Every command answers with at least one whole line; a client that reads nothing is held back. */
static void test_nobody_reads(void **state)
{
	static struct world world;
	size_t taken = 0, size;

	(void)state;
	lb_ftp_world_open(&world);
	for (int i = 0; i < 1000; i++)
		taken += lb_ftp_receive(&world.ftp, world.now_ms, (const uint8_t *)"FEAT\r\n", 6);
	lb_ftp_reply_output(&world.ftp, &size);
	assert_true(taken < 200 && size > 100 && size <= LB_FTP_OUTPUT_BYTES);
}

/* --- an upload under every failure --- */

static const char *const upload[] = {
	IN, PASSIVE, "> APPE flash/a.py", "c", "+ 0", "( abc", ")", "+ 50",
};

/* Whatever fails, the file is the old one or the new one, nothing stays open and the session goes on. */
static void test_upload_when_a_call_fails(void **state)
{
	static struct world world;
	int fail_at = 1, stored = 0;

	(void)state;
	for (;; fail_at++) {
		size_t size;

		lb_ftp_world_open(&world);
		for (size_t i = 0; i < 5; i++)
			do_line(&world, upload[i], false);
		world.fail_at = world.calls + fail_at;
		for (size_t i = 5; i < sizeof(upload) / sizeof(upload[0]); i++) {
			if (upload[i][0] == '<' || (upload[i][0] == 'c' && !lb_ftp_transfer_awaits_data(&world.ftp)) ||
			    (upload[i][0] == '(' && lb_ftp_transfer_wants(&world.ftp) != LB_FTP_DATA_IN))
				continue;
			do_line(&world, upload[i], false);
		}
		const int node = lb_ftp_world_find(&world, "/flash/a.py");

		assert_int_not_equal(node, NO_NODE);
		assert_true(world.nodes[node].size_bytes == 10 || world.nodes[node].size_bytes == 13);
		stored += world.nodes[node].size_bytes == 13;
		assert_memory_equal(world.nodes[node].bytes, "0123456789abc", world.nodes[node].size_bytes);
		assert_int_equal(world.open[LB_FTP_FILE], FILE_IS_CLOSED);
		assert_int_equal(world.open[LB_FTP_BASE], FILE_IS_CLOSED);
		assert_false(lb_ftp_is_over(&world.ftp));
		lb_ftp_reply_output(&world.ftp, &size);
		lb_ftp_reply_sent(&world.ftp, size);
		send_line(&world, "NOOP", false);
		expect_reply(&world, "200");
		if (!world.failed)
			break;
	}
	assert_true(fail_at > 8 && stored >= 1);
}

/* --- garbage --- */

static void test_garbage(void **state)
{
	static const char *const words[] = {
		"USER me\r\n",
		"PASS secret\r\n",
		"EPSV\r\n",
		"STOR /flash/x\r\n",
		"RETR flash/a.py\r\n",
		"LIST\r\n",
		"ABOR\r\n",
		"REST 3\r\n",
		"APPE flash/a.py\r\n",
		"\xFF\xF4",
		"QUIT",
		"\r\n",
		"CWD ",
		"//..//",
		"STAT\r\n",
	};
	static struct world world;

	(void)state;
	srandom(2);
	for (int round = 0; round < 300; round++) {
		lb_ftp_world_open(&world);
		for (int i = 0; i < 200 && !lb_ftp_is_over(&world.ftp); i++) {
			uint8_t bytes[64];
			size_t size;
			const char *word = words[(size_t)random() % (sizeof(words) / sizeof(words[0]))];

			for (size_t b = 0; b < sizeof(bytes); b++)
				bytes[b] = (uint8_t)random();
			if (random() % 4 != 0)
				lb_ftp_receive(&world.ftp, world.now_ms, (const uint8_t *)word, strlen(word));
			else
				lb_ftp_receive(&world.ftp, world.now_ms, bytes, (size_t)random() % sizeof(bytes));
			if (random() % 3 == 0 && lb_ftp_transfer_awaits_data(&world.ftp))
				do_line(&world, "c", false);
			if (random() % 2 == 0 && lb_ftp_transfer_wants(&world.ftp) == LB_FTP_DATA_IN)
				do_line(&world, "( some bytes", false);
			if (random() % 8 == 0 && lb_ftp_transfer_wants(&world.ftp) != LB_FTP_DATA_NONE)
				lb_ftp_transfer_end(&world.ftp, world.now_ms, random() % 2 == 0);
			pass_time(&world, (uint32_t)random() % 2000);
			lb_ftp_reply_output(&world.ftp, &size);
			assert_true(size <= LB_FTP_OUTPUT_BYTES);
			lb_ftp_reply_sent(&world.ftp, size);
		}
		lb_ftp_transfer_close(&world.ftp);
		assert_int_equal(world.open[LB_FTP_FILE], FILE_IS_CLOSED);
		assert_int_equal(world.open[LB_FTP_BASE], FILE_IS_CLOSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_nobody_reads),
		cmocka_unit_test(test_upload_when_a_call_fails),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
