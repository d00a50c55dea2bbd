"""The bootloader on a Cortex-M (boards/stub, with its provider of cryptography): bytes of code by module, data, stack,
and instructions for the verified boot of 256 KiB, counted by QEMU's mps2-an386, where M0+ code is counted too."""
import collections
import pathlib
import re
import sys

from _figures import figure

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/stub"))
import qemu  # noqa: E402

# QEMU's -icount shift=0 makes an instruction a nanosecond, and the clock of the mps2-an386 has 25 MHz.
INSTRUCTIONS_A_TICK = 40
IMAGE_BYTES = 256 * 1024
NO_LOADER = "-include benches/cortex-m/no_loader.h"


def build(cpu, lto, loader, count=False):
	"""The program, and the file that says where its bytes come from."""
	tree = "-".join(["bench", cpu] + ["lto"] * lto + ["loader"] * loader + ["count"] * count)
	flags = f"-Os -Wl,-Map={qemu.OUT}/{tree}.map" + " -flto" * lto + f" {NO_LOADER}" * (not loader)
	main = "boards/main.c boards/bootloader.c boards/images.c boards/trust/compiled_trust.c"
	main += " boards/loader_mode.c" * loader
	if count:
		flags += " -Wl,--wrap=lb_board_crypto"
		main += " benches/cortex-m/count.c"
	return qemu.build(cpu, tree, f"STUB_OPTIMIZE={flags}", f"MAIN_C={main}"), qemu.OUT / f"{tree}.map"


def sizes(program):
	text, data, bss = qemu.do("arm-none-eabi-size", program).splitlines()[1].split()[:3]
	return int(text), int(data) + int(bss)


def rooms():
	"""{"plan.o": "boot"}: an archive names a module without its folder, and no name occurs twice."""
	found = {"sha256.o": "crypto", "platform_util.o": "crypto", "keys.o": "keys"}
	for source in qemu.ROOT.glob("*/**/*.c"):
		parts = source.relative_to(qemu.ROOT).parts
		if parts[0] in ("core", "boards", "crypto", "protocols"):
			room = "stub" if parts[:2] == ("boards", "stub") else parts[1] if parts[0] == "core" else parts[0]
			if parts[:2] != ("boards", "virtual"):
				found[source.with_suffix(".o").name] = room
	return found


def by_module(map_file):
	"""Bytes of code and constants by the room of what they come from."""
	text = map_file.read_text()
	text = text[text.index("Linker script and memory map"):]
	known, total = rooms(), collections.Counter()
	line = r"^ \.(?:text|rodata|ARM\.exidx|vectors)\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$"
	for size, where in re.findall(line, text, re.M):
		name = re.search(r"([^/()]+\.o)\)?$", where)
		total[known.get(name[1] if name else "", "libc")] += int(size, 16)
	return {room: size for room, size in total.most_common() if size}


def measure(cpu, content):
	for lto in (False, True):
		for loader in (False, True):
			program, map_file = build(cpu, lto, loader)
			name = f"cortex-m {cpu}{' LTO' if lto else ''}{', bootloader mode' if loader else ''}"
			text, bss = sizes(program)
			more = {} if lto else {"modules": by_module(map_file)}
			figure(f"{name}: code", text, "bytes", **more)
			figure(f"{name}: data", bss, "bytes")
			figure(f"{name}: stack", qemu.boot(program, content)[0]["stack"], "bytes")
	said = qemu.boot(build(cpu, False, False, count=True)[0], content)[0]
	parts = {part: said[part] * INSTRUCTIONS_A_TICK / 1e6 for part in ("ticks", "hash", "signature")}
	rest = parts["ticks"] - parts["hash"] - parts["signature"]
	figure(f"cortex-m {cpu}: verified boot, 256 KiB", parts["ticks"], "M instructions", hash=round(parts["hash"], 2),
		signature=round(parts["signature"], 2), rest=round(rest, 2))


if qemu.missing():
	sys.exit(f"cortex-m: skipped: {qemu.missing()}")
for name in ("cortex-m4", "cortex-m0plus"):
	measure(name, qemu.flash(factory=qemu.image("factory", size_bytes=IMAGE_BYTES)))
