#define _GNU_SOURCE /* for what only Linux has */
#include "hardware/process/cardslot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/hw/card.h"
#include "hardware/model/fatcard.h"
#include "hardware/process/log.h"
#include "hardware/process/utf8.h"

_Static_assert((int)LB_FATCARD_BLOCK_BYTES == (int)LB_CARD_BLOCK_BYTES, "a card's blocks are the FAT's sectors");

void lb_cardslot_init(struct lb_cardslot *slot)
{
	slot->fd = -1;
}

/* --- a new card --- */

static bool write_blocks(int fd)
{
	uint8_t data[LB_FATCARD_BLOCK_BYTES];
	uint32_t volume_id;

	if (getrandom(&volume_id, sizeof(volume_id), 0) != sizeof(volume_id))
		return false;
	for (uint32_t block = 0; block < LB_FATCARD_HEAD_BLOCKS; block++) {
		off_t at = (off_t)block * LB_FATCARD_BLOCK_BYTES;
		if (lb_fatcard_block(block, volume_id, data) && pwrite(fd, data, sizeof(data), at) != sizeof(data))
			return false;
	}
	return ftruncate(fd, (off_t)LB_FATCARD_BLOCKS * LB_FATCARD_BLOCK_BYTES) == 0;
}

/* Under another name until it is whole, so that no half card ever has this one. False with errno. */
static bool make_card(const char *path)
{
	char new_path[PATH_MAX];

	if (snprintf(new_path, sizeof(new_path), "%s.new", path) >= (int)sizeof(new_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	bool made = write_blocks(fd) && rename(new_path, path) == 0;
	int error = errno;
	close(fd);
	if (!made)
		unlink(new_path);
	errno = error;
	return made;
}

/* --- in and out --- */

__attribute__((format(printf, 2, 3))) static bool refuse(char reason[LB_CARDSLOT_REASON_BYTES], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, LB_CARDSLOT_REASON_BYTES, format, arguments);
	va_end(arguments);
	return false;
}

/* Its size in blocks; 0, with the reason, when it is none that a card can be. */
static uint32_t check(int fd, const char *path, char reason[LB_CARDSLOT_REASON_BYTES])
{
	struct stat file;

	if (fstat(fd, &file) != 0)
		return refuse(reason, "cannot look at %s: %s", path, strerror(errno));
	if (!S_ISREG(file.st_mode))
		return refuse(reason, "%s is no regular file: a card is a file, or a name for a new one", path);
	if (file.st_size <= 0 || file.st_size % LB_CARD_BLOCK_BYTES != 0 || file.st_size / LB_CARD_BLOCK_BYTES > UINT32_MAX)
		return refuse(reason, "%s has %lld bytes: a card has a multiple of %d, and not 0", path,
		              (long long)file.st_size, LB_CARD_BLOCK_BYTES);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return refuse(reason, "%s is in use by another module: eject it there first", path);
	return (uint32_t)(file.st_size / LB_CARD_BLOCK_BYTES);
}

static int open_file(const char *path)
{
	return open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static bool is_same_file(const char *path, const char *other_path)
{
	struct stat file, other;

	return stat(path, &file) == 0 && stat(other_path, &other) == 0 && file.st_dev == other.st_dev &&
	       file.st_ino == other.st_ino;
}

/* The registers change last: from then on the CPU may ask for the file. */
bool lb_cardslot_insert(struct lb_cardslot *slot, const char *path, char reason[LB_CARDSLOT_REASON_BYTES])
{
	char resolved[PATH_MAX];

	if (slot->fd >= 0)
		return is_same_file(path, slot->path) ||
		       refuse(reason, "there is a card in the slot, %s: eject it first", slot->path);
	if (!lb_utf8_valid(path, strlen(path)))
		return refuse(reason, "the name of a card's file must be UTF-8");
	int fd = open_file(path);
	if (fd < 0 && errno == ENOENT && path[0] != '\0' && make_card(path))
		fd = open_file(path);
	if (fd < 0)
		return refuse(reason, "cannot open %s as a card: %s", path, strerror(errno));
	uint32_t blocks = check(fd, path, reason);
	if (blocks == 0) {
		close(fd);
		return false;
	}
	snprintf(slot->path, sizeof(slot->path), "%s", realpath(path, resolved) != NULL ? resolved : path);
	slot->fd = fd;
	uint32_t generation = lb_registers_get(slot->registers, WIRE_REG_CARD_GENERATION);
	lb_registers_put(slot->registers, WIRE_REG_CARD_GENERATION, generation + 1);
	lb_registers_put(slot->registers, WIRE_REG_CARD_BLOCKS, blocks);
	lb_log("card in, %s, %u blocks", slot->path, (unsigned)blocks);
	return true;
}

/* The CPU has the file too, so closing it here would not end the lock. */
bool lb_cardslot_eject(struct lb_cardslot *slot)
{
	if (slot->fd < 0)
		return false;
	lb_registers_put(slot->registers, WIRE_REG_CARD_BLOCKS, 0);
	flock(slot->fd, LOCK_UN);
	close(slot->fd);
	slot->fd = -1;
	lb_log("card out, %s", slot->path);
	return true;
}

void lb_cardslot_answer(struct lb_cardslot *slot)
{
	uint8_t message[5] = {WIRE_CARD_FILE};

	lb_store32le(message + 1, lb_registers_get(slot->registers, WIRE_REG_CARD_GENERATION));
	lb_cpu_send_file(slot->cpu, message, sizeof(message), slot->fd);
}

void lb_cardslot_add_status(const struct lb_cardslot *slot, cJSON *status)
{
	if (slot->fd < 0) {
		cJSON_AddNullToObject(status, "sd");
		return;
	}
	cJSON *card = cJSON_AddObjectToObject(status, "sd");
	cJSON_AddStringToObject(card, "file", slot->path);
	cJSON_AddNumberToObject(card, "bytes",
	                        (double)lb_registers_get(slot->registers, WIRE_REG_CARD_BLOCKS) * LB_CARD_BLOCK_BYTES);
}
