/* network.Server, as Pycom documents it: telnet and FTP together. */
#include <string.h>

#include "core/hw/radio.h"
#include "firmware/python/modnetwork.h"
#include "firmware/net/servers.h"
#include "py/runtime.h"

#include "extmod/modnetwork.h"

enum { TIMEOUT_LEAST_S = 5, TIMEOUT_MOST_S = 86400 };

static const mp_obj_base_t server = {&lb_server_type};

static uint32_t get_timeout(mp_obj_t value)
{
	const mp_int_t timeout_s = mp_obj_get_int(value);

	if (timeout_s < TIMEOUT_LEAST_S || timeout_s > TIMEOUT_MOST_S)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout: 5 to 86400 seconds"));
	return (uint32_t)timeout_s;
}

static void get_login(mp_obj_t value, struct lb_login *login)
{
	mp_obj_t *items;

	mp_obj_get_array_fixed_n(value, 2, &items);
	lb_wlan_get_text(items[0], login->user, sizeof(login->user) - 1, MP_ERROR_TEXT("user: 32 bytes at most"));
	lb_wlan_get_text(items[1], login->password, sizeof(login->password) - 1,
	                 MP_ERROR_TEXT("password: 64 bytes at most"));
	if (login->user[0] == '\0' || login->password[0] == '\0')
		mp_raise_ValueError(MP_ERROR_TEXT("user and password may not be empty"));
}

/* What is not given stays as it is. Nothing of it is stored: after a hard reset the module's own password holds. */
static mp_obj_t server_init(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_login, ARG_timeout };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_login, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_timeout, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	struct lb_login login = *lb_servers_login();
	uint32_t timeout_s = lb_servers_timeout_s();

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_login].u_obj != mp_const_none)
		get_login(args[ARG_login].u_obj, &login);
	if (args[ARG_timeout].u_obj != mp_const_none)
		timeout_s = get_timeout(args[ARG_timeout].u_obj);
	lb_servers_set_login(&login);
	lb_servers_set_timeout_s(timeout_s);
	lb_servers_on();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(server_init_obj, 1, server_init);

/* Server([id=0]): the servers as they are; with login or timeout also init(). */
static mp_obj_t server_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	mp_obj_t init_args[1] = {MP_OBJ_FROM_PTR(&server)};
	mp_map_t kw_args;

	(void)type;
	mp_arg_check_num(n_args, n_kw, 0, 1, true);
	if (!lb_radio_present())
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("this board has no radio"));
	if (n_args == 1 && mp_obj_get_int(args[0]) != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is one server, id 0"));
	if (n_kw != 0) {
		mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
		server_init(1, init_args, &kw_args);
	}
	return MP_OBJ_FROM_PTR(&server);
}

static mp_obj_t server_deinit(mp_obj_t self)
{
	(void)self;
	lb_servers_off();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(server_deinit_obj, server_deinit);

static mp_obj_t server_isrunning(mp_obj_t self)
{
	(void)self;
	return mp_obj_new_bool(lb_servers_are_on());
}
static MP_DEFINE_CONST_FUN_OBJ_1(server_isrunning_obj, server_isrunning);

static mp_obj_t server_timeout(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 1)
		return mp_obj_new_int_from_uint(lb_servers_timeout_s());
	lb_servers_set_timeout_s(get_timeout(args[1]));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(server_timeout_obj, 1, 2, server_timeout);

/* Ours: (user, password) that hold now. */
static mp_obj_t server_login(mp_obj_t self)
{
	const struct lb_login *login = lb_servers_login();
	mp_obj_t items[2] = {mp_obj_new_str_from_cstr(login->user), mp_obj_new_str_from_cstr(login->password)};

	(void)self;
	return mp_obj_new_tuple(2, items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(server_login_obj, server_login);

static const mp_rom_map_elem_t server_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&server_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&server_deinit_obj)},
	{MP_ROM_QSTR(MP_QSTR_isrunning), MP_ROM_PTR(&server_isrunning_obj)},
	{MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&server_timeout_obj)},
	{MP_ROM_QSTR(MP_QSTR_login), MP_ROM_PTR(&server_login_obj)},
};
static MP_DEFINE_CONST_DICT(server_locals, server_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_server_type, MP_QSTR_Server, MP_TYPE_FLAG_NONE, make_new, server_make_new, locals_dict,
                         &server_locals);
