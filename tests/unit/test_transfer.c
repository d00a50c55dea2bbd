/* An update sent to a module that is played by a process with a script: each paste gets the next answer. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "host/client/transfer.h"

enum { IMAGE_BYTES = 20000, CODE_BYTES = 16384, HASH_HEX_BYTES = 2 * crypto_hash_sha256_BYTES + 1 };

/* What the code of a paste must have in it, and what comes of it. NULL ends a script; what is pasted then ends the
 * player with another exit code, as does code that is not as expected. */
struct exchange {
	const char *expected;
	const char *output;
	const char *traceback;
};

static uint8_t image[IMAGE_BYTES];

/* --- the player --- */

static char next_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(0); /* the host is done */
	return byte;
}

static void say(int fd, const char *text, size_t size_bytes)
{
	if (write(fd, text, size_bytes) != (ssize_t)size_bytes)
		_exit(3);
}

/* Windows of 256 bytes, as the module opens them. */
static void parse_paste(int fd, char code[CODE_BYTES])
{
	size_t used = 0;

	while (next_byte(fd) != '\x01') { /* the rest of LB_RAWREPL_PASTE_BEGIN */
	}
	say(fd, "R\x01\x00\x01", 4);
	for (char byte = next_byte(fd); byte != '\x04'; byte = next_byte(fd)) {
		if (used + 1 < CODE_BYTES)
			code[used++] = byte;
		if (used % 256 == 0)
			say(fd, "\x01", 1);
	}
	code[used] = '\0';
	say(fd, "\x04", 1);
}

_Noreturn static void play(int fd, const struct exchange *script)
{
	char code[CODE_BYTES];

	for (;; script++) {
		parse_paste(fd, code);
		if (script->expected == NULL || strstr(code, script->expected) == NULL)
			_exit(2);
		say(fd, script->output, strlen(script->output));
		say(fd, "\x04", 1);
		say(fd, script->traceback, strlen(script->traceback));
		say(fd, "\x04>", 2);
	}
}

/* --- the host's side --- */

struct link {
	pid_t player;
	struct lb_port port;
	struct lb_transfer transfer;
};

static void begin(struct link *link, const struct exchange *script)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	link->player = fork();
	if (link->player == 0) {
		close(fds[0]);
		play(fds[1], script);
	}
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	lb_port_adopt(&link->port, fds[0], LB_PORT_BYTES, NULL);
	link->transfer = (struct lb_transfer){.port = &link->port, .bytes = image, .size_bytes = IMAGE_BYTES};
}

static void end(struct link *link)
{
	int status;

	lb_port_close(&link->port);
	assert_int_equal(waitpid(link->player, &status, 0), link->player);
	assert_int_equal(status, 0);
}

static void hash_line(char line[128], size_t bytes)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[HASH_HEX_BYTES];

	crypto_hash_sha256(hash, image, bytes);
	snprintf(line, 128, "%zu %s\r\n", bytes, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

static void test_whole(void **state)
{
	static const struct exchange script[] = {
		{"lifeboat.download()", "-\r\n", ""},
		{"ota_start(size=", "0 ota_1\r\n", ""},
		{"pycom.ota_write(a2b_base64('", "6144\r\n", ""},
		{"pycom.ota_write", "6144\r\n", ""},
		{"pycom.ota_write", "6144\r\n", ""},
		{"pycom.ota_write", "6144\r\n", ""},
		{"pycom.ota_finish(force=True)", "6144\r\n", ""},
		{NULL, NULL, NULL},
	};
	struct link link;

	(void)state;
	begin(&link, script);
	assert_true(lb_transfer_start(&link.transfer));
	assert_string_equal(link.transfer.slot, "ota_1");
	assert_int_equal(link.transfer.done_bytes, 0);
	while (link.transfer.done_bytes < IMAGE_BYTES)
		assert_true(lb_transfer_step(&link.transfer));
	assert_int_equal(link.transfer.done_bytes, IMAGE_BYTES);
	link.transfer.force = true;
	assert_true(lb_transfer_finish(&link.transfer));
	end(&link);
}

/* Gone on with only when the module has the beginning of this very image, and takes it. */
static void test_resume(void **state)
{
	char same[128], other[128], longer[128];
	const struct exchange resumed[] = {
		{"lifeboat.download()", same, ""},
		{"resume=True", "8192 ota_0\r\n", ""},
		{NULL, NULL, NULL},
	};
	const struct exchange refused[] = {
		{"lifeboat.download()", same, ""},
		{"resume=True", "", "Traceback\r\nOSError: ota_start: no\r\n"},
		{"ota_start()", "0 ota_0\r\n", ""},
		{NULL, NULL, NULL},
	};
	const struct exchange anew[] = {
		{"lifeboat.download()", other, ""},
		{"ota_start()", "0 ota_0\r\n", ""},
		{NULL, NULL, NULL},
	};
	const struct exchange too_long[] = {
		{"lifeboat.download()", longer, ""},
		{"ota_start()", "0 ota_0\r\n", ""},
		{NULL, NULL, NULL},
	};
	const struct {
		const struct exchange *script;
		size_t size_bytes, done_bytes;
	} cases[] = {{resumed, IMAGE_BYTES, 8192}, {refused, IMAGE_BYTES, 0}, {anew, IMAGE_BYTES, 0}, {too_long, 12287, 0}};
	struct link link;

	(void)state;
	hash_line(same, 8192);
	hash_line(other, 4096);
	memcpy(other, "8192", 4);
	hash_line(longer, 12288);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&link, cases[i].script);
		link.transfer.size_bytes = cases[i].size_bytes;
		assert_true(lb_transfer_start(&link.transfer));
		assert_int_equal(link.transfer.done_bytes, cases[i].done_bytes);
		assert_false(link.transfer.silent);
		end(&link);
	}
}

/* One line for people, whatever the module says. */
static void test_refusals(void **state)
{
	static const struct {
		const char *output;
		const char *traceback;
		const char *reason;
	} cases[] = {
		{"", "Traceback:\r\n  line 1\r\nOSError: ota_start: it is full\r\n",
	     "the module refuses: ota_start: it is full"},
		{"", "MemoryError: 9\r\n", "the module refuses: MemoryError: 9"},
		{"", "KeyboardInterrupt: \r\n", "somebody pressed Ctrl-C on the module's console"},
		{"", "Traceback:\r\n  line 1\r\nSyntaxError: invalid syntax\r\n",
	     "somebody else typed on the module's console: the same command goes on from there"},
		{"", "NameError: name 'pycom' isn't defined\r\n",
	     "somebody else typed on the module's console: the same command goes on from there"},
		{"", "AttributeError: 'module' object has no attribute 'ota_start'\r\n",
	     "the firmware that runs on the module has no pycom.ota_start"},
		{"none ota_0\r\n", "", "the module's answer to ota_start makes no sense"},
		{"20001 ota_0\r\n", "", "the module's answer to ota_start makes no sense"},
	};
	struct link link;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct exchange script[] = {
			{"lifeboat.download()", "-\r\n", ""},
			{"ota_start()", cases[i].output, cases[i].traceback},
			{NULL, NULL, NULL},
		};

		begin(&link, script);
		assert_false(lb_transfer_start(&link.transfer));
		assert_string_equal(link.transfer.reason, cases[i].reason);
		end(&link);
	}
}

static void test_silence(void **state)
{
	static const struct exchange script[] = {{"lifeboat.download()", "-\r\n", ""}, {NULL, NULL, NULL}};
	struct link link;
	int status;

	(void)state;
	begin(&link, script);
	kill(link.player, SIGKILL);
	assert_int_equal(waitpid(link.player, &status, 0), link.player);
	assert_false(lb_transfer_start(&link.transfer));
	assert_true(link.transfer.silent);
	lb_port_close(&link.port);
}

/* The pty of a module that has ended can be read for ever, and gives nothing. */
static void test_hang_up(void **state)
{
	struct lb_port port;
	struct lb_transfer transfer = {.port = &port, .bytes = image, .size_bytes = IMAGE_BYTES};
	time_t begin_s = time(NULL);
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
	lb_port_adopt(&port, fds[0], LB_PORT_BYTES, NULL);
	assert_false(lb_transfer_start(&transfer));
	assert_true(transfer.silent);
	assert_true(time(NULL) - begin_s < 10);
	lb_port_close(&port);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_resume),  cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_silence), cmocka_unit_test(test_hang_up),
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 31 + i / 256);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
