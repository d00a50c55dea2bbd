"""Images and bootloaders of different age: what is in flash goes on booting. The old build is from the history."""
import fcntl
import os
import pathlib
import shutil
import subprocess

import pytest

import clients
import harness

pytestmark = pytest.mark.timeout(600)  # a whole build
OLD = "9bd6890"  # before the pins' second block and the table of further partitions


def git(*args):
	return subprocess.run(["git", "-C", str(harness.ROOT), *args], capture_output=True)


def build(place):
	shutil.rmtree(place, ignore_errors=True)
	(place / "build").mkdir(parents=True)
	subprocess.run(["tar", "-x", "-C", str(place)], input=git("archive", OLD).stdout, check=True)
	(place / "build/deps").symlink_to(harness.ROOT / "build/deps")
	made = subprocess.run(["make", "-C", str(place), "-j2", "all"], capture_output=True, text=True,
	                      env=harness.environment())
	assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
	(place / "done").touch()


@pytest.fixture(scope="module")
def old_lifeboat():
	"""The command of the old build, with its bootloader, its hardware and its image beside it."""
	if not os.environ.get("LIFEBOAT_LONG"):
		pytest.skip("builds an old version: in --long only")
	if not shutil.which("git") or git("cat-file", "-e", OLD + "^{commit}").returncode != 0:
		pytest.skip(f"the history is not there: no commit {OLD}")
	place = harness.ROOT / "build/old" / OLD
	command = place / "build/bin/lifeboat"
	place.parent.mkdir(parents=True, exist_ok=True)
	with open(place.parent / "lock", "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)  # the tests may run beside each other
		if not (place / "done").exists():
			build(place)
	return str(command)


@pytest.fixture
def other(modules, monkeypatch, scratch):
	"""other(first, then): a module whose flash was made by one build and which runs in another; at its REPL."""
	def make(first, then):
		card = pathlib.Path(scratch, "card.img")
		module = modules()
		monkeypatch.setattr(harness, "LIFEBOAT", first)
		module.start()
		image = module.flash()[harness.FACTORY:harness.FS]
		module.stop()
		monkeypatch.setattr(harness, "LIFEBOAT", then)
		module.start("--sd", card)
		assert module.flash()[harness.FACTORY:harness.FS] == image, "the image is the one of the first build"
		return module

	return make


def use_everything(module):
	"""PWM on the first and the last pin, the ADC, the card, the radio with telnet: by REPL and from outside."""
	with module.uart() as uart:
		uart.exec("import machine, os, network\n"
		          "for pin in ('P0', 'P23'):\n    machine.PWM(pin, freq=1000, duty_u16=16384)")
		assert module.pin("P0") == module.pin("P23") == "pwm 1000 Hz 25.0%"
		assert set(module.status()["pwm"]) == {"P0", "P23"}
		module.pin("P13", "1.2V")
		assert abs(uart.eval("machine.ADC('P13').read_uv()") - 1200000) < 1000
		assert module.status()["volts"] == {"P13": 1.2}
		uart.exec("os.mount(machine.SD(), '/sd')")
		uart.put("/sd/a.txt", "text" * 3000)
		assert uart.eval("open('/sd/a.txt').read()") == "text" * 3000
		assert module.status()["sd"]["bytes"] == 32 << 20
		net = module.status()["net"]
		assert uart.eval("network.WLAN().ssid()") == net["ssid"]
		with clients.Telnet(net) as telnet:
			telnet.prompt()
			assert telnet.type("6 * 7") == "42\r\n"
		uart.exec("[machine.PWM(pin).deinit() for pin in ('P0', 'P23')]")
		assert module.pin("P23") == "low" and module.status()["pwm"] == {}


def check_status(module):
	"""What was handed over is understood on both sides."""
	for safe in (False, True):
		if safe:
			module.safe_boot()
		status = module.status()
		boot, said = status["boot"], module.eval("__import__('lifeboat').status()")
		assert (boot["mode"], boot["reason"]) == (("safe", "pin") if safe else ("normal", "none"))
		assert boot["why"] == "latest"
		assert boot["slot"] == "factory" and boot["cause"] == ("switch" if safe else "power-on")
		assert not said["boot"].pop("below_floor", False)  # which the old command does not know
		assert {key: boot[key] for key in said["boot"]} == said["boot"]
		assert status["bootloader"] == said["bootloader"]
		assert status["record"]["latest"] == said["record"]["latest"] == "factory"
		assert status["led_mode"] == "heartbeat" and status["last_error"] is None and status["trial"] is None
		assert status["images"]["factory"] == "good"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("old_first", [True, False], ids=["old image, new bootloader", "new image, old bootloader"])
def test_they_boot_and_understand_each_other(other, old_lifeboat, old_first):
	new = harness.LIFEBOAT
	module = other(*((old_lifeboat, new) if old_first else (new, old_lifeboat)))
	check_status(module)
	use_everything(module)
	module.reset()
	after = module.status()["boot"]
	assert (after["cause"], after["mode"]) == ("switch", "normal")
