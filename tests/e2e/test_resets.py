"""What a soft reset keeps and what a hard one does not; the four hard resets; sleep and the watchdog."""
import re
import time

import pytest

from harness import DARK, hold

STATE = """
import machine, pycom, micropython, sys
pin = machine.Pin('P9', machine.Pin.OUT)
pin.value(1)
pycom.heartbeat(False)
pycom.rgbled(0x123456)
open_file = open('/flash/open.txt', 'w')
open_file.write('not yet closed')
kept = 'a name of the VM'
sys.path.append('/elsewhere')
"""


def soft_reset(uart, how):
	uart.prompt()
	uart.write(how)
	return uart.expect(re.compile(rb"soft reboot\r\n.*>>> $", re.S)).decode()


@pytest.mark.parametrize("how", [b"\x04", b"import sys; sys.exit()\r", b"import machine; machine.soft_reset()\r"])
def test_soft_reset(module, how):
	module.put("/flash/main.py", "print('main ran')\n")
	boot = module.hardware()["boot"]
	with module.uart() as uart:
		uart.exec(STATE)
		assert module.status()["pins"]["P9"] == "high" and module.status()["led"] == "#123456"
		text = soft_reset(uart, how)
		assert "main ran" in text, "scripts run again"
		status = module.status()
		assert module.hardware()["boot"] == boot, "no new CPU"
		assert status["pins"]["P9"] == "high" and status["led"] == "#123456", "peripherals stay"
		assert status["led_mode"] == "user"
		assert "NameError" in uart.type("kept")
		assert uart.type("import sys; '/elsewhere' in sys.path") == "False\r\n"
		assert uart.type("open('/flash/open.txt').read()") == "'not yet closed'\r\n", "open files were closed"


def test_soft_reset_detaches(module):
	"""Timers, IRQ handlers and Ctrl-C's setting do not reach into the next life."""
	with module.uart() as uart:
		uart.exec("import machine, micropython\n"
		          "p = machine.Pin('P10', machine.Pin.IN, machine.Pin.PULL_DOWN)\n"
		          "p.irq(lambda p: print('old irq'), machine.Pin.IRQ_RISING)\n"
		          "t = machine.Timer(-1) if hasattr(machine, 'Timer') else None\n"
		          "if t: t.init(period=20, callback=lambda t: print('old timer'))\n"
		          "micropython.kbd_intr(-1)")
		uart.write(b"\x04\x02")  # end of raw input, friendly REPL
		uart.expect(">>> ")
		uart.write(b"\x04")
		uart.expect(re.compile(rb"soft reboot\r\n.*>>> $", re.S))
		module.pin("P10", "high")
		module.pin("P10", "low")
		assert b"old" not in uart.quiet(0.3)
		uart.write("exec('print(6 * 7)\\nwhile True: pass')\r")
		uart.expect("42\r\n")
		uart.write(b"\x03")
		uart.expect("KeyboardInterrupt", 3)


def test_soft_reset_in_raw_mode_runs_boot_py_only(module):
	module.put("/flash/boot.py", "print('boot ran')\n")
	module.put("/flash/main.py", "print('main ran')\n")
	with module.uart() as uart:
		uart.raw()
		uart.write(b"\x04")
		text = uart.expect(re.compile(rb"soft reboot\r\n.*raw REPL; CTRL-B to exit\r\n>$", re.S)).decode()
		assert "boot ran" in text and "main ran" not in text


HARD = {
	"switch": ("switch", "HARD_RESET"),
	"software": ("software", "HARD_RESET"),
	"watchdog": ("watchdog", "WDT_RESET"),
	"power": ("power-on", "PWRON_RESET"),
}
SNAPSHOT = """
import machine, sys, os, gc
print(sorted(k for k in globals() if not k.startswith('_')))
print(sys.path, sorted(sys.modules), os.getcwd(), sorted(os.listdir('/flash')))
print([machine.Pin('P%d' % i).value() for i in range(24)], machine.freq())
"""


def hard_reset(module, how):
	with module.watch("phase") as watch:
		boot = watch.first["boot"]
		if how == "switch":
			module.run("reset")
		elif how == "power":
			module.power("off")
			module.power("on")
		else:
			code = "machine.reset()" if how == "software" else "machine.WDT(timeout=1000)\nwhile True: pass"
			with module.uart() as uart:
				uart.start("import machine\n" + code)
				watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
				return
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)


def test_the_four_hard_resets_are_equal_but_for_the_cause(modules):
	module = modules(clock=10).start()
	module.put("/flash/main.py", "import machine\nfirst = machine.Pin('P9').value()\nprint('main ran')\n")
	pictures = {}
	for how, (cause, constant) in HARD.items():
		with module.uart() as uart:
			uart.exec(STATE.replace("open_file", "#"))
			uart.exec("import micropython, os\nmachine.Pin('P20', machine.Pin.OPEN_DRAIN).value(0)")
		assert module.status()["pins"]["P9"] == "high"
		hard_reset(module, how)
		assert module.status()["boot"]["cause"] == cause
		status = module.status()
		with module.uart() as uart:
			assert uart.eval("first") == 0, "pins are at power-on state before main.py runs"
			assert uart.eval(f"__import__('machine').reset_cause() == __import__('machine').{constant}"), how
			picture = uart.exec(SNAPSHOT)
		boot = {key: value for key, value in status["boot"].items() if key != "cause"}
		pictures[how] = (picture, boot, status["pins"], status["led_mode"])
	assert len({repr(p) for p in pictures.values()}) == 1, pictures
	assert pictures["switch"][3] == "heartbeat"


def test_causes_are_told_apart(modules):
	module = modules().start()
	names = module.exec("import machine\n"
	                    "print([getattr(machine, n) for n in ('PWRON_RESET', 'HARD_RESET', 'WDT_RESET', "
	                    "'DEEPSLEEP_RESET', 'SOFT_RESET', 'BROWN_OUT_RESET')])")
	values = eval(names)
	assert len(set(values)) == len(values), "six names, six numbers"
	with module.uart() as uart:
		uart.prompt()
		uart.write(b"\x04")
		uart.expect(re.compile(rb"soft reboot\r\n.*>>> $", re.S))
		assert uart.eval("__import__('machine').reset_cause() == __import__('machine').SOFT_RESET")


def test_machine_reset_keeps_what_was_written(fast):
	"""Python closes files when a program ends; machine.reset() ends it, too (MicroPython's own trap)."""
	with fast.uart() as uart, fast.watch("phase") as watch:
		uart.start("import machine\nf = open('/flash/late.txt', 'w')\nf.write('kept')\nmachine.reset()")
		watch.until_event(lambda e: e["phase"] == "repl")
	assert fast.eval("open('/flash/late.txt').read()") == "kept"


def test_deepsleep_by_time(modules):
	module = modules(clock=4).start()
	with module.watch("phase") as watch, module.uart() as uart:
		boot = watch.first["boot"]
		uart.exec("import machine\nm = machine.RTC() if hasattr(machine, 'RTC') else None\nimport time")
		before = uart.eval("__import__('time').time()")
		uart.start("import machine; machine.deepsleep(2000)")
		watch.until_event(lambda e: e["phase"] == "sleep")
		begin = time.monotonic()
		status = module.status()
		assert status["phase"] == "sleep" and status["power"] == "on" and status["led"] == DARK
		assert module.hardware()["cpu_pid"] == 0, "the CPU process is gone"
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
		slept = (time.monotonic() - begin) * 4
	assert 1.6 <= slept <= 3.0, slept
	assert module.status()["boot"]["cause"] == "deep-sleep"
	with module.uart() as uart:
		uart.exec("import machine, time")
		assert uart.eval("machine.reset_cause() == machine.DEEPSLEEP_RESET")
		assert uart.eval("machine.wake_reason()[0] == machine.RTC_WAKE")
		assert 2 <= uart.eval("time.time()") - before <= 8, "the clock went on"


def test_deepsleep_by_pin(modules):
	module = modules(clock=4).start()
	with module.watch("phase") as watch, module.uart() as uart:
		boot = watch.first["boot"]
		uart.start("import machine\n"
		           "machine.pin_sleep_wakeup(['P8'], machine.WAKEUP_ANY_HIGH, True)\nmachine.deepsleep(60000)")
		watch.until_event(lambda e: e["phase"] == "sleep")
		hold(watch, 0.2)
		assert not any(e["boot"] > boot for e in watch.events if "boot" in e)
		module.pin("P8", "high")
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
	with module.uart() as uart:
		uart.exec("import machine")
		assert uart.eval("machine.wake_reason()[0] == machine.PIN_WAKE")
		assert 50000 <= uart.eval("machine.remaining_sleep_time()") <= 59900
	assert module.status()["boot"]["cause"] == "deep-sleep"


def test_reset_switch_and_power_end_a_sleep(modules):
	module = modules(clock=4).start()
	for end in ("reset", "power"):
		with module.watch("phase") as watch, module.uart() as uart:
			uart.start("import machine; machine.deepsleep()")
			watch.until_event(lambda e: e["phase"] == "sleep")
		if end == "reset":
			module.reset()
			assert module.status()["boot"]["cause"] == "switch"
		else:
			module.power("off")
			module.power("on")
			module.wait("repl")
			assert module.status()["boot"]["cause"] == "power-on"


def test_lightsleep_and_sleep(fast):
	begin = time.monotonic()
	assert fast.eval("__import__('machine').lightsleep(3000)") is None
	assert 0.25 <= time.monotonic() - begin <= 2
	assert fast.eval("1 + 1") == 2, "the VM's state went through it"


def test_watchdog_fed_and_not_fed(fast):
	with fast.uart() as uart, fast.watch("phase") as watch:
		boot = watch.first["boot"]
		out = uart.exec("import machine, time\nw = machine.WDT(timeout=1500)\n"
		                "for i in range(8):\n  time.sleep_ms(700)\n  w.feed()\nprint('alive')")
		assert out == "alive\n" and fast.hardware()["boot"] == boot
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
	assert fast.status()["boot"]["cause"] == "watchdog"


def test_watchdog_on_boot(fast):
	"""wdt_on_boot outlives a reset, ends a hung main.py, and is ignored in a safe boot."""
	fast.put("/flash/main.py", "import machine\nif machine.reset_cause() != machine.WDT_RESET:\n"
	         "  print('hang')\n  while True: pass\n")
	fast.exec("import pycom\npycom.wdt_on_boot(True)\npycom.wdt_on_boot_timeout(5000)")
	assert fast.eval("__import__('pycom').wdt_on_boot()") is True
	assert fast.eval("__import__('pycom').wdt_on_boot_timeout()") == 5000
	with fast.watch("phase") as watch:
		boot = watch.first["boot"]
		fast.run("reset")
		watch.until_event(lambda e: e["phase"] == "script" and e["boot"] == boot + 2, 10)
	assert fast.hardware()["cause"] == "watchdog"
	fast.safe_boot()
	with fast.watch("phase") as watch:
		hold(watch, fast.module_seconds(8))
		assert not watch.events, "no watchdog in a safe boot"
	fast.exec("import pycom\npycom.wdt_on_boot(False)")
	fast.mpremote("fs", "rm", ":/flash/main.py")
	fast.reset()
	assert fast.eval("__import__('pycom').wdt_on_boot()") is False
