"""Updates as an owner lives through them: good ones, broken ones, and the ways back. Real images, real resets."""
import http.server
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

from cryptography.hazmat.primitives.asymmetric import ec, rsa

import harness
import mcuboot
import updates
from harness import GREEN, ORANGE

CLOCK = 20
DOCUMENTATION = harness.ROOT / "docs/updates.md"
RSA, P256 = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
BUSY = "while True:\n    pass\n"


def placed(modules, flash=None, clock=CLOCK):
	"""A module that starts with this flash; a new one without."""
	module = modules(clock=clock)
	if flash is not None:
		os.makedirs(module.folder, mode=0o700)
		with open(os.path.join(module.folder, "flash.bin"), "wb") as file:
			file.write(flash)
	return module.start()


def ota(module, image, *options, code=0):
	"""`lifeboat ota`; what it said on stdout and stderr."""
	result = harness.run_command("ota", image, "-d", module.folder, *options, timeout=60)
	assert result.returncode == code, (result.stdout, result.stderr)
	assert code == 0 or re.fullmatch(r"lifeboat: [^\n]+\n", result.stderr), f"one line: {result.stderr!r}"
	return result.stdout + result.stderr


def trial(module):
	"""What lifeboat.status() of the running firmware says of its trial."""
	return module.eval("__import__('lifeboat').status()['trial']")


def until_boot(module, why, timeout=20):
	"""Waits for a boot of that kind, past whatever boots come before it."""
	return harness.until(lambda: module.status()["boot"]["why"] == why and module.status(), timeout, f"why = {why}")


@pytest.fixture(scope="module")
def flash_1_1():
	"""A flash with the build's image in factory and 1.1.0, confirmed, in ota_0; made by `lifeboat ota`."""
	with harness.Module(clock=CLOCK).start() as module:
		said = ota(module, updates.image("1.1.0"))
		assert re.search(r"^ota: 1\.1\.0 in ota_0 runs, confirmed$", said, re.M), said
		assert updates.runs(module) == ("ota_0", "1.1.0")
		module.stop()
		yield module.flash()


@pytest.fixture
def updated(modules, flash_1_1):
	"""A module that runs 1.1.0 in ota_0."""
	return placed(modules, flash_1_1)


@pytest.mark.long
def test_updates_go_from_slot_to_slot(updated):
	"""Never into the running slot, never into factory; each is confirmed when the scripts worked."""
	before = updated.flash()
	said = ota(updated, updates.image("1.2.0"))
	assert re.search(r"^ota: 1\.2\.0 to ota_1, \d+ KiB; 1\.1\.0 runs in ota_0$", said, re.M), said
	assert said.endswith("ota: 1.2.0 in ota_1 runs, confirmed\n")
	status = updated.status()
	assert (status["boot"]["slot"], status["boot"]["version"], status["boot"]["why"]) == ("ota_1", "1.2.0", "latest")
	assert trial(updated) is None
	after = updated.flash()
	assert updates.holds(after, "ota_1", updates.image("1.2.0"))
	for slot in ("factory", "ota_0"):
		assert updates.digest(after, slot) == updates.digest(before, slot)
	updated.reset()
	status = updated.status()
	assert status["trial"] is None and status["record"] == {
		"latest": "ota_1", "previous": "ota_0", "last_change": status["record"]["last_change"]}
	said = ota(updated, updates.image("1.3.0"))
	assert "ota: 1.3.0 in ota_0 runs, confirmed\n" in said
	assert updates.digest(updated.flash(), "ota_1") == updates.digest(after, "ota_1")


@pytest.mark.parametrize("name", ["HANGS", "CRASHES", "EXITS"])
def test_broken_firmware_is_rolled_back(updated, name):
	"""By itself: no hand touches the module."""
	image = updates.image("1.2.0", getattr(updates, name))
	said = ota(updated, image, code=1)
	cause = "the watchdog" if name == "HANGS" else "a crash"
	assert f"lifeboat: 1.2.0 did not come up: tried 3 times, last ended by {cause}; 1.1.0 in ota_0 runs again\n" in said
	boot = updated.status()["boot"]
	assert (boot["mode"], boot["why"], boot["slot"], boot["version"]) == ("normal", "reverted", "ota_0", "1.1.0")
	updated.reset()
	assert updates.runs(updated) == ("ota_0", "1.1.0") and updated.status()["boot"]["why"] == "latest"
	assert updates.holds(updated.flash(), "ota_0", updates.image("1.1.0"))
	if name == "CRASHES":
		assert "rolled back" in ota(updated, image, code=1), "the very same image is not taken again"
		assert "did not come up" in ota(updated, image, "--force", code=1)
		assert "ota: 1.4.0 in ota_1 runs, confirmed\n" in ota(updated, updates.image("1.4.0"))


BREAKS_1_3 = """
import lifeboat
if lifeboat.status()['boot']['version'] == '1.3.0':
    %s
print('main.py works')
"""


@pytest.mark.long
def test_main_that_fails_under_the_new_firmware(updated):
	"""A module in the field: nobody types, and after three tries of 60 s the old firmware is back, and with it main.py."""
	updated.put("/flash/main.py", BREAKS_1_3 % "import gone_in_this_version")
	said = ota(updated, updates.image("1.3.0"))
	assert "ota: 1.3.0 in ota_1 runs, on trial; but a script failed: ImportError" in said
	boot = updated.hardware()["boot"]
	until_boot(updated, "reverted")
	updated.wait("repl")
	assert updates.runs(updated) == ("ota_0", "1.1.0") and updated.status()["last_error"] is None
	assert updated.hardware()["boot"] == boot + 3, "three tries, then the old one"


@pytest.mark.long
def test_main_that_resets_is_rolled_back(updated):
	"""machine.reset() never confirms."""
	updated.put("/flash/main.py", BREAKS_1_3 % "import machine; machine.reset()")
	said = ota(updated, updates.image("1.3.0"), code=1)
	assert "1.3.0 did not come up: tried 3 times, last ended by a reset of its own; 1.1.0 in ota_0 runs again" in said


@pytest.mark.long
def test_main_that_runs_on_is_confirmed(updated):
	"""By the VM itself, after the time that the owner has set; a minute without that (test_trial.py)."""
	updated.exec("import lifeboat; lifeboat.confirm_policy('auto', 30)")
	updated.put("/flash/main.py", BREAKS_1_3 % "\n    ".join(BUSY.splitlines()))
	said = ota(updated, updates.image("1.3.0"))
	assert "ota: 1.3.0 in ota_1 runs its program, on trial\n" in said
	assert updated.status()["trial"] == {"left": 2}
	harness.until(lambda: updated.status()["trial"] is None, 20, "the confirmation")
	assert updated.status()["t_ms"] > 30000
	updated.reset("script")
	assert updates.runs(updated) == ("ota_1", "1.3.0") and updated.status()["trial"] is None
	said = ota(updated, updates.image("1.4.0"))
	assert "ota: the script that ran was interrupted\n" in said


def on_trial(module, version, policy="manual"):
	"""That version, in its first boot, on trial until somebody confirms it."""
	module.exec(f"import lifeboat; lifeboat.confirm_policy({policy!r})")
	said = ota(module, updates.image(version))
	assert "on trial: lifeboat.confirm() keeps it\n" in said


def test_trial_row_by_row(updated):
	"""Normal boots cost a try each, safe boots none and no write; without a try left the old one is back."""
	on_trial(updated, "1.2.0")
	assert trial(updated) == {"left": 2}
	for hold_s, slot, why in ((1, "ota_1", "latest"), (4, "ota_0", "previous"), (7, "factory", "factory")):
		before = updates.counts(updated)
		updated.safe_boot(hold_s)
		boot = updated.status()["boot"]
		assert (boot["mode"], boot["slot"], boot["why"]) == ("safe", slot, why)
		assert updates.counts(updated) == before, "no flash write"
	for left in (1, 0):
		updated.reset()
		assert updates.runs(updated) == ("ota_1", "1.2.0") and updated.status()["trial"] == {"left": left}
	updated.reset()
	boot = updated.status()["boot"]
	assert (boot["slot"], boot["why"]) == ("ota_0", "reverted")
	with updated.uart() as uart:
		uart.start("import lifeboat; lifeboat.confirm()")
		assert "OSError" in uart.finish()[1], "nothing is on trial here"


@pytest.mark.long
def test_confirm_keeps(updated):
	on_trial(updated, "1.2.0")
	before = updates.counts(updated)
	updated.exec("import lifeboat; lifeboat.confirm()")
	after = updates.counts(updated)
	assert after["erases"] == before["erases"] and 0 < after["programmed_bytes"] - before["programmed_bytes"] <= 64
	assert trial(updated) is None
	for _ in range(4):
		updated.reset()
		assert updates.runs(updated) == ("ota_1", "1.2.0")
	assert updates.counts(updated) == after, "a boot of a confirmed image writes nothing"


@pytest.mark.long
@pytest.mark.parametrize("policy", ["auto", "manual"])
def test_deep_sleeper_keeps_its_update(updated, policy):
	"""Ten wakes: none costs a try, and under the automatic policy the first sleep confirms."""
	ota(updated, updates.image("1.2.0"), "--no-reset")
	updated.put("/flash/main.py", "import machine, pycom\nn = pycom.nvs_get('wakes') or 0\npycom.nvs_set('wakes', n + 1)\n"
	            "if n < 11:\n    machine.deepsleep(2000)\n")
	updated.exec(f"import lifeboat; lifeboat.confirm_policy({policy!r})")
	with updated.watch("phase") as watch:
		updated.run("reset")
		watch.until_event(lambda e: e["phase"] == "repl", 30)
		assert sum(e["phase"] == "sleep" for e in watch.events) == 0
	assert updates.runs(updated) == ("ota_1", "1.2.0") and updated.eval("__import__('pycom').nvs_get('wakes')") == 12
	assert trial(updated) == (None if policy == "auto" else {"left": 2})
	assert updated.status()["boot"]["cause"] == "deep-sleep"


CONSOLE_OFF = BREAKS_1_3 % "import os; os.dupterm(None)\n    while True: pass"


def test_left_by_the_pin(updated):
	"""An update that is good but for its console: P12 for 4 s is the firmware before it; the next plain reset is the new
	one again, which was confirmed meanwhile."""
	updated.put("/flash/main.py", CONSOLE_OFF)
	updated.exec("import lifeboat; lifeboat.confirm_policy('auto', 10)")
	ota(updated, updates.image("1.3.0"))
	harness.until(lambda: updated.status()["trial"] is None, 20, "the confirmation")
	assert "REPL does not answer" in ota(updated, updates.image("1.4.0"), code=1)
	with updated.uart() as uart:
		uart.drop()
		updated.safe_boot(4)
		text = uart.expect(re.compile(rb">>> $")).decode()
	assert "Safe boot: " in text and "safe boot of ota_0" in text
	boot = updated.status()["boot"]
	assert (boot["mode"], boot["slot"], boot["version"], boot["why"]) == ("safe", "ota_0", "1.1.0", "previous")
	updated.reset("script")
	assert updates.runs(updated) == ("ota_1", "1.3.0")
	updated.safe_boot(4)
	updated.exec("import os; os.remove('/flash/main.py')")
	said = ota(updated, updates.image("1.4.0"))
	assert "ota: the module is in a safe boot, which the reset at the end leaves\n" in said
	assert "ota: 1.4.0 in ota_1 runs, confirmed\n" in said, "the slot that does not run"


@pytest.mark.long
def test_windows_choose_the_image(modules, flash_1_1):
	"""Each of the three windows: the image, the banner, the blinks, no flash write, and gone at the next hard reset."""
	module = placed(modules, flash_1_1, clock=10)
	ota(module, updates.image("1.2.0"))
	factory = module.eval("__import__('lifeboat').status()['bootloader']")
	for hold_s, blinks, expected in ((1, 1, ("ota_1", "1.2.0", "latest")), (4, 2, ("ota_0", "1.1.0", "previous")),
	                                 (7, 3, ("factory", factory, "factory"))):
		before = updates.counts(module)
		with module.uart() as uart, module.watch("led", "phase") as watch:
			uart.drop()
			module.pin("P12", "high")
			module.run("reset")
			watch.until_event(lambda e: e.get("rgb") == ORANGE)
			harness.hold(watch, module.module_seconds(hold_s))
			module.pin("P12", "float")
			seen = watch.until_event(lambda e: e["event"] == "phase" and e["phase"] == "repl", 20)
			banner = uart.expect(re.compile(rb"Safe boot: [^\r]*\r\n.*>>> $", re.S)).decode()
		boot = module.status()["boot"]
		assert (boot["slot"], boot["version"], boot["why"]) == expected and boot["mode"] == "safe"
		assert sum(e.get("rgb") == GREEN for e in seen) == blinks
		assert "pin P12 was high" in banner and updates.counts(module) == before
		module.reset()
		assert updates.runs(module) == ("ota_1", "1.2.0") and module.status()["boot"]["mode"] == "normal"
		assert updates.counts(module) == before


@pytest.mark.long
def test_damaged_latest_falls_back(modules, flash_1_1):
	"""Nothing is written, and the flash's history is as it was."""
	at = updates.SLOTS["ota_0"] + 70000
	module = placed(modules, flash_1_1[:at] + bytes(4) + flash_1_1[at + 4:])
	boot = module.status()["boot"]
	assert (boot["slot"], boot["why"]) == ("factory", "fallback")
	assert updates.counts(module)["programs"] == 0
	assert "ota: 1.2.0 in ota_0 runs, confirmed\n" in ota(module, updates.image("1.2.0"))


def test_the_script_of_the_documentation(updated, scratch):
	"""Over the air, from an HTTP server, as docs/updates.md shows."""
	shutil.copy(updates.image("1.2.0"), os.path.join(scratch, "new.img"))
	code = re.search(r"```python\n(import machine, pycom, socket\n.*?)```", DOCUMENTATION.read_text(), re.S).group(1)

	class Handler(http.server.SimpleHTTPRequestHandler):
		def __init__(self, *args):
			super().__init__(*args, directory=scratch)

		def log_message(self, *_):
			pass

	with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, updated.uart() as uart, \
			updated.watch("phase") as watch:
		thread = threading.Thread(target=server.serve_forever)
		thread.start()
		try:
			uart.exec("import network\nw = network.WLAN(mode=network.WLAN.STA)\n"
			          "w.connect('Lifeboat-WPA2', 'back-to-shore')\nwhile not w.isconnected(): pass")
			uart.exec(code)
			uart.start(f"update('127.0.0.1', {server.server_port}, '/old.img')")
			assert "OSError: no such image" in uart.finish()[1]
			uart.start(f"update('127.0.0.1', {server.server_port}, '/new.img')")
			watch.until_event(lambda e: e["phase"] == "repl", 30)
		finally:
			server.shutdown()
			thread.join()
	assert updates.runs(updated) == ("ota_1", "1.2.0")


@pytest.mark.long
def test_lost_record(modules, flash_1_1):
	"""Noise where the record was: factory runs, nothing is written until the next update, which works."""
	at = 0x200000
	module = placed(modules, flash_1_1[:at] + random.Random(9).randbytes(0x4000) + flash_1_1[at + 0x4000:])
	boot = module.status()["boot"]
	assert (boot["slot"], boot["why"]) == ("factory", "record-lost")
	assert updates.counts(module)["programs"] == 0
	assert "runs, confirmed\n" in ota(module, updates.image("1.2.0"))
	module.reset()
	assert module.status()["boot"]["version"] == "1.2.0" and module.status()["boot"]["why"] == "latest"


@pytest.mark.long
def test_trial_that_rots(updated):
	"""The slot of an image on trial is damaged: no try is made with it, the old one is back at once."""
	on_trial(updated, "1.2.0")
	updated.stop()
	flash = bytearray(updated.flash())
	flash[updates.SLOTS["ota_1"] + 90000] ^= 1
	with open(os.path.join(updated.folder, "flash.bin"), "wb") as file:
		file.write(flash)
	updated.start()
	boot = updated.status()["boot"]
	assert (boot["slot"], boot["version"], boot["why"]) == ("ota_0", "1.1.0", "reverted")


@pytest.mark.long
def test_bootloader_mode_costs_no_try(updated):
	on_trial(updated, "1.2.0")
	before = updates.counts(updated)
	for _ in range(4):
		updated.pin("G23", "low")
		updated.reset("loader")
		updated.pin("G23", "float")
	assert updates.counts(updated) == before
	updated.reset()
	assert updates.runs(updated) == ("ota_1", "1.2.0") and updated.status()["trial"] == {"left": 1}


@pytest.mark.long
def test_power_cuts_cost_tries(updated):
	"""An image whose start is always cut off is given up in the end, too."""
	on_trial(updated, "1.2.0")
	for left in (1, 0):
		updated.power("off")
		updated.power("on")
		updated.wait("repl")
		assert updated.status()["trial"] == {"left": left}
	updated.power("off")
	updated.power("on")
	updated.wait("repl")
	assert updated.status()["boot"]["why"] == "reverted"


def start_ota(module, image):
	return subprocess.Popen([harness.LIFEBOAT, "ota", str(image), "-d", module.folder], stdout=subprocess.PIPE,
	                        stderr=subprocess.PIPE, text=True, env=harness.environment())


def test_the_plug_is_pulled_while_it_is_awaited(updated):
	"""That is told at once, and the trial goes on with the power."""
	before = updated.hardware()["boot"]
	process = start_ota(updated, updates.image("1.2.0", updates.HANGS))
	harness.until(lambda: updated.hardware()["boot"] > before and updates.runs(updated)[0] == "ota_1", 20, "the trial")
	updated.power("off")
	_, err = process.communicate(timeout=10)
	assert process.returncode == 1
	assert re.fullmatch(r"lifeboat: the module lost its power; 1\.2\.0 is in ota_1, [^\n]+\n", err), err


def until_written(module, size):
	before = updates.counts(module)["programmed_bytes"]
	harness.until(lambda: updates.counts(module)["programmed_bytes"] > before + size, 20, f"{size} bytes written")


@pytest.mark.parametrize("how", ["ctrl-c", "plug", *[pytest.param(f"somebody's ctrl-d {number}",
	marks=[pytest.mark.long] if number in (1, 2) else []) for number in range(4)]])
def test_goes_on_where_it_was_cut(modules, flash_1_1, how):
	module = placed(modules, flash_1_1, clock=4)
	process = start_ota(module, updates.image("1.2.0"))
	until_written(module, 200_000)
	if how == "ctrl-c":
		process.send_signal(signal.SIGINT)
	elif how == "plug":
		module.power("off")
	else:
		time.sleep(int(how[-1]) * 0.017)  # at the raw prompt, in a paste, while a piece is written
		with module.uart() as uart:
			uart.write(b"\x04")
	out, err = process.communicate(timeout=60)
	assert process.returncode == 1, (out, err)
	assert re.search(r"^lifeboat: [^\n]+: the same command goes on from there\n$", err), (out, err)
	assert ("somebody else typed on the module's console" in err) == ("ctrl-d" in how), err
	assert "ctrl-d" in how or re.search(r" at \d+ %: ", err)
	if how == "plug":
		module.power("on")
		module.wait("repl")
	else:
		assert module.eval("6 * 7") == 42, "the REPL is there"
	assert updates.runs(module) == ("ota_0", "1.1.0")
	before = updates.counts(module)
	said = ota(module, updates.image("1.2.0"))
	match = re.search(r"^ota: goes on at (\d+) %$", said, re.M)
	assert match and int(match.group(1)) >= 15, said
	assert "ota: 1.2.0 in ota_1 runs, confirmed\n" in said
	written = updates.counts(module)["programmed_bytes"] - before["programmed_bytes"]
	assert written < updates.image("1.2.0").stat().st_size - 100_000, "not all of it again"


def test_hardware_that_ends_meanwhile(modules, flash_1_1):
	module = placed(modules, flash_1_1, clock=4)
	process = start_ota(module, updates.image("1.2.0"))
	until_written(module, 50_000)
	module.run("stop")
	err = process.communicate(timeout=60)[1]
	assert process.returncode == 1 and re.fullmatch(r"lifeboat: [^\n]+'lifeboat run'\n", err), err


@pytest.mark.long
def test_goes_on_when_nobody_reads(modules, flash_1_1):
	module = placed(modules, flash_1_1)
	process = subprocess.Popen([harness.LIFEBOAT, "ota", updates.image("1.2.0"), "-d", module.folder],
	                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=harness.environment())
	process.stdout.readline()
	process.stdout.close()
	assert process.wait(60) == 1  # its words were lost
	assert module.status()["boot"]["version"] == "1.2.0"


@pytest.mark.long
def test_another_image_begins_anew(updated):
	"""Over an update that was abandoned, and over one that was finished and never started."""
	process = start_ota(updated, updates.image("1.2.0"))
	until_written(updated, 100_000)
	process.send_signal(signal.SIGINT)
	process.communicate(timeout=60)
	said = ota(updated, updates.image("1.3.0"), "--no-reset")
	assert "goes on" not in said and "ota: 1.3.0 in ota_1 is complete and verified" in said
	assert updates.runs(updated) == ("ota_0", "1.1.0")
	assert "ota: 1.4.0 in ota_1 runs, confirmed\n" in ota(updated, updates.image("1.4.0"))


def test_images_that_are_refused(updated, scratch):
	"""Each by one line that says why, and nothing has changed."""
	good = updates.image("1.2.0").read_bytes()
	before = updates.counts(updated)
	cases = {
		"nothing.img": (b"", "is empty"),
		"text.img": (b"not firmware\n" * 100, "not an image"),
		"cut.img": (good[:-1000], "is cut off"),
		"rsa.img": (mcuboot.make(b"x" * 9999, RSA), "signed in a way that is not supported"),
		"full.img": (mcuboot.make(b"x" * 9999, P256, full_key=True), "signed in a way that is not supported"),
		"plain.img": (mcuboot.make(b"x" * 9999, None), "not signed"),
		"encrypted.img": (mcuboot.make(b"x" * 9999, P256, flags=4), "encrypted"),
		"flipped.img": (good[:5000] + bytes([good[5000] ^ 1]) + good[5001:], "hash"),
	}
	for name, (content, why) in cases.items():
		path = os.path.join(scratch, name)
		with open(path, "wb") as file:
			file.write(content)
		assert why in ota(updated, path, code=1)
		flashed = updated.run("flash", path, check=False)
		assert flashed.returncode == 1 and (why in flashed.stderr or "is no image" in flashed.stderr)
	large = os.path.join(scratch, "large.elf")
	with open(large, "wb") as file:
		file.write(updates.firmware().read_bytes() + bytes(updates.SLOT_BYTES))
	assert "not for this board" in ota(updated, signed(updates.firmware(), scratch, "--board-id", "stub"), code=1)
	assert "do not fit into a slot" in ota(updated, signed(large, scratch), code=1)
	assert updates.counts(updated) == before
	key = os.path.join(scratch, "mine.pem")
	assert harness.run_command("image", "keygen", key).returncode == 0
	assert re.search("signed with key [0-9a-f]{8}, which is not trusted; [0-9a-f]{8} is\n",
		ota(updated, signed(updates.compiled(updates.EXITS), scratch, "--key", key), code=1))
	assert updates.counts(updated) == before, "nothing was sent"
	updated.reset()
	assert updates.runs(updated) == ("ota_0", "1.1.0")


def test_what_the_module_would_refuse_is_not_sent(modules, flash_1_1):
	"""Rolled back before, and below the security counter's floor: asked first, so that nothing travels in vain."""
	module = placed(modules, flash_1_1)
	broken = updates.image("1.2.0", updates.CRASHES)
	assert "did not come up" in ota(module, broken, code=1)
	before = updates.counts(module)
	assert "rolled back before; --force" in ota(module, broken, code=1)
	assert updates.counts(module) == before, "nothing was sent"
	assert "did not come up" in ota(module, broken, "--force", code=1), "it was sent"
	assert "confirmed" in ota(module, updates.image("1.3.0", None, "--security-counter", "5"))
	before = updates.counts(module)
	assert "security counter 0 is below the floor, 5" in ota(module, updates.image("1.4.0"), code=1)
	assert "below the floor" in ota(module, updates.image("1.4.0"), "--force", code=1)
	assert updates.counts(module) == before and module.eval("__import__('lifeboat').status()['floor']") == 5


def signed(payload, scratch, *options):
	path = os.path.join(scratch, f"signed-{time.monotonic_ns()}.img")
	result = harness.run_command("image", "sign", payload, path, "--version", "9.0.0", *options)
	assert result.returncode == 0, result.stderr
	return path


@pytest.mark.parametrize("arguments", [[], ["a.img", "b.img"], ["a.img", "--forced"]])
def test_wrong_usage(arguments):
	result = harness.run_command("ota", *arguments)
	assert result.returncode == 2 and re.fullmatch(r"lifeboat: [^\n]+\n", result.stderr)


def test_modules_that_cannot_be_asked(module, scratch):
	"""Off, asleep, in bootloader mode, with its console off, or no module at all: one line says what to do."""
	image = updates.image("1.2.0", updates.EXITS)
	result = harness.run_command("ota", image, "-d", os.path.join(scratch, "none"))
	assert result.returncode == 1 and "there is no folder" in result.stderr
	with module.uart() as uart:
		uart.start("import machine; machine.deepsleep()")
	module.wait("sleep")
	assert "deep sleep: 'lifeboat reset' wakes it" in ota(module, image, code=1)
	module.power("off")
	assert "'lifeboat power on'" in ota(module, image, code=1)
	module.pin("G23", "low")
	module.power("on")
	module.wait("loader")
	assert "bootloader mode" in ota(module, image, code=1)
	module.pin("G23", "float")
	module.reset()
	module.stop()
	assert "'lifeboat run'" in ota(module, image, code=1)


@pytest.mark.long
def test_during_a_trial_there_is_no_other_update(updated):
	"""It is refused before the scripts are interrupted, which would cost them the trial; by the module's own rule too."""
	updated.put("/flash/main.py", BUSY)
	ota(updated, updates.image("1.2.0"))
	assert "1.2.0 in ota_1 is on trial" in ota(updated, updates.image("1.3.0"), code=1)
	assert updated.status()["phase"] == "script" and updates.runs(updated) == ("ota_1", "1.2.0")
	with updated.uart() as uart:
		uart.start("import pycom; pycom.ota_start()")
		assert "OSError: ota_start: image is on trial: lifeboat.confirm() first" in uart.finish()[1]
	updated.safe_boot(4)
	assert "runs, confirmed" not in ota(updated, updates.image("1.3.0"), "--no-reset")
	updated.exec("import os; os.remove('/flash/main.py')")
	updated.reset()
	assert updates.runs(updated) == ("ota_1", "1.3.0"), "started from the previous image, over the one on trial"
