#include "firmware/store/flashdev.h"

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "firmware/io/bootinfo.h"
#include "firmware/io/watchdog.h"

struct flashdev {
	mp_obj_base_t base;
	unsigned generation;
};

static unsigned generation;

static struct lb_region region(void)
{
	return lb_bootinfo_down()->flashmap.part[LB_PART_FS];
}

static uint32_t sector_bytes(void)
{
	return lb_periph_flash()->sector_bytes;
}

bool lb_flashdev_exists(void)
{
	return region().size_bytes != 0;
}

mp_obj_t lb_flashdev_new(void)
{
	struct flashdev *self = mp_obj_malloc(struct flashdev, &lb_flashdev_type);

	self->generation = generation;
	return MP_OBJ_FROM_PTR(self);
}

bool lb_flashdev_is_blank(void)
{
	return lb_region_check_blank(lb_periph_flash(), region(), 0, region().size_bytes) == LB_OK;
}

int lb_flashdev_erase(void)
{
	generation++;
	for (uint32_t at = 0; at < region().size_bytes;) {
		const int error = lb_region_erase_next(lb_periph_flash(), region(), &at, region().size_bytes);

		if (error != LB_OK)
			return error;
		lb_watchdog_progress(); /* a full partition takes seconds, and this is progress */
	}
	return LB_OK;
}

/* --- the methods that MicroPython calls --- */

static bool is_alive(mp_obj_t self_obj)
{
	const struct flashdev *self = MP_OBJ_TO_PTR(self_obj);

	return self->generation == generation;
}

bool lb_flashdev_is_dead(mp_obj_t device)
{
	return mp_obj_is_type(device, &lb_flashdev_type) && !is_alive(device);
}

static mp_obj_t result(int error)
{
	return MP_OBJ_NEW_SMALL_INT(error == LB_OK ? 0 : -MP_EIO);
}

/* readblocks(block, buffer[, offset]) and writeblocks likewise; without offset, writing erases first. */
static uint32_t position(size_t n_args, const mp_obj_t *args)
{
	const mp_int_t offset = n_args == 4 ? mp_obj_get_int(args[3]) : 0;

	return (uint32_t)mp_obj_get_int(args[1]) * sector_bytes() + (uint32_t)offset;
}

static mp_obj_t flashdev_readblocks(size_t n_args, const mp_obj_t *args)
{
	mp_buffer_info_t buffer;

	mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_WRITE);
	if (!is_alive(args[0]))
		return MP_OBJ_NEW_SMALL_INT(-MP_ENODEV);
	return result(
		lb_region_read(lb_periph_flash(), region(), position(n_args, args), buffer.buf, (uint32_t)buffer.len));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flashdev_readblocks_obj, 3, 4, flashdev_readblocks);

static mp_obj_t flashdev_writeblocks(size_t n_args, const mp_obj_t *args)
{
	const uint32_t at = position(n_args, args);
	mp_buffer_info_t buffer;
	int error = LB_OK;

	mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_READ);
	if (!is_alive(args[0]))
		return MP_OBJ_NEW_SMALL_INT(-MP_ENODEV);
	if (n_args == 3)
		error = lb_region_erase(lb_periph_flash(), region(), at, (uint32_t)buffer.len);
	if (error == LB_OK)
		error = lb_region_program(lb_periph_flash(), region(), at, buffer.buf, (uint32_t)buffer.len);
	return result(error);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flashdev_writeblocks_obj, 3, 4, flashdev_writeblocks);

static mp_obj_t flashdev_ioctl(mp_obj_t self_obj, mp_obj_t request_obj, mp_obj_t arg_obj)
{
	if (!is_alive(self_obj))
		return MP_OBJ_NEW_SMALL_INT(-MP_ENODEV);
	switch (mp_obj_get_int(request_obj)) {
	case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: return MP_OBJ_NEW_SMALL_INT(region().size_bytes / sector_bytes());
	case MP_BLOCKDEV_IOCTL_BLOCK_SIZE: return MP_OBJ_NEW_SMALL_INT(sector_bytes());
	case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
		return result(lb_region_erase(lb_periph_flash(), region(), (uint32_t)mp_obj_get_int(arg_obj) * sector_bytes(),
		                              sector_bytes()));
	default: return MP_OBJ_NEW_SMALL_INT(0);
	}
}
static MP_DEFINE_CONST_FUN_OBJ_3(flashdev_ioctl_obj, flashdev_ioctl);

static const mp_rom_map_elem_t flashdev_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&flashdev_readblocks_obj)},
	{MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&flashdev_writeblocks_obj)},
	{MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&flashdev_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(flashdev_locals, flashdev_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_flashdev_type, MP_QSTR_FlashDev, MP_TYPE_FLAG_NONE, locals_dict, &flashdev_locals);
