"""Ctrl-F behind a Ctrl-C: the way into a safe boot past a script that swallows Ctrl-C; elsewhere a byte like others."""
import contextlib
import time

import pytest

import harness
from clients import Telnet, net_of

SWALLOWS = "import time\nprint('runs')\nwhile True:\n    try:\n        while True: {}\n" \
	"    except KeyboardInterrupt:\n        print('swallowed')\n"
PROGRAMS = {
	"sleep": SWALLOWS.format("time.sleep(1)"),
	"busy": SWALLOWS.format("pass"),
	"printing": SWALLOWS.format("print('.', end='')"),
	"open file": "f = open('/flash/kept', 'w')\nf.write('kept')\n" + SWALLOWS.format("time.sleep(1)"),
	"callback": "import machine\ndef never(t):\n    while True:\n        try:\n            while True: pass\n"
		"        except:\n            pass\nmachine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=20, callback=never)\n" +
		SWALLOWS.format("time.sleep(1)"),
	"native": "@micropython.native\ndef never():\n    while True: pass\nprint('runs')\nnever()\n",
}


@contextlib.contextmanager
def running(module, program, way="uart"):
	"""The program as main.py, and the client, which has read its first word."""
	module.put("/flash/main.py", program)
	console = module.uart() if way == "uart" else Telnet(net_of(module))
	with console as client:
		client.prompt()
		client.write("\x04")
		client.expect("runs", 20)
		time.sleep(.2)
		client.drop()
		yield client


def boots(module):
	return module.hardware()["boot"]


def assert_safe(module, boot):
	harness.until(lambda: boots(module) == boot + 1, 3, "the reset")
	module.wait("repl")
	found = module.status()["boot"]
	assert (found["mode"], found["reason"], found["cause"]) == ("safe", "request", "software")


@pytest.mark.parametrize("way", ["uart", "telnet"])
@pytest.mark.parametrize("kind", ["sleep", "busy", "printing"])
def test_a_script_that_swallows_ctrl_c_is_passed(module, kind, way):
	with running(module, PROGRAMS[kind], way) as client:
		boot = boots(module)
		client.write("\x03")
		client.expect("swallowed")
		client.write("\x06")
		assert_safe(module, boot)


@pytest.mark.parametrize("kind", ["open file", "callback", "native"])
def test_files_are_closed_and_what_does_not_yield_is_passed_too(module, kind):
	with running(module, PROGRAMS[kind]) as uart:
		boot = boots(module)
		uart.write("\x03\x03\x06")
		uart.expect("Ctrl-F: hard reset into safe boot")
		assert_safe(module, boot)
	if kind == "open file":
		assert module.eval("open('/flash/kept').read()") == "kept"


def test_as_pymakr_connects(module):
	"""Ctrl-C twice, Ctrl-F, all at once: a script that ends by it, or none that runs."""
	with running(module, "import time\nprint('runs')\ntime.sleep(100)\n") as uart:
		for _ in range(2):
			boot = boots(module)
			uart.write("\x03\x03\x06")
			assert_safe(module, boot)
			uart.prompt()


@pytest.mark.parametrize("program, keys, behind", [
	(SWALLOWS.format("time.sleep(1)"), "\x06", None),
	(SWALLOWS.format("time.sleep(1)"), "\x03|\x06", 1.2),
	("import micropython, time\nmicropython.kbd_intr(-1)\nprint('runs')\nwhile True: time.sleep(1)\n", "\x03\x06", None),
	("import sys\nprint('runs')\nwhile True:\n    try: print(repr(sys.stdin.read(1)))\n"
		"    except KeyboardInterrupt: print('swallowed')\n", "\x03\x06", "'\\x06'"),
	("print('runs')\nwhile True:\n    try: print('got', input())\n    except KeyboardInterrupt: print('swallowed')\n",
		"\x03ab\x01\x06X\r", "got aXb"),
	("import select, sys, time\np = select.poll()\np.register(sys.stdin, select.POLLIN)\nprint('runs')\nwhile True:\n"
		"    try:\n        p.poll(0)\n        time.sleep(.01)\n    except KeyboardInterrupt: print('swallowed')\n",
		"\x03\x06", "swallowed"),
	("import time\nfrom machine import UART\nu = UART(0)\nprint('runs')\nwhile True:\n    try:\n        c = u.read(1)\n"
		"        if c: print(c)\n        time.sleep(.01)\n    except KeyboardInterrupt: print('swallowed')\n",
		"\x03\x06", "b'\\x06'"),
], ids=["no Ctrl-C", "too late", "kbd_intr", "stdin", "input", "poll", "UART(0)"])
def test_elsewhere_it_is_data(module, program, keys, behind):
	with running(module, program) as uart:
		boot = boots(module)
		first, _, second = keys.partition("|")
		uart.write(first)
		if second:
			uart.expect("swallowed")
			time.sleep(behind)
			uart.write(second)
		elif behind:
			uart.expect(behind)
		uart.quiet(1.0)
		assert boots(module) == boot


def test_in_raw_mode_it_is_data(module):
	with module.uart() as uart:
		boot = boots(module)
		uart.start(SWALLOWS.format("time.sleep(1)"))
		uart.expect("runs")
		uart.write("\x03")
		uart.expect("swallowed")
		uart.write("\x06")
		uart.quiet(1.0)
		assert boots(module) == boot
