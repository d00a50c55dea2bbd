"""Real clients on uart0: mpremote, several at once, none at all."""
import binascii
import os
import pathlib
import random
import re
import subprocess
import time

import pytest

import harness
from clients import Telnet


@pytest.fixture
def tree(scratch):
	"""A folder of files of all kinds: text, a 100 KB binary, an empty one, non-ASCII content, deeper folders."""
	root = pathlib.Path(scratch, "tree")
	(root / "lib" / "deep").mkdir(parents=True)
	(root / "empty").write_bytes(b"")
	(root / "text.txt").write_text("line one\nline two\r\n\tünïcödé\n", encoding="utf-8", newline="")
	(root / "binary.bin").write_bytes(random.Random(1).randbytes(100_000))
	(root / "all.bin").write_bytes(bytes(range(256)) * 3)
	(root / "lib" / "helper.py").write_text("def answer():\n    return 42\n")
	(root / "lib" / "deep" / "x.py").write_text("x = 1\n")
	return root


def test_exec_eval_run(module, scratch):
	assert module.mpremote("exec", "print('a', 1 + 1)").stdout == b"a 2\r\n"
	assert module.mpremote("eval", "2 ** 70").stdout.strip() == str(2 ** 70).encode()
	script = pathlib.Path(scratch, "script.py")
	script.write_text("import sys\nfor i in range(3):\n    print('row', i, sys.implementation.name)\n")
	assert module.mpremote("run", script).stdout == b"row 0 micropython\r\nrow 1 micropython\r\nrow 2 micropython\r\n"
	failed = module.mpremote("exec", "raise ValueError('no')", check=False)
	assert failed.returncode != 0 and b"ValueError: no" in failed.stdout + failed.stderr


@pytest.mark.long
def test_copy_both_ways_byte_by_byte(module, tree, scratch):
	module.mpremote("cp", "-r", tree, ":/flash/")
	listing = module.mpremote("fs", "ls", ":/flash/tree").stdout
	for name in (b"empty", b"text.txt", b"binary.bin", b"lib/"):
		assert name in listing
	module.reset()
	back = pathlib.Path(scratch, "back")
	back.mkdir()
	module.mpremote("cp", "-r", ":/flash/tree", str(back) + "/")
	for path in tree.rglob("*"):
		copy = back / "tree" / path.relative_to(tree)
		if path.is_file():
			assert copy.read_bytes() == path.read_bytes(), path
	assert module.mpremote("exec", "import sys; sys.path.append('/flash/tree/lib'); import helper; print(helper.answer())"
	                       ).stdout == b"42\r\n"
	module.mpremote("fs", "mkdir", ":/flash/new")
	module.mpremote("fs", "cp", tree / "text.txt", ":/flash/new/")
	assert module.mpremote("fs", "cat", ":/flash/new/text.txt").stdout.replace(b"\r", b"") == \
		(tree / "text.txt").read_bytes().replace(b"\r", b""), "mpremote's cat is for eyes: it writes \\r\\n"
	module.mpremote("fs", "rm", ":/flash/new/text.txt")
	module.mpremote("fs", "rmdir", ":/flash/new")
	assert b"new" not in module.mpremote("fs", "ls", ":/flash").stdout


def test_mount(module, tree):
	out = module.mpremote("mount", tree, "exec",
	                      "import os; print(os.getcwd(), sorted(os.listdir('/remote'))); "
	                      "print(open('/remote/text.txt', 'rb').read()); "
	                      "f = open('/remote/made.txt', 'w'); f.write('by the module'); f.close()").stdout
	assert b"/remote" in out and b"binary.bin" in out
	assert (tree / "made.txt").read_text() == "by the module"


def test_soft_reset_and_reset(module):
	boot = module.hardware()["boot"]
	module.mpremote("exec", "left = 1")
	module.mpremote("soft-reset")
	assert module.mpremote("exec", "print('left' in globals())").stdout == b"False\r\n"
	assert module.hardware()["boot"] == boot
	with module.watch("phase") as watch:
		module.mpremote("reset")
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] == boot + 1)
	assert module.status()["boot"]["cause"] == "software"


def test_mpremote_bootloader(module):
	with module.watch("phase") as watch:
		module.mpremote("bootloader")
		watch.until_event(lambda e: e["phase"] == "loader")
	module.reset()


@pytest.mark.long
def test_mpremote_waits_for_no_one(module):
	"""Twenty connections in a row, as a shell script does."""
	for i in range(20):
		assert module.mpremote("resume", "exec", f"print({i})").stdout == f"{i}\r\n".encode()


def test_mpremote_on_uart0_by_its_real_path(module):
	path = os.readlink(os.path.join(module.folder, "uart0"))
	result = subprocess.run([harness.MPREMOTE, "connect", path, "eval", "1+1"], capture_output=True, timeout=30,
	                        env=harness.environment())
	assert result.stdout == b"2\r\n", result


TEN_MEGABYTES = "chunk = 'x' * 1023 + '\\n'\nimport pycom\nfor i in range(10240):\n    print(chunk, end='')\n" \
                "pycom.heartbeat(False)\npycom.rgbled(0x00FF00)\n"


def test_output_never_blocks_when_nobody_reads(module):
	"""A script prints 10 MB into the void; then a client comes and works."""
	module.put("/flash/main.py", TEN_MEGABYTES)
	with module.watch("led", "phase") as watch:
		boot = watch.first["boot"]
		module.run("reset")
		watch.until_event(lambda e: e.get("rgb") == "#00FF00", 60)
	module.wait("repl")
	assert module.hardware()["boot"] == boot + 1
	assert module.mpremote("exec", "print('works')").stdout == b"works\r\n"


def test_output_never_blocks_when_a_client_does_not_read(module):
	"""The port is open, but its reader is asleep: a terminal that was suspended."""
	with module.uart() as sleeper:
		module.put("/flash/main.py", TEN_MEGABYTES)
		with module.watch("led") as watch:
			module.run("reset")
			watch.until_event(lambda e: e.get("rgb") == "#00FF00", 60)
		module.wait("repl")
		sleeper.drop()
		assert sleeper.eval("1 + 1") == 2, "and when it wakes, it works"


@pytest.mark.long
def test_reader_gets_every_byte(module):
	"""With somebody reading nothing is lost, 2 MB at full speed."""
	with module.uart() as uart:
		uart.start("for i in range(40000): print('%06d the quick brown fox jumps over the lazy dog' % i)")
		out, err = uart.finish(60)
		assert not err
		assert out == "".join("%06d the quick brown fox jumps over the lazy dog\n" % i for i in range(40000))


def test_slow_reader_gets_every_byte(module):
	"""Byte by byte, with a look at the queue before each, as MicroPython's own tools read: it holds the script up."""
	lines = "".join("%06d the quick brown fox jumps over the lazy dog\r\n" % i for i in range(3000)).encode()
	with module.uart() as uart:
		uart.start("for i in range(3000): print('%06d the quick brown fox jumps over the lazy dog' % i)")
		got = bytearray(uart.buffer)
		while len(got) < len(lines) and harness.select.select([uart.fd], [], [], 5)[0]:
			got += os.read(uart.fd, 1)
	assert got[:len(lines)] == lines, f"{len(got)} of {len(lines)} bytes"


def test_input_waits_when_ctrl_c_is_off(module):
	"""300 KB typed at once while the script is not looking: with nothing to look for in it, all of it waits."""
	data = bytes(random.Random(3).choice(b"abcdefghijklmnopqrstuvwxyz\x03\x04") for _ in range(300_000))
	with module.uart() as uart:
		uart.start("import sys, time, binascii, micropython\nmicropython.kbd_intr(-1)\nprint('go')\ntime.sleep_ms(200)\n"
		           "c = 0\nleft = %d\nwhile left:\n  s = sys.stdin.buffer.read(min(left, 512)); left -= len(s)\n"
		           "  c = binascii.crc32(s, c)\nmicropython.kbd_intr(3)\nprint(c)" % len(data))
		uart.expect("go\r\n")
		uart.write(data)
		out, err = uart.finish(30)
		assert not err and int(out) == binascii.crc32(data)


def test_ctrl_c_behind_a_flood(module):
	"""With Ctrl-C on, a script that does not read is stopped by one, however much was typed before it."""
	with module.uart() as uart:
		uart.start("print('go')\nwhile True: pass")
		uart.expect("go\r\n")
		uart.write(b"x" * 300_000 + b"\x03")
		out, err = uart.finish(10)
		assert "KeyboardInterrupt" in err
		uart.write(b"\x03\x02")
		uart.prompt()


def test_ctrl_c_in_one_burst_with_what_it_is_for(module):
	"""It is there before the program starts, and stops it: from every mode that starts one, on both consoles."""
	with module.uart() as uart, Telnet(module.status()["net"]) as telnet:
		for console in (uart, telnet):
			console.prompt()
			for burst in (b"while True: pass\r\r\x03", b"while True: pass\r\rtyped ahead\r\x03",
			              b"while True:\r    pass\r\r\r\x03", b"\x05while True: pass\x04\x03",
			              b"__import__('time').sleep(60)\r\n\x03\x03"):
				console.write(burst)
				console.expect("KeyboardInterrupt")
				assert console.type("6 * 7") == "42\r\n"
			console.raw()
			console.write(b"while True: pass\x04\x03")
			assert "KeyboardInterrupt" in console.finish()[1]
			assert console.eval("6 * 7") == 42


def test_ctrl_c_in_a_burst_at_the_prompt_goes_on_being_the_line_editors(module):
	with module.uart() as uart:
		uart.prompt()
		uart.write(b"while True: pa\x03print('half a line', 'is dropped')\r")
		uart.expect("half a line is dropped\r\n>>> ")
		uart.write(b"\x05print('never', 'run')\x03print('cancelled', 'paste')\r")
		uart.expect("cancelled paste\r\n>>> ")
		uart.write(b"x = input()\rwhat is read\rprint('got', x)\r")
		uart.expect("got what is read\r\n>>> ")
		assert b"KeyboardInterrupt" not in uart.seen and b"never run\r\n" not in uart.seen


def attach(module):
	control = module.control()
	assert control.ask("attach")["ok"]
	control.buffer = b""
	return control


def read_until(control, wanted, timeout=10):
	end = time.monotonic() + timeout
	while wanted not in control.buffer:
		left = end - time.monotonic()
		assert left > 0 and harness.select.select([control.sock], [], [], left)[0], f"{wanted!r} not in {control.buffer!r}"
		control.buffer += control.sock.recv(65536)
	return control.buffer


def test_all_clients_see_the_output(module):
	one, two = attach(module), attach(module)
	with module.uart() as pty:
		pty.prompt()
		pty.write("print('seen by ' + 'all')\r")
		pty.expect("seen by all\r\n")
	for client in (one, two):
		read_until(client, b"seen by all\r\n")
	two.send(b"print('typed ' + 'here')\r")
	read_until(one, b"typed here\r\n")
	one.close()
	two.send(b"print('still ' + 'here')\r")
	read_until(two, b"still here\r\n")
	two.close()


def test_attached_client_survives_resets(module):
	client = attach(module)
	module.run("reset")
	read_until(client, b">>> ")
	client.buffer = b""
	module.power("off")
	module.power("on")
	read_until(client, b">>> ")
	client.send(b"6 * 7\r")
	read_until(client, b"42\r\n")


@pytest.mark.long
def test_slow_attached_client_does_not_hold_up_others(module):
	sleeper = attach(module)
	with module.uart() as uart:
		out = uart.exec("for i in range(4000): print('%06d' % i + 'x' * 1000)", 60)
		assert len(out) == 4000 * 1007
	sleeper.close()
	assert module.eval("1 + 1") == 2


def test_reset_output_is_not_cut(module):
	"""What a script printed before machine.reset() still reaches the client."""
	with module.uart() as uart:
		for i in range(5):
			uart.start(f"import machine\nprint('x' * 2000)\nprint('last words {i}')\nmachine.reset()")
			uart.expect(f"last words {i}\r\n")
			uart.expect(">>> ")


def test_repl_command_with_pipes(module):
	"""`lifeboat repl` in a script: input from a pipe, output to one."""
	result = subprocess.run([harness.LIFEBOAT, "repl", "-d", module.folder], input=b"print('from ' + 'a pipe')\r\n",
	                        capture_output=True, timeout=30, env=harness.environment())
	assert result.returncode == 0 and b"from a pipe" in result.stdout, result
	assert re.search(rb">>> ", result.stdout)
