"""The stub board: built for any of its CPUs, and run in QEMU with what its flash and its pins shall be."""
import os
import pathlib
import re
import shutil
import struct
import subprocess
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIFEBOAT = os.environ.get("LIFEBOAT", str(ROOT / "build/bin/lifeboat"))
QEMU = shutil.which("qemu-system-arm")
ARM_GCC = shutil.which("arm-none-eabi-gcc")
OUT = ROOT / "build/stub"
KEY = OUT / "p256.pem"
BEARSSL = pathlib.Path(os.environ.get("BEARSSL_DIR") or ROOT / "build/deps/bearssl") / "src/hash/sha2small.c"

# boards/stub: stub_board.c, machine.h, cortex-m/stub.ld
FLASH, KNOBS, RETAINED, STACK = 0x21000000, 0x20000000, 0x20001000, 0x20002000
FLASH_BYTES, STACK_BYTES, PAINT = 0x100000, 0x8000, b"\xA5"
SLOTS = {"factory": 0x010000, "ota_0": 0x060000, "ota_1": 0x0B0000}
HEADER_BYTES = 32
P12, G23 = 1, 2
POWER_ON, SOFTWARE = 0, 2


def missing():
	"""What is missing here to run the stub in QEMU, or None."""
	return "no qemu-system-arm here" if not QEMU else "no arm-none-eabi-gcc here" if not ARM_GCC else None


def do(*command, cwd=ROOT):
	result = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=cwd)
	assert result.returncode == 0, result.stdout + result.stderr
	return result.stdout


def key():
	"""A P-256 key, which is made the first time."""
	OUT.mkdir(parents=True, exist_ok=True)
	if not KEY.exists():
		do(LIFEBOAT, "image", "keygen", KEY, "--type", "p256")
	return KEY


def build(cpu, tree=None, *settings):
	"""Its bootloader, which trusts that key. Without BearSSL's source it has Mbed TLS's hash."""
	tree = tree or f"stub-{cpu}"
	if not BEARSSL.exists():
		settings += ("STUB_CRYPTO=small",)
	do("flock", "build/lock", "make", "-j2", "bootloader", "BOARD=stub", f"STUB_CPU={cpu}", f"BOARD_TREE={tree}",
		f"KEY={key()}", *settings)
	return ROOT / "build/libexec/lifeboat" / f"bootloader-{tree}"


def image(slot, version="1.0.0", size_bytes=0):
	"""A signed image that runs in that slot, filled up to a payload of so many bytes."""
	OUT.mkdir(parents=True, exist_ok=True)
	elf, payload, signed = (OUT / f"{slot}{end}" for end in (".elf", ".bin", ".img"))
	do(ARM_GCC, "-mcpu=cortex-m0plus", "-mthumb", "-std=gnu11", "-Os", "-I.", "-Wall", "-Wextra", "-Werror",
		"--specs=nano.specs", "-nostartfiles", "-ffunction-sections", "-T", "tests/stub/image.ld", "-Wl,--gc-sections",
		f"-Wl,--defsym=at={FLASH + SLOTS[slot] + HEADER_BYTES:#x}", "-o", elf, "tests/stub/image.c",
		*ROOT.glob("core/handoff/*.c"), *ROOT.glob("core/base/*.c"))
	do("arm-none-eabi-objcopy", "-O", "binary", elf, payload)
	payload.write_bytes(payload.read_bytes().ljust(size_bytes, b"\x55"))
	do(LIFEBOAT, "image", "sign", payload, signed, "--version", version, "--key", key())
	return signed.read_bytes()


def flash(**slots):
	"""A flash with these images in its slots; a record given as such lies where the record lies."""
	content = bytearray(b"\xFF" * FLASH_BYTES)
	for slot, data in slots.items():
		at = SLOTS.get(slot, 0)
		content[at:at + len(data)] = data
	return bytes(content)


def request(number):
	"""The hand-off's upper half (docs/spec/handoff.md) with this request, of no slot."""
	body = struct.pack("<BB", number, 0xFF).ljust(136 - 12, b"\0")
	head = struct.pack("<IHH", 0x5055424C, 1, 136)
	return head + struct.pack("<I", zlib.crc32(head + body)) + body


def qemu(bootloader, content, pressed=0, cause=POWER_ON, up=b""):
	"""A process: QEMU at the reset, with uart0 on its standard input and output."""
	parts = {"flash": (FLASH, content), "stack": (STACK, PAINT * STACK_BYTES),
		"knobs": (KNOBS, struct.pack("<II", pressed, cause)), "retained": (RETAINED + 512, up)}
	command = [QEMU, "-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "stdio", "-semihosting",
		"-icount", "shift=0,sleep=off", "-kernel", bootloader]
	for name, (at, data) in parts.items():
		if data:
			path = OUT / f"{name}.{os.getpid()}"
			path.write_bytes(data)
			command += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
	return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def boot(*arguments, **more):
	"""What the image says of the boot, as numbers, and all that came over uart0."""
	process = qemu(*arguments, **more)
	try:
		text = process.communicate(timeout=60)[0].decode(errors="replace")
	finally:
		process.kill()
	said = re.search(r"^image:(.*)$", text, re.M)
	assert said, text
	return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", said[1])}, text
