"""`lifeboat check` on each of examples/lockouts, and its edges; `run --flash`."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree

import pytest

import harness
from harness import write

EXAMPLES = sorted(path for path in (harness.ROOT / "examples/lockouts").iterdir() if path.is_dir())
# What a report says besides: of examples whose names are these.
DETAILS = {
	"raises": lambda r: (r["scripts"]["state"], r["scripts"]["error"]) == ("raised", "ValueError: no such sensor"),
	"busy-boot": lambda r: (r["scripts"]["state"], r["ways"]["ctrl_c"], r["ways"]["mpremote"]) == ("running", True, False),
	"watchdog-loop": lambda r: r["scripts"]["watchdog_resets"] >= 2 and r["scripts"]["state"] == "resetting",
	"exit-loop": lambda r: r["scripts"]["soft_resets"] >= 2 and r["scripts"]["state"] == "running",
	"deep-sleep-forever": lambda r: r["scripts"]["state"] == "sleeping" and r["scripts"]["sleeps"] >= 1,
	"flash-writer": lambda r: r["cuts"]["writes"] > 10,
	"unreached-lock": lambda r: ("not reached", "program.py", 6) in places(r) and r["ran"]["program.py"]["ran"] == 3,
	"waits-for-wifi-then-locks": lambda r: r["networks"] == {"none": 0, "answers": 3} and r["ran"]["main.py"]["ran"] == 10,
	"locks-when-offline": lambda r: r["networks"] == {"none": 3, "answers": 0},
	"fine": lambda r: r["networks"] == {"none": 0},
	"swallowed-import": lambda r: ("missing", "main.py", 4) in places(r) and r["scripts"]["state"] == "ended",
	"other-board": lambda r: ("missing", "boot.py", 3) in places(r),
	"thread-that-holds": lambda r: r["scripts"]["state"] == "running" and r["ways"]["radio"] == "off",
	"tls-handshake-forever": lambda r: (r["scripts"]["state"], r["ways"]["ctrl_c"]) == ("running", True),
}
LINES = ["scripts", "watchdog", "Ctrl-C", "mpremote", "radio", "P12", "power cuts", "ran", "heap", "network", "verdict"]


def places(report):
	return {(note["kind"], note["file"], note["line"]) for note in report["notes"]}


def expected(folder):
	texts = [path.read_text() for path in folder.rglob("*.py")]
	found = [int(number) for text in texts for number in re.findall(r"^# verdict: (\d)$", text, re.M)]
	assert len(found) == 1, f"{folder} must say once what its verdict is"
	return found[0]


def check(folder, *options, timeout=120):
	return harness.run_command("check", folder, *options, timeout=timeout)


def test_there_are_examples_of_each_verdict():
	assert {expected(folder) for folder in EXAMPLES} == {0, 3, 4}
	assert set(DETAILS) <= {folder.name for folder in EXAMPLES}


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_example(folder):
	result = check(folder, "--seconds", 5, "--cuts", 5, "--json")
	assert result.returncode == expected(folder), result.stdout + result.stderr
	report = json.loads(result.stdout)
	assert report["verdict"] == result.returncode
	assert report["ways"]["p12"]
	assert DETAILS.get(folder.name, lambda _: True)(report), report
	cuts = report["cuts"]
	if cuts["writes"] == 0:
		assert (cuts["count"], cuts["torn"], cuts["comes_back"], cuts["mounts"]) == (0, 0, None, None)
		return
	assert (cuts["count"], cuts["comes_back"], cuts["mounts"]) == (5, True, True)
	assert (cuts["before"], cuts["within"], cuts["after"], cuts["torn"]) == (2, 2, 1, 2), "each where it was aimed"


def test_lines_and_junit(scratch):
	file = os.path.join(scratch, "junit.xml")
	result = check(harness.ROOT / "examples/lockouts/native-loop", "--cuts", 1, "--seconds", 2, "--junit", file)
	assert result.returncode == 3, result.stderr
	assert [re.split(r"  +", line)[0].strip() for line in result.stdout.splitlines()] == LINES
	suite = xml.etree.ElementTree.parse(file).getroot()
	assert [case.get("name") for case in suite] == LINES
	failed = {case.get("name") for case in suite if case.find("failure") is not None}
	assert failed == {"Ctrl-C", "mpremote", "radio", "verdict"}
	assert int(suite.get("failures")) == len(failed) and int(suite.get("tests")) == len(LINES)


def test_an_empty_folder_is_quick(scratch, record_property):
	start = time.monotonic()
	result = check(scratch)
	seconds = time.monotonic() - start
	assert "no boot.py and no main.py" in result.stdout
	assert result.returncode == 4, result.stdout + result.stderr
	record_property("note", f"check on an empty folder: {seconds:.1f} s (aim 5 s)")
	assert seconds < 15


# What the owner gets to know of scripts that a run does not come to the end of: files, exit code, exit code with
# --strict, notes.
TRUTHS = {
	"a module without Bluetooth": ({"main.py": """import bluetooth, network, machine, micropython
micropython.kbd_intr(-1)
network.WLAN().deinit()
machine.UART(0).deinit()
while True:
    pass
"""}, 4, 4, {("missing", "main.py", 1), ("not reached", "main.py", 2), ("not reached", "main.py", 4)}),
	"what a thread waits with": ({"main.py": """import _thread, micropython, network, time

def run():
    time.sleep(3600)
    micropython.kbd_intr(-1)
    network.WLAN().deinit()

_thread.start_new_thread(run, ())
while True:
    time.sleep(1)
"""}, 4, 4, {("not reached", "main.py", 5), ("not reached", "main.py", 6)}),
	"what a thread would do that had no turn": ({"main.py": """import _thread, machine, micropython, network

def run():
    network.WLAN().deinit()
    micropython.kbd_intr(-1)

machine.disable_irq()
_thread.start_new_thread(run, ())
while True:
    pass
"""}, 3, 3, {("not reached", "main.py", 4), ("not reached", "main.py", 5)}),
	"what a thread did": ({"main.py": """import _thread, time
done = _thread.allocate_lock()

def run():
    with done:
        time.sleep_ms(200)
    print('done')

_thread.start_new_thread(run, ())
time.sleep_ms(50)
with done:
    print('well')
"""}, 0, 0, set()),
	"an import with another in its place": ({"main.py": """try:
    import a_faster_json as requests
except ImportError:
    requests = None
print(requests)
"""}, 0, 0, {("caught", "main.py", 2)}),
	"branches that are not taken": ({"main.py": """import machine, time, micropython

def bye():
    micropython.kbd_intr(-1)

def never():
    machine.deepsleep()

while True:
    if time.ticks_ms() < 0:
        machine.deepsleep(1000)
    try:
        time.sleep_ms(20)
    except Exception:
        bye()
"""}, 0, 4, {("not tried", "main.py", 4), ("not tried", "main.py", 7), ("not tried", "main.py", 11)}),
	"a loop whose last line never ran": ({"main.py": """import machine, time
asleep = False
while asleep:
    machine.deepsleep()
time.sleep_ms(10)
"""}, 0, 4, {("not tried", "main.py", 4)}),
	"the script's own mistake": ({"main.py": "print(1)\nraise ValueError('no')\n"}, 0, 4, {("raised", "main.py", 2)}),
	"a sensor that is not there": ({"main.py": """from machine import I2C
i2c = I2C(0, I2C.MASTER)
print(i2c.readfrom_mem(0x76, 0xD0, 1))
"""}, 4, 4, {("missing", "main.py", 3)}),
	"a sensor that is waited for": ({"main.py": """from machine import I2C
import time
i2c = I2C(0, I2C.MASTER)
while 0x76 not in i2c.scan():
    time.sleep_ms(10)
print("there")
"""}, 4, 4, {("waits", "main.py", 5)}),
	"a sensor whose silence is caught": ({"main.py": """from machine import I2C
import time
i2c = I2C(0, I2C.MASTER)
while True:
    try:
        print(i2c.readfrom_mem(0x76, 0xD0, 1))
    except OSError:
        pass
    time.sleep_ms(100)
"""}, 0, 0, {("caught", "main.py", 6)}),
	"a name that others have": ({"main.py": "import machine\ncard = machine.SDCard()\n"}, 4, 4,
		{("missing", "main.py", 2)}),
	"a keyword that others have": ({"main.py": "import machine\np = machine.Pin('P10', alt=3)\n"}, 4, 4,
		{("missing", "main.py", 2)}),
	"a library that is not in the folder": ({"boot.py": "import nowhere\n", "main.py": "print(1)\n"}, 4, 4,
		{("missing", "boot.py", 1)}),
	"a radio that is not there": ({"main.py": "from network import LoRa\n"}, 4, 4, {("missing", "main.py", 1)}),
	"a task that waits": ({"main.py": """import asyncio, network, machine
wlan = network.WLAN(mode=network.WLAN.STA)
async def net():
    while not wlan.isconnected():
        await asyncio.sleep_ms(50)
    machine.WDT(timeout=1000)
async def main():
    task = asyncio.create_task(net())
    while True:
        await asyncio.sleep(1)
asyncio.run(main())
"""}, 4, 4, {("not reached", "main.py", 6)}),
	"a module that is not imported yet": ({"main.py": "int('x')\nimport lib_b\n",
		"lib/lib_b.py": "import machine\nmachine.disable_irq()\n"}, 4, 4, {("not reached", "lib/lib_b.py", 2)}),
	"a file that nothing imports": ({"main.py": "print(1)\n", "tests/locks.py": "import machine\nmachine.disable_irq()\n"},
		0, 0, set()),
	"machine code that is not called yet": ({"main.py": """import micropython
@micropython.native
def spin():
    while True:
        pass
int('x')
spin()
"""}, 4, 4, {("not reached", "main.py", 7)}),
	"a condition that only gave up": ({"main.py": """import network, micropython
if not network.WLAN().isconnected():
    raise RuntimeError("no network")
micropython.kbd_intr(-1)
"""}, 4, 4, {("not reached", "main.py", 4), ("raised", "main.py", 3)}),
	"a boot.py that waits before main.py": ({"boot.py": """import network, time
while not network.WLAN().isconnected():
    time.sleep_ms(100)
""", "main.py": "import micropython\nmicropython.kbd_intr(-1)\nprint(1)\n"}, 4, 4, {("not reached", "main.py", 2)}),
	"a boot.py that goes on for ever": ({"boot.py": "import time\nwhile True:\n    time.sleep_ms(100)\n",
		"main.py": "import micropython\nmicropython.kbd_intr(-1)\n"}, 4, 4, {("not reached", "main.py", 2)}),
	"a file by its name": ({"main.py": "int('x')\nexecfile('app.py')\n",
		"app.py": "import machine\nmachine.WDT()\n"}, 4, 4, {("not reached", "app.py", 2)}),
	"a script that cannot be compiled": ({"main.py": "import machine\nmachine.deepsleep(\nprint 1\n"}, 4, 4,
		{("not seen", "main.py", 3)}),
	"text that is run": ({"main.py": "exec('int(chr(120))\\nimport machine\\nmachine.WDT()\\n')\n"}, 4, 4,
		{("not reached", "<string>", 3)}),
	"functions by other names": ({"main.py": """import machine

class Base:
    def __init__(self):
        machine.disable_irq()

class App(Base):
    def run(self):
        machine.WDT(timeout=1000)

def lock():
    machine.deepsleep()

def route(f):
    return f

@route
def off():
    machine.UART(0).deinit()

go = App.run
jobs = [lock]
int("x")
go(App())
for job in jobs:
    job()
"""}, 4, 4, {("not reached", "main.py", 5), ("not reached", "main.py", 9), ("not reached", "main.py", 12)}),
	"scripts in a folder below": ({"flash/main.py": "print(1)\n"}, 4, 4, {("not seen", None, None)}),
}


@pytest.mark.parametrize("case", TRUTHS)
def test_what_was_not_reached_is_not_safe(scratch, case):
	files, verdict, strict, notes = TRUTHS[case]
	write(scratch, files)
	result = check(scratch, "--seconds", 3, "--cuts", 0, "--json")
	report = json.loads(result.stdout)
	assert result.returncode == report["verdict"] == verdict, report
	assert notes <= places(report), report
	assert verdict != 0 or not notes or places(report) == notes, "and nothing else"
	if strict != verdict:
		assert check(scratch, "--seconds", 3, "--cuts", 0, "--strict").returncode == strict


# Doors that are shut by other names than their own, or at the next start.
ODD = {
	"a name of its own": ("from micropython import kbd_intr as k\nint('x')\nk(-1)\n", 4),
	"a variable": ("import machine\nw = machine.WDT\nint('x')\nw(timeout=1000)\n", 4),
	"getattr": ("import micropython\nint('x')\ngetattr(micropython, 'kbd' + '_intr')(-1)\n", 4),
	"a dict": ("import micropython\nint('x')\nmicropython.__dict__['kbd' + '_intr'](-1)\n", 4),
	"globals": ("import machine\ndef go():\n    machine.WDT()\nint('x')\nglobals()['go']()\n", 4),
	"exec": ("code = 'import machine'\nint('x')\nexec(code)\n", 4),
	"a file's text": ("int('x')\nexec(open('code.txt').read())\n", 4),
	"import": ("int('x')\n__import__('lo' + 'ck')\n", 4),
	"memory": ("import machine\nint('x')\nmachine.mem32[0x3ff44000] = 0\n", 4),
	"a lambda in a list": ("import machine\njobs = [lambda: machine.WDT()]\nint('x')\njobs[0]()\n", 4),
	"a decorator": ("import machine\ndef call(f):\n    f()\nint('x')\n@call\ndef lock():\n    machine.WDT()\n", 4),
	"a value that switches off": ("import network\nw = network.WLAN()\noff = False\nint('x')\nw.active(off)\n", 4),
	"an alarm": ("import micropython, time\nfrom machine import Timer\nclass Clock:\n    def ring(self, alarm):\n"
		"        micropython.kbd_intr(-1)\nTimer.Alarm(Clock().ring, 3600)\ntime.sleep(3600)\n", 4),
	"a pin's interrupt": ("import machine, time\ndef pressed(pin):\n    machine.deepsleep()\n"
		"machine.Pin('P9').irq(trigger=machine.Pin.IRQ_FALLING, handler=pressed)\ntime.sleep(3600)\n", 4),
	"a loop that calls": ("def step():\n    return count(1)\ndef count(x):\n    return x + 1\nint('x')\nwhile True:\n"
		"    try:\n        step()\n    except BaseException:\n        pass\n", 4),
	"a loop that calls what waits": ("import time\ndef step():\n    return pause()\ndef pause():\n"
		"    time.sleep(1)\nint('x')\nwhile True:\n    step()\n", 0),
	"the next start": ("import pycom, micropython\npycom.wifi_on_boot(False)\nmicropython.kbd_intr(-1)\n"
		"import time\nwhile True:\n    time.sleep(1)\n", 3),
	"the second start": ("import micropython, network, os\nif 'once' in os.listdir('/flash'):\n"
		"    micropython.kbd_intr(-1)\n    network.WLAN().deinit()\n"
		"else:\n    open('/flash/once', 'w').close()\nimport time\nwhile True:\n    time.sleep(1)\n", 3),
	"swallowed until the stack is full": ("import time, network\nnetwork.WLAN().deinit()\ndef work():\n    while True:\n"
		"        try:\n            time.sleep_ms(20)\n        except KeyboardInterrupt:\n            work()\nwork()\n", 3),
	"swallowed until the heap is full": ("import time, network\nnetwork.WLAN().deinit()\nkept = []\nwhile True:\n"
		"    try:\n        time.sleep_ms(20)\n    except KeyboardInterrupt:\n        kept.append(bytearray(40000))\n", 3),
}


@pytest.mark.parametrize("case", [pytest.param(case, marks=pytest.mark.long if case.endswith("heap is full") else ())
	for case in ODD])
def test_odd_ways_to_lock_out_are_not_safe(scratch, case):
	script, verdict = ODD[case]
	write(scratch, {"main.py": script})
	result = check(scratch, "--seconds", 2, "--cuts", 0)
	assert result.returncode == verdict, result.stdout


def test_both_tracebacks(scratch):
	"""boot.py's error does not hide main.py's, nor the other way round."""
	write(scratch, {"boot.py": "def f():\n    raise OSError(5)\nf()\n", "main.py": "print(1)\n[][1]\n"})
	result = check(scratch, "--cuts", 0, "--seconds", 2)
	lines = result.stdout.splitlines()
	at = next(i for i, line in enumerate(lines) if line.startswith("boot.py "))
	assert [line[12:].strip() for line in lines[at:at + 4]] == ["Traceback (most recent call last):",
		'File "/flash/boot.py", line 3, in <module>', 'File "/flash/boot.py", line 2, in f', "OSError: [Errno 5] EIO"]
	assert any(line.startswith("main.py ") for line in lines) and "IndexError: list index out of range" in result.stdout
	scripts = json.loads(check(scratch, "--cuts", 0, "--seconds", 2, "--json").stdout)["scripts"]
	assert (scripts["boot"]["end"], scripts["main"]["end"]) == ("raised", "raised")
	assert 'boot.py", line 2' in scripts["boot"]["traceback"] and "IndexError" in scripts["main"]["traceback"]


# Milliseconds awake and asleep, and the verdict: by the share of the two, not by how long either is.
SLEEPERS = {"short and often": (100, 2000, 0), "mostly awake": (3000, 1000, 0), "long": (2000, 600000, 0),
	"hardly ever awake": (50, 3600000, 3)}


@pytest.mark.parametrize("case", SLEEPERS)
def test_sleepers(scratch, case):
	awake_ms, asleep_ms, verdict = SLEEPERS[case]
	write(scratch, {"main.py": f"import machine, time\ntime.sleep_ms({awake_ms})\nmachine.deepsleep({asleep_ms})\n"})
	report = json.loads(check(scratch, "--cuts", 0, "--json").stdout)
	assert report["scripts"]["state"] == "sleeping" and report["scripts"]["sleeps"] >= (2 if asleep_ms < 5000 else 1)
	assert report["scripts"]["awake"] == pytest.approx(awake_ms / (awake_ms + asleep_ms), abs=0.12)
	assert report["verdict"] == verdict, report


def test_the_heap_of_a_board(scratch):
	"""N bytes of a board are twice as many here; what does not fit there is not green here."""
	write(scratch, {"main.py": "data = bytearray(200000)\nprint(len(data))\n"})
	report = json.loads(check(scratch, "--cuts", 0, "--seconds", 2, "--json").stdout)
	assert report["verdict"] == 0 and report["heap"]["bytes"] == 1 << 20
	assert 100000 <= report["heap"]["peak_bytes"] < 140000
	report = json.loads(check(scratch, "--cuts", 0, "--seconds", 2, "--heap", "64K", "--json").stdout)
	assert report["verdict"] == 4 and report["heap"]["bytes"] == 64 << 10
	assert ("missing", "main.py", 1) in places(report) and "MemoryError" in report["scripts"]["error"]
	result = check(scratch, "--cuts", 0, "--seconds", 2, "--heap", "120K")
	assert result.returncode == 0 and "less than a fifth is left" in result.stdout


def test_a_script_that_is_too_large_to_compile(scratch):
	write(scratch, {"main.py": "".join(f"value_{i} = [{i}, 'text {i}']\n" for i in range(3000))})
	report = json.loads(check(scratch, "--cuts", 0, "--seconds", 2, "--heap", "32K", "--json").stdout)
	assert report["verdict"] == 4 and ("missing", "main.py", None) in places(report), report["notes"]


def test_the_error_that_ends_it_is_told_after_many(scratch):
	write(scratch, {"main.py": "".join(f"try:\n    int('x{i}')\nexcept ValueError:\n    pass\n" for i in range(100)) +
		"import nowhere\n"})
	report = json.loads(check(scratch, "--cuts", 0, "--seconds", 2, "--json").stdout)
	assert report["verdict"] == 4 and ("missing", "main.py", 401) in places(report)


def test_a_small_program_is_measured_small(scratch):
	write(scratch, {"main.py": "while True:\n    x = [1] * 10\n"})
	report = json.loads(check(scratch, "--cuts", 0, "--seconds", 2, "--json").stdout)
	assert report["heap"]["peak_bytes"] < 24 << 10, "what is thrown away does not count"


def test_power_cuts_fall_where_they_are_aimed():
	result = check(harness.ROOT / "examples/lockouts/flash-writer", "--cuts", 9, "--seconds", 5)
	assert result.returncode == 0, result.stdout
	line = next(line for line in result.stdout.splitlines() if line.startswith("power cuts"))
	found = re.search(r"after (\d+), (\d+) before, (\d+) within and (\d+) after a flash write: "
		"the module comes back, /flash mounts", line)
	assert found, line
	count, *kinds = map(int, found.groups())
	assert count == sum(kinds) and count >= 8 and min(kinds) >= 2, line # a busy machine may miss one's moment


def test_names_that_are_missing_are_missing(modules):
	"""One that the module has by now goes from host/audit/missing_names.c."""
	source = (harness.ROOT / "host/audit/missing_names.c").read_text()
	names = re.findall(r'"([\w.()]+)"', source.split("lb_missing_names[] = {")[1])
	assert len(names) > 150 and len(set(names)) == len(names)
	module = modules()
	module.start()
	module.exec("def has(name):\n"
		" parts = name.split('.')\n"
		" if parts[0] == 'builtins':\n"
		"  return parts[1] in globals() or parts[1] in dir(__import__('builtins'))\n"
		" try:\n"
		"  it = __import__(name if name.startswith('umqtt') else parts[0])\n"
		"  for part in parts[1:]: it = getattr(it, part)\n"
		"  return True\n"
		" except (ImportError, AttributeError):\n"
		"  return False\n")
	plain = [name for name in names if "(" not in name]
	there = [name for at in range(0, len(plain), 40)
		for name in module.eval(f"[name for name in {plain[at:at + 40]!r} if has(name)]")]
	assert there == []
	given = {"Pin": "'P10'", "ADC": "", "I2C": "0", "PWM": "'P9'", "RTC": "", "UART": "1", "WLAN": ""}
	for name in sorted(set(names) - set(plain)):
		where, keyword = name[:-1].split("(")
		call = f"{where}({given[where.split('.')[1]]}{', ' if given[where.split('.')[1]] else ''}{keyword}=0)"
		with harness.Uart(os.path.join(module.folder, "uart0")) as uart:
			assert "TypeError" in uart.error_of(f"import machine, network\n{call}"), name


@pytest.mark.parametrize("arguments", [[], ["/nowhere"], [".", "--cuts", "x"], [".", "--seconds", "0"],
	[".", "/nowhere"], [".", "--format", "xml"], [".", "--json", "--format", "github"],
	[".", "--heap", "8K"], [".", "--heap", "160"], [".", "--heap", "2M"], [".", "--as", "esp33"]])
def test_wrong_usage(arguments):
	result = harness.run_command("check", *arguments)
	assert result.returncode == 2 and result.stderr.count("\n") == 1


def test_what_does_not_fit_is_said(scratch):
	with open(os.path.join(scratch, "big.bin"), "wb") as file:
		file.truncate(3 << 20)
	result = check(scratch)
	assert result.returncode == 1 and "do not fit" in result.stderr


def test_several_folders(scratch):
	"""A line each and a summary, a case each in JUnit, an object each as JSON; the worst verdict counts."""
	fine, locked, unknown = (os.path.join(scratch, name) for name in ("fine", "locked", "un<known"))
	for folder, text in ((fine, "print(1)\n"), (unknown, "x = 1\nimport no_such_module\n"),
			(locked, (harness.ROOT / "examples/lockouts/ctrl-c-and-radio-off/main.py").read_text())):
		os.mkdir(folder)
		with open(os.path.join(folder, "main.py"), "w") as file:
			file.write(text)
	junit = os.path.join(scratch, "junit.xml")
	options = ["--cuts", 0, "--seconds", 5]
	with concurrent.futures.ThreadPoolExecutor() as pool:  # three runs that take their time
		running = [pool.submit(check, *arguments) for arguments in ((fine, unknown, locked, *options, "--junit", junit),
			(fine, unknown + "/", *options, "--json"), (unknown + "/", *options, "--format", "github"))]
	result = running[0].result()
	assert result.returncode == 3, result.stdout + result.stderr
	lines = result.stdout.splitlines()
	assert [line.partition(": ")[0] for line in lines] == [fine, unknown, locked, "3 folders"]
	assert lines[3].endswith("1 without the pin, 1 with P12 alone, 0 locked out, 1 inconclusive, 0 failed")
	suite = xml.etree.ElementTree.parse(junit).getroot()
	assert [(case.get("name"), case.find("failure") is None) for case in suite] == [
		(fine, True), (unknown, False), (locked, False)]
	result = running[1].result()
	assert result.returncode == 4, result.stdout + result.stderr
	assert [json.loads(line)["verdict"] for line in result.stdout.splitlines()] == [0, 4]
	result = running[2].result()
	assert result.returncode == 4, result.stdout
	assert re.search(rf"^::error title=lifeboat check,file={unknown}/main.py,line=2::missing: ", result.stdout, re.M)
	assert result.stdout.splitlines()[-1].startswith(f"::error title=lifeboat check::{unknown}/: ")


def test_a_thousand_tiny_files_fit(scratch):
	for number in range(1000):
		with open(os.path.join(scratch, f"m{number}.py"), "w") as file:
			file.write(f"x = {number}\n")
	with open(os.path.join(scratch, "main.py"), "w") as file:
		file.write("import m999\nassert m999.x == 999\n")
	result = check(scratch, "--cuts", 0, "--json")
	assert result.returncode == 0, result.stdout + result.stderr
	assert json.loads(result.stdout)["scripts"]["state"] == "ended"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_ctrl_c(scratch, number):
	env = {**harness.environment(), "TMPDIR": scratch}
	command = [harness.LIFEBOAT, "check", str(harness.ROOT / "examples/lockouts/busy-loop")]
	client = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	end = time.monotonic() + 10
	while not any(name.startswith("lifeboat-check-") for name in os.listdir(scratch)) and time.monotonic() < end:
		time.sleep(0.01)
	time.sleep(0.5)  # somewhere in the middle
	client.send_signal(number)
	client.communicate(timeout=20)
	assert client.returncode == -number
	assert os.listdir(scratch) == []
	assert harness.processes_of(scratch) == {}


def test_run_flash(modules, scratch):
	"""A new module has the folder's files, binary exact; into one that is locked they go past its scripts."""
	data = os.urandom(5000) + bytes(range(256))
	files = os.path.join(scratch, "files")
	os.makedirs(os.path.join(files, "lib/deep"))
	for name, content in (("main.py", b"import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass\n"),
			("lib/deep/data.bin", data), (".hidden", b"x")):
		with open(os.path.join(files, name), "wb") as file:
			file.write(content)
	module = modules()
	module.start("--flash", files, phase="script")
	assert module.status()["clock"] == 1, "not the short run that copies the files"
	module.stop()
	with open(os.path.join(files, "main.py"), "w") as file:
		file.write("print('mended')\n")
	module.start("--flash", files)
	status = module.status()
	assert (status["clock"], status["boot"]["mode"]) == (1, "normal"), "nor the safe boot of the second"
	assert module.eval("open('/flash/lib/deep/data.bin', 'rb').read()") == data
	assert module.eval("open('/flash/main.py').read()") == "print('mended')\n"
	assert module.eval("sorted(__import__('os').listdir('/flash'))") == ["boot.py", "lib", "main.py"]


CARD = "import machine, os\nos.mount(machine.SD(), '/sd')\nprint(os.listdir('/sd'))\n"


def test_a_card_that_is_not_there(scratch):
	"""Nothing said: what comes behind it was not reached; said to be absent: that is how it is."""
	with open(os.path.join(scratch, "main.py"), "w", encoding="utf-8") as file:
		file.write(CARD)
	for options, code in (((), 4), (("--sd", "absent"), 0)):
		result = harness.run_command("check", scratch, "--cuts", 0, "--seconds", 2, *options, timeout=120)
		assert result.returncode == code, result.stdout
	assert "given       --sd absent" in result.stdout


@pytest.mark.parametrize("more, code", [((), 4), (("--spi", "0=absent", "--i2c", "1=absent"), 4),
	(("--i2c", "0:0x3c=absent"), 0)])
def test_one_device_says_nothing_of_another(scratch, more, code):
	"""A sensor's file is no word about the display on the same bus."""
	write(scratch, {"main.py": "import machine\ni2c = machine.I2C(0)\ni2c.readfrom_mem(0x76, 0xD0, 1)\n"
		"i2c.writeto(0x3c, b'on')\nprint('shown')\n"})
	sensor = f"0:0x76={harness.ROOT}/examples/devices/bme280.txt"
	result = check(scratch, "--cuts", 0, "--seconds", 1, "--i2c", sensor, *more)
	assert result.returncode == code, result.stdout
	assert ("nothing answers on I2C bus 0 at 0x3c" in result.stdout) == (code == 4)


def test_a_card_is_as_it_was(scratch):
	"""Both worlds' modules write on copies of it; one that is not there is not left behind."""
	card, folder = os.path.join(scratch, "card.img"), os.path.join(scratch, "scripts")
	os.mkdir(folder)
	with open(os.path.join(folder, "main.py"), "w", encoding="utf-8") as file:
		file.write("import machine, network, os\nw = network.WLAN(mode=network.WLAN.STA)\nw.connect('home')\n"
			"os.VfsFat.mkfs(machine.SD())\nos.mount(machine.SD(), '/sd')\nopen('/sd/log', 'w').write('gone')\n")
	for there in (False, True):
		if there:
			with open(card, "wb") as file:
				file.write(b"precious" * (256 << 10))
		result = harness.run_command("check", folder, "--cuts", 0, "--seconds", 2, "--sd", card, timeout=120)
		assert result.returncode == 0 and "6 of 6 lines" in result.stdout, result.stdout + result.stderr
		assert os.path.exists(card) == there
	with open(card, "rb") as file:
		assert file.read() == b"precious" * (256 << 10)


@pytest.mark.long
def test_the_station_of_the_examples(scratch):
	folder = os.path.join(harness.ROOT, "examples", "devices")
	devices = ("--uart", "1=gps.txt", "--i2c", "0:0x76=bme280.txt", "--spi", "0=flash.txt", "--onewire")
	for wire, code in (("P3=ds18b20.txt", 0), ("P3=absent", 0)):
		result = harness.run_command("check", "station", "--cuts", 0, *devices, wire, timeout=120, cwd=folder)
		assert result.returncode == code, result.stdout
		assert ("no DS18B20" in result.stdout) == (wire == "P3=absent"), result.stdout
