"""The stub board holds what docs/porting.md promises: a board is a folder. It is built for a process, a Cortex-M0+ and
a Cortex-M4, and where QEMU is there its bootloader boots images on a Cortex-M."""
import concurrent.futures
import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import time
import zlib

import pytest

import qemu

SYNC = b"\xC0\x00\x08\x24\x00\0\0\0\0\x07\x07\x12\x20" + b"\x55" * 32 + b"\xC0"
SYNCED = b"\xC0\x01\x08"
NORMAL, SAFE = 0, 1
PIN, REQUEST = 1, 2
LATEST, FACTORY, FALLBACK = 0, 2, 4
SLOT_FACTORY, SLOT_OTA_0, NO_SLOT = 0, 1, 255
SAFE_BOOT = 1
OTA_FINISH = 2


def answer_to_sync(process):
	"""What comes over uart0 up to the answer of bootloader mode to a tool that greets."""
	said = b""
	end = time.monotonic() + 30
	try:
		while SYNCED not in said and time.monotonic() < end:
			if select.select([process.stdout], [], [], 1)[0]:
				data = process.stdout.read1(4096)
				if not data:
					break
				before, said = said, said + data
				if b"waiting for download" in said and b"waiting for download" not in before:
					process.stdin.write(SYNC)
					process.stdin.flush()
	finally:
		process.kill()
		process.wait()
	return said


def test_it_is_a_program_of_this_machine():
	program = qemu.build("host")
	process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
	assert SYNCED in answer_to_sync(process), "flash is blank: it goes into bootloader mode"


def test_the_command_finds_its_slots(tmp_path):
	"""Over a port, by the board id that bootloader mode says: slots of its own size, and no image of another board."""
	program = qemu.build("host")

	def flash(size_bytes, board):
		payload, image = tmp_path / "payload", tmp_path / "image"
		payload.write_bytes(bytes(size_bytes))
		qemu.do(qemu.LIFEBOAT, "image", "sign", payload, image, "--version", "1.0.0", "--key", qemu.key(), "--board-id",
			board)
		with socket.create_server(("127.0.0.1", 0)) as server:
			port = f"socket://127.0.0.1:{server.getsockname()[1]}"
			command = subprocess.Popen([qemu.LIFEBOAT, "flash", image, "--port", port], stdout=subprocess.PIPE,
				stderr=subprocess.PIPE, text=True)
			server.settimeout(30)
			line = server.accept()[0]
			with line, subprocess.Popen([program], stdin=line, stdout=line):
				line.close()
				out, err = command.communicate(timeout=60)
				return command.returncode, out, err

	code, out, err = flash(400000, "none")
	assert code == 1 and err.endswith("the slot factory only 327680\n") and "writing" not in out, (out, err)
	code, out, err = flash(5000, "virtual")
	assert code == 1 and err.endswith("would not start: not for this board\n") and "writing" not in out, (out, err)


@pytest.mark.parametrize("cpu, target", [("cortex-m0plus", "thumbv6m"), ("cortex-m4", "thumbv7em")])
def test_clang_compiles_it(cpu, target, tmp_path):
	"""All but the cryptography, whose sources want a libc's headers."""
	if not shutil.which("clang"):
		pytest.skip("no clang here")
	headers = qemu.do("clang", "-print-resource-dir").strip() + "/include"
	sources = [*qemu.ROOT.glob("core/*/*.c"), *qemu.ROOT.glob("boards/*.c"), *qemu.ROOT.glob("boards/trust/*.c"),
		*qemu.ROOT.glob("boards/stub/*.c"), *qemu.ROOT.glob("boards/stub/cortex-m/*.c")]
	command = ["clang", f"--target={target}-none-eabi", f"-mcpu={cpu}", "-std=gnu11", "-Os", "-nostdinc", "-isystem",
		headers, "-isystem", qemu.ROOT / "tools/freestanding", "-I", qemu.ROOT, "-DLB_VERSION_MAJOR=0",
		"-DLB_VERSION_MINOR=1", "-DLB_VERSION_PATCH=0", '-DLB_VERSION="0.1.0"', "-DSTUB_CRYPTO=lb_crypto_small", "-Wall",
		"-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-c"]
	cores = os.cpu_count()
	with concurrent.futures.ThreadPoolExecutor(cores) as pool:
		list(pool.map(lambda core: qemu.do(*command, *sources[core::cores], cwd=tmp_path), range(cores)))


@pytest.fixture(scope="module", params=["cortex-m0plus", "cortex-m4"])
def bootloader(request):
	if qemu.missing():
		pytest.skip(qemu.missing())
	return qemu.build(request.param)


def budget():
	"""{cpu: (code, data, stack)}"""
	lines = (qemu.ROOT / "boards/stub/budget").read_text().splitlines()
	rows = (line.split() for line in lines if line and not line.startswith("#"))
	return {cpu: tuple(map(int, numbers)) for cpu, *numbers in rows}


def test_it_needs_no_more_than_its_budget(bootloader, images):
	cpu = next(cpu for cpu in budget() if bootloader.name.endswith(cpu))
	text, data, bss = map(int, qemu.do("arm-none-eabi-size", bootloader).splitlines()[1].split()[:3])
	stack = qemu.boot(bootloader, qemu.flash(**images))[0]["stack"]
	needed = (text, data + bss, stack)
	assert all(need <= limit for need, limit in zip(needed, budget()[cpu])), f"{cpu}: {needed}, may be {budget()[cpu]}"


def test_the_hash_is_not_compiled_the_slow_way():
	source = pathlib.Path(os.environ.get("MBEDTLS_DIR") or qemu.ROOT / "build/deps/mbedtls") / "library/sha256.c"
	result = subprocess.run(["gcc", "-ffreestanding", "-fsyntax-only", f"-I{qemu.ROOT}", f"-I{source.parents[1]}/include",
		'-DMBEDTLS_CONFIG_FILE="crypto/mbedtls_config.h"', source], capture_output=True, text=True)
	assert result.returncode != 0 and "not to be compiled with -ffreestanding" in result.stderr, result.stderr


@pytest.fixture(scope="module")
def images():
	return {slot: qemu.image(slot, version) for slot, version in (("factory", "1.0.0"), ("ota_0", "1.1.0"))}


def image_id(image):
	"""docs/spec/image.md: the first eight bytes of the SHA-256 TLV."""
	at = image.index(struct.pack("<HH", 0x10, 32)) + 4
	return image[at:at + 8]


def record(images, latest, previous):
	"""docs/spec/record.md: a sector that is in use, and one entry."""
	def unit(magic, fields):
		body = (struct.pack("<IBxxxIxxxx", magic, 1, 0) + fields).ljust(60, b"\0")
		return body + struct.pack("<I", zlib.crc32(body))
	ids = image_id(images["factory"]) + image_id(images["ota_0"]) + bytes(8)
	state = bytes((latest, previous, NO_SLOT, 0, 0, OTA_FINISH))
	return unit(0x5352424C, b"") + unit(0x4552424C, state + bytes(2 + 4 + 8) + ids)


def test_a_verified_boot(bootloader, images):
	said, text = qemu.boot(bootloader, qemu.flash(**images))
	assert said["absent"] == 0 and said["cause"] == qemu.POWER_ON
	assert (said["slot"], said["mode"], said["why"]) == (SLOT_FACTORY, NORMAL, LATEST), text


def test_a_fallback(bootloader, images):
	broken = bytearray(images["ota_0"])
	broken[-1] ^= 1
	kept = record(images, SLOT_OTA_0, SLOT_FACTORY)
	content = qemu.flash(record=kept, factory=images["factory"], ota_0=bytes(broken))
	said, text = qemu.boot(bootloader, content)
	assert (said["slot"], said["mode"], said["why"]) == (SLOT_FACTORY, NORMAL, FALLBACK), text


def test_a_safe_boot_by_the_pin(bootloader, images):
	"""Held to the end of all windows: the factory image."""
	said, text = qemu.boot(bootloader, qemu.flash(**images), pressed=qemu.P12)
	assert (said["slot"], said["mode"], said["reason"]) == (SLOT_FACTORY, SAFE, PIN), text
	assert said["ticks"] > 7 * 25000000, "that long the gate's windows are"


def test_a_safe_boot_by_request(bootloader, images):
	said, text = qemu.boot(bootloader, qemu.flash(**images), cause=qemu.SOFTWARE, up=qemu.request(SAFE_BOOT))
	assert (said["slot"], said["mode"], said["reason"]) == (SLOT_FACTORY, SAFE, REQUEST), text


def test_bootloader_mode(bootloader, images):
	process = qemu.qemu(bootloader, qemu.flash(**images), pressed=qemu.G23)
	assert SYNCED in answer_to_sync(process)
