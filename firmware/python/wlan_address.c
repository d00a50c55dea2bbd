/* WLAN.ifconfig() and ipconfig(): the addresses of an interface. A module gets them from the network, or from the
 * script (a fixed address), which is then what is shown. */
#include "firmware/python/wlan_address.h"
#include "firmware/python/wlan_values.h"
#include "firmware/net/wifi.h"
#include "py/runtime.h"
#include "shared/netutils/netutils.h"

enum { IP_BYTES = 4, ADDRESSES = 4 };

static mp_obj_t format(uint32_t address)
{
	uint8_t ip[IP_BYTES];

	for (int i = 0; i < IP_BYTES; i++)
		ip[i] = (uint8_t)(address >> (24 - 8 * i));
	return netutils_format_ipv4_addr(ip, NETUTILS_BIG);
}

static uint32_t parse(mp_obj_t text)
{
	uint8_t ip[IP_BYTES];

	netutils_parse_ipv4_addr(text, ip, NETUTILS_BIG);
	return (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
}

static enum lb_wifi_interface interface_of(mp_obj_t self_obj)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(self_obj);

	if (self->modes == LB_WLAN_STA_AP)
		return (lb_wlan_mode_now() & LB_WLAN_STA) != 0 ? LB_WIFI_STA : LB_WIFI_AP;
	return self->modes == LB_WLAN_AP ? LB_WIFI_AP : LB_WIFI_STA;
}

/* 'dhcp', or the four addresses. */
static void set(enum lb_wifi_interface interface, mp_obj_t config)
{
	mp_obj_t *items;

	if (mp_obj_is_str(config)) {
		if (mp_obj_str_get_qstr(config) != MP_QSTR_dhcp)
			mp_raise_ValueError(MP_ERROR_TEXT("'dhcp' or (ip, subnet, gateway, dns)"));
		lb_wifi_fix_addresses(interface, NULL);
		return;
	}
	mp_obj_get_array_fixed_n(config, ADDRESSES, &items);
	const struct lb_wifi_addresses wanted = {parse(items[0]), parse(items[1]), parse(items[2]), parse(items[3])};

	lb_wifi_fix_addresses(interface, &wanted);
}

/* MicroPython: ifconfig([config]). Pycom: ifconfig(id=0, config=...), 0 being the station and 1 the access point. */
static mp_obj_t wlan_ifconfig(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_id, ARG_config };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_id, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_config, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	enum lb_wifi_interface interface = interface_of(pos_args[0]);
	mp_obj_t config;

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	config = args[ARG_config].u_obj;
	if (mp_obj_is_int(args[ARG_id].u_obj))
		interface = mp_obj_get_int(args[ARG_id].u_obj) != 0 ? LB_WIFI_AP : LB_WIFI_STA;
	else if (args[ARG_id].u_obj != mp_const_none)
		config = args[ARG_id].u_obj;
	if (config != mp_const_none) {
		set(interface, config);
		return mp_const_none;
	}
	const struct lb_wifi_addresses now = lb_wifi_addresses(interface);
	mp_obj_t items[ADDRESSES] = {format(now.own), format(now.mask), format(now.gateway), format(now.name_server)};

	return mp_obj_new_tuple(ADDRESSES, items);
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_wlan_ifconfig_obj, 1, wlan_ifconfig);

/* Reading only; ifconfig() sets. */
static mp_obj_t wlan_ipconfig(size_t n_args, const mp_obj_t *args)
{
	const enum lb_wifi_interface interface = interface_of(args[0]);
	const struct lb_wifi_addresses now = lb_wifi_addresses(interface);
	const bool dhcp = interface == LB_WIFI_STA && !lb_wifi_are_fixed(interface);

	(void)n_args;
	switch (mp_obj_str_get_qstr(args[1])) {
	case MP_QSTR_addr4: {
		mp_obj_t items[2] = {format(now.own), format(now.mask)};

		return mp_obj_new_tuple(2, items);
	}
	case MP_QSTR_gw4: return format(now.gateway);
	case MP_QSTR_dhcp4: return mp_obj_new_bool(dhcp);
	case MP_QSTR_has_dhcp4: return mp_obj_new_bool(dhcp && now.own != 0);
	default: mp_raise_ValueError(MP_ERROR_TEXT("'addr4', 'gw4', 'dhcp4' or 'has_dhcp4'"));
	}
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_ipconfig_obj, 2, 2, wlan_ipconfig);
