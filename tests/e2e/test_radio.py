"""The radio: networks, links, addresses, and what of it outlives which reset."""
import contextlib
import json
import os

import pytest

import harness
from clients import Telnet, assert_off, assert_on, ftp, net_of, soft_reset


def test_scan_and_connect(module):
	net = net_of(module)
	with module.uart() as uart:
		uart.exec("import network, time\nw = network.WLAN(mode=network.WLAN.STA_AP)\ns = network.WLAN(network.STA_IF)")
		found = {bytes(entry[0]): entry for entry in uart.eval("[tuple(n) for n in s.scan()]")}
		assert set(found) == {b"Lifeboat-Open", b"Lifeboat-WPA2"}
		assert found[b"Lifeboat-Open"][4] == 0 and found[b"Lifeboat-WPA2"][4] == uart.eval("network.WLAN.WPA2")
		pycoms = uart.eval("[tuple(n) for n in w.scan()]")
		assert pycoms == [(bytes(ssid).decode(), bssid, sec, channel, rssi)
			for ssid, bssid, channel, rssi, sec, _ in found.values()]
		for only in ("ssid='Lifeboat-Open'", f"bssid={found[b'Lifeboat-Open'][1]!r}", "channel=1",
		             "type=w.SCAN_PASSIVE, show_hidden=True, ssid='Lifeboat-Open', scantime=100"):
			assert uart.eval(f"[n.ssid for n in w.scan({only})]") == ["Lifeboat-Open"], only
		for ssid, key, status in (("Lifeboat-WPA2", "not the password", "STAT_WRONG_PASSWORD"),
		                          ("Lifeboat-WPA2", None, "STAT_WRONG_PASSWORD"),
		                          ("Nobody", "some password", "STAT_NO_AP_FOUND")):
			uart.exec(f"w.connect({ssid!r}, {key!r})\nwhile s.status() == network.STAT_CONNECTING: time.sleep(.01)")
			assert uart.eval(f"s.status() == network.{status} and not w.isconnected()") is True, (ssid, key)
		for ssid, key in (("Lifeboat-WPA2", "'back-to-shore'"), ("Lifeboat-Open", None)):
			uart.exec(f"w.connect({ssid!r}, {key}, timeout=5000)\nwhile not w.isconnected(): time.sleep(.01)")
			assert uart.eval("w.isconnected() and s.status() == network.STAT_GOT_IP") is True
			assert net_of(module)["station"] == ssid and net_of(module)["radio"] == "ap+sta"
			assert uart.eval("s.ifconfig()[0]") not in ("0.0.0.0", "")
			uart.exec("w.disconnect()")
			assert uart.eval("w.isconnected()") is False and net_of(module)["station"] is None
		uart.exec("w.mode(w.STA)\nw.connect('Lifeboat-WPA2', auth=(network.WLAN.WPA2, 'back-to-shore'), timeout=5000)")
	harness.until(lambda: net_of(module)["ftp"], 5, "servers at the station's address")
	assert net_of(module)["radio"] == "sta" and net_of(module)["ssid"] is None
	assert_on(module, net)


def test_a_late_link_is_a_timeout(module):
	"""connect(timeout=) returns at once; isconnected() raises when the time is over, once, and is then plain again."""
	with module.uart() as uart:
		uart.exec("import network, time\nw = network.WLAN(mode=network.WLAN.STA)\n"
			"before = time.ticks_ms()\nw.connect('Nobody', timeout=300)\nran = time.ticks_diff(time.ticks_ms(), before)")
		assert uart.eval("ran < 250 and issubclass(TimeoutError, OSError)") is True
		uart.exec("try:\n while not w.isconnected(): time.sleep_ms(10)\nexcept TimeoutError as e: late = e")
		assert "connect()" in uart.eval("str(late)") and uart.eval("w.isconnected()") is False
		uart.exec("w.connect('Lifeboat-WPA2', auth=(w.WPA2, 'back-to-shore'), timeout=60000)\n"
			"while not w.isconnected(): time.sleep_ms(10)")
		uart.exec("w.connect('Nobody', timeout=1)\nw.disconnect()\ntime.sleep_ms(20)")
		assert uart.eval("w.isconnected()") is False
		uart.exec("w.connect('Nobody', timeout=1)")
		soft_reset(uart)
		assert uart.eval("__import__('network').WLAN().isconnected()") is False


@pytest.mark.parametrize("auth", ["(w.WPA2_ENT, 'someone', 'back-to-shore')", "[w.WPA2, 'back-to-shore']",
                                  "(w.WPA, 'back-to-shore')"])
def test_ways_to_join(module, auth):
	with module.uart() as uart:
		uart.exec("import network, time\nw = network.WLAN(id=0, mode=network.WLAN.STA, antenna=network.WLAN.EXT_ANT,\n"
			" bandwidth=network.WLAN.HT20, max_tx_pwr=40)\n"
			f"w.connect(ssid='Lifeboat-WPA2', auth={auth}, timeout=5000, bssid=b'123456', identity='me')\n"
			"while not w.isconnected(): time.sleep_ms(10)")
		assert uart.eval("(w.antenna(), w.bandwidth(), w.max_tx_power())") == (1, 0, 40)
		for wrong in ("w.antenna(7)", "w.bandwidth(9)", "w.max_tx_power(4)", "network.WLAN(mode=w.STA, antenna=9)",
		              "network.WLAN(id=1)"):
			assert "ValueError" in uart.error_of(wrong), wrong
		assert uart.eval("(w.antenna(), w.bandwidth(), w.max_tx_power())") == (1, 0, 40)


def test_own_addresses_can_be_bound(module):
	"""192.168.4.1 at the access point, and what ifconfig() was given."""
	with module.uart() as uart:
		uart.exec("import network, socket\nw = network.WLAN()")
		assert uart.eval("w.ifconfig(id=1)")[0] == "192.168.4.1"
		uart.exec("network.WLAN(mode=w.STA_AP)\nw.ifconfig(config=('10.9.8.7', '255.0.0.0', '10.0.0.1', '10.0.0.2'))")
		for address in ("192.168.4.1", "10.9.8.7"):
			uart.exec(f"s = socket.socket()\ns.bind(({address!r}, 0))\ns.close()")
		assert uart.eval("socket.dnsserver()") == ("10.0.0.2", "0.0.0.0")
		uart.exec("socket.dnsserver(1, '8.8.4.4')")
		assert uart.eval("(socket.dnsserver(), socket.dnsserver(1))") == (("10.0.0.2", "8.8.4.4"), "8.8.4.4")


def test_socket_timeout_is_its_own_error(module):
	with module.uart() as uart:
		uart.exec("import socket, errno\na = socket.socket()\na.bind(('127.0.0.1', 0))\na.listen(1)\na.settimeout(.05)")
		uart.exec("caught = []\nfor work in (a.accept,):\n try: work()\n except socket.timeout as e: caught.append(e.errno)")
		assert uart.eval("caught == [errno.ETIMEDOUT]") is True
		uart.exec("u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP)\nu.settimeout(.05)\n"
			"u.bind(('127.0.0.1', 0))\ntry: u.recv(9)\nexcept socket.error as e: told = repr(e)")
		assert uart.eval("told") == "TimeoutError(110,)"
		error = uart.error_of("u.recvfrom(9)")
		assert "TimeoutError: [Errno 110] ETIMEDOUT" in error
		uart.exec("a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\nu.setblocking(False)")
		assert "OSError: [Errno 11] EAGAIN" in uart.error_of("u.recv(9)")


def test_wifi_of_every_boot(module):
	"""pycom.wifi_…: the radio's state from the next hard reset on; a safe boot asks for none of it."""
	own = net_of(module)
	with module.uart() as uart:
		uart.exec("import pycom, network")
		assert uart.eval("(pycom.wifi_ssid_ap(), pycom.wifi_pwd_sta(), pycom.wifi_mode_on_boot())") == (None, None, 2)
		for wrong in ("wifi_ssid_ap('x' * 33)", "wifi_ssid_sta('')", "wifi_pwd_ap('short')", "wifi_mode_on_boot(9)"):
			assert "ValueError" in uart.error_of(f"pycom.{wrong}"), wrong
		uart.exec("pycom.wifi_ssid_ap('Ours')\npycom.wifi_pwd_ap('a key of ours')\npycom.wifi_ssid_sta('Lifeboat-WPA2')\n"
			"pycom.wifi_pwd_sta('back-to-shore')\npycom.wifi_mode_on_boot(network.WLAN.STA_AP)\n"
			"pycom.pybytes_on_boot(True)\npycom.smart_config_on_boot(False)\npycom.lte_modem_en_on_boot(True)")
	assert net_of(module)["ssid"] == own["ssid"]
	module.reset()
	harness.until(lambda: net_of(module)["station"] == "Lifeboat-WPA2", 10, "the network that is stored")
	assert net_of(module)["ssid"] == "Ours" and net_of(module)["radio"] == "ap+sta"
	with module.uart() as uart:
		assert uart.eval("__import__('network').WLAN(0).isconnected()") is True
		assert uart.eval("__import__('network').WLAN().auth()")[1] == "a key of ours"
		assert uart.eval("(lambda p: (p.pybytes_on_boot(), p.lte_modem_en_on_boot(), p.wifi_pwd_sta()))"
			"(__import__('pycom'))") == (True, True, "back-to-shore")
		uart.raw()
		uart.write("import lifeboat; lifeboat.safe_boot()\x04")
	module.wait("repl")
	harness.until(lambda: module.status()["boot"]["mode"] == "safe", 10, "the safe boot")
	assert net_of(module)["ssid"] == own["ssid"] and net_of(module)["station"] is None
	assert_on(module, own)
	module.reset()
	with module.uart() as uart:
		uart.exec("import pycom\npycom.wifi_mode_on_boot(1)\npycom.wifi_ssid_sta(None)\npycom.wifi_ssid_ap(None)\n"
			"pycom.wifi_pwd_ap(None)")
	module.reset()
	assert net_of(module)["radio"] == "sta" and net_of(module)["station"] is None


def test_access_point(module):
	with module.uart() as uart:
		uart.exec("import network\nw = network.WLAN()")
		assert uart.eval("w.mode() == w.AP") is True
		net = net_of(module)
		assert uart.eval("w.ssid()") == net["ssid"] and uart.eval("w.auth()")[1] == net["password"]
		uart.exec("w.init(mode=w.AP, ssid='Mine', auth=(w.WPA2, 'a longer key'), channel=3)")
		assert uart.eval("(w.ssid(), w.auth()[1], w.channel())") == ("Mine", "a longer key", 3)
		assert net_of(module)["ssid"] == "Mine"
		for wrong in ("ssid='x' * 33", "auth=(w.WPA2, 'short')", "channel=14", "mode=9"):
			uart.start(f"w.init({'mode=w.AP, ' if 'mode' not in wrong else ''}{wrong})")
			assert "ValueError" in uart.finish()[1], wrong
		assert uart.eval("w.ssid()") == "Mine"
		uart.start("w.scan()")
		assert "OSError" in uart.finish()[1]


def test_the_air_of_a_file(modules):
	module = modules()
	os.makedirs(module.folder)
	with open(os.path.join(module.folder, "air.json"), "w") as f:
		json.dump({"networks": [{"ssid": "Workshop", "password": "a secret of ours", "channel": 11, "rssi": -67}]}, f)
	module.start()
	with module.uart() as uart:
		uart.exec("import network\nw = network.WLAN(mode=network.WLAN.STA)")
		assert uart.eval("[(n.ssid, n.channel, n.rssi) for n in w.scan()]") == [("Workshop", 11, -67)]
		uart.exec("import time\nw.connect('Workshop', 'a secret of ours', timeout=5000)\n"
			"while not w.isconnected(): time.sleep(.01)")
		assert uart.eval("w.isconnected()") is True


def test_radio_over_resets(module):
	"""A soft reset leaves radio, servers, their connections and the program's link; a hard one starts anew."""
	net = net_of(module)
	with module.uart() as uart, Telnet(net) as telnet, contextlib.closing(ftp(net)) as session:
		uart.exec("import network\nw = network.WLAN(mode=network.WLAN.STA_AP)\n"
		          "w.connect('Lifeboat-WPA2', 'back-to-shore')\nwhile not w.isconnected(): pass")
		soft_reset(uart)
		telnet.prompt()
		assert telnet.eval("__import__('network').WLAN().isconnected()") is True
		assert net_of(module)["radio"] == "ap+sta" and "flash" in session.nlst("/")
		uart.exec("import network\nnetwork.WLAN().deinit()")
		telnet.until_closed()
		soft_reset(uart)
		assert_off(module, net)
		module.reset()
		assert net_of(module) == net
		assert_on(module, net)
