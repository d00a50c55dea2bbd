/* The SD card slot: which files are cards, one slot a card, and what the registers say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hardware/model/fatcard.h"
#include "hardware/process/cardslot.h"

struct desk {
	char folder[32];
	struct lb_registers registers[2];
	struct lb_cpu cpu; /* none */
	struct lb_cardslot slots[2];
	char path[64];
	char reason[LB_CARDSLOT_REASON_BYTES];
};

static int setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	strcpy(desk->folder, "/tmp/lifeboat-card-XXXXXX");
	if (mkdtemp(desk->folder) == NULL)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (lb_registers_open(&desk->registers[i]) != 0)
			return -1;
		desk->slots[i].registers = &desk->registers[i];
		desk->slots[i].cpu = &desk->cpu;
		lb_cardslot_init(&desk->slots[i]);
	}
	snprintf(desk->path, sizeof(desk->path), "%s/card.img", desk->folder);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	char command[64];

	for (int i = 0; i < 2; i++) {
		lb_cardslot_eject(&desk->slots[i]);
		close(desk->registers[i].page_fd);
		close(desk->registers[i].retained_fd);
	}
	snprintf(command, sizeof(command), "rm -rf %s", desk->folder);
	int result = system(command);
	free(desk);
	return result;
}

static bool insert(struct desk *desk, int slot)
{
	desk->reason[0] = '\0';
	return lb_cardslot_insert(&desk->slots[slot], desk->path, desk->reason);
}

static void write_file(const char *path, off_t size_bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(ftruncate(fd, size_bytes), 0);
	close(fd);
}

static void assert_refused(struct desk *desk, const char *text)
{
	assert_false(insert(desk, 0));
	if (strstr(desk->reason, text) == NULL)
		fail_msg("refused with \"%s\"", desk->reason);
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_BLOCKS), 0);
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_GENERATION), 0);
}

static void a_missing_file_becomes_an_empty_card(void **state)
{
	struct desk *desk = *state;
	uint8_t expected[LB_FATCARD_BLOCK_BYTES], found[LB_FATCARD_BLOCK_BYTES];
	char unfinished[80];

	assert_true(insert(desk, 0));
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_BLOCKS), LB_FATCARD_BLOCKS);
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_GENERATION), 1);
	for (uint32_t block = 1; block < LB_FATCARD_HEAD_BLOCKS; block++) {
		lb_fatcard_block(block, 0, expected);
		assert_int_equal(pread(desk->slots[0].fd, found, sizeof(found), (off_t)block * 512), sizeof(found));
		assert_memory_equal(found, expected, sizeof(found));
	}
	snprintf(unfinished, sizeof(unfinished), "%s.new", desk->path);
	assert_int_not_equal(access(unfinished, F_OK), 0);
}

static void what_is_on_a_card_stays_there(void **state)
{
	struct desk *desk = *state;
	char byte = 'x';

	write_file(desk->path, 4096);
	assert_true(insert(desk, 0));
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_BLOCKS), 8);
	assert_int_equal(pwrite(desk->slots[0].fd, &byte, 1, 4095), 1);
	lb_cardslot_eject(&desk->slots[0]);
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_BLOCKS), 0);
	byte = 0;
	assert_true(insert(desk, 0));
	assert_int_equal(lb_registers_get(&desk->registers[0], WIRE_REG_CARD_GENERATION), 2);
	assert_int_equal(pread(desk->slots[0].fd, &byte, 1, 4095), 1);
	assert_int_equal(byte, 'x');
}

static void what_cannot_be_a_card_is_refused(void **state)
{
	struct desk *desk = *state;

	write_file(desk->path, 0);
	assert_refused(desk, "has 0 bytes");
	write_file(desk->path, 1000);
	assert_refused(desk, "has 1000 bytes");
	strcpy(desk->path, desk->folder);
	assert_refused(desk, "directory");
	strcpy(desk->path, "/dev/null");
	assert_refused(desk, "no regular file");
	snprintf(desk->path, sizeof(desk->path), "%s/pipe", desk->folder);
	assert_int_equal(mkfifo(desk->path, 0600), 0);
	assert_refused(desk, "no regular file");
	snprintf(desk->path, sizeof(desk->path), "%s/no/card", desk->folder);
	assert_refused(desk, "No such file");
	strcpy(desk->path, "");
	assert_refused(desk, "No such file");
	strcpy(desk->path, "\xFF");
	assert_refused(desk, "UTF-8");
}

static void a_card_is_in_one_slot_and_a_slot_has_one_card(void **state)
{
	struct desk *desk = *state;

	assert_true(insert(desk, 1));
	assert_refused(desk, "in use by another module");
	assert_true(insert(desk, 1)); /* it is there already */
	assert_int_equal(lb_registers_get(&desk->registers[1], WIRE_REG_CARD_GENERATION), 1);

	/* A CPU that holds the file, as the slot's process gave it, does not keep it locked. */
	int cpu_fd = dup(desk->slots[1].fd);
	lb_cardslot_eject(&desk->slots[1]);
	assert_true(insert(desk, 0));
	close(cpu_fd);

	snprintf(desk->path, sizeof(desk->path), "%s/other.img", desk->folder);
	assert_false(insert(desk, 0));
	assert_non_null(strstr(desk->reason, "eject it first"));
	assert_int_not_equal(access(desk->path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_missing_file_becomes_an_empty_card, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_on_a_card_stays_there, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_a_card_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_card_is_in_one_slot_and_a_slot_has_one_card, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
