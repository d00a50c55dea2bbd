"""The names that scripts use: machine, pycom, lifeboat, os; the LED, errors, Ctrl-F, help."""
import pathlib
import re
import statistics
import subprocess

import pytest

import harness
from harness import BLUE, DARK, ERROR_RED, hold


def test_heartbeat_rhythm(modules):
	"""80 ms on, 3920 ms off, blue."""
	module = modules(clock=2).start()
	with module.watch("led") as watch:
		watch.until_event(lambda e: e["rgb"] == BLUE)
		watch.until_event(lambda e: e["rgb"] == DARK)
		events = []
		for _ in range(3):
			events += watch.until_event(lambda e: e["rgb"] == BLUE)
			events += watch.until_event(lambda e: e["rgb"] == DARK)
	assert [e["rgb"] for e in events] == [BLUE, DARK] * 3 and all(e["mode"] == "heartbeat" for e in events)
	times = [e["t_ms"] for e in events]
	lit = statistics.median(off - on for on, off in zip(times[0::2], times[1::2]))
	dark = statistics.median(on - off for off, on in zip(times[1::2], times[2::2]))
	assert abs(lit - 80) <= 30 and abs(dark - 3920) <= 40, times


def test_rgbled_and_heartbeat(module):
	with module.uart() as uart:
		uart.exec("import pycom")
		assert uart.eval("pycom.heartbeat()") is True
		uart.exec("pycom.heartbeat(False)")
		assert uart.eval("pycom.heartbeat()") is False
		assert module.status()["led"] == DARK
		uart.exec("pycom.rgbled(0xABCDEF)")
		status = module.status()
		assert status["led"] == "#ABCDEF" and status["led_mode"] == "user"
		assert module.run("led").stdout.strip() == "#ABCDEF"
		assert uart.eval("pycom.rgbled()") == 0xABCDEF
		with module.watch("led") as watch:
			uart.exec("pycom.heartbeat(True)")
			watch.until_event(lambda e: e["mode"] == "heartbeat")
		assert "Error" in uart.error_of("pycom.rgbled(0x1000000)")
		assert "Error" in uart.error_of("pycom.rgbled(-1)")
		assert "Error" in uart.error_of("pycom.rgbled('red')")


def test_heartbeat_on_boot(modules):
	module = modules(clock=4).start()
	module.exec("import pycom; pycom.heartbeat_on_boot(False)")
	assert module.eval("__import__('pycom').heartbeat_on_boot()") is False
	module.reset()
	with module.watch("led") as watch:
		assert watch.first["led"] == DARK
		hold(watch, module.module_seconds(6))
		assert not watch.events, "a dark LED stays dark"
	assert module.eval("__import__('pycom').heartbeat()") is False
	module.stop()
	module.start()
	assert module.eval("__import__('pycom').heartbeat_on_boot()") is False, "kept over a power-off"
	module.safe_boot(0.5)
	with module.watch("led") as watch:
		watch.until_event(lambda e: e["mode"] == "heartbeat")
	module.exec("import pycom; pycom.heartbeat_on_boot(True)")
	module.reset()
	with module.watch("led") as watch:
		watch.until_event(lambda e: e["rgb"] == BLUE)


def test_led_trace_of_the_command(modules):
	module = modules(clock=8).start()
	lines = module.run("led", "--trace", "1.2").stdout.splitlines()
	assert lines and all(re.fullmatch(r"\s*\d+ #[0-9A-F]{6}", line) for line in lines), lines
	colours = [line.split()[1] for line in lines]
	assert BLUE in colours and DARK in colours
	times = [int(line.split()[0]) for line in lines]
	assert times == sorted(times)


@pytest.mark.parametrize("script", ["boot.py", "main.py"])
def test_script_error(modules, script):
	"""Traceback, red LED toggled every 50 ms for 1.2 s, last_error; main.py still follows boot.py."""
	module = modules(clock=2).start()
	module.put(f"/flash/{script}", "def inner():\n    raise ValueError('broken by test')\ninner()\n")
	if script == "boot.py":
		module.put("/flash/main.py", "print('main ran')")
	with module.uart() as uart, module.watch("led", "phase") as watch:
		uart.drop()
		boot = watch.first["boot"]
		module.run("reset")
		events = watch.until_event(lambda e: e.get("phase") == "repl" and e["boot"] > boot)
		text = uart.expect(">>> ").decode()
		events += watch.until_event(lambda e: e.get("mode") == "heartbeat")
	assert "Traceback" in text and f'"/flash/{script}", line 2, in inner' in text and "ValueError: broken by test" in text
	assert ("main ran" in text) == (script == "boot.py")
	red = [(e["t_ms"], e["rgb"]) for e in events if e.get("mode") == "error"]
	assert len(red) >= 20 and {colour for _, colour in red} == {ERROR_RED, DARK}
	lit = [i for i, (_, colour) in enumerate(red) if colour == ERROR_RED]
	assert 10 <= len(lit) <= 14, red
	steps = sorted(b[0] - a[0] for a, b in zip(red, red[1:]))
	assert 45 <= steps[len(steps) // 2] <= 60
	assert 1050 <= red[-1][0] - red[0][0] <= 1300
	assert "ValueError: broken by test" in module.status()["last_error"]
	assert "ValueError: broken by test" in module.run("status").stdout
	module.put(f"/flash/{script}", "")
	module.reset()
	assert not module.status()["last_error"]


def test_pins_from_outside(module):
	with module.uart() as uart:
		uart.exec("from machine import Pin\np = Pin('P9', Pin.IN, Pin.PULL_DOWN)\nq = Pin('P10', Pin.OUT)")
		assert uart.eval("p.value()") == 0
		module.pin("P9", "high")
		assert module.pin("P9") == "high"
		assert uart.eval("p.value()") == 1 and uart.eval("p()") == 1
		module.pin("P9", "float")
		assert uart.eval("p()") == 0, "the pull-down"
		uart.exec("Pin('P9', Pin.IN, Pin.PULL_UP)")
		assert module.pin("P9") == "high"
		uart.exec("q.value(1)")
		assert module.pin("P10") == "high" and module.status()["pins"]["P10"] == "high"
		uart.exec("q(0)")
		assert module.pin("P10") == "low"
		uart.exec("q.toggle()")
		assert module.pin("P10") == "high"


def test_one_net_three_names(module):
	"""Pin('P2'), Pin('G23'), Pin.exp_board.G23 and `lifeboat pin G23`."""
	with module.uart() as uart:
		uart.exec("from machine import Pin\na, b, c = Pin('P2', Pin.IN), Pin('G23', Pin.IN), Pin(Pin.exp_board.G23, Pin.IN)")
		for level, value in (("high", 1), ("low", 0)):
			module.pin("G23", level)
			assert uart.eval("[a(), b(), c(), Pin('P2')()]") == [value] * 4
			assert module.status()["pins"]["P2"] == level


def test_pin_irq(module):
	with module.uart() as uart:
		uart.exec("from machine import Pin\nseen = []\np = Pin('P11', Pin.IN, Pin.PULL_DOWN)\n"
		          "p.irq(lambda pin: seen.append(pin()), Pin.IRQ_RISING | Pin.IRQ_FALLING)")
		for level in ("high", "low", "high", "low"):
			module.pin("P11", level)
			assert uart.eval("len(seen)") > 0
		assert uart.eval("seen") == [1, 0, 1, 0]
		uart.exec("seen.clear()\np.irq(lambda pin: seen.append(pin()), Pin.IRQ_RISING)")
		for level in ("high", "low", "high", "low"):
			module.pin("P11", level)
			uart.eval("1")
		assert uart.eval("seen") == [1, 1]


def test_irq_wakes_a_sleeping_script(module):
	"""No polling: a script in time.sleep gets its handler run at once."""
	with module.uart() as uart:
		uart.start("from machine import Pin\nimport time\np = Pin('P11', Pin.IN, Pin.PULL_DOWN)\n"
		           "p.irq(lambda pin: print('edge'), Pin.IRQ_RISING)\nprint('ready')\ntime.sleep(5)")
		uart.expect("ready")
		module.pin("P11", "high")
		uart.expect("edge", 1)


def test_unknown_names_are_errors(module):
	with module.uart() as uart:
		uart.exec("import machine")
		for code in ("machine.Pin('P24')", "machine.Pin('X1')", "machine.Pin(99)", "machine.WDT(timeout=0)",
		             "machine.WDT(timeout=-5)", "machine.deepsleep(-1)"):
			assert re.search(r"ValueError|TypeError|OSError", uart.error_of(code)), code


def test_machine_main(module):
	module.put("/flash/boot.py", "import machine\nmachine.main('app.py')\n")
	module.put("/flash/app.py", "print('app ran')\n")
	module.put("/flash/main.py", "print('main ran')\n")
	with module.uart() as uart:
		uart.drop()
		module.reset()
		text = uart.expect(">>> ").decode()
	assert "app ran" in text and "main ran" not in text


def test_unique_id_is_kept(module):
	first = module.eval("__import__('machine').unique_id()")
	module.stop()
	module.start()
	assert module.eval("__import__('machine').unique_id()") == first and len(first) == 6


def test_machine_bootloader(modules):
	"""Into bootloader mode; without a word from a tool it leaves after 60 s; the reset switch leaves at once."""
	module = modules(clock=10).start()
	with module.watch("phase") as watch, module.uart() as uart:
		boot = watch.first["boot"]
		uart.start("import machine; machine.bootloader()")
		watch.until_event(lambda e: e["phase"] == "loader")
		assert module.status()["boot"]["mode"] == "loader"
		events = watch.until_event(lambda e: e["phase"] == "repl", 15)
		stayed = [e["t_ms"] for e in events if e["phase"] == "loader"]
		assert events[-1]["boot"] == boot + 2 and not stayed
	assert module.status()["boot"]["mode"] == "normal"
	with module.uart() as uart, module.watch("phase") as watch:
		uart.start("import machine; machine.bootloader()")
		watch.until_event(lambda e: e["phase"] == "loader")
	module.reset()
	assert module.status()["boot"]["mode"] == "normal"


def test_ctrl_f(module):
	"""At an empty friendly prompt: a hard reset into safe boot. With text in the line, or in raw or paste mode: not."""
	module.put("/flash/main.py", "print('main ran')")
	with module.uart() as uart, module.watch("phase") as watch:
		boot = watch.first["boot"]
		uart.prompt()
		uart.write("abc\x01\x06\x06X")  # Ctrl-A: to the start; Ctrl-F twice: forward
		uart.expect("X")
		uart.write("\r")
		assert b"abX" in uart.expect(re.compile(rb"NameError[^\n]*\n>>> $"))
		uart.write("\x05\x06\x03")
		uart.expect(re.compile(rb"KeyboardInterrupt.*>>> $|\r\n>>> $", re.S))
		uart.raw()
		uart.write("\x06print(1)\x04")
		uart.expect(">")
		uart.write("\x02")
		uart.expect(">>> ")
		assert module.hardware()["boot"] == boot
		uart.write("\x06")
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] == boot + 1)
		text = uart.expect(re.compile(rb"Safe boot: .*>>> $", re.S)).decode()
		assert "main ran" not in text
	boot = module.status()["boot"]
	assert (boot["mode"], boot["reason"], boot["cause"]) == ("safe", "request", "software")
	module.reset()
	assert module.status()["boot"]["mode"] == "normal"


def test_lifeboat_module(module):
	module.put("/flash/main.py", "print('main ran')")
	status = module.eval("__import__('lifeboat').status()")
	assert isinstance(status, dict)
	text = repr(status)
	assert "normal" in text and "factory" in text and "power-on" in text, status
	with module.uart() as uart, module.watch("phase") as watch:
		boot = watch.first["boot"]
		uart.start("import lifeboat; lifeboat.safe_boot()")
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
	assert module.status()["boot"]["mode"] == "safe" and module.status()["boot"]["reason"] == "request"
	status = module.eval("__import__('lifeboat').status()")
	assert "safe" in repr(status) and "request" in repr(status)


def test_request_is_forgotten_after_power_off(fast):
	"""After power-on retained RAM is noise."""
	with fast.uart() as uart, fast.watch("phase") as watch:
		uart.start("import lifeboat; lifeboat.safe_boot()")
		watch.until_event(lambda e: e["phase"] == "gate")
		fast.power("off")
		fast.power("on")
	fast.wait("repl")
	assert fast.status()["boot"]["mode"] == "normal"


def test_help_names_the_way_out(module):
	with module.uart() as uart:
		uart.prompt()
		text = uart.type("help()")
	assert "P12" in text and re.search(r"C(trl|TRL)-F", text)


def test_repl_has_history_and_completion(module):
	with module.uart() as uart:
		uart.prompt()
		uart.type("forty = 40")
		uart.write("fort\t + 2\r")
		uart.expect("42\r\n>>> ")
		uart.write("\x1b[A\x1b[D\x1b[C\r")
		uart.expect("42\r\n>>> ")
		uart.write("import mach\t\r")
		uart.expect("machine")
		uart.expect(">>> ")
		assert "machine" in uart.type("dir()")


def test_paste_mode(module):
	with module.uart() as uart:
		uart.prompt()
		out = uart.paste("def double(x):\n    return 2 * x\n\nprint(double(21))")
		assert out.endswith("42\r\n")


def test_mpy_import(module, scratch):
	"""Bytecode made on the host by MicroPython's own cross compiler."""
	compiler = pathlib.Path(harness.LIFEBOAT).resolve().parents[1] / "mpy-cross/mpy-cross"
	if not compiler.exists():
		pytest.skip("an installed command has no mpy-cross beside it")
	source, code = pathlib.Path(scratch, "answer.py"), pathlib.Path(scratch, "answer.mpy")
	source.write_text("def answer():\n    return 6 * 7\n")
	subprocess.run([compiler, "-o", code, source], check=True)
	module.mpremote("cp", code, ":/flash/lib/answer.mpy")
	assert module.eval("__import__('answer').answer()") == 42


def test_asyncio_and_native(module):
	with module.uart() as uart:
		assert uart.exec("import asyncio\nasync def f():\n  await asyncio.sleep_ms(10)\n  print('woke')\n"
		                 "asyncio.run(f())") == "woke\n"
		assert uart.exec("import micropython\n@micropython.native\ndef f(n):\n  s = 0\n"
		                 "  for i in range(n):\n    s += i\n  return s\n"
		                 "@micropython.viper\ndef g(n: int) -> int:\n  return n * 2\nprint(f(10), g(4))") == "45 8\n"


def test_memory_error_is_survived(module):
	with module.uart() as uart:
		assert "MemoryError" in uart.error_of("x = []\nwhile True: x.append(bytes(10000))")
		assert "RuntimeError" in uart.error_of("def f(): f()\nf()")
		uart.write(b"\x04")
		uart.expect("raw REPL")
		assert uart.eval("1 + 1") == 2
		assert uart.eval("__import__('pycom').get_free_heap()")


def test_deinit_of_uart0_kills_the_repl_until_a_hard_reset(fast):
	with fast.uart() as uart:
		uart.start("import machine; machine.UART(0).deinit()")
		uart.quiet(0.3)
		uart.write(b"\r\x03\x03\x02print(1)\r")
		assert uart.quiet(0.5) == b""
		fast.reset()
		uart.drop()
		assert uart.eval("1 + 1") == 2


def test_freq_idle_and_time(module):
	with module.uart() as uart:
		assert uart.eval("__import__('machine').freq()")
		uart.exec("import machine, time")
		begin = uart.eval("time.ticks_ms()")
		uart.exec("time.sleep_ms(200); machine.idle()")
		assert 200 <= uart.eval("time.ticks_diff(time.ticks_ms(), %d)" % begin) < 1500
