"""Debian's esptool, unmodified, against bootloader mode: every command, in the ROM's flavour and in its stub's."""
import os
import re

import pytest

import harness
import tools
from tools import OTA_0, OTA_1, SECTOR, into_loader

# pyserial's client of RFC 2217 sleeps for three seconds in each of esptool's commands, so most tests go by the pty.
both_ports = pytest.mark.parametrize("esptool", ["pty", "rfc2217"], indirect=True)


@pytest.fixture
def esptool(request, modules):
	"""esptool at a module that runs; by the pty, which has no DTR and RTS, a hand puts it into bootloader mode."""
	kind = getattr(request, "param", "pty")
	module = modules(clock=10)
	tools.esptool(module)
	if kind == "rfc2217":
		module.start("--port", "0")
	else:
		module.start()
		into_loader(module)
	return tools.esptool(module, kind)


def random_file(folder, name, size):
	"""Compresses, but not to nothing: half of it is the same text over and over. It begins with text, since esptool takes
	a file that begins with a colon for Intel HEX, and one that begins with 0xE9 for an ESP image."""
	data = b"".join(b"a line of text. " * 32 + os.urandom(512) for _ in range(-(-size // 1024)))[:size]
	path = os.path.join(folder, name)
	with open(path, "wb") as file:
		file.write(data)
	return path, data


def flash_of(esptool, offset, size):
	return esptool.module.flash()[offset:offset + size]


def mac_of(said):
	return re.search(r"MAC: (([0-9a-f]{2}:){5}[0-9a-f]{2})", said).group(1)


@pytest.mark.parametrize("flavour", [[], ["--no-stub"]])
def test_who_is_there(esptool, flavour):
	module = esptool.module
	said = esptool(*flavour, "chip_id")
	assert "Chip is ESP32" in said and "Crystal is 40MHz" in said
	assert "Detected flash size: 8MB" in esptool(*flavour, "flash_id")
	mac = mac_of(esptool(*flavour, "read_mac"))
	assert module.status()["phase"] == "loader"
	module.pin("G23", "float")
	module.reset()
	assert module.eval("__import__('machine').unique_id().hex()") == mac.replace(":", "")


@pytest.mark.parametrize("esptool", ["rfc2217"], indirect=True)
def test_no_hand_is_needed(esptool):
	"""By DTR and RTS it enters bootloader mode from the REPL, and leaves it again."""
	with esptool.module.watch("phase") as watch:
		mac = mac_of(esptool("read_mac"))
		watch.until_event(lambda e: e["phase"] == "loader")
		watch.until_event(lambda e: e["phase"] == "repl")
	assert esptool.module.eval("__import__('machine').unique_id().hex()") == mac.replace(":", "")


@pytest.mark.parametrize("esptool, flags, options", [
	("pty", [], []),                             # stub, compressed
	pytest.param("pty", [], ["-u"], marks=pytest.mark.long),               # stub, plain
	("pty", ["--no-stub"], []),                  # ROM, plain
	pytest.param("pty", ["--no-stub"], ["-z"], marks=pytest.mark.long),    # ROM, compressed
	("pty", ["-b", "921600"], []),
	pytest.param("pty", ["-b", "230400", "--no-stub"], [], marks=pytest.mark.long),
	("rfc2217", ["-b", "921600"], []),
], indirect=["esptool"])
def test_write_verify_read(esptool, flags, options):
	"""Two ranges in one go, one of no round size; read back by esptool and out of flash.bin itself."""
	folder = esptool.module.folder
	path, data = random_file(folder, "one", 100003)
	path_2, data_2 = random_file(folder, "two", 3 * SECTOR)
	said = esptool(*flags, "write_flash", *options, hex(OTA_0), path, hex(OTA_1), path_2)
	assert said.count("Hash of data verified.") == 2, said
	assert flash_of(esptool, OTA_0, len(data)) == data and flash_of(esptool, OTA_1, len(data_2)) == data_2
	rest = flash_of(esptool, OTA_0 + len(data), 2 * SECTOR)
	assert rest == b"\xff" * len(rest), "beyond the range something was written"
	assert "verify OK" in esptool(*flags, "verify_flash", hex(OTA_0), path)
	size = 9001 if "--no-stub" in flags else len(data)
	esptool(*flags, "read_flash", hex(OTA_0), size, os.path.join(folder, "back"))
	with open(os.path.join(folder, "back"), "rb") as file:
		assert file.read() == data[:size]


@pytest.mark.long
def test_a_difference_is_found(esptool):
	path, data = random_file(esptool.module.folder, "one", 20000)
	esptool("write_flash", hex(OTA_0), path)
	with open(path, "r+b") as file:
		file.seek(12345)
		file.write(bytes([data[12345] ^ 1]))
	assert "verify FAILED" in esptool("verify_flash", hex(OTA_0), path, code=2)


@pytest.mark.long
def test_erase_a_region(esptool):
	"""What lies beside it stays."""
	path, data = random_file(esptool.module.folder, "one", 3 * SECTOR)
	esptool("write_flash", hex(OTA_0), path)
	esptool("erase_region", hex(OTA_0 + SECTOR), hex(SECTOR))
	assert flash_of(esptool, OTA_0, 3 * SECTOR) == data[:SECTOR] + b"\xff" * SECTOR + data[2 * SECTOR:]
	assert "multiple" in esptool("erase_region", hex(OTA_0 + 1), hex(SECTOR), code=2)


@both_ports
def test_erase_everything(esptool):
	"""The module is still there, and takes its firmware again."""
	module = esptool.module
	assert "Chip erase completed" in esptool("erase_flash")
	assert module.flash() == b"\xff" * harness.FLASH_BYTES
	if esptool.kind == "pty":
		module.pin("G23", "float")  # from here on it stays for want of an image
		module.reset("loader")
	else:
		module.wait("loader")
	assert module.status()["led"] == harness.RED
	image = harness.SHARE / "virtual.img"
	esptool("write_flash", hex(harness.FACTORY), image)
	if esptool.kind == "pty":
		module.reset(None)
	module.wait("repl")
	assert module.status()["boot"]["slot"] == "factory"


def test_run(esptool):
	"""esptool's `run` starts the firmware, jumper or not."""
	module = esptool.module
	esptool("--no-stub", "run")
	module.wait("repl")
	assert module.status()["boot"]["mode"] == "normal"


def test_soft_reset_after_the_work(modules):
	"""Where esptool cannot pull the reset line it can ask: from the ROM's flavour that is a run, which needs no reset."""
	module = modules(clock=10)
	esptool = tools.esptool(module)
	module.start()
	into_loader(module)
	esptool.resets = ["--before", "no_reset", "--after", "soft_reset"]
	path, _ = random_file(module.folder, "one", 5000)
	boot = module.hardware()["boot"]
	with module.watch("phase") as watch:
		esptool("--no-stub", "write_flash", hex(OTA_1), path)
		watch.until_event(lambda e: e["boot"] == boot and e["phase"] == "repl")


def test_one_session_after_the_other(modules):
	"""The next session begins with a SYNC, and so anew, also when the last one left the stub running."""
	module = modules(clock=10)
	esptool = tools.esptool(module)
	module.start()
	into_loader(module)
	esptool.resets = ["--before", "no_reset", "--after", "no_reset_stub"]
	path, data = random_file(module.folder, "one", 5000)
	esptool("write_flash", hex(OTA_1), path)
	esptool.resets = ["--before", "no_reset", "--after", "no_reset"]
	assert "verify OK" in esptool("verify_flash", hex(OTA_1), path)
