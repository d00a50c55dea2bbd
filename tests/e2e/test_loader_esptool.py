"""Debian's esptool, unmodified, against bootloader mode: every command, in the ROM's flavour and in its stub's."""
import os
import re

import pytest

import harness
import tools
from tools import OTA_0, OTA_1, SECTOR, into_loader

KINDS = ["pty", "rfc2217"]


@pytest.fixture(params=KINDS)
def esptool(request, modules):
	"""esptool at a module that runs; by the pty, which has no DTR and RTS, a hand puts it into bootloader mode."""
	module = modules(clock=10)
	tools.esptool(module)
	if request.param == "rfc2217":
		tools.start_with_port(module)
	else:
		module.start()
		into_loader(module)
	return tools.esptool(module, request.param)


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


def test_who_is_there(esptool):
	mac = r"MAC: (([0-9a-f]{2}:){5}[0-9a-f]{2})"
	for flavour in ([], ["--no-stub"]):
		said = esptool(*flavour, "chip_id")
		assert "Chip is ESP32" in said and "Crystal is 40MHz" in said
		assert "Detected flash size: 8MB" in esptool(*flavour, "flash_id")
		first = re.search(mac, esptool(*flavour, "read_mac")).group(1)
		assert esptool.module.status()["phase"] in ("loader", "gate", "script", "repl")
	if esptool.kind == "rfc2217":
		esptool.module.wait("repl")  # by its own last reset
	else:
		assert esptool.module.status()["phase"] == "loader"
		esptool.module.pin("G23", "float")
		esptool.module.reset()
	assert esptool.module.eval("__import__('machine').unique_id().hex()") == first.replace(":", "")


@pytest.mark.parametrize("flags, options", [
	([], []),                             # stub, compressed
	([], ["-u"]),                         # stub, plain
	(["--no-stub"], []),                  # ROM, plain
	(["--no-stub"], ["-z"]),              # ROM, compressed
	(["-b", "921600"], []),
	(["-b", "230400", "--no-stub"], []),
])
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


def test_a_difference_is_found(esptool):
	path, data = random_file(esptool.module.folder, "one", 20000)
	esptool("write_flash", hex(OTA_0), path)
	with open(path, "r+b") as file:
		file.seek(12345)
		file.write(bytes([data[12345] ^ 1]))
	assert "verify FAILED" in esptool("verify_flash", hex(OTA_0), path, code=2)


def test_erase(esptool):
	"""A region; what lies beside it stays. Then everything: the module is still there, and takes its firmware again."""
	module = esptool.module
	path, data = random_file(module.folder, "one", 3 * SECTOR)
	esptool("write_flash", hex(OTA_0), path)
	esptool("erase_region", hex(OTA_0 + SECTOR), hex(SECTOR))
	assert flash_of(esptool, OTA_0, 3 * SECTOR) == data[:SECTOR] + b"\xff" * SECTOR + data[2 * SECTOR:]
	assert "multiple" in esptool("erase_region", hex(OTA_0 + 1), hex(SECTOR), code=2)
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
	"""Where esptool cannot pull the reset line it can ask: from the ROM's flavour that is a run."""
	module = modules(clock=10)
	esptool = tools.esptool(module)
	module.start()
	into_loader(module)
	esptool.resets = ["--before", "no_reset", "--after", "soft_reset"]
	path, _ = random_file(module.folder, "one", 5000)
	boot = module.hardware()["boot"]
	with module.watch("phase") as watch:
		esptool("--no-stub", "write_flash", hex(OTA_1), path)
		watch.until_event(lambda e: e["boot"] > boot and e["phase"] in ("repl", "loader"))


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
