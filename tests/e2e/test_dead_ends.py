"""The lock-outs with everything dead: no UART, no radio, no Ctrl-C, or no time between one deep sleep and the next.

Telnet, FTP, mpremote and Ctrl-C get nowhere for ten seconds. Then pin P12 does, and in that safe boot all of them work,
whatever is stored.
"""
import concurrent.futures
import contextlib
import ftplib
import io
import subprocess
import time

import pytest

import clients
import harness
from test_lockout import BUSY, SLEEP, SOCKET, SWALLOW

# Tells by a pin that it is done, because nothing else of it can be heard.
DEAD = """import machine, micropython, network, pycom
micropython.kbd_intr(-1)
{more}
machine.UART(0).deinit()
machine.Pin('P9', machine.Pin.OUT).value(1)
"""
RADIO_OFF = "network.WLAN().deinit()"
SERVERS_OFF = "network.Server().deinit()"
STORED = "network.WLAN().deinit()\npycom.wifi_on_boot(False)\npycom.heartbeat(False)"

# name: (script, text)
CASES = {
	"busy loop": ("boot.py", DEAD.format(more=RADIO_OFF) + BUSY),
	"swallowed exceptions": ("main.py", DEAD.format(more=RADIO_OFF) + SWALLOW),
	"blocking socket": ("main.py", DEAD.format(more=SERVERS_OFF) + SOCKET),
	"radio off, and stored": ("main.py", DEAD.format(more=STORED) + SLEEP),
	"deep sleep": ("boot.py", "import machine\nmachine.Pin('P9', machine.Pin.OUT).value(1)\nmachine.deepsleep()\n"),
	"deep sleep again and again": ("boot.py", DEAD.format(more=RADIO_OFF) + "machine.deepsleep(3000)\n"),
}


def lock(module, script, text):
	"""Installs the script and resets; returns when it has closed its last door."""
	module.put(f"/flash/{script}", text)
	with module.watch() as watch:
		module.run("reset")
		watch.until_event(lambda e: e["event"] == "pin" and (e["name"], e["level"]) == ("P9", "high"), 20)


def telnet_gets_in(net):
	try:
		with clients.Telnet(net, timeout=1) as telnet:
			telnet.write(b"\r\x03\x03\x02")
			telnet.expect(">>> ", 0.5)
			telnet.write("print(6 * 7)\r")
			telnet.expect("42", 0.5)
			return True
	except (OSError, AssertionError):
		return False


def ftp_gets_in(net):
	try:
		clients.ftp(net, timeout=1).storbinary("STOR /flash/in.txt", io.BytesIO(b"in"))
		return True
	except (OSError, EOFError, ftplib.Error):
		return False


def ctrl_c_gets_in(module):
	with module.uart() as uart:
		try:
			uart.drop()
			uart.write(b"\r\x03\x03\x02")
			uart.expect(">>> ", 0.5)
			return True
		except (AssertionError, ConnectionError):
			return False


def who_gets_in(module, net):
	"""Everybody tries for ten seconds; returns who got in."""
	client = subprocess.Popen(module.mpremote_args("exec", "print('let', 'in')"), stdout=subprocess.PIPE,
	                          stderr=subprocess.PIPE, env=harness.environment(), stdin=subprocess.DEVNULL)
	got_in = set()
	try:
		end = time.monotonic() + 10
		while time.monotonic() < end:
			begin = time.monotonic()
			if telnet_gets_in(net):
				got_in.add("telnet")
			if ftp_gets_in(net):
				got_in.add("FTP")
			if ctrl_c_gets_in(module):
				got_in.add("Ctrl-C")
			with contextlib.suppress(subprocess.TimeoutExpired):
				client.wait(max(0, begin + 1 - time.monotonic()))
			if client.returncode is not None and time.monotonic() < begin + 1:
				with module.watch("phase") as watch:
					harness.hold(watch, begin + 1 - time.monotonic())
	finally:
		client.kill()
		said = b"".join(client.communicate())
	if b"let in" in said:
		got_in.add("mpremote")
	return got_in


def all_get_in(module, net, script):
	"""In the safe boot: telnet, Ctrl-C on it, FTP and mpremote; the script goes by FTP. Returns what did not work."""
	status = module.status()
	if (status["boot"]["mode"], status["boot"]["reason"]) != ("safe", "pin"):
		return f"P12 did not rescue: {status['boot']}"
	if (status["net"]["telnet"], status["net"]["ftp"]) != (net["telnet"], net["ftp"]):
		return f"not the ports of before: {status['net']}"
	with clients.Telnet(net) as telnet:
		telnet.prompt()
		telnet.write("while True: pass\r\r\r\r")
		telnet.expect("while True: pass")
		telnet.write(b"\x03")
		telnet.expect("KeyboardInterrupt")
		telnet.exec("import pycom\npycom.wifi_on_boot(True)\npycom.heartbeat(True)")
	listing = module.mpremote("fs", "ls", ":/flash").stdout
	if script.encode() not in listing:
		return f"mpremote does not see {script}: {listing!r}"
	session = clients.ftp(net)
	text = clients.ftp_read(session, f"/flash/{script}")
	session.storbinary(f"STOR /flash/{script}.bad", io.BytesIO(text))
	session.delete(f"/flash/{script}")
	session.quit()
	return None


def story(make, name):
	"""One whole lock-out and rescue; returns what was wrong, or None."""
	script, text = CASES[name]
	module = make().start()
	try:
		net = module.status()["net"]
		lock(module, script, text)
		got_in = who_gets_in(module, net)
		if got_in:
			return f"{name}: got in although all is dead: {got_in}"
		module.safe_boot(1.0)
		wrong = all_get_in(module, net, script)
		if wrong:
			return f"{name}: {wrong}"
		module.reset()
		if module.status()["boot"]["mode"] != "normal" or module.eval("3 * 3") != 9 or not telnet_gets_in(net):
			return f"{name}: not normal after the rescue"
		module.stop()
	except (AssertionError, OSError, EOFError, ftplib.Error) as error:
		return f"{name}: {type(error).__name__}: {error}"
	return None


def test_p12_alone_rescues_when_all_else_is_dead(modules):
	"""All at once, because each of them waits for ten seconds of the real clock in which nothing must happen."""
	with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
		results = list(pool.map(lambda name: story(modules, name), CASES))
	assert not any(results), "\n".join(filter(None, results))


@pytest.mark.parametrize("more, doors", [
	("", {"telnet", "FTP"}),
	("network.Server().deinit()", set()),
])
def test_whoever_has_an_open_door_gets_in(module, more, doors):
	"""What the ten seconds above prove rests on these clients getting in where a door is open."""
	net = module.status()["net"]
	if more:
		module.exec("import network\n" + more)
	assert telnet_gets_in(net) == ("telnet" in doors) and ftp_gets_in(net) == ("FTP" in doors)
	assert ctrl_c_gets_in(module)
