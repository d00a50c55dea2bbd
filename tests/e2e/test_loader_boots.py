"""What a tool wrote boots, and is no OTA update; whatever is cut, the module can be reached, and the rest boots."""
import os
import struct

import pytest

import harness
import tools
from tools import OTA_0, OTA_1, Host, into_loader

SLOTS = {"factory": harness.FACTORY, "ota_0": OTA_0, "ota_1": OTA_1}
SLOT_BYTES = 0x1EF000
RECORD = 0x200000


@pytest.fixture
def module(modules):
	"""A new module at its REPL, its clock twenty times faster."""
	return modules(clock=20).start()


def image_bytes(folder, version):
	with open(tools.make_image(folder, version), "rb") as file:
		return file.read()


def write(module, images, end=True):
	"""Writes {slot: image} in one session, and then lets the module boot as if nothing had been."""
	with tools.host_in_loader(module) as host:
		for slot, image in images.items():
			host.write(SLOTS[slot], image)
		module.pin("G23", "float")
		if end:
			host.leave(run=False)
			module.wait("repl")
	return module.status()


@pytest.mark.long
def test_each_slot_in_turn(module, scratch):
	"""Older, newer, the very same again: what was written last boots, and there is no previous image."""
	images = {version: image_bytes(scratch, version) for version in ("0.0.7", "0.3.0")}
	for slot, version in (("ota_0", "0.0.7"), ("ota_1", "0.3.0"), ("ota_0", "0.0.7"), ("factory", "0.0.7"),
	                      ("ota_1", "0.3.0"), ("ota_1", "0.3.0")):
		status = write(module, {slot: images[version]})
		boot, record = status["boot"], status["record"]
		assert (boot["slot"], boot["version"], boot["why"], boot["mode"]) == (slot, version, "latest", "normal"), slot
		assert record["latest"] == slot and record["previous"] is None and status["trial"] is None, (slot, record)
		assert module.flash()[SLOTS[slot]:SLOTS[slot] + len(images[version])] == images[version]
	module.safe_boot(4)  # the previous image, were there one
	assert module.status()["boot"]["slot"] == "ota_1"


def test_several_in_one_session(module, scratch):
	"""Factory goes before the others, whatever the order of the writes; else the higher version."""
	old, new = image_bytes(scratch, "0.0.7"), image_bytes(scratch, "0.3.0")
	assert write(module, {"ota_1": old, "ota_0": new})["boot"]["slot"] == "ota_0"
	assert write(module, {"ota_0": old, "ota_1": new})["boot"]["slot"] == "ota_1"
	assert write(module, {"factory": old, "ota_0": new})["boot"]["slot"] == "factory"
	assert write(module, {"ota_1": new, "factory": new})["boot"]["slot"] == "factory"


def test_files_and_settings_stay(module, scratch):
	module.put("/flash/kept.txt", "still here")
	before = module.flash()
	write(module, {"ota_0": image_bytes(scratch, "0.3.0")})
	assert module.eval("open('/flash/kept.txt').read()") == "still here"
	after = module.flash()
	for begin, end in ((harness.FACTORY, harness.FACTORY + SLOT_BYTES), (OTA_1, OTA_1 + SLOT_BYTES)):
		assert after[begin:end] == before[begin:end]


def test_the_record_is_written_once_for_a_slot(module):
	"""However many ranges of it a tool writes; but again when the tool has erased the record meanwhile."""
	def begin(offset):
		host.begin(offset, tools.SECTOR)
		host.ask(tools.READ_REG, bytes(4))  # waits for the range to be erased
		return module.hardware()["flash"]["programs"]

	with tools.host_in_loader(module) as host:
		before = module.hardware()["flash"]["programs"]
		once = begin(OTA_1)
		assert once > before
		assert [begin(OTA_1 + tools.SECTOR * i) for i in range(10)] == [once] * 10
		assert begin(OTA_0) > once
		for sector in range(4):
			erased = begin(RECORD + tools.SECTOR * sector)
		assert begin(OTA_1) > erased


def test_an_image_that_does_not_verify(module, scratch):
	"""A tool may write what it likes: what does not verify is passed over, and the module is as before."""
	image = bytearray(image_bytes(scratch, "0.3.0"))
	image[5000] ^= 1
	text = os.path.join(scratch, "text")
	with open(text, "w") as file:
		file.write("no program at all\n" * 100)
	assert harness.run_command("image", "sign", text, text + ".img", "--version", "9.0.0").returncode == 0
	with open(text + ".img", "rb") as file:
		status = write(module, {"ota_0": bytes(image), "ota_1": file.read()})
	assert status["boot"]["slot"] == "factory" and status["record"]["latest"] == "factory"


@pytest.mark.parametrize("slot", ["factory", "ota_1"])
@pytest.mark.parametrize("progress", [0.05, 0.6])
def test_a_cut_while_a_tool_writes(module, scratch, slot, progress):
	"""The plug is pulled. Bootloader mode is there again, the other image boots, and the write done again boots."""
	image = image_bytes(scratch, "0.3.0")
	other = "ota_0" if slot == "factory" else "factory"
	if other == "ota_0":
		write(module, {"ota_0": image_bytes(scratch, "0.2.0")})
	with tools.host_in_loader(module) as host:
		host.begin(SLOTS[slot], len(image))
		for number in range(int(progress * len(image)) // 1024):
			host.block(number, image[number * 1024:(number + 1) * 1024])
		host.send(tools.DATA, struct.pack("<4I", 1024, number + 1, 0, 0) + image[:1024])
		module.power("off")
	with module.uart() as uart:
		uart.drop()
		module.power("on")
		uart.expect(tools.PROMPT)  # G23 is low still
		Host(uart).sync()
	module.pin("G23", "float")
	module.reset("repl")
	assert module.status()["boot"]["slot"] == other
	status = write(module, {slot: image})
	assert status["boot"]["slot"] == slot and status["boot"]["version"] == "0.3.0"


def test_a_whole_flash_comes_back(modules, scratch):
	"""A copy of all the flash, put back by esptool after an erase, boots what it booted before, record and all."""
	module = modules(clock=20)
	esptool = tools.esptool(module)
	module.start()
	write(module, {"ota_1": image_bytes(scratch, "0.3.0")})
	module.put("/flash/kept.txt", "still here")
	into_loader(module)
	kept = module.flash()
	copy = os.path.join(scratch, "copy.bin")
	with open(copy, "wb") as file:
		file.write(kept)
	esptool("erase_flash")
	esptool("write_flash", "--flash_size", "keep", 0, copy)
	assert module.flash() == kept
	module.pin("G23", "float")
	module.reset("repl")
	status = module.status()
	assert status["boot"]["slot"] == "ota_1" and status["boot"]["version"] == "0.3.0"
	assert module.eval("open('/flash/kept.txt').read()") == "still here"
