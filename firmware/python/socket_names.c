/* Names of Pycom's socket module that MicroPython's has not: that module asks here for them. */
#include <string.h>

#include "firmware/net/wifi.h"
#include "firmware/python/names.h"
#include "firmware/python/timeout_error.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "shared/netutils/netutils.h"

enum { SERVERS = 2, IP_BYTES = 4, IPPROTO_TCP_NUMBER = 6, IPPROTO_UDP_NUMBER = 17, TCP_NODELAY_NUMBER = 1 };

/* Those that a script set. Names are looked up by the host, whatever they are. */
static struct {
	bool is_set;
	byte ip[IP_BYTES];
} servers[SERVERS];

/* The first is the network's, until a script says otherwise. */
static mp_obj_t server(unsigned index)
{
	const uint32_t given = index == 0 ? lb_wifi_addresses(LB_WIFI_STA).name_server : 0;
	byte ip[IP_BYTES];

	for (int i = 0; i < IP_BYTES; i++)
		ip[i] = servers[index].is_set ? servers[index].ip[i] : (byte)(given >> (24 - 8 * i));
	return netutils_format_ipv4_addr(ip, NETUTILS_BIG);
}

/* dnsserver(): both; dnsserver(index): that one; dnsserver(index, address) sets it. */
static mp_obj_t socket_dnsserver(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0) {
		mp_obj_t both[SERVERS] = {server(0), server(1)};

		return mp_obj_new_tuple(SERVERS, both);
	}
	const mp_int_t index = mp_obj_get_int(args[0]);
	byte ip[IP_BYTES];

	if (index < 0 || index >= SERVERS)
		mp_raise_ValueError(MP_ERROR_TEXT("index: 0 or 1"));
	if (n_args == 1)
		return server((unsigned)index);
	netutils_parse_ipv4_addr(args[1], ip, NETUTILS_BIG);
	memcpy(servers[index].ip, ip, IP_BYTES);
	servers[index].is_set = true;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_dnsserver_obj, 0, 2, socket_dnsserver);

static const mp_rom_map_elem_t names_table[] = {
	{MP_ROM_QSTR(MP_QSTR_error), MP_ROM_PTR(&mp_type_OSError)},
	{MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&lb_timeout_error_type)},
	{MP_ROM_QSTR(MP_QSTR_dnsserver), MP_ROM_PTR(&socket_dnsserver_obj)},
	{MP_ROM_QSTR(MP_QSTR_IPPROTO_TCP), MP_ROM_INT(IPPROTO_TCP_NUMBER)},
	{MP_ROM_QSTR(MP_QSTR_IPPROTO_UDP), MP_ROM_INT(IPPROTO_UDP_NUMBER)},
	{MP_ROM_QSTR(MP_QSTR_TCP_NODELAY), MP_ROM_INT(TCP_NODELAY_NUMBER)},
};
static MP_DEFINE_CONST_DICT(names, names_table);

void lb_socket_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void lb_socket_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	(void)self;
	if (dest[0] == MP_OBJ_NULL)
		lb_names_load(&names, MP_OBJ_NULL, attr, dest);
}

extern const mp_obj_module_t mp_module_socket;
MP_REGISTER_MODULE_DELEGATION(mp_module_socket, lb_socket_attr);
