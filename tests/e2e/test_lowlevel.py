"""A C program of one's own in MicroPython's place (examples/lowlevel): it builds, runs, and its owner gets back out."""
import os
import pathlib
import re
import shutil
import statistics
import struct
import subprocess
import zlib

import pytest

import harness
from harness import BLUE, DARK, GREEN, ORANGE

EXAMPLE = harness.ROOT / "examples/lowlevel"
ESPTOOL = os.environ.get("ESPTOOL") or str(harness.ROOT / "build/deps/bin/esptool")
PREFIX = pathlib.Path(harness.LIFEBOAT).resolve().parents[1]
STRICT = "-O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Werror"
FACTORY, RECORD, OTA_0 = 0x010000, 0x200000, 0x210000
SLOT_BYTES, RECORD_BYTES = 0x1EF000, 0x4000
NO_SLOT, OTA_FINISH, TOOL = 255, 2, 8


def build(folder, *arguments):
	result = subprocess.run(["make", "-C", folder, f"LIFEBOAT={PREFIX}", *arguments], capture_output=True, text=True,
	                        env=harness.environment(), timeout=120)
	assert result.returncode == 0, result.stdout + result.stderr
	return result


@pytest.fixture(scope="module")
def image(tmp_path_factory):
	"""The signed example."""
	out = tmp_path_factory.mktemp("lowlevel")
	build(EXAMPLE, f"O={out}", f"CFLAGS={STRICT}", "VERSION=1.2.3")
	return (out / "lowlevel.img").read_bytes()


def image_id(image):
	"""docs/spec/image.md: the first eight bytes of the SHA-256 TLV."""
	_, _, header, protected, payload = struct.unpack_from("<IIHHI", image)
	at = header + payload + protected + 4
	while struct.unpack_from("<H", image, at)[0] != 0x10:
		at += 4 + struct.unpack_from("<H", image, at + 2)[0]
	return image[at + 4:at + 12]


def record_unit(magic, fields):
	body = struct.pack("<IBxxxIxxxx", magic, 1, 0) + fields
	return body.ljust(60, b"\0") + struct.pack("<I", zlib.crc32(body.ljust(60, b"\0")))


def with_example(modules, image, trial=False, clock=1):
	"""A module with MicroPython in factory and the example in ota_0: as a tool leaves it, or as an update does."""
	module = modules(clock=clock).start()
	module.stop()
	path = pathlib.Path(module.folder, "flash.bin")
	flash = bytearray(path.read_bytes())
	ids = image_id(flash[FACTORY:]) + (image_id(image) if trial else bytes(8)) + bytes(8)
	state = bytes((1, 0, NO_SLOT, 1, 3, OTA_FINISH) if trial else (0, NO_SLOT, NO_SLOT, 0, 0, TOOL))
	units = record_unit(0x5352424C, b"") + record_unit(0x4552424C, state + bytes(2 + 4 + 8) + ids)
	flash[OTA_0:OTA_0 + SLOT_BYTES] = image.ljust(SLOT_BYTES, b"\xff")
	flash[RECORD:RECORD + RECORD_BYTES] = units.ljust(RECORD_BYTES, b"\xff")
	path.write_bytes(flash)
	return module


@pytest.fixture
def example(modules, image):
	return with_example(modules, image).start(phase="script")


def hold_p12(module, hold_s, phase):
	"""Reset with P12 high, released that long after the LED's first light; returns at the phase that follows."""
	with module.watch("led", "phase") as watch:
		module.pin("P12", "high")
		boot = watch.first["boot"]
		module.run("reset")
		watch.until_event(lambda e: e.get("rgb") == ORANGE)
		harness.hold(watch, module.module_seconds(hold_s))
		module.pin("P12", "low")
		watch.until_event(lambda e: e.get("phase") == phase and e["boot"] > boot, 20)


def colours(module, count):
	"""The next LED changes: their times and colours."""
	with module.watch("led") as watch:
		events = [watch.event() for _ in range(count)]
	return [e["t_ms"] for e in events], [e["rgb"] for e in events]


@pytest.mark.long
def test_needs_libc_alone(tmp_path):
	"""Both compilers are content with it, and so is a copy of it under another name, elsewhere."""
	copy = tmp_path / "mine"
	shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("build"))
	for compiler in ("gcc", "clang"):
		build(copy, "clean")
		build(copy, f"CC={compiler}", f"CFLAGS={STRICT}")
		dynamic = subprocess.run(["readelf", "-d", copy / "build/mine.elf"], capture_output=True, text=True).stdout
		needed = [line.split("[")[1].rstrip("]") for line in dynamic.splitlines() if "(NEEDED)" in line]
		assert needed == ["libc.so.6"], dynamic
	assert "good" in harness.run_command("image", "info", copy / "build/mine.img").stdout


def test_says_what_is_missing(tmp_path):
	result = subprocess.run(["make", "-C", EXAMPLE, f"O={tmp_path}", "LIFEBOAT=/nowhere"], capture_output=True, text=True)
	assert result.returncode != 0
	assert "/nowhere/lib/lifeboat/virtual.a is not there: run ./lifeboat build" in result.stderr


@pytest.mark.skipif(not os.access(ESPTOOL, os.X_OK), reason="no esptool: tools/fetch could not get it")
def test_flashed_by_esptool(modules, image, tmp_path):
	"""On a new module, whose record is blank: what the tool wrote boots, and MicroPython is still there."""
	module = modules(clock=4).start()
	(tmp_path / "lowlevel.img").write_bytes(image)
	module.pin("G23", "low")
	module.reset("loader")
	module.pin("G23", "float")
	result = subprocess.run([ESPTOOL, "--no-stub", "--port", os.path.join(module.folder, "uart0"), "--before", "no_reset",
	                         "--after", "no_reset", "write_flash", hex(OTA_0), tmp_path / "lowlevel.img"],
	                        capture_output=True, text=True, timeout=100, env=harness.environment())
	assert result.returncode == 0 and "Hash of data verified." in result.stdout, result.stdout + result.stderr
	module.reset("script")
	status = module.status()
	assert (status["boot"]["slot"], status["boot"]["version"]) == ("ota_0", "1.2.3")
	assert status["record"] == {"latest": "ota_0", "previous": None, "last_change": status["record"]["last_change"]}
	hold_p12(module, 6.8, "repl")
	assert module.status()["boot"]["slot"] == "factory"


def test_flashed_by_lifeboat(fast, image, tmp_path):
	(tmp_path / "lowlevel.img").write_bytes(image)
	fast.run("flash", tmp_path / "lowlevel.img", "--slot", "ota_0", timeout=100)
	status = fast.status()
	assert (status["phase"], status["boot"]["slot"], status["boot"]["version"]) == ("script", "ota_0", "1.2.3")
	fast.run("flash", harness.SHARE / "virtual.img", timeout=100)
	status = fast.status()
	assert (status["phase"], status["boot"]["slot"], status["record"]["latest"]) == ("repl", "factory", "factory")


def test_came_by_an_update(fast, image, tmp_path):
	"""It is on trial then, confirms itself, and MicroPython is the previous image."""
	(tmp_path / "lowlevel.img").write_bytes(image)
	fast.run("ota", tmp_path / "lowlevel.img", timeout=100)
	harness.until(lambda: fast.status()["trial"] is None, 10, "confirmed")
	status = fast.status()
	assert (status["boot"]["slot"], status["record"]["previous"]) == ("ota_0", "factory")


def test_echoes(example):
	status = example.status()
	assert status["phase"] == "script"
	boot = status["boot"]
	assert (boot["slot"], boot["version"], boot["mode"], boot["why"]) == ("ota_0", "1.2.3", "normal", "latest")
	text = bytes(range(ord(" "), 127)) * 20  # far more than its buffer takes at a time
	with example.uart() as uart:
		uart.drop()
		uart.write(text)
		uart.expect(text)


def test_blinks(example):
	times, seen = colours(example, 9)
	assert seen in ([GREEN, DARK] * 4 + [GREEN], [DARK, GREEN] * 4 + [DARK])
	periods = [after - before for before, after in zip(times, times[1:])]
	assert abs(statistics.median(periods) - 250) <= 30, periods


def test_sees_p12(example):
	"""The colour changes with the pin, not with the next blink; a busy host may be slower than that a few times."""
	with example.watch("led") as watch:
		for _ in range(20):
			watch.until_event(lambda e: e["rgb"] == GREEN)
			example.pin("P12", "high")
			at_once = watch.event()["rgb"] == BLUE
			seen = [e["rgb"] for e in watch.until_event(lambda e: e["rgb"] == BLUE) + [watch.event() for _ in range(4)]]
			if at_once:
				break
			example.pin("P12", "low")
		assert at_once, "it never changed while it was lit"
		assert GREEN not in seen[-4:] and DARK in seen[-4:], seen
		example.pin("P12", "low")
		watch.until_event(lambda e: e["rgb"] == GREEN)
		assert BLUE not in {watch.event()["rgb"] for _ in range(4)}


def test_keys_reset(example):
	with example.uart() as uart, example.watch("phase") as watch:
		boot = watch.first["boot"]
		uart.write(b"\x12")
		watch.until_event(lambda e: e["phase"] == "script" and e["boot"] == boot + 1)
		uart.expect("lowlevel 1.2.3 in ota_0. ")
		assert example.status()["boot"]["cause"] == "software"
		uart.write(b"\x0c")
		watch.until_event(lambda e: e["phase"] == "loader")
		status = example.status()
		assert (status["boot"]["mode"], status["boot"]["reason"]) == ("loader", "request")
		example.reset("script")
		uart.write(b"back")
		uart.expect("back")


def test_g23_gives_bootloader_mode(example):
	example.pin("G23", "low")
	example.reset("loader")
	assert example.status()["boot"]["reason"] == "pin"
	example.pin("G23", "float")
	example.reset("script")
	assert example.status()["boot"]["slot"] == "ota_0"


def test_safe_boot_is_told_to_it(modules, image):
	module = with_example(modules, image, clock=4).start(phase="script")
	with module.uart() as uart:
		hold_p12(module, 1.0, "script")
		uart.expect("Safe boot; P12 was held for ")
		held_ms = int(uart.expect(" ms.").split()[0])
	boot = module.status()["boot"]
	assert (boot["mode"], boot["slot"], boot["hold_ms"]) == ("safe", "ota_0", held_ms)
	said = module.run("status").stdout
	assert re.search(r"^boot +safe boot: P12 was held for ", said, re.M) and "main.py" not in said
	assert set(colours(module, 4)[1]) == {ORANGE, DARK}
	module.reset("script")
	assert set(colours(module, 4)[1]) == {GREEN, DARK}


@pytest.mark.parametrize("hold_s, why", ((4.5, "previous"), (6.8, "factory")))
def test_longer_windows_lead_back_to_micropython(modules, image, hold_s, why):
	"""The previous image is there after an update, the factory image always."""
	module = with_example(modules, image, trial=True, clock=4).start(phase="script")
	hold_p12(module, hold_s, "repl")
	boot = module.status()["boot"]
	assert (boot["mode"], boot["slot"], boot["why"]) == ("safe", "factory", why)
	assert module.eval("6 * 7") == 42
	module.pin("P12", "float")
	module.reset("script")
	assert module.status()["boot"]["slot"] == "ota_0"


def test_confirms_itself(modules, image):
	module = with_example(modules, image, trial=True, clock=10).start(phase="script")
	flash = pathlib.Path(module.folder, "flash.bin")
	harness.until(lambda: "confirmed" in harness.run_command("image", "info", flash).stdout, 10, "confirmed")
	assert module.status()["trial"] is None
	with module.watch("phase") as watch:
		harness.hold(watch, module.module_seconds(35))  # longer than the bootloader's watchdog would have let it
		assert not watch.events, watch.events
	for _ in range(4):
		module.reset("script")
	status = module.status()
	assert (status["boot"]["slot"], status["record"]["previous"]) == ("ota_0", "factory")


def test_is_rolled_back_unless_it_lives(modules, image):
	module = with_example(modules, image, trial=True).start(phase="script")
	with module.uart() as uart:
		for left in (1, 0):
			module.reset("script")
			uart.expect("in ota_0, on trial. ")
			assert module.status()["trial"] == {"left": left}
	module.reset("repl")
	boot = module.status()["boot"]
	assert (boot["slot"], boot["why"]) == ("factory", "reverted")


def test_a_safe_boot_confirms_nothing(modules, image):
	module = with_example(modules, image, trial=True, clock=2).start(phase="script")
	hold_p12(module, 1.0, "script")
	with module.uart() as uart:
		assert b"confirmed" not in uart.quiet(module.module_seconds(8))
	module.reset("script")
	assert module.status()["trial"]["left"] == 1
