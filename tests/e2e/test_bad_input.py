"""Everything that is wrong gets one clear line and the right exit code; the module goes on."""
import os
import random
import socket

import pytest

import harness

USAGE = [
	(["pin", "P24"], ["P24"]),
	(["pin", "P99", "high"], ["P99"]),
	(["pin", ""], ["pin"]),
	(["pin"], ["pin"]),
	(["pin", "P12", "up"], ["up", "high", "low", "float"]),
	(["pin", "P12", "high", "low"], ["low"]),
	(["wait", "repli"], ["repli", "repl"]),
	(["wait"], ["wait"]),
	(["wait", "repl", "--timeout", "soon"], ["--timeout", "soon"]),
	(["wait", "repl", "--timeout", "-1"], ["--timeout"]),
	(["wait", "repl", "--timeout"], ["--timeout"]),
	(["power"], ["power"]),
	(["power", "maybe"], ["maybe", "on", "off"]),
	(["led", "--trace", "x"], ["--trace", "x"]),
	(["led", "--tracee", "1"], ["--tracee", "--trace"]),
	(["status", "--jsn"], ["--jsn", "--json"]),
	(["status", "extra"], ["extra"]),
	(["reset", "now"], ["now"]),
	(["stop", "--hard"], ["--hard"]),
	(["resett"], ["resett", "reset"]),
	(["run", "--clock", "0"], ["--clock"]),
	(["run", "--clock", "21"], ["--clock"]),
	(["run", "--clock", "two"], ["--clock", "two"]),
	(["run", "--rtc", "noon"], ["--rtc", "noon"]),
	(["run", "--clock", "1.5"], ["--clock"]),
	(["run", "--frobnicate"], ["--frobnicate"]),
	(["run", "a", "b"], ["b"]),
	(["repl", "-d"], ["-d"]),
]


@pytest.mark.parametrize("args, words", USAGE, ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_usage(args, words, scratch):
	result = harness.run_command(*args, cwd=scratch)
	assert result.returncode == 2, result
	assert result.stdout == ""
	lines = result.stderr.strip().splitlines()
	assert len(lines) == 1, result.stderr
	for word in words:
		assert word in lines[0], lines[0]
	assert os.listdir(scratch) == [], "a wrong command made something"


def test_no_command(scratch):
	result = harness.run_command(cwd=scratch)
	assert result.returncode == 2 and result.stdout == ""
	assert len(result.stderr.splitlines()) == 1 and "--help" in result.stderr


COMMANDS = ["run", "stop", "pin", "led", "reset", "power", "status", "wait", "repl"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command):
	for option in ("--help", "-h"):
		result = harness.run_command(command, option)
		assert result.returncode == 0 and result.stderr == ""
		assert f"lifeboat {command}" in result.stdout and "-d DIR" in result.stdout
	assert len([line for line in result.stdout.splitlines() if f"lifeboat {command}" in line]) >= 2, \
		f"usage and an example: {result.stdout}"


def test_help_lists_all():
	result = harness.run_command("--help")
	assert result.returncode == 0
	for command in COMMANDS:
		assert command in result.stdout
	result = harness.run_command("--version")
	assert result.returncode == 0 and result.stdout.strip()


def test_every_pin_by_its_names(module):
	for number in range(24):
		level = module.pin(f"P{number}")
		assert level in ("low", "high") and module.status()["pins"][f"P{number}"] == level
	assert module.pin("G23") == module.pin("P2") == "high", "the pull-up of the bootloader's pin"
	assert module.pin("P12") == "low", "the pull-down of the gate's"
	refused = module.run("pin", "G99", check=False)
	assert refused.returncode == 2 and "G99" in refused.stderr


GARBAGE = [
	b"not json\n",
	b"\n",
	b"{\n",
	b"[]\n",
	b"null\n",
	b"42\n",
	b'"status"\n',
	b"{}\n",
	b'{"cmd": 1}\n',
	b'{"cmd": null}\n',
	b'{"cmd": "fly"}\n',
	b'{"cmd": "pin"}\n',
	b'{"cmd": "pin", "name": 12}\n',
	b'{"cmd": "pin", "name": "P24"}\n',
	b'{"cmd": "pin", "name": "P12", "level": "up"}\n',
	b'{"cmd": "pin", "name": "P12", "level": 1}\n',
	b'{"cmd": "pin", "name": "P12", "colour": "red"}\n',
	b'{"cmd": "power"}\n',
	b'{"cmd": "power", "on": "yes"}\n',
	b'{"cmd": "power", "on": 1}\n',
	b'{"cmd": "status", "verbose": true}\n',
	b'{"cmd": "reset", "hard": true}\n',
	b'{"cmd": "watch", "events": "led"}\n',
	b'{"cmd": "watch", "events": ["leds"]}\n',
	b'{"cmd": "watch", "events": [1]}\n',
	b'{"cmd": "attach", "port": 9}\n',
	b'{"cmd": "attach", "port": -1}\n',
	b'{"cmd": "attach", "port": 0.5}\n',
	b'{"cmd": "attach", "port": 1e300}\n',
	b'{"cmd": "status"} {"cmd": "status"}\n',
	b'{"cmd": "status"\n',
	b'{"cmd": "st\x00atus"}\n',
	b'\xff\xfe{"cmd": "status"}\n',
	b'{"cmd": "\xc3\x28"}\n',
	b"[" * 4000 + b"\n",
	b'{"cmd":' * 1000 + b"\n",
	b"\x00\n",
	b"\r\n",
]


def test_control_garbage(module):
	"""Each wrong line gets one error reply of one line, and the connection and the module go on."""
	boot = module.hardware()["boot"]
	with module.control() as control:
		for line in GARBAGE:
			control.send(line)
			reply = control.line(3)
			assert reply["ok"] is False and isinstance(reply["error"], str) and reply["error"], (line, reply)
			assert "\n" not in reply["error"] and len(reply["error"]) < 1000
			assert control.ask("status")["ok"], line
	assert module.hardware()["boot"] == boot
	assert module.eval("1 + 1") == 2


def test_control_unknown_fields_are_named(module):
	with module.control() as control:
		assert "colour" in control.ask("pin", name="P12", colour="red")["error"]
		assert "fly" in control.ask("fly")["error"]
		assert "P24" in control.ask("pin", name="P24")["error"]
		assert control.ask("status", id={"a": [1, None]})["id"] == {"a": [1, None]}
		assert control.ask("fly", id=7)["id"] == 7
		assert control.ask("pin", name="G23")["name"] == "P2"


def test_control_too_long(module):
	"""8192 bytes with the newline is the longest line; one more is an error, and the end of the connection."""
	with module.control() as control:
		line = b'{"cmd": "status"' + b" " * 8174 + b"}\n"
		assert len(line) == 8192
		control.send(line)
		assert control.line()["ok"] is True
	for data in (b"x" * 8192 + b"\n", b"y" * 100_000):
		with module.control() as control:
			try:
				control.send(data)
			except (BrokenPipeError, ConnectionResetError):
				pass
			reply = control.line(3)
			assert reply["ok"] is False and "8192" in reply["error"]
			with pytest.raises((ConnectionError, ConnectionResetError)):
				control.line(3)
	assert module.eval("1 + 1") == 2


def test_control_half_lines_and_pieces(module):
	with module.control() as control:
		for byte in b'{"cmd": "status"}\n':
			control.send(bytes([byte]))
		assert control.line()["ok"]
		control.send(b'{"cmd": "pin", "name": "P3"}\n{"cmd": "status"}\n{"cmd": "nope"}\n{"cm')
		assert control.line()["name"] == "P3"
		assert control.line()["v"] == 1
		assert control.line()["ok"] is False
	# gone in the middle of a line, with a reply on its way
	for _ in range(20):
		control = module.control()
		control.send(b'{"cmd": "status"}\n' * 20 + b'{"cmd": "sta')
		control.close()
	assert module.hardware()["ok"]


def test_control_noise(module):
	rng = random.Random(7)
	for _ in range(30):
		control = module.control()
		try:
			for _ in range(10):
				control.send(rng.randbytes(rng.randint(1, 3000)))
		except (BrokenPipeError, ConnectionResetError):
			pass
		control.close()
	assert module.hardware()["ok"]
	assert module.eval("1 + 1") == 2


def test_fifty_connections(module):
	crowd = [module.control() for _ in range(50)]
	for control in crowd:
		assert control.ask("watch")["ok"]
	module.run("reset")
	for control in crowd:
		control.until_event(lambda e: e.get("phase") == "repl")
		assert control.ask("status")["ok"]
		control.close()
	with module.control() as control:
		assert control.ask("status")["ok"]
	assert module.eval("1 + 1") == 2


def test_watcher_that_does_not_read_is_dropped(module):
	sleeper = module.control()
	sleeper.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
	assert sleeper.ask("watch")["ok"]
	hand = module.control()
	dropped = False
	for _ in range(40):
		hand.send(b'{"cmd": "pin", "name": "P3", "level": "high"}\n{"cmd": "pin", "name": "P3", "level": "low"}\n' * 100)
		for _ in range(200):
			assert hand.line()["ok"]
	end = harness.time.monotonic() + 10
	sleeper.sock.settimeout(2)
	try:
		while harness.time.monotonic() < end:
			if not sleeper.sock.recv(1 << 20):
				dropped = True
				break
	except (ConnectionResetError, TimeoutError):
		dropped = isinstance(harness.sys.exc_info()[1], ConnectionResetError)
	assert dropped, "256 KiB waited, and the watcher was kept"
	assert module.eval("1 + 1") == 2


def test_firmware_input_noise(module):
	"""Random bytes typed at the REPL: nothing hangs for good, nothing crashes the CPU."""
	rng = random.Random(11)
	boot = module.hardware()["boot"]
	with module.uart() as uart:
		for _ in range(20):
			noise = bytes(byte for byte in rng.randbytes(400) if byte not in (0x04, 0x06))
			uart.write(noise)
			uart.quiet(0.02)
			uart.write(b"\x03\x03\x02")
			uart.quiet(0.02)
		uart.write(b"\x03\x03")
		assert uart.eval("1 + 1") == 2
	after = module.hardware()
	assert after["boot"] == boot, f"the CPU was reset: {after['cause']}"
