/* machine.SD: the card as a block device. An object belongs to the card that was in the slot when it was made (or at
 * its last init()): once that card has gone, every access fails, whatever card came after it. */
#include "core/hw/card.h"
#include "extmod/vfs.h"
#include "firmware/python/modmachine.h"
#include "py/mperrno.h"
#include "py/runtime.h"

struct sd {
	mp_obj_base_t base;
	uint32_t generation;
	uint32_t blocks; /* 0: deinit() */
};

static void parse_card(struct sd *self)
{
	self->generation = lb_card_generation();
	self->blocks = lb_card_blocks();
	if (self->blocks == 0)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("no card in the slot"));
}

static bool is_ours(const struct sd *self)
{
	return self->blocks != 0 && lb_card_generation() == self->generation;
}

/* SD(id=0) */
static mp_obj_t sd_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	struct sd *self = mp_obj_malloc(struct sd, type);

	mp_arg_check_num(n_args, n_kw, 0, 1, false);
	if (n_args == 1 && mp_obj_get_int(args[0]) != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is SD 0"));
	parse_card(self);
	return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t sd_init(mp_obj_t self)
{
	parse_card(MP_OBJ_TO_PTR(self));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sd_init_obj, sd_init);

static mp_obj_t sd_deinit(mp_obj_t self_obj)
{
	struct sd *self = MP_OBJ_TO_PTR(self_obj);

	self->blocks = 0;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sd_deinit_obj, sd_deinit);

/* The first block of readblocks(block, buffer) or writeblocks(block, buffer); whole blocks only, so an offset, which
 * littlefs asks for, is refused. */
static int locate(size_t n_args, const mp_obj_t *args, mp_uint_t flags, mp_buffer_info_t *buffer, uint32_t *block)
{
	const struct sd *self = MP_OBJ_TO_PTR(args[0]);
	const mp_int_t wanted = mp_obj_get_int(args[1]);

	mp_get_buffer_raise(args[2], buffer, flags);
	if (!is_ours(self))
		return -MP_ENODEV;
	if (n_args == 4 || wanted < 0 || (uint32_t)wanted >= self->blocks || buffer->len % LB_CARD_BLOCK_BYTES != 0)
		return -MP_EINVAL;
	*block = (uint32_t)wanted;
	return 0;
}

static mp_obj_t sd_readblocks(size_t n_args, const mp_obj_t *args)
{
	mp_buffer_info_t buffer;
	uint32_t block;
	int error = locate(n_args, args, MP_BUFFER_WRITE, &buffer, &block);

	if (error == 0)
		error = lb_card_read(block, buffer.buf, (uint32_t)(buffer.len / LB_CARD_BLOCK_BYTES));
	return MP_OBJ_NEW_SMALL_INT(error);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sd_readblocks_obj, 3, 4, sd_readblocks);

static mp_obj_t sd_writeblocks(size_t n_args, const mp_obj_t *args)
{
	mp_buffer_info_t buffer;
	uint32_t block;
	int error = locate(n_args, args, MP_BUFFER_READ, &buffer, &block);

	if (error == 0)
		error = lb_card_write(block, buffer.buf, (uint32_t)(buffer.len / LB_CARD_BLOCK_BYTES));
	return MP_OBJ_NEW_SMALL_INT(error);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sd_writeblocks_obj, 3, 4, sd_writeblocks);

static mp_obj_t sd_ioctl(mp_obj_t self_obj, mp_obj_t request, mp_obj_t arg)
{
	const struct sd *self = MP_OBJ_TO_PTR(self_obj);

	(void)arg;
	switch (mp_obj_get_int(request)) {
	case MP_BLOCKDEV_IOCTL_INIT: return MP_OBJ_NEW_SMALL_INT(is_ours(self) ? 0 : -MP_ENODEV);
	case MP_BLOCKDEV_IOCTL_DEINIT: return MP_OBJ_NEW_SMALL_INT(0);
	case MP_BLOCKDEV_IOCTL_SYNC: return MP_OBJ_NEW_SMALL_INT(is_ours(self) ? lb_card_sync() : -MP_ENODEV);
	case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: return mp_obj_new_int_from_uint(self->blocks);
	case MP_BLOCKDEV_IOCTL_BLOCK_SIZE: return MP_OBJ_NEW_SMALL_INT(LB_CARD_BLOCK_BYTES);
	default: return mp_const_none;
	}
}
static MP_DEFINE_CONST_FUN_OBJ_3(sd_ioctl_obj, sd_ioctl);

static const mp_rom_map_elem_t sd_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&sd_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&sd_deinit_obj)},
	{MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&sd_readblocks_obj)},
	{MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&sd_writeblocks_obj)},
	{MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&sd_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(sd_locals, sd_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_machine_sd_type, MP_QSTR_SD, MP_TYPE_FLAG_NONE, make_new, sd_make_new, locals_dict,
                         &sd_locals);
