/* WLAN.ifconfig() and ipconfig(): the addresses of an interface. A module gets them from the network, or from the
 * script (a fixed address), which is then what is shown. */
#include "firmware/python/wlan_address.h"
#include "firmware/python/wlan_values.h"
#include "firmware/net/wifi.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "shared/netutils/netutils.h"

enum { IP_BYTES = 4, ADDRESSES = 4, INTERFACES = 2 };
enum address { OWN, MASK, GATEWAY, NAMES };

struct fixed {
	bool is_set;
	uint8_t addresses[ADDRESSES][IP_BYTES];
};

static struct fixed fixed[INTERFACES]; /* by network.STA_IF and AP_IF */

static bool is_up(unsigned interface)
{
	return interface == 0 ? lb_radio_link() == LB_RADIO_CONNECTED : lb_radio_ap_active();
}

static void get_address(unsigned interface, enum address which, uint8_t ip[IP_BYTES])
{
	const uint32_t own = which == MASK ? 0xFFFFFF00u : lb_radio_ip();

	for (int i = 0; i < IP_BYTES; i++) {
		ip[i] = is_up(interface) ? (uint8_t)(own >> (24 - 8 * i)) : 0;
		if (fixed[interface].is_set)
			ip[i] = fixed[interface].addresses[which][i];
	}
}

static mp_obj_t format(unsigned interface, enum address which)
{
	uint8_t ip[IP_BYTES];

	get_address(interface, which, ip);
	return netutils_format_ipv4_addr(ip, NETUTILS_BIG);
}

static unsigned interface_of(mp_obj_t self_obj)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(self_obj);

	if (self->modes == LB_WLAN_STA_AP)
		return (lb_wlan_mode_now() & LB_WLAN_STA) == 0;
	return self->modes == LB_WLAN_AP;
}

/* 'dhcp', or the four addresses. */
static void set(unsigned interface, mp_obj_t config)
{
	struct fixed wanted = {.is_set = true};
	mp_obj_t *items;

	if (mp_obj_is_str(config)) {
		if (mp_obj_str_get_qstr(config) != MP_QSTR_dhcp)
			mp_raise_ValueError(MP_ERROR_TEXT("'dhcp' or (ip, subnet, gateway, dns)"));
		fixed[interface].is_set = false;
		return;
	}
	mp_obj_get_array_fixed_n(config, ADDRESSES, &items);
	for (int i = 0; i < ADDRESSES; i++)
		netutils_parse_ipv4_addr(items[i], wanted.addresses[i], NETUTILS_BIG);
	fixed[interface] = wanted;
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
	unsigned interface = interface_of(pos_args[0]);
	mp_obj_t config;

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	config = args[ARG_config].u_obj;
	if (mp_obj_is_int(args[ARG_id].u_obj))
		interface = mp_obj_get_int(args[ARG_id].u_obj) != 0;
	else if (args[ARG_id].u_obj != mp_const_none)
		config = args[ARG_id].u_obj;
	if (config != mp_const_none) {
		set(interface, config);
		return mp_const_none;
	}
	mp_obj_t items[ADDRESSES] = {
		format(interface, OWN),
		format(interface, MASK),
		format(interface, GATEWAY),
		format(interface, NAMES),
	};

	return mp_obj_new_tuple(ADDRESSES, items);
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_wlan_ifconfig_obj, 1, wlan_ifconfig);

/* Reading only; ifconfig() sets. */
static mp_obj_t wlan_ipconfig(size_t n_args, const mp_obj_t *args)
{
	const unsigned interface = interface_of(args[0]);

	(void)n_args;
	switch (mp_obj_str_get_qstr(args[1])) {
	case MP_QSTR_addr4: {
		mp_obj_t items[2] = {format(interface, OWN), format(interface, MASK)};

		return mp_obj_new_tuple(2, items);
	}
	case MP_QSTR_gw4: return format(interface, GATEWAY);
	case MP_QSTR_dhcp4: return mp_obj_new_bool(interface == 0 && !fixed[interface].is_set);
	case MP_QSTR_has_dhcp4: return mp_obj_new_bool(interface == 0 && !fixed[interface].is_set && is_up(interface));
	default: mp_raise_ValueError(MP_ERROR_TEXT("'addr4', 'gw4', 'dhcp4' or 'has_dhcp4'"));
	}
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_ipconfig_obj, 2, 2, wlan_ipconfig);
