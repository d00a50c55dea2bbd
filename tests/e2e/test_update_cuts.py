"""The plug pulled in the middle of real updates: while one begins, is written, finished, started, confirmed."""
import os
import random
import time

import pytest

import updates

ROUNDS = 12 if os.environ.get("LIFEBOAT_LONG") else 1
CUTS = 36  # a round
SEED = 20261122
# What is awaited, then how long it takes (host time) until the plug is pulled.
MOMENTS = {
	"begun": (b"begins\r\n", 0.03),
	"written": (b"begins\r\n", 0.5),
	"finished": (b"written\r\n", 0.02),
	"started": (b"finished\r\n", 0.1),
}
UPDATE = updates.UPDATE.replace("n = pycom", "print('begins')\nn = pycom").replace(
	"pycom.ota_finish()", "print('written')\npycom.ota_finish()") + "import machine\nmachine.reset()\n"


MOUNT = "import os, machine\nos.mount(machine.SD(), '/sd')\n"  # two images are more than /flash holds


class Owner:
	"""Updates a module back and forth between two versions, and knows what must hold of it."""

	def __init__(self, module, rng):
		self.module = module
		self.rng = rng
		module.put("/flash/boot.py", MOUNT)
		module.exec(MOUNT)
		self.files = {version: f"/sd/{version}.img" for version in ("1.2.0", "1.3.0")}
		for version, file in self.files.items():
			updates.put_fast(module, file, updates.image(version).read_bytes())
		self.seen = dict.fromkeys(["old", "new", "resumed", "booted"], 0)

	def code(self, version):
		"""The update; one that is under way goes on when it is of that version."""
		begun = self.module.eval("(__import__('lifeboat').download() or {}).get('sha256')")
		size = self.module.eval("(__import__('lifeboat').download() or {}).get('bytes')")
		resume = bool(size) and updates.begins(updates.image(version), size, begun)
		self.seen["resumed"] += resume
		return UPDATE.replace("FILE", repr(self.files[version])).replace("RESUME", str(resume))

	def next_version(self):
		return "1.3.0" if updates.runs(self.module)[1] == "1.2.0" else "1.2.0"

	def cut(self, kind):
		module = self.module
		old = updates.runs(module)
		version = self.next_version()
		before = module.flash()
		awaited, at_most = MOMENTS[kind]
		boot = module.hardware()["boot"]
		with module.uart() as uart, module.control() as control:
			uart.start(self.code(version))
			uart.expect(awaited, 20)
			time.sleep(self.rng.uniform(0, at_most))  # the random instant
			assert control.ask("power", on=False)["ok"]
			uart.drop()
			finished = b"finished\r\n" in uart.seen
		self.seen["booted"] += module.hardware()["boot"] > boot
		self.check(before, module.flash(), old)
		module.power("on")
		module.wait("repl")
		self.check_running(old, version, finished)
		self.check(before, module.flash(), old)

	def check(self, before, after, old):
		for slot in ("factory", old[0]):
			assert updates.digest(after, slot) == updates.digest(before, slot), f"{slot} was touched while {old} ran"

	def check_running(self, old, version, finished):
		"""The firmware from before, or the whole new one; that for certain once its update was finished."""
		module = self.module
		now = updates.runs(module)
		status = module.status()
		assert status["boot"]["why"] == "latest" and status["boot"]["mode"] == "normal", status["boot"]
		if now == old:
			assert not finished, "a finished update was lost"
			self.seen["old"] += 1
		else:
			assert now[1] == version and now[0] != old[0]
			assert updates.holds(module.flash(), now[0], updates.image(version))
			self.seen["new"] += 1

	def update(self):
		"""One without a cut."""
		module = self.module
		version = self.next_version()
		with module.uart() as uart, module.watch("phase") as watch:
			boot = watch.first["boot"]
			uart.start(self.code(version))
			watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot, 30)
		assert updates.runs(module)[1] == version
		assert module.eval("__import__('lifeboat').status()['trial']") is None


@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_power_cuts_in_updates(modules, record_property, scratch, seed):
	module = modules(clock=20).start("--sd", os.path.join(scratch, "card.img"))
	rng = random.Random(seed)
	owner = Owner(module, rng)
	torn = module.hardware()["flash"]["torn"]
	for cut in range(CUTS):
		kind = list(MOMENTS)[cut % len(MOMENTS)]
		try:
			owner.cut(kind)
			if cut % 4 == rng.randrange(4):
				owner.update()
		except AssertionError as error:
			raise AssertionError(f"seed {seed}, cut {cut} ({kind}): {error}") from error
	owner.update()
	torn = module.hardware()["flash"]["torn"] - torn
	record_property("note", f"{CUTS} power cuts in updates (seed {seed}), {torn} of them inside a flash operation; the "
	                f"old firmware came back {owner.seen['old']} times, the new one {owner.seen['new']}, "
	                f"{owner.seen['booted']} cuts came in its first boot, {owner.seen['resumed']} updates went on")
	assert torn >= CUTS // 8, f"only {torn} of {CUTS} cuts landed inside a flash operation: too few to show anything"
	assert all(owner.seen.values()), owner.seen
