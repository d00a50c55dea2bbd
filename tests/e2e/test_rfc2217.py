"""uart0 on a TCP port: RFC 2217 by pyserial and mpremote, plain bytes, DTR and RTS, and clients that misbehave."""
import contextlib
import ctypes
import hashlib
import os
import socket
import struct
import subprocess
import threading
import time

import pytest
import serial
import serial.rfc2217

import clients
import harness

# pyserial 3.5 starts its thread in a way that Python 3.11 warns of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")

ESPTOOL = str(harness.ROOT / "build/deps/bin/esptool")
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, COM_PORT = 0, 44
EVERY_BYTE = bytes(range(256))


def port_of(module):
	return int(module.status()["rfc2217"].rpartition(":")[2])


@pytest.fixture
def module(modules):
	"""A module at its REPL, with uart0 on a free port."""
	return modules().start("--port", "0")


class Line(clients.Telnet):
	"""Plain bytes: all that a Uart of the tests can do, over a TCP connection."""

	def __init__(self, module):
		super().__init__({"telnet": port_of(module)}, log_in=False)

	def talks(self):
		"""Is there a REPL at the other end?"""
		self.prompt()
		return True


class Telnet(Line):
	"""A client of RFC 2217, byte by byte."""

	def __init__(self, module):
		super().__init__(module)
		self.write(bytes([IAC, WILL, COM_PORT]))
		self.expect(bytes([IAC, DO, COM_PORT]))

	def ask(self, *request):
		"""The answer to a request of the option; what comes before it is forgotten."""
		payload = bytes(request)
		self.write(bytes([IAC, SB, COM_PORT]) + payload.replace(b"\xff", b"\xff\xff") + bytes([IAC, SE]))
		self.expect(bytes([IAC, SB, COM_PORT, request[0] + 100]))
		answer = self.expect(bytes([IAC, SE]))
		return answer[:-2].replace(b"\xff\xff", b"\xff")

	def talks(self):
		self.raw()
		return self.eval("1 + 1") == 2


def open_serial(module, **settings):
	"""pyserial's own client."""
	return serial.serial_for_url(module.status()["rfc2217"], 115200, timeout=5, **settings)


def wait_until_free(module):
	"""Until the server has noticed that its client left."""
	def is_free():
		with Line(module) as line:
			try:
				return b"another client" not in line.quiet(0.2)
			except ConnectionError:
				return False

	harness.until(is_free, 30, "the port is free")


@contextlib.contextmanager
def lines(module, **settings):
	with open_serial(module, **settings) as port, module.watch("phase") as events:
		yield port, events


def new_boots(events):
	"""What phases came, by now, as (boot, phase)."""
	seen = []
	with contextlib.suppress(AssertionError):
		events.until_event(lambda event: seen.append((event["boot"], event["phase"])), 0.3)
	return seen


def reset_into(port, loader):
	"""What esptool does, before it speaks to bootloader mode and after."""
	port.dtr = False
	port.rts = True
	time.sleep(0.1)
	if loader:
		port.dtr = True
	port.rts = False
	if loader:
		time.sleep(0.05)
		port.dtr = False


# --- one more way to the REPL

def test_mpremote(module, tmp_path):
	boots = module.status()["boots"]
	(tmp_path / "hello.py").write_bytes(EVERY_BYTE * 40)

	def mpremote(*args):
		result = subprocess.run([harness.MPREMOTE, "connect", module.status()["rfc2217"], *args], capture_output=True,
		                        timeout=60, cwd=tmp_path, env=harness.environment(), stdin=subprocess.DEVNULL)
		assert result.returncode == 0, result
		return result.stdout

	assert mpremote("exec", "print(6 * 7)") == b"42\r\n"
	every_other = EVERY_BYTE.replace(b"\x04", b"")  # which ends mpremote's exec
	assert mpremote("exec", f"import sys; _ = sys.stdout.buffer.write({every_other!r})") == every_other
	mpremote("fs", "cp", "hello.py", ":copy.bin")
	mpremote("fs", "cp", ":copy.bin", "back.bin")
	assert (tmp_path / "back.bin").read_bytes() == EVERY_BYTE * 40
	assert b"copy.bin" in mpremote("fs", "ls", ":")
	assert module.status()["boots"] == boots, "opening and closing the port resets nothing"


def test_the_pty_hears_and_is_heard_too(module):
	with module.uart() as uart, Telnet(module) as line:
		line.drop()
		uart.prompt()
		line.expect("'here now'\r\n>>> ")
		assert line.type("print('from the port')") == "from the port\r\n"
		uart.expect("from the port\r\n>>> ")
		assert uart.type("print('from the pty')") == "from the pty\r\n"
		line.expect("from the pty\r\n>>> ")


@pytest.mark.parametrize("kind", [Line, Telnet])
def test_every_byte_both_ways_at_once(module, kind):
	"""Bytes that telnet, the REPL or a terminal would take for something else."""
	count = 600
	data = EVERY_BYTE * count
	with kind(module) as line:
		line.start("import micropython, sys, select, time\nmicropython.kbd_intr(-1)\n"
		           "i, o, n, b = sys.stdin.buffer, sys.stdout.buffer, %d, bytes(range(256))\n"
		           "o.write(b'go')\nbad = 0\nfor k in range(n):\n    o.write(b)\n"
		           "    d = i.read(256)\n    bad += d != b\nmicropython.kbd_intr(3)\nprint('bad', bad)" % count)
		line.expect("go")
		escaped = data.replace(b"\xff", b"\xff\xff") if kind is Telnet else data
		writer = threading.Thread(target=line.write, args=(escaped,))
		writer.start()
		assert line.take(len(escaped), 60) == escaped
		writer.join()
		assert line.finish()[0] == "bad 0\n"


def test_what_the_first_byte_says(module):
	with Line(module) as line:
		assert line.talks(), "a client that does not begin with IAC"
		assert line.eval("b'\\xff\\xfb\\x2c'") == b"\xff\xfb\x2c"
		line.start("import sys; sys.stdout.buffer.write(b'\\xff\\xfb,')")
		line.expect(b"\xff\xfb,", 5)
		line.finish()
	with Line(module) as line:
		assert line.quiet(0.3) == b"", "nothing of telnet comes before the client's own"
		line.write(bytes([IAC, DO, COM_PORT]))
		line.expect(bytes([IAC, WILL, COM_PORT]))


def test_who_only_listens_hears_every_byte(module):
	with Line(module) as line, module.uart() as uart:
		uart.start("import sys; _ = sys.stdout.buffer.write(b'<\\xff>')")
		line.expect(b"<\xff>", 5)


# --- the option

def test_settings_are_taken_and_told(module):
	with Telnet(module) as line:
		assert line.ask(1, 0, 0, 0, 0) == (115200).to_bytes(4, "big")
		assert line.ask(1, 0, 0x0E, 0x10, 0xFF) == b"\0\x0e\x10\xff", "921855 baud, with an IAC in it"
		assert line.ask(2, 7) == b"\7" and line.ask(2, 0) == b"\7" and line.ask(2, 9) == b"\7"
		assert line.ask(3, 2) == b"\2" and line.ask(4, 2) == b"\2" and line.ask(3, 0) == b"\2"
		assert line.ask(5, 7) == b"\x09" and line.ask(5, 8) == b"\x08" and line.ask(5, 7) == b"\x08"
		assert line.ask(0).startswith(b"Lifeboat ")
		assert line.ask(12, 3) == b"\3" and line.ask(10, 255) == b"\xff" and line.ask(7) == b"\xb0"
		line.write(bytes([IAC, DO, 24, IAC, WILL, 31]))
		line.expect(bytes([IAC, WONT, 24, IAC, DONT, 31]))
		assert line.talks()


def test_pyserial_sets_everything(module):
	with open_serial(module) as port:
		port.baudrate, port.bytesize, port.parity, port.stopbits = 921600, 7, "E", 2
		port.rtscts = True
		port.break_condition = True
		port.break_condition = False
		port.reset_input_buffer()
		port.reset_output_buffer()
		assert port.cts and port.dsr and port.cd and not port.ri
		port.rtscts, port.bytesize = False, 8
		port.write(b"\r\x03\x01")
		port.read_until(b"CTRL-B to exit\r\n>")
		port.write(b"print('\\xff')\x04")
		assert port.read_until(b"\x04>").startswith(b"OK\xc3\xbf\r\n")


def test_a_client_that_asks_for_silence_gets_it(module):
	with Telnet(module) as line, module.uart() as uart:
		line.quiet(0.2)
		line.write(bytes([IAC, SB, COM_PORT, 8, IAC, SE]))
		line.ask(2, 0)
		uart.exec("print('while it was silent')")
		assert line.quiet(0.3) == b""
		line.write(bytes([IAC, SB, COM_PORT, 9, IAC, SE]))
		line.expect("while it was silent")
		line.write(bytes([IAC, SB, COM_PORT, 8, IAC, SE]))
		line.ask(2, 0)
		uart.exec("print('what is purged')")
		line.ask(12, 1)
		line.write(bytes([IAC, SB, COM_PORT, 9, IAC, SE]))
		assert b"purged" not in line.quiet(0.2)


# --- DTR and RTS

def test_opening_and_closing_resets_nothing(module):
	with lines(module) as (port, events):
		assert module.pin("G23") == "high"
		assert new_boots(events) == []
	with module.watch("phase") as events:
		assert new_boots(events) == []


def test_into_bootloader_mode_and_back(module):
	with lines(module) as (port, events):
		for _ in range(2):
			reset_into(port, loader=True)
			events.until_event(lambda event: event["phase"] == "loader")
			assert module.status()["boot"]["reason"] == "pin"
			assert module.pin("G23") == "high", "let go of once it was sampled"
			reset_into(port, loader=False)
			events.until_event(lambda event: event["phase"] == "repl")
			status = module.status()
			assert (status["boot"]["mode"], status["boot"]["cause"]) == ("normal", "switch")


def test_held_in_reset(module):
	before = module.hardware()
	with open_serial(module) as port:
		port.dtr = False
		held = module.hardware()
		assert (held["reset_line"], held["phase"], held["power"], held["cpu_pid"]) == ("low", "gate", "on", 0)
		assert (held["boot"], held["handoff"]) == (before["boot"], before["handoff"]), "retained RAM has power"
		assert "held in reset" in module.run("status").stdout
		assert "held low" in module.run("reset").stderr
		assert module.status()["boots"] == before["boot"], "the switch is beside the line that is low already"
		module.power("off")
		assert module.status()["phase"] == "off"
		module.power("on")
		assert module.hardware()["cpu_pid"] == 0, "power comes, but the line is low"
	module.wait("repl")
	status = module.status()
	assert (status["boot"]["cause"], status["reset_line"]) == ("power-on", "high"), "a client that leaves lets go"


def test_a_reset_wakes_from_deep_sleep(module):
	with open_serial(module) as port, module.uart() as uart:
		uart.raw()
		uart.write(b"import machine; machine.deepsleep(60000)\x04")
		module.wait("sleep")
		reset_into(port, loader=False)
		module.wait("repl")
		assert module.status()["boot"]["cause"] == "switch"


def test_stopped_while_held(module):
	with open_serial(module) as port:
		port.dtr = False
		module.stop()


def test_rts_before_dtr_does_not_strand_the_module(module):
	with open_serial(module) as port:
		port.dtr = False
		port.rts = False
		port.rts = True
		port.dtr = True
		assert module.status()["reset_line"] == "low"
		module.wait("repl", 10)
		assert module.status()["boot"]["mode"] == "normal"


def test_a_pull_is_for_one_boot(module):
	"""G23 low and high again before the CPU could look, then the switch: that boot finds G23 as it is."""
	with Telnet(module) as line, module.control() as control, module.watch("phase") as events:
		line.ask(5, 11)
		orders = [8, 12, 9]  # G23 low, the line high, G23 let go
		line.write(b"".join(bytes([IAC, SB, COM_PORT, 5, order, IAC, SE]) for order in orders))
		control.ask("reset")
		boots = events.first["boot"] + 2
		seen = events.until_event(lambda event: event["boot"] == boots and event["phase"] != "gate")
		assert seen[-1]["phase"] != "loader", seen


def test_what_a_hand_holds_comes_back(module):
	module.pin("G23", "high")
	with lines(module) as (port, events):
		port.rts = False
		assert module.pin("G23") == "low", "the circuit is stronger"
		assert module.status()["drive"] == {"P2": "high"}
		port.rts = True
		assert module.pin("G23") == "high"
		module.pin("G23", "low")
		port.rts = False
		port.rts = True
		assert module.pin("G23") == "low"


def test_the_shields_signal(module):
	"""What Pycom's updater sends to Pysense and Pytrack, on a port with 5 data bits: through the shield's controller."""
	port_a, port_c, tris_a, tris_c, inputs = 0x0C, 0x0E, 0x8C, 0x8E, 0xFF

	def change(port, address, keep, turn_on):
		port.write(bytes([2, address, 0, keep, turn_on, 0]))
		assert len(port.read(1)) == 1

	def pulse_reset(port):
		change(port, tris_c, inputs & ~(1 << 5), 0)
		change(port, port_c, inputs & ~(1 << 5), 0)
		assert module.status()["reset_line"] == "low"
		time.sleep(0.2)
		change(port, port_c, inputs, 1 << 5)
		change(port, tris_c, inputs, 1 << 5)

	with open_serial(module, bytesize=5) as port:
		port.write(b"\x11")
		assert int.from_bytes(port.read(2), "little") >= 6, "the updater wants this version or a later one"
		change(port, tris_a, inputs & ~(1 << 5), 0)
		change(port, port_a, inputs & ~(1 << 5), 0)
		change(port, tris_c, inputs & ~1, 0)
		change(port, port_c, inputs & ~1, 0)
		assert module.pin("G23") == "low"
		pulse_reset(port)
		with module.uart() as uart:
			uart.expect("waiting for download\r\n")
		assert port.in_waiting == 0, "with 5 data bits it is the controller alone that speaks"
		module.wait("loader")
	assert module.pin("G23") == "low", "the controller holds it when the port is closed"
	module.run("reset")
	module.wait("loader")
	with open_serial(module, bytesize=5) as port:
		change(port, tris_c, inputs, 1)
		pulse_reset(port)
		module.wait("repl")
		change(port, tris_c, inputs & ~1, 0)
		change(port, port_c, inputs & ~1, 0)
		assert module.pin("G23") == "low"
		module.power("off")  # and the controller with it
		module.power("on")
		module.wait("repl")
	with open_serial(module) as port:
		port.write(b"\r\x03\x02print('eight bits')\r")
		port.read_until(b"eight bits")


# --- the firmware update tool

def esptool(port, *args, flags=()):
	if not os.access(ESPTOOL, os.X_OK):
		pytest.skip("Debian's esptool is not there: tools/fetch gets it")
	result = subprocess.run([ESPTOOL, "--port", port, *flags, *args], capture_output=True, text=True, timeout=120,
	                        env=harness.environment(), stdin=subprocess.DEVNULL)
	assert result.returncode == 0, result.stdout + result.stderr
	return result.stdout


def test_esptool_needs_no_flags(module, tmp_path):
	data = os.urandom(20000)
	(tmp_path / "data").write_bytes(data)
	assert "Chip is ESP32" in esptool(module.status()["rfc2217"], "chip_id", flags=["--no-stub"])
	module.wait("repl")
	esptool(module.status()["rfc2217"], "write_flash", "-z", "0x400000", str(tmp_path / "data"),
	        flags=["--no-stub", "--baud", "921600"])
	module.wait("repl")
	with open(f"{module.folder}/flash.bin", "rb") as flash:
		flash.seek(0x400000)
		assert flash.read(len(data)) == data


def test_esptool_over_plain_tcp(module, tmp_path):
	module.pin("G23", "low")
	module.reset("loader")
	flags = ["--before", "no_reset", "--after", "no_reset", "--no-stub"]
	url = f"socket://127.0.0.1:{port_of(module)}"
	esptool(url, "read_flash", "0x10000", "0x4000", str(tmp_path / "read"), flags=flags)
	with open(f"{module.folder}/flash.bin", "rb") as flash:
		flash.seek(0x10000)
		assert flash.read(0x4000) == (tmp_path / "read").read_bytes()
	module.pin("G23", "float")
	module.reset()


# --- clients that misbehave

def test_the_second_is_told_so(module):
	with Line(module) as first:
		assert first.talks()
		for _ in range(3):
			with Line(module) as second:
				assert b"another client" in second.until_closed(5) and second.buffer.count(b"\n") == 1
			with socket.create_connection(("127.0.0.1", port_of(module)), 5) as third:
				third.sendall(bytes([IAC, WILL, COM_PORT]) * 100)
				assert b"another client" in third.recv(1000)
		assert first.talks()
	wait_until_free(module)


def fall_silent(connection):
	"""As if its host were gone: the kernel drops what comes for it, so nothing is ever acknowledged."""
	drop_all = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))
	program = struct.pack("@HP", 1, ctypes.addressof(drop_all))
	connection.setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER


@pytest.mark.long
def test_one_whose_host_is_gone_gives_way(module):
	"""Its connection would last for a quarter of an hour, since there is something that it was to acknowledge."""
	with socket.create_connection(("127.0.0.1", port_of(module))) as gone:
		gone.sendall(b"\r")
		assert gone.recv(1)
		fall_silent(gone)
		module.eval("1 + 1")
		since = time.monotonic()
		wait_until_free(module)
		assert time.monotonic() - since > 14, "one that is only slow is left in peace"
		with Line(module) as line:
			assert line.talks()


def test_it_is_free_again_at_once(module):
	for _ in range(30):
		with Line(module) as line:
			assert line.eval("'again'") == "again"
	for _ in range(10):
		with socket.create_connection(("127.0.0.1", port_of(module)), 5) as sock:
			sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # an abrupt end
			sock.sendall(b"\r")
	files = clients.open_files(module.status()["pid"])
	with Telnet(module) as line:
		assert line.talks()
	assert clients.open_files(module.status()["pid"]) <= files + 1


def test_garbage(module):
	random = os.urandom(200000)
	for data in (b"\xff" + random.replace(b"\xff", b"\xff\xff"), bytes([IAC, SB, COM_PORT]) + b"\0" * 100000,
	             bytes([IAC, SB, COM_PORT, IAC, SE]) * 1000, bytes([IAC, SB, 86, IAC, SE]) + random, bytes([IAC]),
	             bytes([IAC, SB, COM_PORT, 5]), bytes([IAC, SB, COM_PORT, 1, 0, IAC, SE]), b"\xff" + random):
		with contextlib.suppress(ConnectionError), Line(module) as line:
			line.write(data)
			line.quiet(0.1)
	wait_until_free(module)  # what a client had sent when it left is typed all the same, as far as the module takes it
	module.reset()
	with Telnet(module) as line:
		assert line.talks()


@pytest.mark.parametrize("kind", [pytest.param(Line, marks=pytest.mark.long), Telnet])
def test_a_client_that_stops_reading_stops_nobody(module, kind):
	with module.uart() as uart, kind(module) as line:
		line.quiet(0.2)
		uart.start("for i in range(60000):\n    print(i, 'x' * 100)")
		printed = uart.expect(b"59999 ", 60)
		assert printed.count(b"\r\n") == 59999, "the pty's client got all of it"
		uart.finish()
		memory = int(open(f"/proc/{module.status()['pid']}/statm").read().split()[1]) * 4096
		assert memory < 30 << 20
		line.drop()
		assert line.talks(), "it may read again"


def test_a_client_that_never_reads_its_answers(module):
	with Telnet(module) as line:
		line.write(bytes([IAC, SB, COM_PORT, 2, 0, IAC, SE]))
		request = bytes([IAC, SB, COM_PORT, 0, IAC, SE]) * 10000
		with pytest.raises((OSError, AssertionError)):
			for _ in range(400):
				line.write(request)
				if not module.process or "reads no answers" in open(f"{module.folder}/log").read():
					raise OSError("dropped")
	assert "reads no answers" in open(f"{module.folder}/log").read()
	with Telnet(module) as line:
		assert line.talks()


def test_a_slow_reader_gets_everything(module):
	with Line(module) as line:
		line.start("for i in range(6000):\n    print(i, 'x' * 50)")
		for _ in range(10):
			time.sleep(0.15)
			line.fill(1)
		got = line.expect(b"5999 " + b"x" * 50, 60)
		assert got.count(b"\r\n") == 5999


def test_a_long_paste_waits_for_the_module(module):
	data = os.urandom(1 << 20).replace(b"\xff", b"\xfe")
	with Line(module) as line:
		line.start("import micropython, sys, hashlib, time\nmicropython.kbd_intr(-1)\nh = hashlib.sha256()\n"
		           "print('go')\ntime.sleep_ms(1500)\nfor _ in range(1024):\n    h.update(sys.stdin.buffer.read(1024))\n"
		           "micropython.kbd_intr(3)\nprint(h.digest().hex())")
		line.expect("go")
		line.write(data)
		assert line.finish(60)[0].strip() == hashlib.sha256(data).hexdigest()


# --- the command

def test_off_without_port(modules):
	module = modules().start()
	assert module.status()["rfc2217"] is None
	assert "none" in next(line for line in module.run("status").stdout.splitlines() if line.startswith("TCP"))


def test_the_port_is_told(modules):
	module = modules().start("--port", "0")
	url = module.status()["rfc2217"]
	assert url == f"rfc2217://127.0.0.1:{port_of(module)}" and url in module.run("status").stdout
	harness.until(lambda: url in module.said(), 5, "run prints it")
	assert "warning" not in module.said()


def test_open_to_others_is_warned_of(modules):
	module = modules().start("--port", "0", "--listen", "0.0.0.0")
	assert module.said().count("warning") == 1 and "no password" in module.said()
	with Line(module) as line:
		assert line.talks()
	module.stop()
	module.start("--port", "0", "--listen", "127.0.0.2")
	assert module.status()["rfc2217"].startswith("rfc2217://127.0.0.2:") and "warning" not in module.said()


def test_a_port_in_use(modules, scratch):
	first = modules().start("--port", "0")
	result = harness.run_command("run", f"{scratch}/m", "--headless", "--port", port_of(first))
	assert result.returncode == 1 and result.stderr.count("\n") == 1 and "--port 0" in result.stderr
	assert not os.path.lexists(f"{scratch}/m/uart0"), "nothing is left of the attempt"


@pytest.mark.parametrize("options, words", [
	(("--port", "x"), "--port takes a whole number"), (("--port", "65536"), "--port takes a whole number"),
	(("--port", "-1"), "--port takes a whole number"), (("--port",), "--port needs a value"),
	(("--listen", "127.0.0.1"), "add --port N"), (("--port", "0", "--listen", "here"), "not 'here'"),
])
def test_wrong_options(scratch, options, words):
	result = harness.run_command("run", f"{scratch}/m", "--headless", *options)
	assert result.returncode == 2 and words in result.stderr and result.stderr.count("\n") == 1
	assert not os.path.exists(f"{scratch}/m")


def test_an_address_of_somebody_else(scratch):
	result = harness.run_command("run", f"{scratch}/m", "--headless", "--port", "0", "--listen", "192.0.2.1")
	assert result.returncode == 1 and "no such address" in result.stderr and result.stderr.count("\n") == 1
