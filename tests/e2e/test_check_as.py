"""`check --as`: scripts for other boards, with and without a lock-out behind their imports."""
import contextlib
import json
import os
import subprocess
import sys

import pytest

import boards
import harness
from harness import write


def check(folder, *options):
	result = harness.run_command("check", folder, "--seconds", 5, "--cuts", 0, "--json", *options, timeout=120)
	return result.returncode, json.loads(result.stdout) if result.stdout else result.stderr


def kinds(report):
	return {(note["kind"], note["file"], note["line"]) for note in report["notes"]}


def some(names, first):
	"""Of cases that differ in their names alone each third, from the first on; all of them with --long."""
	return [name if place % 3 == first else pytest.param(name, marks=pytest.mark.long) for place, name in enumerate(names)]


@pytest.mark.parametrize("name", some(boards.PROJECTS, 0))
def test_innocent(scratch, name):
	board, files = boards.PROJECTS[name]
	write(scratch, files)
	code, report = check(scratch)
	assert report["board"]["as"] == board, report["board"]
	assert code == 0, report


@pytest.mark.parametrize("name", some(boards.PROJECTS, 1))
def test_locked(scratch, name):
	_, files = boards.PROJECTS[name]
	write(scratch, {**files, "main.py": boards.lock_behind_imports(files["main.py"])})
	code, report = check(scratch)
	assert code == 3, report


def test_the_board_is_said(scratch):
	write(scratch, {"main.py": "print(1)\nimport esp32\n"})
	result = harness.run_command("check", scratch, "--cuts", 0, "--seconds", 2)
	assert "board       as esp32, by main.py:2: import esp32; --as names another\n" in result.stdout
	code, report = check(scratch, "--as", "pico-w")
	assert code == 4 and report["board"] == {"as": "pico-w", "because": None}
	assert ("missing", "main.py", 2) in kinds(report)
	code, report = check(scratch, "--as", "pycom")
	assert code == 4 and report["board"] == {"as": "pycom", "because": None}


GUESSES = {"print(1)": "pycom", "import pycom, esp": "pycom", "from machine import Pin\nPin('P9')\nimport esp": "pycom",
	"import rp2": "pico-w", "import machine\nled = machine.Pin( \"LED\" )": "pico-w",
	"import machine\nmachine.Pin(25)": "esp32",
	"# import esp32": "pycom", "import own": "pycom", "try:\n    import urequests as r\nexcept ImportError: pass": "esp32",
	"import network\nw = network.WLAN(network.STA_IF)": "esp32",
	"import machine\nmachine.SDCard()": "esp32",
	"import esp # of an ESP8266": "esp8266", "# of an ESP8266": "pycom",
	"import ntptime # on a Raspberry Pi Pico": "pico-w",
	"try:\n    import pycom\nexcept ImportError:\n    import esp32": "esp32",
	"import esp\nimport machine\na = machine.ADC(0)": "esp8266"}


@pytest.mark.parametrize("text", some(GUESSES, 2))
def test_guess(scratch, text):
	write(scratch, {"main.py": text + "\n", "own.py": "", "umqtt/simple.py": ""})
	assert check(scratch, "--seconds", 1)[1]["board"]["as"] == GUESSES[text]


# What a stand-in cannot answer, asked so that the script swallows whatever comes of it: (board, script, line).
GAPS = {
	"pio": ("pico-w", "import rp2\n@rp2.asm_pio()\ndef prog():\n    set(pins, 1)\ntry:\n"
		"    sm = rp2.StateMachine(0, prog)\n    while sm.get() == 0:\n        break\nexcept:\n    pass\n", 6),
	"partitions": ("esp32", "import esp32\ntry:\n    esp32.Partition(esp32.Partition.RUNNING).get_next_update()\n"
		"except Exception:\n    pass\n", 3),
	"flash": ("esp8266", "import esp\ntry:\n    esp.flash_read(0, bytearray(4))\nexcept OSError:\n    pass\n", 3),
	"packages": ("esp32", "import mip\nmip.install('github:a/b')\n", 2),
	"older packages": ("esp32", "def get():\n    import upip\n    upip.install('thing')\n"
		"try:\n    get()\nexcept: pass\n", 3),
	"registers": ("esp32", "from machine import mem32\nif mem32[0x3FF44004] & 1:\n    print(1)\n", 2),
}


@pytest.mark.parametrize("name", GAPS)
def test_what_cannot_be_answered_is_not_safe(scratch, name):
	board, text, line = GAPS[name]
	write(scratch, {"main.py": text})
	code, report = check(scratch, "--as", board)
	assert code == 4 and ("missing", "main.py", line) in kinds(report), report


def test_own_files_come_first(scratch):
	"""A file of the folder's runs in the place of a stand-in of that name, with whatever it does."""
	write(scratch, {"main.py": "import esp32\nimport neopixel\nimport requests\n", "lib/neopixel.py": "print('own')\n",
		"requests.py": boards.LOCK})
	code, report = check(scratch)
	assert code == 3 and report["ran"]["lib/neopixel.py"]["ran"] == 1, report


def test_stand_ins_are_in_no_image():
	"""Only check's own firmware knows of boards, and even it has no stand-in in it."""
	names = {line.split("(")[0].split()[1] for path in (harness.ROOT / "profiles").rglob("*.py")
		for line in path.read_text().splitlines() if line.startswith(("class ", "def "))}
	image = (harness.SHARE / "virtual.img").read_bytes()
	check_image = (harness.SHARE / "virtual-check.img").read_bytes()
	assert b"_board" in check_image and b"\0_board\0" not in image and b".board/" not in image
	for name in ("MQTTClient", "NeoPixel", "DS18X20", "StateMachine", "SSD1306_I2C", "bootsel_button", "raw_temperature"):
		assert any(found.startswith(name) for found in names)
		assert name.encode() not in image and name.encode() not in check_image, name


def test_a_board_keeps_its_console(scratch):
	"""dupterm(None, 1) takes an ESP8266's console away, and not that of an ESP32."""
	write(scratch, {"main.py": "import os, time\nos.dupterm(None, 1)\nwhile True:\n    time.sleep(1)\n"})
	assert check(scratch, "--as", "esp8266")[0] == 3
	write(scratch, {"main.py": "import os, time\nos.dupterm(None, 0)\nwhile True:\n    time.sleep(1)\n"})
	assert check(scratch, "--as", "esp32")[0] == 0


def test_a_locked_radio_is_no_way_in(scratch):
	"""On a board with stock firmware neither telnet nor FTP answers, whatever the script's own network does."""
	write(scratch, {"main.py": "import network, micropython, esp\nap = network.WLAN(network.AP_IF)\nap.active(True)\n"
		"import time\nmicropython.kbd_intr(-1)\nwhile True:\n    time.sleep(1)\n"})
	code, report = check(scratch)
	assert code == 3 and report["ways"]["radio"] != "answers", report


def test_files_that_are_kept_apart(scratch):
	"""Settings that a project does not publish: named, and given by --add."""
	folder, apart = os.path.join(scratch, "project"), os.path.join(scratch, "apart")
	write(folder, {"main.py": "import secrets, json\njson.load(open('data/options.json'))\nopen('list.txt')\n"})
	code, report = check(folder)
	assert code == 4 and [note["text"] for note in report["notes"]] == [
		"there is no module secrets: it is not in the folder (--add FILE)"]
	write(apart, {"secrets.py": "key = 1\n", "list.txt": "x"})
	code, report = check(folder, "--add", os.path.join(apart, "secrets.py"))
	assert code == 4 and [(note["line"], note["text"]) for note in report["notes"]] == [
		(2, "there is no file data/options.json: it is not in the folder (--add FILE)")]
	write(folder, {"data/options.json": "{}"})
	given = [word for name in ("secrets.py", "list.txt") for word in ("--add", os.path.join(apart, name))]
	assert check(folder, *given)[0] == 0
	code, error = check(folder, "--add", os.path.join(apart, "nothing.py"))
	assert code == 1 and "nothing.py: No such file" in error


def test_a_card_of_an_esp32(scratch):
	"""machine.SDCard is the card of --sd, or meant to be absent; without a word it was not reached."""
	folder = os.path.join(scratch, "scripts")
	os.mkdir(folder)
	write(folder, {"main.py": "import esp32, machine, os\nsd = machine.SDCard(slot=2, sck=18, miso=19, mosi=23, cs=5)\n"
		"os.mount(sd, '/sd')\nopen('/sd/log', 'w').write('x')\nassert sd.info() == (32 << 20, 512)\n"})
	for options, code, text in (((), 4, "nothing answers on the card's slot"), (("--sd", "absent"), 0, "no card"),
			(("--sd", os.path.join(scratch, "card.img")), 0, None)):
		found, report = check(folder, "--as", "esp32", *options)
		assert found == code and (text is None) == (not report["notes"]), report
		assert text is None or text in report["notes"][0]["text"], report


def test_run_as(modules, scratch):
	"""By hand: the board's names at the prompt, after a soft reset too; a normal boot without --as has none of them."""
	write(scratch, {"main.py": "import esp32\nprint('temperature', esp32.raw_temperature())\n"})
	module = modules()
	module.start("--as", "esp32", "--flash", scratch)
	assert module.eval("__import__('sys').platform") == "esp32"
	assert module.eval("__import__('os').listdir('/')") == ["boot.py", "lib", "main.py"]
	assert module.eval("[(machine.Pin(33).value(), machine.ADC(machine.Pin(34)).read()) for machine in "
		"[__import__('machine')]]") == [(0, 0)]
	module.stop()
	module.start("--reflash")
	assert module.eval("__import__('sys').platform") != "esp32"
	module.stop()
	assert harness.run_command("run", module.folder, "--as", "esp33").returncode == 2


def test_an_alarm_ends_a_sleep(scratch):
	"""An ESP8266's deepsleep() without a time sleeps until its clock's alarm."""
	text = ("import machine, time\nrtc = machine.RTC()\nrtc.irq(trigger=rtc.ALARM0, wake=machine.DEEPSLEEP)\n"
		"rtc.alarm(rtc.ALARM0, 2000)\ntime.sleep(2)\nmachine.deepsleep()\n")
	write(scratch, {"main.py": text})
	code, report = check(scratch, "--as", "esp8266")
	assert code == 0 and report["scripts"]["sleeps"] >= 1, report
	write(scratch, {"main.py": text.replace("rtc.alarm", "#")})
	assert check(scratch, "--as", "esp8266")[0] == 3


# Ways to a safe answer that hide a lock-out: (board, script, what it must be).
LOCK_CALL = "import micropython, time\nmicropython.kbd_intr(-1)\nwhile True:\n    time.sleep(1)\n"
LOCK_BRANCH = "    import micropython, time\n    micropython.kbd_intr(-1)\n    while True: time.sleep(1)\n"
ATTACKS = {
	"another board's name is there": ("esp32", "try:\n    import pycom\nexcept ImportError:\n"
		+ LOCK_BRANCH, 3),
	"Pycom's server is there": ("esp32", "import network\nif not hasattr(network, 'Server'):\n"
		+ LOCK_BRANCH, 3),
	"an import of Pycom's by name": ("esp32", "try:\n    from network import Server\nexcept ImportError:\n"
		+ LOCK_BRANCH, 3),
	"the profile's own files are modules": ("esp32", "try:\n    import board\nexcept ImportError:\n"
		+ LOCK_BRANCH, 3),
	"the platform is not the board's": ("pico-w", "import sys\nif sys.platform == 'rp2':\n"
		+ LOCK_BRANCH, 3),
	"nothing threads on an ESP8266": ("esp8266", "try:\n    import _thread\nexcept ImportError:\n"
		+ LOCK_BRANCH, 3),
	"an error of a stand-in's is swallowed": ("esp32", "import esp32\ntry:\n    esp32.ULP().read()\nexcept Exception:\n"
		"    pass\n" + LOCK_CALL.replace("micropython.kbd_intr(-1)", "print(1)").replace("time.sleep(1)", "break"), 4),
	"a thermometer that is waited for": ("esp32", "import onewire, ds18x20, machine, time\n"
		"bus = ds18x20.DS18X20(onewire.OneWire(machine.Pin(12)))\nroms = bus.scan()\nwhile not roms:\n    time.sleep(1)\n"
		"    roms = bus.scan()\nprint(roms)\n", 4),
	"a sensor that ends it": ("esp32", "import dht, machine\ndht.DHT11(machine.Pin(4)).measure()\nprint(1)\n", 4),
	"a broker that is waited for": ("esp32", "from umqtt.robust import MQTTClient\nclient = MQTTClient('a', '127.0.0.1')\n"
		"client.reconnect()\n" + LOCK_CALL, 4),
	"a time server that ends it": ("esp32", "import ntptime\nntptime.settime()\n" + LOCK_CALL, 4),
	"a page that ends it": ("esp32", "import urequests\nurequests.get('http://nowhere.example/')\n" + LOCK_CALL, 4),
	"a name that neither has": ("esp32", "import esp32\nesp32.no_such_thing()\n" + LOCK_CALL, 4),
	"a name of a stand-in's class": ("esp32", "import neopixel, machine\n"
		"strip = neopixel.NeoPixel(machine.Pin(4), 3)\nstrip.dazzle()\n" + LOCK_CALL, 4),
	"a name that a stand-in lacks is swallowed": ("esp32", "import esp32\ntry:\n    esp32.dazzle()\n    print('dazzled')\n"
		"except AttributeError:\n    pass\n", 4),
	"all of a module": ("esp32", "from machine import *\nfrom esp import *\nosdebug(None)\n"
		"freq(80000000)\nADC(Pin(34)).read()\n"
		"Timer(3).deinit()\n" + LOCK_CALL, 3),
	"a class that is derived": ("esp32", "import machine\nclass Servo(machine.PWM):\n    def __init__(self, pin):\n"
		"        super().__init__(pin, freq=50)\n    def turn(self):\n        self.duty(77)\nServo(machine.Pin(4)).turn()\n"
		+ LOCK_CALL, 3),
	"all pins": ("esp32", "import machine\nfor i in range(49):\n    machine.Pin(i)\nfor i in (49, -1):\n    try:\n"
		"        machine.Pin(i)\n        raise SystemExit\n    except ValueError:\n        pass\n" + LOCK_CALL, 3),
	"sleep of an old name": ("esp8266", "import esp\nesp.deepsleep(0)\n", 3),
	"files at the top": ("esp32", "import os\nif os.listdir('/') == ['boot.py', 'lib', 'main.py'] and "
		"[e[0] for e in os.ilistdir()] == os.listdir() and os.statvfs('/')[0] > 0:\n"
		"    os.stat('/main.py')\n" + LOCK_BRANCH, 3),
	"the console's stream": ("pico-w", "import machine\n"
		"machine.UART(0, 9600).deinit()\nwhile True:\n    machine.idle()\n", 0),
}


@pytest.mark.parametrize("name", some(ATTACKS, 0))
def test_attack(scratch, name):
	board, text, verdict = ATTACKS[name]
	write(scratch, {"main.py": text})
	code, report = check(scratch, "--as", board)
	assert code == verdict, report


SENSORS = """import dht, ds18x20, machine, onewire, time
bus = ds18x20.DS18X20(onewire.OneWire(machine.Pin(25)))
roms = bus.scan()
bus.convert_temp()
time.sleep_ms(750)
sensor = dht.DHT22(machine.Pin(4))
sensor.measure()
if (sorted(bus.read_temp(rom) for rom in roms), sensor.temperature(), sensor.humidity()) != ([-3.25, 21.5], 22.5, 41.0):
    machine.NOT_AS_GIVEN
"""


def test_sensors_that_are_given(scratch):
	"""By the board's own pins; where one is said to be absent, what the script makes of that is judged."""
	for name, text in (("ds", "ds18b20 21.5\nds18b20 -3.25\n"), ("dht", "dht22 22.5 41\n")):
		with open(os.path.join(scratch, name), "w", encoding="utf-8") as file:
			file.write(text)
	folder = os.path.join(scratch, "scripts")
	os.mkdir(folder)
	write(folder, {"main.py": SENSORS})
	code, report = check(folder, "--as", "esp32", "--onewire", f"25={scratch}/ds", "--onewire", f"4={scratch}/dht")
	assert code == 0 and report["given"] == f"--onewire 25={scratch}/ds, --onewire 4={scratch}/dht", report
	write(folder, {"main.py": "import dht, machine\ndht.DHT11(machine.Pin(4)).measure()\n"})
	assert check(folder, "--as", "esp32", "--onewire", "4=absent")[0] == 0


# What this module refuses and other boards have, as a Pycom module: (script, line).
REFUSED = {"a bus": ("from machine import I2C\nI2C(7)\n", 2), "a pin": ("import machine\nmachine.Pin(22 + 9)\n", 2),
	"a port": ("import machine\nmachine.UART(7, 9600)\n", 2), "a clock": ("import machine\nmachine.freq(80000000)\n", 2),
	"a pin's name": ("import machine\nname = 'D' + '5'\nmachine.Pin(name)\n", 3)}


@pytest.mark.parametrize("name", REFUSED)
def test_what_other_boards_have_is_missing(scratch, name):
	text, line = REFUSED[name]
	write(scratch, {"main.py": text})
	code, report = check(scratch, "--as", "pycom")
	assert code == 4 and ("missing", "main.py", line) in kinds(report), report
	write(scratch, {"main.py": "raise NotImplementedError('of my own')\n"})
	assert check(scratch)[0] == 0


@contextlib.contextmanager
def busy_core():
	"""What is started within shares one core with a process that always wants it, and gets a small part of it."""
	cores = os.sched_getaffinity(0)
	before = os.getpriority(os.PRIO_PROCESS, 0)
	os.sched_setaffinity(0, {max(cores)})
	busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
	try:
		yield ["nice", "-n", str(min(5, 19 - before))]
	finally:
		busy.kill()
		busy.wait()
		os.sched_setaffinity(0, cores)


def test_a_busy_machine_is_no_way_in(scratch):
	"""A script that computes for a moment before it locks is judged by what it comes to, however late."""
	write(scratch, {"main.py": "import micropython\nfor i in range(12000000):\n    pass\nmicropython.kbd_intr(-1)\n"
		"while True:\n    pass\n"})
	with busy_core() as nicely:
		result = subprocess.run([*nicely, harness.LIFEBOAT, "check", scratch, "--as", "esp32", "--seconds", "5",
			"--cuts", "0", "--json"], capture_output=True, text=True, timeout=140)
	report = json.loads(result.stdout)
	assert report["ran"]["main.py"]["ran"] == 5 and not report["ways"]["mpremote"], report
	assert not report["ways"]["ctrl_c"], report
