"""What updates cost: flash bytes and erases, throughput, wear of the record, instructions of a verified boot."""
import json
import re
import shutil
import subprocess
import time

from _figures import figure
import harness
import updates

PROGRAMS = harness.ROOT / "build/bench"
WRITE_BYTES = 256 * 1024


class Counted:
	"""The flash's counts between two moments."""

	def __init__(self, module):
		self.module = module
		self.before = updates.counts(module)

	def take(self):
		now = updates.counts(self.module)
		used = {key: now[key] - self.before[key] for key in now}
		self.before = now
		return used


def cost(name, used, most_bytes, most_erases):
	figure(f"flash bytes of {name}", used["programmed_bytes"], "bytes", f"<= {most_bytes}")
	figure(f"erases of {name}", used["erases"], "sectors", f"<= {most_erases}")


def update(module, version, name):
	"""By `lifeboat ota`, the image's reset left to us, so that what the boot writes is counted by itself."""
	size = updates.image(version).stat().st_size
	counted = Counted(module)
	begin = time.monotonic()
	said = module.run("ota", updates.image(version), "--no-reset", timeout=120).stdout
	took = time.monotonic() - begin
	used = counted.take()
	sectors = -(-size // updates.SECTOR_BYTES)
	cost(f"an update {name}", used, size + 512, sectors)
	bare = used["busy_us"] / 1e6
	rate = float(re.search(r"(\d+) KiB/s", said).group(1))
	figure(f"lifeboat ota {name}", rate, "KiB/s", None, image_bytes=size, whole_command_s=round(took, 2),
	       share_of_the_flash=round(bare / (size / 1024 / rate), 2))


def life(module):
	"""Updates onto a blank slot and over a used one; a confirmation; a rollback; safe boots."""
	module.exec("import lifeboat; lifeboat.confirm_policy('manual')")
	for version, name in (("1.1.0", "onto a blank slot"), ("1.2.0", ""), ("1.3.0", "over a used slot")):
		if name:
			update(module, version, name)
		else:
			module.run("ota", updates.image(version), "--no-reset", timeout=120)
		counted = Counted(module)
		module.reset()
		first_boot = counted.take()
		module.exec("import lifeboat; lifeboat.confirm()")
		confirmation = counted.take()
	cost("the first boot of a trial", first_boot, 64, 0)
	cost("a confirmation", confirmation, 64, 0)
	module.run("ota", updates.image("1.4.0"), timeout=120)
	for _ in range(2):
		module.reset()
	counted = Counted(module)
	module.reset()
	assert module.status()["boot"]["why"] == "reverted"
	cost("a rollback", counted.take(), 64, 0)
	for hold_s in (0.5, 3.5, 6.5):
		module.safe_boot(hold_s)
	cost("three safe boots, one a window", counted.take(), 0, 0)
	module.reset()


def write(module, name):
	"""From a buffer that is there: nothing but ota_write and the flash."""
	with module.uart() as uart:
		# The first bytes are looked at before anything is written.
		uart.exec(f"import os, pycom, time\nb = {updates.image('1.5.0').read_bytes()[:32]!r} + os.urandom(16352)\n"
		          "pycom.ota_start()")
		counted = Counted(module)
		uart.exec(f"t = time.ticks_us()\nfor i in range({WRITE_BYTES} // 16384): pycom.ota_write(b)\n"
		          "t = time.ticks_diff(time.ticks_us(), t)", 60)
		used = counted.take()
		took = uart.eval("t") / 1e6
	bare = used["busy_us"] / 1e6
	figure(f"ota_write {name}, share of the bare flash model", bare / took, "", ">= 0.8", erases=used["erases"],
	       kib_per_s=round(WRITE_BYTES / 1024 / took, 1), flash_seconds=round(bare, 2))


def wear():
	counted = json.loads(subprocess.run([PROGRAMS / "wear", "1000"], check=True, capture_output=True).stdout)
	figure("erases of the busiest record sector in 1,000 updates", counted["busiest_sector_erases"], "erases",
	       "<= 17", all_erases=counted["all_erases"], record_bytes=counted["bytes"])


def instructions(function, kib, provider):
	command = ["valgrind", "--tool=callgrind", f"--toggle-collect={function}", "--callgrind-out-file=/dev/null"]
	command += [PROGRAMS / "verify", str(kib), provider]
	result = subprocess.run(command, capture_output=True, text=True, check=True)
	return int(re.search(r"Collected : (\d+)", result.stderr).group(1))


def verified_boot():
	if shutil.which("valgrind") is None:
		print("no valgrind here: the instructions of a verified boot were not counted")
		return
	for provider, what in (("fast", "libsodium, Ed25519"), ("small", "Mbed TLS, P-256")):
		for kib in (256, 1024):
			whole, digest, signature = (instructions(f"count_{part}", kib, provider)
			                            for part in ("all", "hash", "signature"))
			figure(f"verification of {kib} KiB, {what}", whole, "instructions", None, hash=digest,
			       signature=signature, rest=whole - digest - signature)


def main():
	subprocess.run(["make", "-s", "bench-programs"], cwd=harness.ROOT, check=True, stdout=subprocess.DEVNULL)
	with harness.Module().start() as module:
		life(module)
	with harness.Module().start() as module:
		write(module, "onto a blank slot")
		write(module, "over a used slot")
	wear()
	verified_boot()


main()
