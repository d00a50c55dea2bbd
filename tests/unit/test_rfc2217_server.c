/* RFC 2217's requests and answers. The numbers here are the RFC's, written out once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "protocols/rfc2217/rfc2217_server.h"

static void ask(struct lb_rfc2217_server *port, const uint8_t *request, size_t request_bytes, const uint8_t *answer,
                size_t answer_bytes, unsigned changes)
{
	struct lb_rfc2217_server_answer given = lb_rfc2217_server_run(port, request, request_bytes);

	if (given.size_bytes != answer_bytes)
		fail_msg("request %d: %zu bytes of answer", request[0], given.size_bytes);
	if (answer_bytes != 0)
		assert_memory_equal(given.bytes, answer, answer_bytes);
	assert_int_equal(given.changes, changes);
}

/* A request of one byte's value, the value of its answer, and what changed. */
static void ask_value(struct lb_rfc2217_server *port, uint8_t number, uint8_t value, uint8_t told, unsigned changes)
{
	const uint8_t request[] = {number, value}, answer[] = {(uint8_t)(number + 100), told};

	ask(port, request, sizeof(request), answer, sizeof(answer), changes);
}

static void the_speed_is_four_bytes_and_0_asks(void **state)
{
	static const uint8_t ASK[] = {1, 0, 0, 0, 0}, USUAL[] = {101, 0x00, 0x01, 0xC2, 0x00};
	static const uint8_t SET[] = {1, 0xFF, 0xFE, 0xFD, 0xFC}, IS_SET[] = {101, 0xFF, 0xFE, 0xFD, 0xFC};
	struct lb_rfc2217_server port;

	(void)state;
	lb_rfc2217_server_init(&port);
	ask(&port, ASK, sizeof(ASK), USUAL, sizeof(USUAL), 0);
	ask(&port, SET, sizeof(SET), IS_SET, sizeof(IS_SET), 0);
	ask(&port, ASK, sizeof(ASK), IS_SET, sizeof(IS_SET), 0);
}

static void settings_are_kept_and_nonsense_is_answered_by_what_stays(void **state)
{
	struct lb_rfc2217_server port;

	(void)state;
	lb_rfc2217_server_init(&port);
	ask_value(&port, 2, 0, 8, 0);
	ask_value(&port, 2, 8, 8, 0);
	ask_value(&port, 2, 5, 5, LB_RFC2217_SERVER_DATA_BITS);
	ask_value(&port, 2, 5, 5, 0);
	ask_value(&port, 2, 4, 5, 0);
	ask_value(&port, 2, 9, 5, 0);
	ask_value(&port, 2, 8, 8, LB_RFC2217_SERVER_DATA_BITS);
	for (uint8_t parity = 1; parity <= 5; parity++)
		ask_value(&port, 3, parity, parity, 0);
	ask_value(&port, 3, 6, 5, 0);
	for (uint8_t stop = 1; stop <= 3; stop++)
		ask_value(&port, 4, stop, stop, 0);
	ask_value(&port, 4, 0, 3, 0);
}

static void control_is_five_things(void **state)
{
	struct lb_rfc2217_server port;

	(void)state;
	lb_rfc2217_server_init(&port);
	ask_value(&port, 5, 0, 1, 0);
	ask_value(&port, 5, 3, 3, 0);
	ask_value(&port, 5, 17, 17, 0);
	ask_value(&port, 5, 0, 17, 0);
	ask_value(&port, 5, 4, 6, 0);
	ask_value(&port, 5, 5, 5, 0);
	ask_value(&port, 5, 4, 5, 0);
	ask_value(&port, 5, 6, 6, 0);
	ask_value(&port, 5, 13, 14, 0);
	ask_value(&port, 5, 16, 16, 0);
	ask_value(&port, 5, 18, 18, 0);
	ask_value(&port, 5, 13, 18, 0);
	ask_value(&port, 5, 0, 17, 0);
	static const uint8_t UNKNOWN[] = {5, 20};
	ask(&port, UNKNOWN, sizeof(UNKNOWN), NULL, 0, 0);
}

static void dtr_and_rts_change_lines(void **state)
{
	struct lb_rfc2217_server port;

	(void)state;
	lb_rfc2217_server_init(&port);
	ask_value(&port, 5, 7, 9, 0);
	ask_value(&port, 5, 10, 12, 0);
	ask_value(&port, 5, 8, 8, LB_RFC2217_SERVER_LINES);
	ask_value(&port, 5, 8, 8, 0);
	assert_true(port.dtr && !port.rts);
	ask_value(&port, 5, 11, 11, LB_RFC2217_SERVER_LINES);
	assert_true(port.dtr && port.rts);
	ask_value(&port, 5, 9, 9, LB_RFC2217_SERVER_LINES);
	ask_value(&port, 5, 10, 11, 0);
	ask_value(&port, 5, 12, 12, LB_RFC2217_SERVER_LINES);
	assert_false(port.dtr || port.rts);
}

static void flow_and_purge_are_the_callers_to_act_on(void **state)
{
	static const uint8_t SUSPEND[] = {8}, RESUME[] = {9};
	struct lb_rfc2217_server port;

	(void)state;
	lb_rfc2217_server_init(&port);
	ask(&port, SUSPEND, 1, NULL, 0, LB_RFC2217_SERVER_FLOW);
	assert_true(port.suspended);
	ask(&port, RESUME, 1, NULL, 0, LB_RFC2217_SERVER_FLOW);
	assert_false(port.suspended);
	ask_value(&port, 12, 1, 1, LB_RFC2217_SERVER_PURGE);
	ask_value(&port, 12, 2, 2, 0);
	ask_value(&port, 12, 3, 3, LB_RFC2217_SERVER_PURGE);
}

static void states_and_signature_are_told(void **state)
{
	static const uint8_t LINE[] = {6}, LINE_IS[] = {106, 0x60}, MODEM[] = {7}, MODEM_IS[] = {107, 0xB0};
	static const uint8_t ASK[] = {0}, OWN[] = {0, 'm', 'e'};
	struct lb_rfc2217_server port;

	(void)state;
	lb_rfc2217_server_init(&port);
	ask(&port, LINE, 1, LINE_IS, 2, 0);
	ask(&port, MODEM, 1, MODEM_IS, 2, 0);
	ask_value(&port, 10, 0x5A, 0x5A, 0);
	ask_value(&port, 11, 0xFF, 0xFF, 0);
	struct lb_rfc2217_server_answer signature = lb_rfc2217_server_run(&port, ASK, 1),
									greeting = lb_rfc2217_server_greeting();
	assert_int_equal(signature.bytes[0], 100);
	assert_memory_equal(signature.bytes + 1, "Lifeboat " LB_VERSION, signature.size_bytes - 1);
	ask(&port, OWN, sizeof(OWN), NULL, 0, 0);
	assert_int_equal(greeting.size_bytes, 2);
	assert_memory_equal(greeting.bytes, MODEM_IS, 2);
}

static void requests_that_are_short_or_unknown_have_no_answer(void **state)
{
	static const uint8_t WITH_VALUE[] = {1, 2, 3, 4, 5, 10, 11, 12};
	struct lb_rfc2217_server port, before;
	uint8_t request[8] = {0};

	(void)state;
	lb_rfc2217_server_init(&port);
	before = port;
	assert_int_equal(lb_rfc2217_server_run(&port, request, 0).size_bytes, 0);
	for (size_t i = 0; i < sizeof(WITH_VALUE); i++) {
		request[0] = WITH_VALUE[i];
		for (size_t size = 1; size < (request[0] == 1 ? 5 : 2); size++)
			ask(&port, request, size, NULL, 0, 0);
	}
	for (unsigned number = 13; number < 256; number++) {
		request[0] = (uint8_t)number;
		ask(&port, request, sizeof(request), NULL, 0, 0);
	}
	assert_memory_equal(&port, &before, sizeof(port));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_speed_is_four_bytes_and_0_asks),
		cmocka_unit_test(settings_are_kept_and_nonsense_is_answered_by_what_stays),
		cmocka_unit_test(control_is_five_things),
		cmocka_unit_test(dtr_and_rts_change_lines),
		cmocka_unit_test(flow_and_purge_are_the_callers_to_act_on),
		cmocka_unit_test(states_and_signature_are_told),
		cmocka_unit_test(requests_that_are_short_or_unknown_have_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
