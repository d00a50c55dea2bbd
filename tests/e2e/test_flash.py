"""lifeboat flash: images into slots and flash into files, through bootloader mode, by all the ways there."""
import os
import pathlib
import pty
import signal
import socket
import struct
import subprocess
import threading
import time
import zlib

import pytest

import harness

IMAGE = harness.SHARE / "virtual.img"
RECORD = 0x200000
SLOTS = {"factory": (0x010000, 0x1EF000), "ota_0": (0x210000, 0x1EF000), "ota_1": (0x400000, 0x1EF000)}


def in_slot(module, slot):
	offset, size = SLOTS[slot]
	return module.flash()[offset:offset + size]


def sign(payload, image, version, *options):
	result = harness.run_command("image", "sign", payload, image, "--version", version, *options)
	assert result.returncode == 0, result.stderr
	return image


def failed(result, *words):
	"""One line on stderr with all the words."""
	assert result.returncode == 1, (result.returncode, result.stdout, result.stderr)
	assert result.stderr.count("\n") == 1 and result.stderr.startswith("lifeboat: "), result.stderr
	for word in words:
		assert word in result.stderr, result.stderr


@pytest.fixture
def newer(scratch):
	"""The very firmware as another version."""
	image = IMAGE.read_bytes()
	header, payload = struct.unpack_from("<H2xI", image, 8)
	program = pathlib.Path(scratch, "firmware.elf")
	program.write_bytes(image[header:header + payload])
	return sign(program, pathlib.Path(scratch, "newer.img"), "1.2.0")


def test_an_image_is_written_started_and_told(fast, newer):
	result = fast.run("flash", newer)
	lines = result.stdout.splitlines()
	assert lines[0] == "flash: the module is in bootloader mode, 8 MiB of flash"
	assert lines[1].startswith("flash: 1.2.0 written to factory and verified: ")
	assert lines[2:] == ["flash: 1.2.0 in factory runs"] and result.stderr == ""
	assert in_slot(fast, "factory").startswith(newer.read_bytes())
	status = fast.status()
	assert (status["boot"]["slot"], status["boot"]["version"], status["phase"]) == ("factory", "1.2.0", "repl")
	assert fast.pin("G23") == "high" and "P2" not in status["drive"]
	assert fast.eval("1 + 1") == 2


def test_what_was_written_is_latest_and_no_update(fast, newer):
	fast.run("flash", newer, "--slot", "ota_1")
	for _ in range(2):
		status = fast.status()
		assert (status["boot"]["slot"], status["boot"]["version"]) == ("ota_1", "1.2.0")
		assert status["record"]["previous"] is None and status["trial"] is None
		fast.reset()
	assert in_slot(fast, "factory").startswith(IMAGE.read_bytes())
	fast.run("flash", IMAGE)
	assert fast.status()["boot"]["slot"] == "factory"


@pytest.mark.long
def test_a_record_of_a_newer_version_is_told(modules, newer):
	"""The bootloader notes nothing in it, so that the image a slot has already is no news to it: what to do is said."""
	module = modules(clock=10).start()
	module.run("flash", newer, "--slot", "ota_1")
	module.power("off")
	with open(f"{module.folder}/flash.bin", "r+b") as file:
		flash = bytearray(file.read())
		at = max((i for i in range(RECORD, RECORD + 0x4000, 64) if flash[i:i + 4] == b"LBRE"),
		         key=lambda i: int.from_bytes(flash[i + 8:i + 12], "little"))
		flash[at + 4] = 2
		flash[at + 60:at + 64] = zlib.crc32(flash[at:at + 60]).to_bytes(4, "little")
		file.seek(0)
		file.write(flash)
	module.power("on")
	module.wait("repl")
	failed(module.run("flash", IMAGE, check=False), "0.1.0 was written to factory, but 1.2.0 in ota_1 runs",
	       "the boot record is of a newer version", "--slot ota_1", "--erase-all")
	assert module.run("flash", IMAGE, "--slot", "ota_1").stdout.endswith("flash: 0.1.0 in ota_1 runs\n")
	assert module.run("flash", IMAGE, "--erase-all").stdout.endswith("0.1.0 in factory runs\n")


def test_a_module_with_nothing_on_it_comes_back(modules):
	module = modules(clock=10).start()
	module.stop()
	pathlib.Path(module.folder, "flash.bin").write_bytes(b"\xff" * (8 << 20))
	module.start(phase="loader")
	assert module.run("flash", IMAGE).stdout.endswith("flash: 0.1.0 in factory runs\n")
	assert module.eval("1 + 1") == 2


@pytest.mark.long
def test_erase_all_leaves_the_image_alone_there(fast, newer):
	fast.put("/flash/mine.txt", "mine")
	fast.run("flash", IMAGE, "--slot", "ota_0")
	result = fast.run("flash", newer, "--erase-all")
	assert "flash: erases everything: all images, the settings, and the files in /flash\n" in result.stdout
	assert set(in_slot(fast, "ota_0")) == {0xFF}
	assert fast.status()["boot"]["version"] == "1.2.0"
	assert fast.eval("'mine.txt' in __import__('os').listdir('/flash')") is False


@pytest.mark.long
def test_flash_is_read_into_a_file(fast, scratch):
	whole, slot = pathlib.Path(scratch, "whole.bin"), pathlib.Path(scratch, "slot.bin")
	slot.write_text("replaced")
	before = fast.flash()
	fast.run("flash", "--read", whole)
	assert whole.read_bytes() == before
	fast.wait("repl")
	fast.run("flash", "--read", slot, "--slot", "factory")
	assert slot.read_bytes() == in_slot(fast, "factory")
	fast.wait("repl")
	failed(fast.run("flash", "--read", os.path.join(scratch, "no/where"), check=False), "no/where")
	assert sorted(os.listdir(scratch)) == ["slot.bin", "whole.bin"]


def test_a_program_that_never_ends_is_told(fast, newer):
	fast.put("/flash/main.py", "while True: pass")
	assert fast.run("flash", newer).stdout.endswith("flash: 1.2.0 in factory runs; no REPL yet, its program goes on\n")


def test_a_program_that_crashes_is_told(fast, scratch):
	"""Started again after each crash, it is the image that the record names; but it does not run."""
	program = pathlib.Path(scratch, "crash")
	subprocess.run(["cc", "-x", "c", "-o", program, "-"], input=b"int main(void) { __builtin_trap(); }", check=True)
	image = sign(program, pathlib.Path(scratch, "crash.img"), "6.6.6")
	failed(fast.run("flash", image, "--slot", "ota_0", check=False), "6.6.6 was written to ota_0", "does not stay up")


# --- ports ---

@pytest.mark.parametrize("kind", ["rfc2217", "socket", "pty"])
def test_by_a_port(modules, newer, kind):
	"""The first by DTR and RTS, the others by the REPL."""
	module = modules(clock=10).start("--port", "0")
	url = module.status()["rfc2217"]
	port = {"rfc2217": url, "socket": url.replace("rfc2217", "socket"), "pty": f"{module.folder}/uart0"}[kind]
	result = harness.run_command("flash", newer, "--port", port, timeout=60)
	assert result.returncode == 0, result.stderr
	assert result.stdout.endswith("flash: 1.2.0 in factory runs\n")
	assert in_slot(module, "factory").startswith(newer.read_bytes())
	assert module.status()["phase"] == "repl"


def test_a_program_in_the_way_is_no_obstacle_to_the_lines(modules, newer):
	module = modules(clock=10).start("--port", "0")
	module.put("/flash/main.py", "import micropython\nmicropython.kbd_intr(-1)\nwhile True: print('busy')")
	module.reset("script")
	result = harness.run_command("flash", newer, "--erase-all", "--port", module.status()["rfc2217"], timeout=60)
	assert result.returncode == 0 and result.stdout.endswith("flash: 1.2.0 in factory runs\n"), result.stderr


@pytest.mark.long
def test_in_bootloader_mode_already(modules, newer, scratch):
	"""As a board without the circuit: G23 is tied, the switch pressed; then a tool that cannot do either."""
	module = modules(clock=10).start()
	module.pin("G23", "low")
	module.reset("loader")
	dump = pathlib.Path(scratch, "dump.bin")
	result = harness.run_command("flash", "--read", dump, "--slot", "factory", "--port", f"{module.folder}/uart0")
	assert result.returncode == 0, result.stderr
	assert dump.read_bytes() == in_slot(module, "factory")


class Server:
	"""One connection on a port of its own, in the hands of answer(connection)."""

	def __init__(self, answer):
		self.socket = socket.create_server(("127.0.0.1", 0))
		self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
		self.thread = threading.Thread(target=self.serve, args=(answer,), daemon=True)
		self.thread.start()

	def serve(self, answer):
		connection, _ = self.socket.accept()
		with connection:
			answer(connection)


def swallow(connection):
	while connection.recv(4096):
		pass


def babble(connection):
	try:
		while True:
			connection.sendall(b"\xc0\x01\x08 nonsense \xdb\xff" * 10)
			time.sleep(0.01)
	except OSError:
		pass


@pytest.mark.parametrize("answer", [swallow, babble])
def test_nobody_who_speaks_the_protocol(answer):
	begin = time.monotonic()
	failed(harness.run_command("flash", IMAGE, "--port", "socket://" + Server(answer).address), "no module answers",
	       "G23")
	assert time.monotonic() - begin < 15


@pytest.mark.parametrize("answer", [swallow, babble])
def test_no_rfc_2217(answer):
	failed(harness.run_command("flash", IMAGE, "--port", "rfc2217://" + Server(answer).address), "socket://")


def test_a_port_that_hangs_up():
	failed(harness.run_command("flash", IMAGE, "--port", "rfc2217://" + Server(lambda c: None).address), "connection")


# --- refusals: nothing is sent ---

def test_what_is_no_good_is_not_sent(fast, scratch):
	good = IMAGE.read_bytes()
	place = pathlib.Path(scratch)
	boots = fast.status()["boots"]
	files = {"no.img": b"print('hello')\n" * 100, "cut.img": good[:-100], "bad.img": good[:5000] + b"\0" + good[5001:],
	         "empty.img": b"", "blank.img": b"\xff" * 5000}
	for name, data in files.items():
		(place / name).write_bytes(data)
	(place / "big").write_bytes(bytes(0x1EF000))
	sign(place / "big", place / "big.img", "1.0.0")
	words = {"no.img": "no image", "cut.img": "cut off", "bad.img": "hash", "empty.img": "empty", "blank.img": "no image",
	         "big.img": "factory only 2027520", "none.img": "No such file"}
	for name, word in words.items():
		failed(fast.run("flash", place / name, check=False), name, word)
	assert fast.status()["boots"] == boots


def test_an_image_of_another_board_is_not_sent(fast, scratch):
	"""Bootloader mode says which board it is."""
	place, before = pathlib.Path(scratch), in_slot(fast, "factory")
	(place / "program").write_bytes(pathlib.Path("/bin/true").read_bytes())
	failed(fast.run("flash", sign(place / "program", place / "stub.img", "3.0.0", "--board-id", "stub"), check=False),
	       "stub.img would not start: not for this board")
	assert in_slot(fast, "factory") == before
	fast.wait("repl")


def test_another_key_is_told_and_the_module_decides(fast, scratch):
	place = pathlib.Path(scratch)
	assert harness.run_command("image", "keygen", place / "other.pem").returncode == 0
	(place / "program").write_bytes(pathlib.Path("/bin/true").read_bytes())
	image = sign(place / "program", place / "other.img", "3.0.0", "--key", place / "other.pem")
	result = fast.run("flash", image, "--slot", "ota_0", check=False)
	assert result.returncode == 1
	assert "not with your development key" in result.stderr
	assert result.stderr.endswith("3.0.0 was written to ota_0, but the bootloader does not start it: signed with a key "
	                              "that is not trusted; 0.1.0 in factory runs\n")


@pytest.mark.parametrize("words", [
	[], [IMAGE, "--slot", "nvs"], [IMAGE, "--read", "x"], ["--read", "x", "--erase-all"], ["--read", ""],
	[IMAGE, "--baud", "fast"], [IMAGE, "--baud", "1"], [IMAGE, "--port"],
])
def test_wrong_usage(words):
	result = harness.run_command("flash", *words)
	assert result.returncode == 2 and result.stderr.count("\n") == 1, result.stderr


def test_a_module_that_is_not_there(modules, scratch):
	failed(harness.run_command("flash", "-d", os.path.join(scratch, "m"), IMAGE), "no folder")
	module = modules(clock=10).start()
	module.power("off")
	failed(module.run("flash", IMAGE, check=False), "no power", "lifeboat power on")
	assert module.status()["drive"] == {}
	module.stop()
	failed(module.run("flash", IMAGE, check=False), "not running")


# --- interruptions ---

def begin_flashing(module, *options):
	"""At four times the module's pace the slot still takes seconds."""
	flash = subprocess.Popen([harness.LIFEBOAT, "flash", "-d", module.folder, str(IMAGE), *options],
	                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=harness.environment())
	deadline = time.monotonic() + 20
	while module.hardware()["flash"]["erases"] < 5:
		assert time.monotonic() < deadline and flash.poll() is None
		time.sleep(0.02)
	return flash


def test_interrupted_and_done_again(modules):
	module = modules(clock=4).start()
	module.run("flash", IMAGE, "--slot", "ota_0")
	flash = begin_flashing(module, "--slot", "factory")
	flash.send_signal(signal.SIGINT)
	_, error = flash.communicate(timeout=10)
	assert flash.returncode == 1 and error.count("\n") == 1
	assert "interrupted. Now the slot is half written" in error
	assert module.pin("G23") == "high" and module.status()["phase"] == "loader"
	module.reset()
	assert module.status()["boot"]["slot"] == "ota_0", "the other slot is as it was"
	assert module.run("flash", IMAGE).stdout.endswith("flash: 0.1.0 in factory runs\n")


def test_the_plug_is_pulled_while_it_writes(modules):
	module = modules(clock=4).start()
	flash = begin_flashing(module)
	module.stop()
	_, error = flash.communicate(timeout=30)
	assert flash.returncode == 1 and error.count("\n") == 1 and "half written" in error
	module.start(phase="loader")
	assert module.run("flash", IMAGE).stdout.endswith("flash: 0.1.0 in factory runs\n")


def test_the_plug_is_pulled_before_it_runs(modules):
	"""Right after the reset: what would run is not known, and nobody waits for it."""
	module = modules().start()
	with module.watch("phase") as watch:
		flash = subprocess.Popen([harness.LIFEBOAT, "flash", "-d", module.folder, str(IMAGE), "--slot", "ota_0"],
		                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=harness.environment())
		watch.until_event(lambda e: e["phase"] == "loader")
		watch.until_event(lambda e: e["phase"] == "gate", 30)
		module.power("off")
	_, error = flash.communicate(timeout=5)
	assert flash.returncode == 1 and "was written to ota_0" in error and "lifeboat power on" in error, error


def test_a_terminal_sees_a_bar(modules):
	module = modules(clock=4).start()
	master, slave = pty.openpty()
	flash = subprocess.Popen([harness.LIFEBOAT, "flash", "-d", module.folder, str(IMAGE)], stdout=slave, stderr=slave,
	                         stdin=slave, env=harness.environment())
	os.close(slave)
	shown = b""
	while flash.poll() is None or not shown.endswith(b"runs\r\n"):
		try:
			shown += os.read(master, 4096)
		except OSError:
			break
	os.close(master)
	assert flash.wait() == 0
	bars = [part for part in shown.decode().split("\r") if part.startswith("writing factory")]
	assert len(bars) > 3 and all(len(bar) <= 79 and " % " in bar for bar in bars), shown
	assert any("#-" in bar and "KiB/s" in bar for bar in bars)
	assert shown.endswith(b"flash: 0.1.0 in factory runs\r\n")
