"""1 MiB into flash by esptool, beside what the flash itself needs for the same pages and sectors; and what the engine
of bootloader mode takes of a Cortex-M4, where a compiler for it is installed."""
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import time

from _figures import figure
import harness
import tools

BYTES = 1 << 20
OFFSET = 0x600000  # file systems and images lie elsewhere or are not needed here


def busy(module):
	return module.hardware()["flash"]["busy_us"]


def write(module, esptool, data, *flags):
	"""How long it took by our clock, and how long the flash was busy. What is there is no blank, so all is erased."""
	before = busy(module)
	begin = time.monotonic()
	said = esptool(*flags, "write_flash", hex(OFFSET), os.path.join(module.scratch, data))
	took = time.monotonic() - begin
	busy_us = busy(module) - before
	told = float(re.search(r"in ([\d.]+) seconds", said).group(1))
	return took, told, busy_us / 1e6


def compiled_bytes(source):
	"""(code and constants, memory) of one source on a Cortex-M4, compiled as `make check-cortex-m` does."""
	gcc = "arm-none-eabi-gcc"
	own = subprocess.run([gcc, "-print-file-name=include"], capture_output=True, text=True, check=True).stdout.strip()
	with tempfile.NamedTemporaryFile(suffix=".o") as made:
		subprocess.run([gcc, "-std=c11", "-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding", "-nostdinc", "-isystem", own,
		                "-isystem", harness.ROOT / "tools/freestanding", "-I", harness.ROOT, "-c", "-o", made.name, source],
		               check=True)
		said = subprocess.run(["arm-none-eabi-size", made.name], capture_output=True, text=True, check=True).stdout
	text, data, bss = map(int, said.splitlines()[1].split()[:3])
	return text, data + bss


def count():
	if not shutil.which("arm-none-eabi-gcc"):
		return
	parts = {source.stem: compiled_bytes(source)[0] for source in sorted((harness.ROOT / "core/loader").glob("*.c"))}
	figure("core/loader, code on a Cortex-M4", sum(parts.values()), "bytes", **parts)
	with tempfile.NamedTemporaryFile("w", suffix=".c") as probe:
		probe.write('#include "core/loader/loader.h"\nstruct lb_loader loader;\n')
		probe.flush()
		figure("core/loader, memory on a Cortex-M4", compiled_bytes(probe.name)[1], "bytes", aim="<= 4096 beside the window")


def main():
	count()
	noise = random.Random(5)
	with harness.Module() as module:
		module.start().stop()
		flash = pathlib.Path(module.folder, "flash.bin")
		flash.write_bytes(flash.read_bytes()[:OFFSET] + bytes(harness.FLASH_BYTES - OFFSET))
		for name in "ab":
			text = b"".join(noise.randbytes(300) + b"and text, " * 21 + b"\0\0" for _ in range(BYTES // 512))
			pathlib.Path(module.scratch, name).write_bytes(text)
		module.start()
		tools.into_loader(module)
		esptool = tools.Esptool(module, "pty")
		for way, flags, data in (("compressed", [], "a"), ("ROM, plain", ["--no-stub"], "b")):
			took, told, busy = write(module, esptool, data, *flags)
			figure(f"1 MiB by esptool, {way}", BYTES / 1024 / told, "KiB/s", total_s=round(took, 2),
			       flash_alone=round(BYTES / 1024 / busy, 2))


main()
