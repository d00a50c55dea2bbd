/* The image that will run, held where nobody can change it any more.
 *
 * An ELF file is started from its own first byte, but an image begins with a header. So the image is cut in two when it
 * is loaded: the header lies in this process's memory, all after it (payload and TLVs; the kernel does not mind bytes
 * after an ELF file's end) in a memfd that is sealed at once. lb_board_image_read joins the two, and the start executes
 * that very memfd: the bytes that were verified are the bytes that run, without another copy.
 */
#define _GNU_SOURCE /* memfd_create, seals, fexecve */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/common/payload.h"
#include "core/base/error.h"
#include "core/hw/board.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3, from when on a host may be set up to make memfds not executable unless asked */
#endif

enum { CHUNK_BYTES = 1 << 16, SEAL_TRIES = 20 };

static uint8_t header[UINT16_MAX];
static uint32_t header_bytes;
static uint32_t image_bytes; /* header and rest; 0: none is loaded */
static int rest_fd = -1;

static void unload(void)
{
	if (rest_fd != -1)
		close(rest_fd);
	rest_fd = -1;
	image_bytes = 0;
}

static int make_memfd(void)
{
	const int fd = memfd_create("lifeboat-image", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd != -1 || errno != EINVAL)
		return fd;
	return memfd_create("lifeboat-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static bool write_all(int fd, const uint8_t *data, size_t size_bytes)
{
	while (size_bytes > 0) {
		const ssize_t written = write(fd, data, size_bytes);

		if (written <= 0)
			return false;
		data += written;
		size_bytes -= (size_t)written;
	}
	return true;
}

/* In chunks, so that a large image needs no memory of its size beside the copy. */
static int load_rest(uint32_t flash_offset, uint32_t size_bytes)
{
	static uint8_t chunk[CHUNK_BYTES];
	const struct lb_flash *flash = lb_board_flash();

	for (uint32_t done = 0; done < size_bytes;) {
		const uint32_t left_bytes = size_bytes - done;
		const uint32_t step_bytes = left_bytes < CHUNK_BYTES ? left_bytes : CHUNK_BYTES;
		const int result = flash->read(flash->ctx, flash_offset + done, chunk, step_bytes);

		if (result != LB_OK)
			return result;
		if (!write_all(rest_fd, chunk, step_bytes))
			return LB_ERR_IO;
		done += step_bytes;
	}
	return LB_OK;
}

/* The host refuses with EBUSY, after a wait of its own, while it has one of the pages in hand (to move or to look at
 * it). That passes; a good image must not be taken for a bad one because of it. */
static bool seal(int fd)
{
	for (int tries = 0; tries < SEAL_TRIES; tries++) {
		if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
			return true;
		if (errno != EBUSY)
			return false;
	}
	return false;
}

int lb_board_image_load(uint32_t flash_offset, uint32_t first_bytes, uint32_t size_bytes)
{
	const struct lb_flash *flash = lb_board_flash();
	int result;

	unload();
	if (first_bytes > sizeof(header) || first_bytes > size_bytes)
		return LB_ERR_BOUNDS;
	header_bytes = first_bytes;
	result = flash->read(flash->ctx, flash_offset, header, header_bytes);
	if (result != LB_OK)
		return result;
	rest_fd = make_memfd();
	if (rest_fd == -1)
		return LB_ERR_IO;
	result = load_rest(flash_offset + header_bytes, size_bytes - header_bytes);
	if (result == LB_OK && !seal(rest_fd))
		result = LB_ERR_IO;
	if (result != LB_OK) {
		unload();
		return result;
	}
	image_bytes = size_bytes;
	return LB_OK;
}

int lb_board_image_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	uint8_t *bytes = data;

	(void)ctx;
	if (offset > image_bytes || size_bytes > image_bytes - offset)
		return LB_ERR_BOUNDS;
	if (offset < header_bytes) {
		const uint32_t left_bytes = header_bytes - offset;
		const uint32_t part_bytes = size_bytes < left_bytes ? size_bytes : left_bytes;

		memcpy(bytes, header + offset, part_bytes);
		bytes += part_bytes;
		offset += part_bytes;
		size_bytes -= part_bytes;
	}
	if (size_bytes == 0)
		return LB_OK;
	if (pread(rest_fd, bytes, size_bytes, (off_t)(offset - header_bytes)) != (ssize_t)size_bytes)
		return LB_ERR_IO;
	return LB_OK;
}

/* Nothing of it lies in memory before it is executed. */
const uint8_t *lb_board_image_mapped(void)
{
	return NULL;
}

bool lb_board_payload_runs(const void *start, size_t size_bytes)
{
	return lb_payload_runs_here(start, size_bytes);
}

/* The image gets the descriptors of wire.h, which stay open, and no environment: it is to run everywhere alike. */
int lb_board_image_start(uint32_t payload_offset, uint32_t payload_bytes)
{
	char name[] = "lifeboat-image";
	char *const arguments[] = {name, NULL};
	char *const environment[] = {NULL};

	(void)payload_bytes;
	if (image_bytes == 0 || payload_offset != header_bytes)
		return LB_ERR_FORMAT;
	fexecve(rest_fd, arguments, environment);
	return errno == ENOEXEC ? LB_ERR_UNSUPPORTED : LB_ERR_IO;
}
