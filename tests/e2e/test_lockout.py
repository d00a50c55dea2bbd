"""A module that its owner locked himself out of, and every way back in.

Each script is tried in two forms. As a beginner writes it: Ctrl-C still works, and mpremote gets in. With Ctrl-C dead:
mpremote and Ctrl-C get nowhere for ten seconds, and then pin P12 does.
"""
import concurrent.futures
import contextlib
import os
import random
import re
import signal
import subprocess
import time

import pytest

import clients
import harness

# What a beginner writes; each tells that it runs.
BUSY = "print('locked', 'in')\nwhile True:\n    pass\n"
SOCKET = """import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(socket.getaddrinfo('127.0.0.1', 0)[0][-1])
s.listen(1)
print('locked', 'in')
s.accept()
"""
SLEEP = "import time\nprint('locked', 'in')\ntime.sleep(10000000)\n"
ASYNC = """import asyncio
async def main():
    print('locked', 'in')
    await asyncio.sleep(1000000)
asyncio.run(main())
"""
INPUT = "print('locked', 'in')\nimport sys\nwhile True:\n    if sys.stdin.read(1) == 'q': break\n"
BEGINNER = {"busy": BUSY, "socket": SOCKET, "sleep": SLEEP, "asyncio": ASYNC, "stdin": INPUT}

# The same with Ctrl-C dead.
NATIVE = """import micropython
@micropython.native
def loop():
    while True:
        pass
print('locked', 'in')
loop()
"""
SWALLOW = """print('locked', 'in')
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
DEAD = {
	"kbd_intr": "import micropython\nmicropython.kbd_intr(-1)\n" + BUSY,
	"kbd_intr_sleep": "import micropython\nmicropython.kbd_intr(-1)\n" + SLEEP,
	"kbd_intr_socket": "import micropython\nmicropython.kbd_intr(-1)\n" + SOCKET,
	"native": NATIVE,
	"dupterm": "import os\nprint('locked', 'in')\nos.dupterm(None)\nwhile True:\n    pass\n",
	"swallow": SWALLOW,
}


def lock(module, script, text):
	"""Installs a script and resets; returns when the script says that it holds the module."""
	module.put(f"/flash/{script}", text)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in", 10)
	module.wait("script", 5)


@pytest.mark.parametrize("kind", BEGINNER)
@pytest.mark.parametrize("script", ["boot.py", "main.py"])
def test_ctrl_c_rescues_a_beginner(module, kind, script):
	lock(module, script, BEGINNER[kind])
	# boot.py runs again at mpremote's soft reset, so it is told not to make one
	resume = ["resume"] if script == "boot.py" else []
	assert module.mpremote(*resume, "exec", "print('let', 'in')").stdout == b"let in\r\n"
	assert module.mpremote(*resume, "fs", "rm", f":/flash/{script}")
	module.reset()
	assert module.status()["boot"]["mode"] == "normal"
	assert module.eval("2 + 2") == 4


@pytest.mark.parametrize("kind", BEGINNER)
def test_ctrl_c_by_hand(module, kind):
	"""In a terminal: Ctrl-C ends main.py with a traceback and gives the prompt at once."""
	lock(module, "main.py", BEGINNER[kind])
	with module.uart() as uart, module.watch("phase") as watch:
		uart.drop()
		uart.write(b"\x03")
		text = uart.expect(">>> ", 2).decode()
		assert "KeyboardInterrupt" in text
		if watch.first["phase"] != "repl":
			watch.until_event(lambda e: e["phase"] == "repl")
		assert uart.type("1 + 1") == "2\r\n"


TRY_S = 0.5


def try_ten_times(module):
	"""mpremote, and Ctrl-C by hand twice a second; returns all that mpremote said until it was ended or gave up."""
	client = subprocess.Popen(module.mpremote_args("exec", "print('let', 'in')"), stdout=subprocess.PIPE,
	                          stderr=subprocess.PIPE, env=harness.environment(), stdin=subprocess.DEVNULL)
	for _ in range(10):
		try:
			client.wait(TRY_S)
		except subprocess.TimeoutExpired:
			pass
		with module.control() as line, module.watch("phase") as watch:
			assert line.ask("attach")["ok"]
			line.send(b"\x03\x03")
			if client.returncode is not None:
				harness.hold(watch, TRY_S)
	client.kill()
	return b"".join(client.communicate())


def lock_and_rescue(make, name, text):
	"""One whole story; returns what was wrong, or None. boot.py and main.py both hold the module, so the rescue goes
	through the hardest case: plain mpremote, which soft-resets first."""
	module = make(clock=10 if name != "kbd_intr" else 1)
	module.start()
	try:
		lock(module, "boot.py", text)
		said = try_ten_times(module)
		if b"let in" in said:
			return f"{name}: mpremote got in: {said!r}"
		status = module.status()
		if status["phase"] != "script" or status["boot"]["cause"] != "switch":
			return f"{name}: the lock-out did not last: {status}"
		module.safe_boot(1.0)
		status = module.status()
		if (status["boot"]["mode"], status["boot"]["reason"]) != ("safe", "pin"):
			return f"{name}: P12 did not rescue: {status['boot']}"
		module.mpremote("fs", "rm", ":/flash/boot.py")
		module.reset()
		if module.status()["boot"]["mode"] != "normal" or module.eval("3 * 3") != 9:
			return f"{name}: not normal after the rescue"
		module.stop()
	except AssertionError as error:
		return f"{name}: {error}"
	return None


def test_p12_rescues_when_ctrl_c_is_dead(modules):
	"""All at once, because each of them waits for five seconds in which nothing must happen."""
	with concurrent.futures.ThreadPoolExecutor(len(DEAD)) as pool:
		results = list(pool.map(lambda item: lock_and_rescue(modules, *item), DEAD.items()))
	assert not any(results), "\n".join(filter(None, results))


def test_while_true_in_boot_py_and_plain_mpremote_in_safe_boot(module):
	"""The soft reset that mpremote begins with would start boot.py again; in a safe boot it does not."""
	lock(module, "boot.py", BUSY)
	module.safe_boot(0.5)
	listing = module.mpremote("fs", "ls", ":/flash").stdout
	assert b"boot.py" in listing
	module.mpremote("fs", "rm", ":/flash/boot.py")
	module.reset()
	assert "boot.py" in module.eval("__import__('os').listdir('/flash')"), "a fresh one in its place"
	assert module.eval("open('/flash/boot.py').read()").startswith("# boot.py")


@pytest.mark.parametrize("script", ["boot.py", "main.py"])
def test_sys_exit_locks_nobody_out(module, script):
	module.put(f"/flash/{script}", "import sys\nprint('round')\nsys.exit()\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		for _ in range(3):
			uart.expect("round")
	assert module.mpremote("resume", "exec", "print('let', 'in')").stdout == b"let in\r\n"
	module.run("reset")
	assert module.mpremote("exec", "print('let', 'in')").stdout == b"let in\r\n"
	module.mpremote("resume", "fs", "rm", f":/flash/{script}")
	module.reset()


WORD = b"The scripts end in sys.exit() soon after their start"


EXITS = "import sys, time\nprint('round', time.ticks_ms())\nsys.exit()\n"


def between_runs_ms(console, count):
	"""The module's time from one run to the next, for each."""
	rounds = [int(console.expect(re.compile(rb"round \d+\r\n")).split()[-1]) for _ in range(count + 1)]
	return [later - earlier for earlier, later in zip(rounds, rounds[1:])]


def test_three_early_exits_in_a_row_widen_the_window(modules):
	"""To one second, said once after each reset; a Ctrl-C anywhere in it leads to the prompt."""
	harness.together(lambda script: exit_early(modules().start(), script), ["boot.py", "main.py"])


def exit_early(module, script):
	module.put(f"/flash/{script}", EXITS)
	for _ in range(2):
		with module.uart() as uart:
			uart.drop()
			module.run("reset")
			gaps = between_runs_ms(uart, 6)
			assert min(gaps[:2]) < 900 and min(gaps[2:]) >= 1000, gaps
			assert uart.seen.count(WORD) == 1
			uart.expect("soft reboot")
			uart.quiet(0.6)
			uart.write(b"\x03")
			assert b"round" not in uart.expect(">>> ")


def test_the_users_watchdog_does_not_end_the_window(module):
	module.put("/flash/main.py", "import machine\nmachine.WDT(timeout=400)\n" + EXITS)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		boot = module.hardware()["boot"]
		uart.expect(WORD)
		assert min(between_runs_ms(uart, 2)) >= 1000 and module.hardware()["boot"] == boot
		uart.write(b"\x03")
		uart.expect(">>> ")


def test_late_exits_leave_the_window_as_it_is(modules):
	"""A program that restarts itself every hour is no reason to wait; nor are two early exits and a late one."""
	module = modules(clock=20).start()
	module.put("/flash/main.py", "import sys, time\nwith open('runs', 'a+') as f:\n    f.write('x')\n    n = f.tell()\n"
	           "if n % 3 == 0: time.sleep(10.5)\nprint('round')\nsys.exit()\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		for _ in range(10):
			uart.expect("round")
		assert WORD not in uart.seen


@pytest.mark.parametrize("end", ["sys.exit()", "raise SystemExit", "import machine; machine.soft_reset()"])
def test_a_boot_py_that_exits_does_not_keep_a_client_out(module, end):
	"""Plain mpremote, which soft-resets in the raw REPL first; so by telnet."""
	module.put("/flash/boot.py", f"import sys\nprint('round')\n{end}\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		for _ in range(2):
			uart.expect("round")
	for _ in range(2):
		assert module.mpremote("exec", "print('let', 'in')").stdout == b"let in\r\n"
	with clients.Telnet(module.status()["net"]) as telnet:
		telnet.raw()
		telnet.write(b"\x04")
		telnet.expect(re.compile(rb"soft reboot\r\n.*round\r\n.*raw REPL; CTRL-B to exit\r\n>", re.S))
		assert telnet.eval("6 * 7") == 42
	module.mpremote("fs", "rm", ":boot.py")
	module.reset()
	assert module.eval("6 * 7") == 42


# A second or so in native code, which ends in an exception without looking for a Ctrl-C again.
ENDS_NATIVELY = """import sys
def end(raiser):
    next(map(raiser, filter((b'a' * 300000).find, [b'a' * 150000 + b'b'])))
print('round')
"""


@pytest.mark.parametrize("script, end", [
	("boot.py", "end(sys.exit)"), ("main.py", "end(sys.exit)"), ("boot.py", "end(int)"),
])
def test_ctrl_c_in_the_last_moment_of_a_script(module, script, end):
	"""A script's own exception overtakes the Ctrl-C; sent once only, it must count all the same."""
	if script == "boot.py":
		module.put("/flash/main.py", "print('main', 'runs')\n")
	module.put(f"/flash/{script}", ENDS_NATIVELY + end + "\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("round")
		uart.write(b"\x03")
		said = uart.expect(">>> ")
		assert b"round" not in said and b"main runs" not in said
		assert uart.eval("6 * 7") == 42


def test_reset_loop_is_left_by_p12(fast):
	"""A main.py that resets the module as soon as it runs."""
	fast.put("/flash/main.py", "import machine\nprint('again')\nmachine.reset()\n")
	with fast.uart() as uart:
		uart.drop()
		fast.run("reset")
		for _ in range(3):
			uart.expect("again")
	fast.safe_boot()
	assert fast.status()["boot"]["mode"] == "safe"
	fast.mpremote("fs", "rm", ":/flash/main.py")
	fast.reset()
	assert fast.status()["boot"]["mode"] == "normal"


def test_watchdog_ends_a_native_loop(fast):
	"""Nothing inside the CPU can end it; the watchdog counts outside."""
	fast.put("/flash/main.py", "import machine, micropython\n"
	         "if machine.reset_cause() == machine.WDT_RESET: raise RuntimeError('was the watchdog')\n"
	         "wdt = machine.WDT(timeout=2000)\n"
	         "@micropython.native\ndef loop():\n    while True:\n        pass\nprint('locked', 'in')\nloop()\n")
	with fast.uart() as uart, fast.watch("phase") as watch:
		uart.drop()
		boot = watch.first["boot"]
		fast.run("reset")
		uart.expect("locked in")
		events = watch.until_event(lambda e: e["boot"] == boot + 2 and e["phase"] == "repl")
		uart.expect(re.compile(rb"RuntimeError: was the watchdog\r\n.*>>> ", re.S))
	assert [e["boot"] for e in events if e["phase"] == "script"] == [boot + 1, boot + 2]
	assert fast.status()["boot"]["cause"] == "watchdog"


def test_dead_cpu_freezes_the_led(fast):
	"""The heartbeat is the firmware's: a CPU that masks everything beats no more (so a user sees that it hangs)."""
	with fast.watch("led") as watch:
		watch.until_event(lambda e: e["mode"] == "heartbeat")
		pid = fast.hardware()["cpu_pid"]
		os.kill(pid, signal.SIGSTOP)
		try:
			harness.until(lambda: harness.process_state(pid) == "T", 2, "CPU stopped")
			watch.ask("status")  # what it sent before that is behind us with the reply
			watch.ask("status")
			watch.events.clear()
			with pytest.raises(TimeoutError):
				watch.line(fast.module_seconds(9))
		finally:
			os.kill(pid, signal.SIGCONT)
		watch.until_event(lambda e: e["mode"] == "heartbeat")


HANDS = ("reset", "off", "on", "on", "kill", "fault", "P12 high", "P12 low", "G23 low", "G23 float", "\x03",
         "print(1)\r", "\x03\x02\x04", "\x03\x02\x06", "\x03\x02import machine; machine.reset()\r",
         "\x03\x02import machine; machine.deepsleep(300)\r", "\x03\x02import machine; machine.bootloader()\r")
WRITES = """import time
for i in range(5):
    with open('/flash/n%d' % (i % 3), 'w') as f: f.write('x' * 500)
    time.sleep_ms(30)
"""


def act(module, control, action):
	"""One thing that a hand, a script or misfortune does to the module."""
	if action in ("off", "on"):
		assert control.ask("power", on=action == "on")["ok"]
	elif action == "reset":
		control.ask("reset")  # refused while the power is off
	elif action in ("kill", "fault"):
		pid = control.ask("status")["cpu_pid"]
		if pid:
			with contextlib.suppress(ProcessLookupError):
				os.kill(pid, signal.SIGKILL if action == "kill" else signal.SIGSEGV)
	elif action[0] in "PG" and " " in action:
		name, level = action.split()
		assert control.ask("pin", name=name, level=level)["ok"]
	else:
		with harness.Uart(os.path.join(module.folder, "uart0")) as uart:
			uart.write(action)


@pytest.mark.parametrize("seed", [1, 2])
def test_always_a_way_in(fast, seed):
	"""Two hundred things in any order and at any pace, among them power cuts while files are written: afterwards P12
	leads to a safe boot, as always, and /flash is there."""
	rng = random.Random(seed)
	fast.put("/flash/main.py", WRITES)
	with fast.watch("phase") as watch, fast.control() as control:
		for _ in range(200):
			act(fast, control, rng.choice(HANDS))
			harness.hold(watch, rng.choice([0, 0, 0.002, 0.01, 0.03]))
			assert control.ask("status")["ok"]
		for name in ("P12", "G23"):
			assert control.ask("pin", name=name, level="float")["ok"]
		assert control.ask("power", on=True)["ok"]
	fast.safe_boot(0.5)
	assert fast.status()["boot"]["mode"] == "safe" and fast.hardware()["boot"] > 20
	assert "main.py" in fast.eval("__import__('os').listdir('/flash')")
