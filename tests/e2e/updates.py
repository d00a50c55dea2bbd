"""What the tests and benches of updates share: images of any version, broken ones, and what is in a flash."""
import atexit
import base64
import functools
import hashlib
import pathlib
import shutil
import subprocess
import tempfile

import harness

SLOT_BYTES = 0x1EF000
SLOTS = {"factory": 0x010000, "ota_0": 0x210000, "ota_1": 0x400000}
SECTOR_BYTES = 4096

# Firmwares that are none: what a maker may send by mistake.
HANGS = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"
CRASHES = "int main(void) { *(volatile int *)8 = 1; return 0; }\n"
EXITS = "int main(void) { return 0; }\n"


@functools.cache
def folder():
	place = tempfile.mkdtemp(prefix="lb-images-")
	atexit.register(shutil.rmtree, place, ignore_errors=True)
	return pathlib.Path(place)


@functools.cache
def firmware():
	"""The ELF file in this build's own image."""
	image = (harness.SHARE / "virtual.img").read_bytes()
	header = int.from_bytes(image[8:10], "little")
	size = int.from_bytes(image[12:16], "little")
	path = folder() / "firmware.elf"
	path.write_bytes(image[header:header + size])
	return path


@functools.cache
def compiled(source):
	path = folder() / f"{hashlib.sha256(source.encode()).hexdigest()[:12]}.elf"
	subprocess.run(["gcc", "-x", "c", "-O1", "-s", "-o", path, "-"], input=source, text=True, check=True)
	return path


@functools.cache
def image(version, source=None, *options):
	"""The path of a signed image of that version: of this build's firmware, or of a C program."""
	payload = firmware() if source is None else compiled(source)
	path = folder() / f"{payload.stem}-{version}-{len(options)}.img"
	result = harness.run_command("image", "sign", payload, path, "--version", version, *options)
	assert result.returncode == 0, result.stderr
	return path


def slot_of(flash, slot):
	return flash[SLOTS[slot]:SLOTS[slot] + SLOT_BYTES]


def holds(flash, slot, path):
	"""Is that image, byte by byte, in the slot?"""
	content = path.read_bytes()
	return slot_of(flash, slot)[:len(content)] == content


def digest(flash, slot):
	return hashlib.sha256(slot_of(flash, slot)).hexdigest()


def counts(module):
	"""Flash operations that change something, since the module was started."""
	flash = module.hardware()["flash"]
	return {key: flash[key] for key in ("programs", "erases", "programmed_bytes", "busy_us")}


def runs(module):
	"""(slot, version) of what runs."""
	boot = module.status()["boot"]
	return boot["slot"], boot["version"]


# Code for the REPL: an update from a FILE of the module.
UPDATE = """
import pycom
f = open(FILE, 'rb')
n = pycom.ota_start(RESUME)
f.seek(n)
b = bytearray(4096)
while True:
    n = f.readinto(b)
    if not n:
        break
    pycom.ota_write(memoryview(b)[:n])
f.close()
pycom.ota_finish()
print('finished')
"""


def put_fast(module, path, data):
	"""A large file into the module, by raw paste."""
	with module.uart() as uart:
		uart.exec(f"from binascii import a2b_base64 as d\nf = open({path!r}, 'wb')")
		for at in range(0, len(data), 12288):
			uart.raw_paste(f"f.write(d('{base64.b64encode(data[at:at + 12288]).decode()}'))")
			assert not uart.finish(30)[1]
		uart.exec("f.close()")


def begins(path, size, digest_hex):
	"""Are these the first bytes of the image?"""
	return hashlib.sha256(path.read_bytes()[:size]).hexdigest() == digest_hex
