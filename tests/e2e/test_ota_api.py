"""The update functions of pycom and lifeboat: what they do, what they refuse and in which words."""
import base64
import hashlib
import re

import pytest

import harness

FIRMWARE = harness.ROOT / "build/firmware/virtual/virtual.elf"
OTA_0, OTA_1 = 0x210000, 0x400000
SLOT_BYTES = 0x1EF000
SECTOR = 4096
SLOTS = {"factory": harness.FACTORY, "ota_0": OTA_0, "ota_1": OTA_1}


def sign(folder, version, payload=None, name="new.img", **options):
	"""The bytes of an image of that version: of the firmware, or of something else."""
	source = FIRMWARE
	if payload is not None:
		source = folder / "payload"
		source.write_bytes(payload)
	words = [word for key, value in options.items() for word in (f"--{key}", value)]
	result = harness.run_command("image", "sign", source, folder / name, "--version", version, *words)
	assert result.returncode == 0, result.stderr
	return (folder / name).read_bytes()


def small(folder, version, size=20000, **options):
	"""An image that verifies and that no CPU would like to run: a program's first bytes, then anything."""
	filler = bytes((7 * i + i // 251) % 255 for i in range(size))
	return sign(folder, version, FIRMWARE.read_bytes()[:64] + filler, **options)


@pytest.fixture
def images(tmp_path):
	return tmp_path


def error_of(uart, code, timeout=20):
	"""The last line of the traceback of code that must fail."""
	uart.start(code)
	out, err = uart.finish(timeout)
	assert err, f"{code} did not fail: {out}"
	return err.strip().splitlines()[-1]


def write(uart, data, chunk=4096):
	"""ota_write() of all of it, in pieces of that size."""
	uart.exec("import pycom, lifeboat, binascii\nw = pycom.ota_write")
	for at in range(0, len(data), 8192):
		piece = data[at:at + 8192]
		uart.exec(f"b = binascii.a2b_base64({base64.b64encode(piece)!r})\n"
		          f"for i in range(0, len(b), {chunk}):\n assert w(b[i:i+{chunk}]) == len(b[i:i+{chunk}])", timeout=60)


def update(uart, data, chunk=4096, finish=True):
	assert uart.eval("__import__('pycom').ota_start()") == 0
	write(uart, data, chunk)
	if finish:
		uart.exec("pycom.ota_finish()")


def slot(module, name):
	return module.flash()[SLOTS[name]:SLOTS[name] + SLOT_BYTES]


def status(uart):
	return uart.eval("__import__('lifeboat').status()")


def test_an_update(modules, images):
	"""Start, write, finish; then on trial, and confirmed."""
	module = modules(clock=20).start()
	image = sign(images, "1.1.0")
	with module.uart() as uart:
		assert uart.eval("__import__('lifeboat').download()") is None
		assert uart.eval("__import__('pycom').ota_slot()") == OTA_0
		update(uart, image)
		assert slot(module, "ota_0")[:len(image)] == image
		assert uart.eval("pycom.ota_verify()") is True
		now = status(uart)
		assert now["record"] == {"latest": "ota_0", "previous": "factory", "last_change": "update finished", "download": None,
		                         "failed": None}
		assert now["trial"] == {"left": 3} and now["on_trial"] is False
		assert module.status()["trial"] == {"left": 3} and module.status()["record"]["latest"] == "ota_0"
	module.reset()
	with module.uart() as uart:
		assert uart.eval("__import__('lifeboat').slots()['ota_0']['version']") == "1.1.0"
		assert status(uart)["boot"]["slot"] == "ota_0"


def test_chunks_of_any_size(modules, images):
	module = modules(clock=20).start()
	with module.uart() as uart:
		for round, chunk in enumerate((1, 7, 31, 32, 33, 255, 256, 257, 4095, 4096, 4097, 6000, 8191)):
			image = small(images, f"1.{round}.0", 9000 + 1111 * round if chunk > 1 else 5000)
			update(uart, image, chunk, finish=False)
			assert uart.eval("pycom.ota_verify()") is True
			uart.exec("pycom.ota_finish()")
			name = status(uart)["record"]["latest"]
			assert slot(module, name)[:len(image)] == image, chunk
			uart.exec(f"lifeboat.use({name!r}); lifeboat.use('factory')")


# --- on trial

def on_trial(modules, images, main=None, boot=None, clock=20, policy=None, version="1.1.0"):
	"""A module that has an update under it, finished and not yet booted, with these scripts."""
	module = modules(clock=clock).start()
	with module.uart() as uart:
		if policy:
			uart.exec(f"import lifeboat; lifeboat.confirm_policy({policy})")
		for name, text in (("main.py", main), ("boot.py", boot)):
			if text is not None:
				uart.put(name, text)
		update(uart, sign(images, version))
	return module


def test_scripts_that_end_well_confirm(modules, images):
	module = on_trial(modules, images, main="print('hi')\n")
	with module.uart() as uart:
		module.reset()
		uart.expect("hi\r\nConfirmed: 1.1.0 in ota_0.\r\n")
		assert module.status()["trial"] is None
		assert module.status()["record"]["last_change"] == "confirmed"
		assert status(uart)["trial"] is None
		assert "the running image is not on trial" in error_of(uart, "import lifeboat; lifeboat.confirm()")


def test_an_import_error_is_rolled_back(modules, images):
	module = on_trial(modules, images, main="import not_there\n")
	with module.uart() as uart:
		module.run("reset")
		for left in ("2 tries", "1 try", "0 tries"):
			uart.expect(f"On trial: 1.1.0 in ota_0, {left} left; lifeboat.confirm() keeps it.\r\n")
			uart.expect("The image on trial was not confirmed: hard reset.\r\n", 30)
		uart.expect("Reverted: 1.1.0 in ota_0 was not confirmed; this is 0.1.0 in factory.\r\n")
		assert status(uart)["boot"]["why"] == "reverted"
