"""1 MiB into a slot that is full, by `lifeboat flash` and by esptool, beside what the flash model itself needs, in one
run; and 8 MiB read."""
import os
import pathlib
import random
import re
import struct
import subprocess
import tempfile
import time

from _figures import figure
import harness

BYTES = 1 << 20
OTA_0 = 0x210000
ESPTOOL = harness.ROOT / "build/deps/bin/esptool"


def make_image(folder, version):
	"""The firmware, which packs to about two thirds, made 1 MiB long by bytes that do not pack; it starts all the same."""
	image = (harness.SHARE / "virtual.img").read_bytes()
	header, payload = struct.unpack_from("<H2xI", image, 8)
	program = image[header:header + payload]
	room = BYTES - 1024 - len(program)
	(folder / "payload").write_bytes(program + random.Random(version).randbytes(max(room, 0)))
	made = folder / f"{version}.img"
	result = harness.run_command("image", "sign", folder / "payload", made, "--version", version)
	assert result.returncode == 0, result.stderr
	return made


def measure(module, name, words, pattern):
	"""The whole command's time, and of it what the tool itself calls writing (esptool: without its verifying)."""
	before = module.hardware()["flash"]
	begin = time.monotonic()
	result = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300,
	                        env=harness.environment(), stdin=subprocess.DEVNULL)
	took = time.monotonic() - begin
	assert result.returncode == 0, result.stdout + result.stderr
	module.wait("repl")
	after = module.hardware()["flash"]
	bare = (after["busy_us"] - before["busy_us"]) / 1e6
	writing = float(re.search(pattern, result.stdout).group(1))
	figure(f"1 MiB by {name}", BYTES / 1024 / writing, "KiB/s", seconds=round(writing, 2), command_seconds=round(took, 2),
	       flash_seconds=round(bare, 2), share_of_the_flash=round(bare / writing, 2))


def main():
	with tempfile.TemporaryDirectory(prefix="lb-") as name:
		folder = pathlib.Path(name)
		images = [make_image(folder, version) for version in ("1.0.0", "2.0.0")]
		with harness.Module().start("--port", "0") as module:
			port = module.status()["rfc2217"]
			lifeboat = [harness.LIFEBOAT, "flash", "--slot", "ota_0"]
			module.run("flash", images[0], "--slot", "ota_0", timeout=120)
			measure(module, "lifeboat flash", [*lifeboat, "-d", module.folder, images[1]], r"verified: .* in ([\d.]+) s")
			measure(module, "lifeboat flash over RFC 2217", [*lifeboat, "--port", port, images[0]],
			        r"verified: .* in ([\d.]+) s")
			if os.access(ESPTOOL, os.X_OK):
				measure(module, "esptool over RFC 2217", [ESPTOOL, "--port", port, "--no-stub", "write_flash", "-z",
				        hex(OTA_0), images[1]], r"in ([\d.]+) seconds")
			begin = time.monotonic()
			module.run("flash", "--read", folder / "all.bin", timeout=120)
			figure("8 MiB read by lifeboat flash", 8192 / (time.monotonic() - begin), "KiB/s")


main()
