"""What becomes of an image on trial: the rows of docs/spec/update.md's "What becomes of a trial", one by one.

The module's clock runs 20 times as fast: its 60 seconds are 3 of ours.
"""
import re
import time

import pytest

from ota import OTA_0, error_of, sign, status, update
from updates import firmware

CLOCK = 20
GIVEN_UP = "The image on trial was not confirmed: hard reset.\r\n"


def updated(modules, folder, main="", boot="", policy=None, image=None):
	"""A module that has a finished update under it, not yet booted, and these scripts."""
	module = modules(clock=CLOCK).start()
	with module.uart() as uart:
		if policy:
			uart.exec(f"import lifeboat; lifeboat.confirm_policy({policy})")
		uart.put("/flash/main.py", main)
		uart.put("/flash/boot.py", boot)
		update(uart, image or sign(folder, "1.1.0"))
	return module


def trial(module):
	return module.status()["trial"]


def module_seconds_until(module, condition, most_s):
	"""How many of the module's seconds that took."""
	start = time.monotonic()
	while not condition():
		assert (time.monotonic() - start) * CLOCK < most_s, "it did not come"
		time.sleep(0.02)
	return (time.monotonic() - start) * CLOCK


# --- confirmed

def test_scripts_that_end_well(modules, tmp_path):
	module = updated(modules, tmp_path, main="print('hi')\n")
	with module.uart() as uart:
		module.reset()
		uart.expect("hi\r\nConfirmed: 1.1.0 in ota_0.\r\n")
		assert trial(module) is None and module.status()["record"]["last_change"] == "confirmed"
		uart.exec("import lifeboat")
		assert status(uart)["trial"] is None and status(uart)["on_trial"] is False
		assert error_of(uart, "lifeboat.confirm()") == "OSError: confirm: the running image is not on trial"
		module.reset()
		uart.expect(">>> ")
		assert b"Confirmed" not in uart.seen.split(b"MicroPython")[-2][-200:]
		assert module.status()["boot"]["slot"] == "ota_0"


@pytest.mark.long
def test_main_that_runs_for_its_time(modules, tmp_path):
	module = updated(modules, tmp_path, main="print('in main')\nwhile True: pass\n")
	with module.uart() as uart:
		module.reset(phase=None)
		uart.expect("in main\r\n")
		took = module_seconds_until(module, lambda: trial(module) is None, 90)
		assert took > 55, took
		assert module.status()["record"]["last_change"] == "confirmed"
		assert b"onfirmed" not in uart.quiet(0.2)  # nothing in between a script's output
	time.sleep(35 / CLOCK)  # the watchdog went with the trial
	assert module.status()["boot"]["cause"] == "switch"


@pytest.mark.long
def test_policy_seconds(modules, tmp_path):
	module = updated(modules, tmp_path, main="import time\nprint('in main')\ntime.sleep(1000)\n", policy="'auto', 20")
	with module.uart() as uart:
		module.reset(phase=None)
		uart.expect("in main\r\n")
		took = module_seconds_until(module, lambda: trial(module) is None, 60)
		assert 16 < took < 45, took


@pytest.mark.long
def test_deepsleep_after_main_started(modules, tmp_path):
	module = updated(modules, tmp_path, main="import machine\nmachine.deepsleep(1000)\n")
	module.reset(phase=None)
	module.run("wait", "sleep")
	module_seconds_until(module, lambda: module.status()["boot"]["cause"] == "deep-sleep", 60)
	assert trial(module) is None


# --- not confirmed, and not given up

@pytest.mark.long
def test_wakes_cost_no_try(modules, tmp_path):
	"""deepsleep() in boot.py confirms nothing; a wake alone costs nothing."""
	module = updated(modules, tmp_path, boot="import machine\nmachine.deepsleep(300)\n")
	module.reset(phase=None)
	boots = module.hardware()["boot"]
	module_seconds_until(module, lambda: module.hardware()["boot"] >= boots + 8, 300)
	now = module.status()
	assert now["trial"] == {"left": 2} and now["record"]["latest"] == "ota_0"
	module.safe_boot()
	now = module.status()
	assert now["trial"] == {"left": 2} and now["boot"]["mode"] == "safe"


@pytest.mark.long
def test_a_trial_that_only_sleeps_ends(modules, tmp_path):
	"""Each 16th wake costs a try: after three times 16 the previous image is back."""
	module = updated(modules, tmp_path, boot="import machine\nmachine.deepsleep(300)\n")
	boots = module.hardware()["boot"]
	module.reset(phase=None)
	module_seconds_until(module, lambda: trial(module) is None, 900)
	assert module.hardware()["boot"] - boots >= 3 * 16
	record = module.status()["record"]
	assert record["latest"] == "factory" and record["last_change"] == "rolled back"


@pytest.mark.parametrize("main", ["import machine\nmachine.reset()\n",
                                  "import machine\nmachine.WDT(timeout=1000)\nwhile True: pass\n"])
@pytest.mark.long
def test_resets_never_confirm(modules, tmp_path, main):
	"""Three of them, and the previous image is back."""
	module = updated(modules, tmp_path, main=main)
	module.reset(phase=None)
	module_seconds_until(module, lambda: module.status()["record"]["last_change"] == "rolled back", 300)
	now = module.status()
	assert now["record"]["latest"] == "factory" and now["trial"] is None


@pytest.mark.long
def test_the_owner_at_the_console(modules, tmp_path):
	"""Ctrl-C is no error, and no end: the trial waits, and is fed."""
	module = updated(modules, tmp_path, main="print('in main')\nwhile True: pass\n")
	with module.uart() as uart:
		module.reset(phase=None)
		uart.expect("in main\r\n")
		uart.write("\x03")
		uart.expect("On trial: 1.1.0 in ota_0, 2 tries left; lifeboat.confirm() keeps it.\r\n")
		uart.expect(">>> ")
		time.sleep(65 / CLOCK)
		assert trial(module) == {"left": 2} and module.status()["boot"]["cause"] == "switch"
		uart.exec("import pycom, lifeboat")
		assert error_of(uart, "pycom.ota_start()") == "OSError: ota_start: image is on trial: lifeboat.confirm() first"
		assert "on trial" in error_of(uart, "pycom.ota_slot()")
		assert status(uart)["on_trial"] is True
		uart.exec("lifeboat.confirm()")
		assert trial(module) is None and status(uart)["record"]["last_change"] == "confirmed"
		uart.start("while True: pass")
		time.sleep(35 / CLOCK)
		assert module.status()["boot"]["cause"] == "switch"


@pytest.mark.long
def test_manual_policy(modules, tmp_path):
	"""Neither scripts that end nor time nor sleep confirm; confirm() does."""
	module = updated(modules, tmp_path, main="print('hi')\n", policy="'manual'")
	with module.uart() as uart:
		module.reset()
		uart.expect("hi\r\nOn trial: 1.1.0 in ota_0, 2 tries left")
		time.sleep(80 / CLOCK)
		assert trial(module) == {"left": 2} and module.status()["boot"]["cause"] == "switch"
		uart.put("/flash/main.py", "import time\ntime.sleep(90)\nimport lifeboat\nlifeboat.confirm()\nprint('done')\n")
		module.reset(phase=None)
		time.sleep(75 / CLOCK)
		assert trial(module) == {"left": 1}
		uart.expect("done\r\n", 20)
		assert trial(module) is None


# --- given up

def rolled_back(module, uart, lines=GIVEN_UP):
	"""Three times, then the previous image."""
	module.run("reset")
	for left in ("2 tries", "1 try", "0 tries"):
		uart.expect(f"On trial: 1.1.0 in ota_0, {left} left; lifeboat.confirm() keeps it.\r\n", 30)
		start = time.monotonic()
		uart.expect(lines, 30)
		assert 50 < (time.monotonic() - start) * CLOCK < 90
	uart.expect("Reverted: 1.1.0 in ota_0 was not confirmed; this is 0.1.0 in factory.\r\n", 30)


def test_an_import_error(modules, tmp_path):
	module = updated(modules, tmp_path, main="import not_there\n")
	with module.uart() as uart:
		rolled_back(module, uart)
		now = status(uart)
		assert now["boot"]["why"] == "reverted" and now["record"]["latest"] == "factory"
		assert now["record"]["failed"] == uart.eval("__import__('lifeboat').slots()['ota_0']['id']")
		image = sign(tmp_path, "1.1.0")
		uart.put("/flash/main.py", "")
		update(uart, image, finish=False)
		assert error_of(uart, "pycom.ota_finish()") == \
			"OSError: ota_finish: this image was rolled back before; ota_finish(force=True) tries it again"
		uart.exec("pycom.ota_finish(force=True)")
		assert status(uart)["record"]["failed"] is None
		module.reset()
		assert trial(module) is None and module.status()["boot"]["version"] == "1.1.0"


@pytest.mark.long
def test_an_error_in_boot_although_main_runs(modules, tmp_path):
	module = updated(modules, tmp_path, boot="1/0\n", main="print('in main')\nwhile True: pass\n")
	with module.uart() as uart:
		module.run("reset")
		uart.expect("in main\r\n")
		start = time.monotonic()
		uart.expect(GIVEN_UP, 20)
		assert 50 < (time.monotonic() - start) * CLOCK < 90


@pytest.mark.long
def test_input_holds_it_off(modules, tmp_path):
	module = updated(modules, tmp_path, main="1/0\n")
	with module.uart() as uart:
		module.run("reset")
		uart.expect("On trial:")
		for _ in range(2):
			time.sleep(40 / CLOCK)
			uart.write("#\r")
		assert trial(module) == {"left": 2} and module.status()["boot"]["cause"] == "switch"
		uart.start("import machine; machine.deepsleep(300)")
		uart.expect("On trial: 1.1.0 in ota_0, 2 tries left")
		start = time.monotonic()
		uart.expect(GIVEN_UP, 20)
		assert 50 < (time.monotonic() - start) * CLOCK < 90
		uart.expect("On trial: 1.1.0 in ota_0, 1 try left")
		uart.prompt()
		uart.exec("import lifeboat; lifeboat.use('factory')")
		uart.prompt()
		uart.write("\x04")
		uart.expect("MPY: soft reboot\r\n")
		told = uart.expect(re.compile(rb"MicroPython"))
		assert b"ZeroDivisionError" in told and b"trial" not in told, told
		assert trial(module) is None


def lasts(module):
	"""How many seconds pass before the first try is given up."""
	module_seconds_until(module, lambda: trial(module) == {"left": 2}, 60)
	return module_seconds_until(module, lambda: trial(module) == {"left": 1}, 100)


@pytest.mark.long
@pytest.mark.parametrize("main", ["import os\nos.dupterm(None)\n", "import machine\nmachine.UART(0).deinit()\n"])
def test_a_console_that_is_off(modules, tmp_path, main):
	module = updated(modules, tmp_path, main=main)
	module.reset(phase=None)
	assert lasts(module) > 50


def test_a_boot_that_never_ends(modules, tmp_path):
	module = updated(modules, tmp_path, boot="while True: pass\n")
	module.reset(phase=None)
	assert lasts(module) > 50


@pytest.mark.long
def test_scripts_that_begin_anew_for_ever(modules, tmp_path):
	module = updated(modules, tmp_path, main="import sys\nsys.exit()\n")
	with module.uart() as uart:
		module.run("reset")
		for _ in range(3):
			uart.expect(re.compile((rb"MPY: soft reboot.*?" * 10) + re.escape(GIVEN_UP.encode()), re.S), 30)
		module_seconds_until(module, lambda: module.status()["boot"]["why"] == "reverted", 60)


HANG = "import machine\nprint('hang')\nmachine.disable_irq()\nwhile True: pass\n"


def test_a_hang_is_ended_by_the_watchdog(modules, tmp_path):
	"""Interrupts masked: no callback, no feed, no confirmation."""
	module = updated(modules, tmp_path, main=HANG)
	with module.uart() as uart:
		module.run("reset")
		for _ in range(3):
			uart.expect("hang\r\n", 20)
			start = time.monotonic()
			module_seconds_until(module, lambda: module.status()["boot"]["cause"] == "watchdog", 60)
			assert (time.monotonic() - start) * CLOCK < 50
			module.run("wait", "script", check=False)
		module_seconds_until(module, lambda: module.status()["boot"]["why"] == "reverted", 60)


@pytest.mark.long
def test_a_long_watchdog_of_the_user_does_not_defeat_it(modules, tmp_path):
	main = "import machine\nmachine.WDT(timeout=600000)\nprint('hang')\nmachine.disable_irq()\nwhile True: pass\n"
	module = updated(modules, tmp_path, main=main)
	with module.uart() as uart:
		module.run("reset")
		uart.expect("hang\r\n", 20)
		module_seconds_until(module, lambda: module.status()["boot"]["cause"] == "watchdog", 60)


@pytest.mark.long
def test_the_users_watchdog_stays_his(modules, tmp_path):
	"""After the confirmation too: it is not stopped with the trial's."""
	module = updated(modules, tmp_path, main="import machine\nmachine.WDT(timeout=40000)\n")
	with module.uart() as uart:
		module.run("reset")
		uart.expect("Confirmed: 1.1.0")
		took = module_seconds_until(module, lambda: module.status()["boot"]["cause"] == "watchdog", 70)
		assert took > 30, took
		assert trial(module) is None


@pytest.mark.long
def test_formatting_is_no_hang(modules, tmp_path):
	"""All of /flash takes 23 s, twice that is more than the watchdog gives."""
	module = updated(modules, tmp_path, main="", policy="'manual'")
	with module.uart() as uart:
		module.reset()
		uart.prompt()
		uart.exec("import os\nfor i in range(2):\n for j in range(400):\n  f = open('/flash/x%d' % j, 'w')\n"
		          "  f.write('y' * 600)\n  f.close()\n os.mkfs('/flash')", timeout=100)
		assert trial(module) == {"left": 2} and module.status()["boot"]["cause"] == "switch"


def test_a_trial_that_rots_while_it_runs(modules, tmp_path):
	"""Not confirmed, for what the record would keep of it may be rotten too; it runs on until the next reset."""
	module = updated(modules, tmp_path, main="input('in main')\n")
	with module.uart() as uart:
		module.reset(phase=None)
		uart.expect("in main")
		with open(f"{module.folder}/flash.bin", "r+b") as file:
			file.seek(OTA_0 + 90000)
			byte = file.read(1)[0]
			file.seek(OTA_0 + 90000)
			file.write(bytes([byte ^ 1]))
		uart.write("\r")
		uart.expect("on trial could not be confirmed: ota_0 does not verify: payload hash does not match.\r\nMicroPython")
	assert trial(module) == {"left": 2}


def test_an_image_that_does_not_even_start(modules, tmp_path):
	"""The watchdog that was to guard it leaves the image in its place alone."""
	program = bytearray(firmware().read_bytes()[:64])
	program[56:58] = b"\0\0"  # nothing of it is to be loaded
	module = updated(modules, tmp_path, image=sign(tmp_path, "1.1.0", bytes(program) + bytes(1000)))
	module.reset()
	boot = module.hardware()["boot"]
	time.sleep(33 / CLOCK)
	assert module.status()["boot"]["slot"] == "factory" and module.hardware()["boot"] == boot


# --- a safe boot

def test_a_safe_boot_of_the_trial(modules, tmp_path):
	"""No try, no write, no confirmation; an endless loop at the prompt is let be; confirm() works."""
	module = updated(modules, tmp_path, main="1/0\n")
	module.safe_boot()
	with module.uart() as uart:
		uart.prompt()
		assert trial(module) == {"left": 3}
		uart.start("while True: pass")
		time.sleep(65 / CLOCK)
		now = module.status()
		assert now["trial"] == {"left": 3} and now["boot"]["mode"] == "safe"
		uart.prompt()
		uart.exec("import lifeboat; lifeboat.confirm()")
		assert trial(module) is None


@pytest.mark.long
def test_banner_of_a_safe_boot(modules, tmp_path):
	module = updated(modules, tmp_path)
	with module.uart() as uart:
		module.safe_boot()
		uart.expect(re.compile(rb"Safe boot: pin P12 was high\. [^\n]*\nOn trial: 1\.1\.0 in ota_0, 3 tries left; "))
