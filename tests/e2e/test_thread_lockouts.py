"""Threads, and whoever wants to get in: the console, the soft reset, and threads that hang."""
import re
import time

import pytest

from ota import sign, update

# Holds the interpreter for good.
NATIVE = """import _thread, micropython
@micropython.native
def hold():
    while True:
        pass
"""
VIPER = NATIVE.replace("native", "viper")
SWALLOW = """import _thread
def hold():
    while True:
        try:
            while True: pass
        except BaseException: pass
"""


# --- the console

def test_ctrl_c_is_the_main_threads(module):
	module.put("/flash/main.py", "import _thread, time\nn = 0\ndef run():\n    global n\n    while True:\n        n += 1\n"
	           "_thread.start_new_thread(run, ())\nprint('locked', 'in')\nwhile True: pass\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in")
		uart.write(b"\x03")
		uart.expect("KeyboardInterrupt")
		uart.expect(">>> ")
		first = uart.eval("n")
		assert uart.eval("n") > first, "the thread goes on"


@pytest.mark.parametrize("wait", ["lock.acquire()", "lock.acquire(1, 1000)", "time.sleep(1000)", "sys.stdin.read(1)"])
def test_ctrl_c_ends_what_the_main_thread_waits_in(module, wait):
	with module.uart() as uart:
		uart.start("import _thread, time, sys\nlock = _thread.allocate_lock()\ndef hold():\n    lock.acquire()\n"
		           "    while True: time.sleep_ms(100)\n_thread.start_new_thread(hold, ())\ntime.sleep_ms(50)\nprint('go')\n"
		           + wait)
		uart.expect("go\r\n")
		uart.write(b"\x03")
		assert "KeyboardInterrupt" in uart.finish(5)[1]


def test_a_thread_that_eats_the_console_leaves_the_prompt_alone(module):
	module.put("/flash/main.py", "import _thread, sys, time\neaten = []\ndef eat():\n"
	           "    while True: eaten.append(sys.stdin.read(1))\n"
	           "_thread.start_new_thread(eat, ())\nprint('locked', 'in')\nwhile True: time.sleep(1)\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in")
		uart.write(b"abc")
		time.sleep(0.2)
		uart.write(b"\x03")
		uart.expect(">>> ")
		assert uart.eval("6 * 7") == 42
		assert uart.eval("eaten[:3]") == ["a", "b", "c"]
	assert module.mpremote("exec", "print('let', 'in')").stdout == b"let in\r\n"


def test_input_in_a_thread_and_the_prompt(module):
	"""The prompt's line is its own, also when a thread asks for one in the middle of it."""
	with module.uart() as uart:
		uart.prompt()
		uart.type("import _thread, time")
		uart.type("got = []")
		uart.type("_ = _thread.start_new_thread(lambda: (time.sleep_ms(600), got.append(input('name? '))), ())")
		uart.write(b"6 *")
		uart.expect("name? ")
		uart.write(b" 7\r")
		uart.expect("42\r\n>>> ")
		uart.write("time.sleep(1)\rpycom\r")
		uart.expect(re.compile(rb">>> $"), 5)
		assert uart.eval("got") == ["pycom"]


# --- the soft reset

def test_a_soft_reset_ends_threads(module):
	"""Busy, asleep, in a lock, in a socket, in a poll: each gets SystemExit, and what is there to clean up is."""
	with module.uart() as uart:
		boot = module.hardware()["cpu_pid"]
		uart.exec("""import _thread, time, socket, os
lock = _thread.allocate_lock()
lock.acquire()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0))
def busy():
    while True: pass
def sleep(): time.sleep(1000)
def acquire(): lock.acquire()
def receive(): s.recv(1)
def tidy():
    try: time.sleep(1000)
    finally: open('/flash/tidy', 'w').write('was here')
def first():
    try: time.sleep(1000)
    except SystemExit: pass
    time.sleep(1000)
def swallows():
    while True:
        try: time.sleep(1)
        except BaseException: pass
for f in (busy, sleep, acquire, receive, tidy, first, swallows): _thread.start_new_thread(f, ())
time.sleep_ms(100)
""")
		start = time.monotonic()
		uart.prompt()
		uart.write(b"\x04")
		uart.expect("MPY: soft reboot\r\n")
		uart.expect(">>> ", 5)
		assert time.monotonic() - start < 4
		assert module.hardware()["cpu_pid"] == boot, "no hard reset"
		assert uart.eval("open('/flash/tidy').read()") == "was here"
		uart.exec("import os; os.remove('/flash/tidy')")
		assert uart.eval("__import__('_thread').stack_size()") == 0


def test_threads_that_print_and_allocate_through_many_soft_resets(module):
	with module.uart() as uart:
		pid = module.hardware()["cpu_pid"]
		for _ in range(8):
			uart.exec("""import _thread, time
def run(n):
    while True:
        x = ['%d %d' % (n, i) for i in range(20)]
        if n == 0: print('.', end='')
for n in range(5): _thread.start_new_thread(run, (n,))
time.sleep_ms(30)
""")
			uart.write(b"\x03\x03\x02")
			uart.expect(re.compile(rb">>> "))
			uart.write(b"\r\x04")
			uart.expect("MPY: soft reboot\r\n")
			uart.expect("MicroPython", 6)
		assert module.hardware()["cpu_pid"] == pid


def test_a_thread_that_does_not_end_makes_it_a_hard_reset(module):
	"""In native code, which starts to hold when the soft reset does: SystemExit sets it off."""
	code = (NATIVE + "import time\ndef late():\n    try: time.sleep(1000)\n    finally: hold()\n"
	        "_thread.start_new_thread(late, ())\n")
	for safe in (False, True):
		with module.uart() as uart:
			if safe:
				module.safe_boot()
			uart.exec(code + "time.sleep_ms(100)\n")
			pid = module.hardware()["cpu_pid"]
			uart.prompt()
			start = time.monotonic()
			uart.write(b"\x04")
			uart.expect("A thread of the script has not ended within 2 s: hard reset.\r\n", 10)
			assert 1.5 < time.monotonic() - start < 6
			uart.expect(">>> ", 10)
			assert module.hardware()["cpu_pid"] != pid
			assert module.status()["boot"]["mode"] == ("safe" if safe else "normal")
			assert module.status()["boot"]["cause"] == "software"
	module.reset()


# Writes for ever from the soft reset on, and never looks whether it is to end.
WRITES = """import _thread, micropython, time
file = open('/flash/w', 'w')
data = b'x' * 300
@micropython.native
def write():
    while True:
        file.seek(0)
        file.write(data)
        file.flush()
def late():
    try: time.sleep(1000)
    finally: write()
_thread.start_new_thread(late, ())
time.sleep_ms(100)
"""


def test_a_reset_waits_for_the_flash(module):
	"""The hard reset for a thread that does not end, which is within a flash operation most of the time."""
	for _ in range(3):
		with module.uart() as uart:
			uart.exec(WRITES)
			uart.prompt()
			programs = module.hardware()["flash"]["programs"]
			uart.write(b"\x04")
			uart.expect("hard reset.\r\n", 10)
			uart.expect(">>> ", 10)
			assert module.hardware()["flash"]["programs"] > programs + 20
			assert module.hardware()["flash"]["torn"] == 0


@pytest.mark.parametrize("call, cause", [("reset()", "software"), ("deepsleep(300)", "deep-sleep")])
def test_resets_from_a_thread(module, call, cause):
	with module.uart() as uart:
		uart.start(f"import _thread, machine, time\n_thread.start_new_thread(lambda: machine.{call}, ())\ntime.sleep(100)\n")
		uart.expect("MicroPython", 10)
	module.wait("repl")
	assert module.status()["boot"]["cause"] == cause


# --- hanging threads are lock-outs like others

LOCKOUTS = {
	"native": NATIVE + "print('locked', 'in')\n_thread.start_new_thread(hold, ())\nimport time\ntime.sleep(1)\n",
	"viper": VIPER + "print('locked', 'in')\n_thread.start_new_thread(hold, ())\nimport time\ntime.sleep(1)\n",
	"irq": "import _thread, machine, time\ndef hold():\n    machine.disable_irq()\n    while True: pass\n"
	       "print('locked', 'in')\n_thread.start_new_thread(hold, ())\ntime.sleep(1)\n",
	"lock": "import _thread, micropython, network\nlock = _thread.allocate_lock()\ndef hold():\n"
	           "    lock.acquire()\n    while True: pass\n"
	        "micropython.kbd_intr(-1)\nnetwork.WLAN().deinit()\n_thread.start_new_thread(hold, ())\nimport time\n"
	                   "time.sleep_ms(50)\n"
	        "print('locked', 'in')\nlock.acquire()\n",
	"stdin": "import _thread, micropython, sys\nmicropython.kbd_intr(-1)\ndef eat():\n    while True: sys.stdin.read(1)\n"
	         "_thread.start_new_thread(eat, ())\nprint('locked', 'in')\nwhile True: pass\n",
	"radio": "import _thread, micropython, network, time\nmicropython.kbd_intr(-1)\ndef off():\n    while True:\n"
	         "        network.WLAN().deinit()\n        time.sleep_ms(10)\n_thread.start_new_thread(off, ())\n"
	                    "print('locked', 'in')\n"
	         "while True: pass\n",
	"del": "import _thread, gc\nclass F:\n    def __del__(self):\n        while True: pass\ndef hold():\n    F()\n"
	           "    gc.collect()\n"
	       "print('locked', 'in')\n_thread.start_new_thread(hold, ())\nwhile True: pass\n",
}


@pytest.mark.parametrize("kind", LOCKOUTS)
def test_p12_rescues(module, kind):
	module.put("/flash/main.py", LOCKOUTS[kind])
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in", 10)
		time.sleep(0.2)
		module.rescue(uart)
	module.reset()
	assert module.eval("6 * 7") == 42


@pytest.mark.parametrize("code", [
	SWALLOW + "_thread.start_new_thread(hold, ())\nprint('locked', 'in')\nwhile True: pass\n",
	LOCKOUTS["lock"].replace("micropython.kbd_intr(-1)\nnetwork.WLAN().deinit()\n", ""),
	LOCKOUTS["stdin"].replace("micropython.kbd_intr(-1)\n"
	           "", ""), LOCKOUTS["radio"].replace("micropython.kbd_intr(-1)\n", ""),
], ids=["swallows", "lock", "stdin", "radio"])
def test_ctrl_c_and_soft_reset_rescue(module, code):
	module.put("/flash/main.py", code)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in", 10)
		pid = module.hardware()["cpu_pid"]
		uart.write(b"\x03")
		uart.expect(">>> ", 5)
		assert uart.eval("6 * 7") == 42
		uart.exec("import os; os.remove('/flash/main.py')")
		uart.prompt()
		uart.write(b"\x04")
		uart.expect("MPY: soft reboot\r\n")
		uart.expect(">>> ", 6)
		assert module.hardware()["cpu_pid"] == pid


def test_the_watchdog_ends_a_thread_that_holds(modules):
	module = modules(clock=10).start()
	module.put("/flash/main.py", "import machine\n"
	           "if machine.reset_cause() == machine.WDT_RESET: raise RuntimeError('was the dog')\n"
	           + NATIVE + "machine.WDT(timeout=3000)\nprint('locked', 'in')\n_thread.start_new_thread(hold, ())\n"
	                      "while True: pass\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in")
		uart.expect("RuntimeError: was the dog", 20)


def test_a_trial_with_a_thread_that_holds_is_rolled_back(modules, tmp_path):
	module = modules(clock=20).start()
	with module.uart() as uart:
		uart.put("/flash/main.py", NATIVE + "import lifeboat, time\nprint('round', lifeboat.status()['on_trial'])\n"
		         "if lifeboat.status()['on_trial']: _thread.start_new_thread(hold, ())\ntime.sleep(1)\nprint('well')\n")
		update(uart, sign(tmp_path, "1.1.0"))
		uart.drop()
		module.run("reset")
		uart.expect("Reverted: 1.1.0 in ota_0 was not confirmed", 60)
	assert module.status()["record"]["last_change"] == "rolled back"
	assert module.status()["boot"]["slot"] == "factory"
