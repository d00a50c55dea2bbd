"""Tools that speak bootloader mode's protocol: a small host of our own, byte by byte, and esptool as it is."""
import contextlib
import os
import re
import struct
import subprocess
import zlib

import pytest

import harness

ESPTOOL = str(harness.ROOT / "build/deps/bin/esptool")
OTA_0, OTA_1 = 0x210000, 0x400000
SECTOR = 4096

BEGIN, DATA, END, SYNC, READ_REG, BAUD, DEFL_BEGIN, DEFL_DATA, MD5 = 2, 3, 4, 8, 10, 15, 16, 17, 19
GREETING = b"\x07\x07\x12\x20" + b"\x55" * 32
PROMPT = b"waiting for download\r\n"


def into_loader(module):
	"""What a hand does: a jumper from G23 to GND, then the reset switch."""
	module.pin("G23", "low")
	module.reset("loader")


def make_image(folder, version):
	"""The firmware of this build as another version: the path of the image."""
	image = (harness.SHARE / "virtual.img").read_bytes()
	header_bytes, payload_bytes = struct.unpack_from("<H2xI", image, 8)
	payload = os.path.join(folder, "payload.elf")
	made = os.path.join(folder, f"{version}.img")
	with open(payload, "wb") as file:
		file.write(image[header_bytes:header_bytes + payload_bytes])
	subprocess.run([harness.LIFEBOAT, "image", "sign", payload, made, "--version", version], check=True)
	return made


def escape(data):
	return b"\xc0" + data.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


class Host:
	"""Speaks the ROM's flavour over anything that is a Uart."""

	def __init__(self, uart):
		self.uart = uart

	def frame(self, timeout=10):
		"""The next frame, unescaped; what is not in a frame is an error."""
		found = self.uart.expect(re.compile(rb"\xc0([^\xc0]+)\xc0"), timeout)
		assert found[:1] == b"\xc0" and found[1:2] != b"\xc0", f"something beside the frames: {found!r}"
		return found[1:-1].replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")

	def sync(self, timeout=10):
		"""Greets, once, and takes all eight answers."""
		self.uart.write(escape(struct.pack("<BBHI", 0, SYNC, len(GREETING), 0) + GREETING))
		for _ in range(8):
			assert self.frame(timeout) == struct.pack("<BBHI4x", 1, SYNC, 4, 0x55552007)

	def send(self, op, data, check=0):
		self.uart.write(escape(struct.pack("<BBHI", 0, op, len(data), check) + data))

	def ask(self, op, data=b"", check=0, timeout=30):
		"""(value, data) of an answer that must be a success."""
		self.send(op, data, check)
		answer = self.frame(timeout)
		direction, answered, size, value = struct.unpack_from("<BBHI", answer)
		assert (direction, answered, size) == (1, op, len(answer) - 8), answer
		assert answer[-4:] == bytes(4), f"op {op:#x} was refused: {answer[-4:].hex()}"
		return value, answer[8:-4]

	def begin(self, offset, size, block=1024, blocks=None, op=BEGIN):
		self.ask(op, struct.pack("<4I", size, -(-size // block) if blocks is None else blocks, block, offset))

	def block(self, number, data, op=DATA):
		check = 0xEF
		for byte in data:
			check ^= byte
		self.ask(op, struct.pack("<4I", len(data), number, 0, 0) + data, check)

	def write(self, offset, data, block=0x4000):
		"""Writes a range, compressed, and has it compared."""
		packed = zlib.compress(data)
		blocks = -(-len(packed) // block)
		self.begin(offset, len(data), block, blocks, DEFL_BEGIN)
		for number in range(blocks):
			self.block(number, packed[number * block:(number + 1) * block], DEFL_DATA)
		self.ask(BEGIN, struct.pack("<4I", 0, 0, block, 0))

	def leave(self, run):
		"""The tool's reset, or its wish that the image be started. The module may be gone before the answer is read."""
		self.begin(0, 0)
		self.send(END, struct.pack("<I", 1 if run else 0))


@contextlib.contextmanager
def host_in_loader(module):
	"""Takes the module into bootloader mode by hand; a host that has greeted it there."""
	with module.uart() as uart:
		uart.drop()
		into_loader(module)
		uart.expect(PROMPT)
		host = Host(uart)
		host.sync()
		yield host


class Esptool:
	"""Debian's esptool at one of the module's ports."""

	def __init__(self, module, kind):
		self.module = module
		self.kind = kind
		if kind == "rfc2217":
			self.url = module.status()["rfc2217"]
			self.resets = []
		else:
			self.url = os.path.join(module.folder, "uart0")
			self.resets = ["--before", "no_reset", "--after", "no_reset"]  # a pty has no DTR and RTS

	def start(self, *args):
		command = [ESPTOOL, "--port", self.url, *self.resets, *map(str, args)]
		return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
		                        stdin=subprocess.DEVNULL, env=harness.environment(), cwd=self.module.folder)

	def __call__(self, *args, code=0):
		"""Runs it to its end, which must be with this exit code: what it said."""
		with self.start(*args) as process:
			try:
				said = process.communicate(timeout=60)[0]
			finally:
				process.kill()
		assert process.returncode == code, f"esptool {args}: {process.returncode}\n{said}"
		return said


def esptool(module, kind="pty"):
	if not os.access(ESPTOOL, os.X_OK):
		pytest.skip("no esptool (tools/fetch esptool build/deps says why)")
	return Esptool(module, kind)
