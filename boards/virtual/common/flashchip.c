#include "boards/virtual/common/flashchip.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "boards/virtual/common/bus.h"
#include "hardware/model/nor.h"

static struct lb_nor nor;
static struct lb_flash flash;
static lb_flash_fn *on_change;

void lb_flashchip_on_change(lb_flash_fn *handler)
{
	on_change = handler;
}

static void report(enum lb_flash_moment moment)
{
	if (on_change != NULL)
		on_change(moment);
}

static _Atomic uintptr_t worker; /* the thread that changes it; 0: none does */

static uintptr_t self(void)
{
	static _Thread_local char here;

	return (uintptr_t)&here;
}

/* One operation at a time. A handler's that came in the middle of this thread's own goes through. */
static void enter(void)
{
	uintptr_t nobody = 0;

	while (!atomic_compare_exchange_strong(&worker, &nobody, self()) && nobody != self()) {
		nobody = 0;
		sched_yield();
	}
}

void lb_flashchip_stop(void)
{
	enter();
}

/* For whoever watches from outside: how many operations there were, and whether one is under way when the CPU dies.
 * */
static struct lb_nor_cut count(void *ctx, const struct lb_nor_op *op)
{
	(void)ctx;
	if (op->kind != LB_NOR_READ) {
		enter();
		report(LB_FLASH_BEFORE);
	}
	switch (op->kind) {
	case LB_NOR_READ: lb_bus_add64(WIRE_REG_FLASH_READS, 1); break;
	case LB_NOR_PROGRAM:
		lb_bus_put64(WIRE_REG_FLASH_TORN, 1);
		lb_bus_add64(WIRE_REG_FLASH_PROGRAMS, 1);
		lb_bus_add64(WIRE_REG_FLASH_PROGRAMMED, op->size_bytes);
		break;
	case LB_NOR_ERASE:
		lb_bus_put64(WIRE_REG_FLASH_TORN, 1);
		lb_bus_add64(WIRE_REG_FLASH_ERASES, op->size_bytes / LB_NOR_SECTOR_BYTES);
		break;
	}
	return (struct lb_nor_cut){.moment = LB_NOR_CUT_NONE};
}

static void done(void *ctx, const struct lb_nor_op *op)
{
	(void)ctx;
	if (op->kind == LB_NOR_READ)
		return;
	lb_bus_put64(WIRE_REG_FLASH_TORN, 0);
	report(LB_FLASH_AFTER);
	atomic_store(&worker, 0);
}

static void stay_busy(void *ctx, uint32_t busy_us)
{
	(void)ctx;
	report(LB_FLASH_WITHIN);
	lb_bus_add64(WIRE_REG_FLASH_BUSY_US, busy_us);
	lb_bus_sleep_until(lb_bus_host_ns() + lb_bus_host_span_ns(busy_us));
}

const struct lb_flash *lb_flashchip_open(void)
{
	struct stat file;
	void *bytes;

	if (fstat(WIRE_FD_FLASH, &file) != 0)
		lb_bus_fail("flash.bin");
	errno = EFBIG;
	if (file.st_size <= 0 || file.st_size > UINT32_MAX || file.st_size % LB_NOR_SECTOR_BYTES != 0)
		lb_bus_fail("size of flash.bin");
	bytes = mmap(NULL, (size_t)file.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, WIRE_FD_FLASH, 0);
	if (bytes == MAP_FAILED)
		lb_bus_fail("flash.bin");
	lb_nor_init(&nor, &(struct lb_nor_setup){
						  .bytes = bytes,
						  .size_bytes = (uint32_t)file.st_size,
						  .erase_block_bytes = LB_NOR_BLOCK_BYTES,
						  .seed = (uint32_t)lb_bus_host_ns(),
						  .hooks = {.begin = count, .end = done, .wait_us = stay_busy},
					  });
	flash = lb_nor_flash(&nor);
	return &flash;
}
