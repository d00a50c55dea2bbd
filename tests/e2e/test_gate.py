"""The gate on the real thing: pin P12, the LED, uart0, and what is left of it afterwards."""
import os
import re
import signal
import statistics

import pytest

from harness import DARK, GREEN, ORANGE, hold

WINDOWS = (  # hold in module seconds, toggle period of each window passed, confirming blinks
	(1.0, 1),
	(4.2, 2),
	(6.6, 3),
)


def go_through(module, hold_s):
	"""Resets with P12 high, releases after hold_s of module time from the LED's first light. Returns the gate's LED
	changes as (t_ms, colour), the text of uart0 up to the prompt, and for how long P12 really was held."""
	uart = module.uart()
	uart.prompt()
	with module.watch("led", "phase", "pin") as watch:
		module.pin("P12", "high")
		uart.drop()
		boot = watch.first["boot"]
		module.run("reset")
		events = watch.until_event(lambda e: e.get("rgb") == ORANGE)
		hold(watch, module.module_seconds(hold_s))
		module.pin("P12", "low")
		events += watch.until_event(lambda e: e.get("phase") == "repl" and e["boot"] > boot, 20)
	start = max(i for i, e in enumerate(events) if e.get("phase") == "gate")
	events = events[start:]
	leds = [(e["t_ms"], e["rgb"]) for e in events if e["event"] == "led"]
	while leds[0][1] == DARK:  # whatever the old boot's LED was, the reset made it dark
		del leds[0]
	script = [e["t_ms"] for e in events if e.get("phase") == "script"][0]
	released = [e["t_ms"] for e in events if e["event"] == "pin" and e["name"] == "P12"][0]
	text = uart.expect(">>> ").decode()
	uart.close()
	return [led for led in leds if led[0] <= script + 1], text, released - leds[0][0]


def green_blinks(leds):
	"""How often green was lit, and the lengths in ms of the lit times and of the dark ones between."""
	lit = [i for i, (_, colour) in enumerate(leds) if colour == GREEN]
	on = [leds[i + 1][0] - leds[i][0] for i in lit if i + 1 < len(leds)]
	off = [leds[b][0] - leds[a + 1][0] for a, b in zip(lit, lit[1:])]
	return len(lit), on, off


@pytest.mark.parametrize("hold_s, window", WINDOWS)
def test_windows(modules, hold_s, window):
	module = modules(clock=2).start()
	leds, text, held_ms = go_through(module, hold_s)
	blinks, on, off = green_blinks(leds)
	assert blinks == window, leds
	assert abs(sum(on + off) - (2 * window - 1) * 100) <= 100, (on, off)
	orange = [led for led in leds if led[1] == ORANGE or (led[1] == DARK and led[0] < leds[0][0] + hold_s * 1000)]
	assert 80 <= orange[0][0] <= 180, "the first light comes at the end of the 100 ms"
	for begin, end, period in ((0, 3000, 500), (3000, 6000, 250), (6000, 7500, 100)):
		end = min(end, hold_s * 1000)
		wanted = [orange[0][0] + edge for edge in range(begin + period, int(end), period)]
		off = [min(abs(t - edge) for t, _ in orange) for edge in wanted]
		if off:  # a busy host makes one edge or another late
			assert statistics.median(off) <= 30 and max(off) <= 150, (period, off)
		edges = len([t for t, _ in orange if orange[0][0] + begin + 50 < t <= orange[0][0] + end - 10])
		assert abs(edges - len(wanted)) <= 1, (period, orange)
	lines = [line for line in text.splitlines() if re.search(r"P12|[Ss]afe boot", line)]
	assert len([line for line in lines if "were not run" in line]) == 1, text
	status = module.status()
	assert status["boot"]["mode"] == "safe" and status["boot"]["reason"] == "pin"
	assert status["boot"]["slot"] == "factory"
	assert abs(status["boot"]["hold_ms"] - held_ms) <= 120, (status["boot"], held_ms)


def test_each_window_announces_itself(modules):
	"""One line a window, as the window begins and not at the end."""
	module = modules(clock=4).start()
	uart = module.uart()
	uart.prompt()
	with module.watch("led", "phase") as watch:
		module.pin("P12", "high")
		module.run("reset")
		watch.until_event(lambda e: e.get("rgb") == ORANGE)
		lines = []
		for _ in range(3):
			lines.append(uart.expect("\n", 3).decode().strip())
			lines[-1] or lines.__setitem__(-1, uart.expect("\n", 3).decode().strip())
		assert module.hardware()["phase"] == "gate", "the lines came too late"
		module.pin("P12", "low")
	module.wait("repl")
	assert len(set(lines)) == 3, lines
	assert all(re.search("safe boot", line, re.I) and "factory" in line for line in lines), \
		f"with one image every window leads to safe boot of factory, and says so: {lines}"


def test_decided_at_the_end_of_the_last_window(modules):
	"""A pin that is never released does not hold the module for ever."""
	module = modules(clock=10).start()
	module.pin("P12", "high")
	with module.watch("phase") as watch:
		boot = watch.first["boot"]
		module.run("reset")
		events = watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
	script = [e["t_ms"] for e in events if e["phase"] == "script"][-1]
	assert 7600 + 300 <= script <= 7600 + 300 + 900, "100 ms, 7.5 s, three blinks"
	status = module.status()
	assert status["boot"]["mode"] == "safe" and abs(status["boot"]["hold_ms"] - 7500) <= 100
	assert status["pins"]["P12"] == "high"


def test_at_the_real_pace(modules):
	"""The first window with the clock of the real module, every edge."""
	module = modules().start()
	module.put("/flash/main.py", "open('ran', 'w').close()")
	leds, text, held_ms = go_through(module, 2.38)
	orange = [t for t, colour in leds if colour in (ORANGE, DARK)][:5]
	late = [measured - wanted for measured, wanted in zip(orange, (100, 600, 1100, 1600, 2100))]
	assert len(late) == 5 and min(late) >= -2 and statistics.median(late) <= 20 and max(late) <= 90, orange
	blinks, on, off = green_blinks(leds)
	assert blinks == 1 and 60 <= on[0] <= 160
	assert "Safe boot:" in text and "boot.py and main.py were not run." in text
	assert "ran" not in module.eval("__import__('os').listdir('/flash')")
	status = module.status()
	assert abs(status["boot"]["hold_ms"] - held_ms) <= 40, (status["boot"], held_ms)
	hold_ms = status["boot"]["hold_ms"]
	cut = f"P12 was held for {hold_ms // 1000}.{hold_ms % 1000 // 100} s"
	assert cut in module.run("status").stdout, "not rounded"


def test_short_pulse_costs_nothing(fast):
	"""P12 high for less than the 100 ms is no wish for a safe boot."""
	module = fast
	with module.watch("phase", "led") as watch, module.control() as hand:
		boot = watch.first["boot"]
		assert hand.ask("pin", name="P12", level="high")["ok"]
		assert hand.ask("reset")["ok"]
		assert hand.ask("pin", name="P12", level="low")["ok"]
		events = watch.until_event(lambda e: e.get("phase") == "repl" and e["boot"] > boot)
	boot = module.status()["boot"]
	if boot["mode"] == "safe":  # this machine was so slow that 10 ms of it were over before the hand let go
		assert any(e.get("rgb") == ORANGE for e in events)
		pytest.skip("the host was too slow to press for less than 10 ms")
	assert boot["reason"] == "none" and not any(e.get("rgb") == ORANGE for e in events)


def test_not_persistent(fast):
	fast.put("/flash/main.py", "print('main ran')")
	before = fast.hardware().get("flash")
	fast.safe_boot(1.0)
	status = fast.status()
	assert status["boot"]["mode"] == "safe"
	with fast.uart() as uart:
		uart.drop()
		fast.reset()
		text = uart.expect(">>> ").decode()
		assert "main ran" in text and "Safe boot" not in text
	assert fast.status()["boot"]["mode"] == "normal" and fast.status()["boot"]["hold_ms"] == 0
	after = fast.hardware().get("flash")
	assert before is not None and (before["programs"], before["erases"]) == (after["programs"], after["erases"]), \
		"a safe boot and a normal boot write no flash"


def test_safe_boot_lasts_over_soft_resets(fast):
	fast.put("/flash/main.py", "print('main ' + 'ran')")
	fast.safe_boot()
	with fast.uart() as uart:
		uart.prompt()
		uart.write(b"\x04")
		text = uart.expect(re.compile(rb"soft reboot.*>>> $", re.S)).decode()
		assert "main ran" not in text and "Safe boot" in text
		uart.write("import sys; sys.exit()\r")
		text = uart.expect(re.compile(rb"soft reboot.*>>> $", re.S)).decode()
		assert "main ran" not in text
	assert fast.status()["boot"]["mode"] == "safe"
	fast.mpremote("soft-reset")
	assert fast.mpremote("exec", "print('hel' + 'lo')").stdout == b"hello\r\n"


def test_heartbeat_is_orange_in_safe_boot(fast):
	fast.safe_boot()
	with fast.watch("led") as watch:
		events = watch.until_event(lambda e: e["mode"] == "heartbeat" and e["rgb"] != DARK)
	red, green, blue = (int(events[-1]["rgb"][i:i + 2], 16) for i in (1, 3, 5))
	assert red > green > 0 and blue == 0, events[-1]


def test_g23_low_leads_to_the_loader(module):
	module.put("/flash/main.py", "print('main ran')")
	module.pin("G23", "low")
	uart = module.uart()
	uart.drop()
	module.run("reset")
	module.wait("loader")
	assert module.status()["pins"]["P2"] == "low", "G23 and P2 are one net"
	assert module.status()["boot"]["mode"] == "loader"
	module.reset("loader")
	module.pin("G23", "float")
	assert module.status()["pins"]["P2"] == "high", "the pull-up"
	module.reset()
	assert module.status()["boot"]["mode"] == "normal"


def test_g23_wins_over_p12(fast):
	fast.pin("G23", "low")
	fast.pin("P12", "high")
	fast.run("reset")
	fast.wait("loader")
	fast.pin("P12", "low")
	fast.pin("G23", "float")
	fast.reset()
	assert fast.status()["boot"]["mode"] == "normal"


def test_no_gate_after_a_wake(modules):
	"""After a deep-sleep wake P12 belongs to the application."""
	module = modules(clock=4).start()
	module.pin("P12", "high")
	with module.watch("phase", "led") as watch:
		boot = watch.first["boot"]
		with module.uart() as uart:
			uart.start("import machine; machine.deepsleep(400)")
			events = watch.until_event(lambda e: e.get("phase") == "sleep")
			events += watch.until_event(lambda e: e.get("phase") == "repl" and e["boot"] > boot)
	assert not any(e.get("rgb") == ORANGE for e in events)
	status = module.status()
	assert status["boot"]["cause"] == "deep-sleep" and status["boot"]["mode"] == "normal"
	assert status["pins"]["P12"] == "high"


def test_gate_after_every_other_reset(modules):
	"""Power, switch, machine.reset(), watchdog, fault: P12 works after each."""
	for cause in ("power-on", "switch", "software", "watchdog", "fault"):
		module = modules(clock=10).start()
		module.pin("P12", "high")
		with module.watch("phase", "led") as watch:
			uart = module.uart()
			if cause == "power-on":
				module.power("off")
				module.power("on")
			elif cause == "switch":
				module.run("reset")
			elif cause == "software":
				uart.start("import machine; machine.reset()")
			elif cause == "watchdog":
				uart.start("import machine; machine.WDT(timeout=1000)\nwhile True: pass")
			else:
				os.kill(module.hardware()["cpu_pid"], signal.SIGSEGV)
			watch.until_event(lambda e: e.get("rgb") == ORANGE)
			hold(watch, 0.05)
			module.pin("P12", "low")
			watch.until_event(lambda e: e.get("phase") == "repl")
		boot = module.status()["boot"]
		assert (boot["mode"], boot["reason"], boot["cause"]) == ("safe", "pin", cause)
		module.stop()
