"""Callbacks that do not end: Ctrl-C ends them and the program, and the servers answer meanwhile."""
import re
import time

import pytest

import clients

HANG = "import gc, machine, micropython, re, time\ndef hang(_=None):\n    print('hangs')\n    while True: pass\n"
PIN = "pin = machine.Pin('P10', machine.Pin.OUT)\npin.irq(hang, machine.Pin.IRQ_RISING, hard={})\npin(0)\npin(1)\n"
AGAIN = "def again(_):\n    micropython.schedule(again, 0)\n    hang()\nmicropython.schedule(again, 0)\n"
CATCHES = "def catches(_):\n    try: hang()\n    except: pass\nmicropython.schedule(catches, 0)\n"
DEVICE = """import os
class Device:
    def readblocks(self, *_): hang()
    def writeblocks(self, *_): hang()
    def ioctl(self, what, _): return {4: 50, 5: 512}.get(what, 0)
"""
# A file that is closed by the collector, with the heap locked: no frame of these may need the heap.
DELETED = """import os
data = bytearray(50 * 512)
def write(at, buffer):
    data[at:at + len(buffer)] = buffer
class Device:
    hangs = False
    def readblocks(self, block, buffer, offset=0):
        if self.hangs: hang()
        buffer[:] = data[block * 512 + offset:block * 512 + offset + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        if self.hangs: hang()
        write(block * 512 + offset, buffer)
    def ioctl(self, what, _): return {4: 50, 5: 512}.get(what, 0)
device = Device()
os.VfsLfs2.mkfs(device)
files = os.VfsLfs2(device)
def leave(name): files.open(name, 'w').write('x')
for name in 'abcdefgh': leave(name)
device.hangs = True
gc.collect()
"""
CALLBACKS = {
	"timer": "machine.Timer(-1, period=5, callback=hang)\n",
	"timer once": "machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=5, callback=hang)\n",
	"alarm": "machine.Timer.Alarm(hang, ms=5, periodic=True)\n",
	"pin": PIN.format(False),
	"hard pin": PIN.format(True),
	"scheduled": "for i in range(8): micropython.schedule(hang, i)\n",
	"scheduled again": AGAIN,
	"catches": CATCHES,
	"__del__": DELETED,
	"sort key": "sorted([1, 2], key=hang)\n",
	"re": "re.sub('a', hang, 'aa')\n",
	"block device": DEVICE + "os.VfsLfs2.mkfs(Device())\n",
	"scheduled block device": DEVICE + "micropython.schedule(lambda _: os.VfsLfs2.mkfs(Device()), 0)\n",
}


@pytest.mark.parametrize("kind", CALLBACKS)
def test_ctrl_c_ends_callback_and_program(module, kind):
	with module.uart() as uart:
		uart.start(HANG + CALLBACKS[kind] + "while True: time.sleep(1)\n")
		uart.expect("hangs\r\n")
		time.sleep(0.3)
		uart.write("\x03")
		assert "KeyboardInterrupt" in uart.finish()[1]
		uart.drop()
		assert b"hangs" not in uart.quiet(0.2), "what called it does so no longer"
		assert uart.eval("6 * 7") == 42


@pytest.mark.parametrize("kind", ["timer", "alarm", "pin", "hard pin", "scheduled", "scheduled again"])
def test_ctrl_c_ends_a_callback_at_the_prompt(module, kind):
	with module.uart() as uart:
		uart.write("\x05" + HANG + CALLBACKS[kind] + "\x04")
		uart.expect(re.compile(rb"(>>> |\n)hangs\r\n"))
		time.sleep(0.3)
		uart.prompt()
		assert uart.type("6 * 7") == "42\r\n"


@pytest.mark.parametrize("kind", ["timer", "hard pin", "scheduled"])
@pytest.mark.parametrize("end", ["", "while True: time.sleep(1)\n"])
def test_mpremote_comes_in(module, kind, end):
	"""With the program at work, and at the prompt after it."""
	module.put("/flash/main.py", HANG + CALLBACKS[kind] + end)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("hangs\r\n")
		uart.quiet(0.2)
	said = module.mpremote("exec", "print('let', 'in')", "+", "fs", "ls", ":/flash", timeout=30).stdout
	assert b"let in\r\n" in said and b"main.py" in said


def test_ctrl_c_within_the_uarts_own_interrupt(module):
	"""What comes is handed out by the very interrupt that does not end."""
	with module.uart() as uart:
		uart.start(HANG + "machine.UART(0).irq(hang, machine.UART.IRQ_RX, True)\nprint('on')\nwhile True: time.sleep(1)\n")
		uart.expect("on\r\n")
		uart.write("x")
		uart.expect("hangs\r\n")
		time.sleep(0.3)
		uart.write("abc\x03")
		assert "KeyboardInterrupt" in uart.finish()[1]
		assert uart.eval("6 * 7") == 42


def test_servers_answer_in_a_callback(module):
	with module.uart() as uart:
		uart.start(HANG + CALLBACKS["timer"] + "while True: time.sleep(1)\n")
		uart.expect("hangs")
		net = module.status()["net"]
		with clients.ftp(net) as ftp:
			assert "main.py" in ftp.nlst("/flash")
		with clients.Telnet(net) as telnet:
			time.sleep(0.2)
			telnet.write("\x03")
			telnet.expect("KeyboardInterrupt")
		assert "KeyboardInterrupt" in uart.finish()[1]


def test_servers_wait_while_a_file_system_is_at_work(module):
	"""FTP within it would call it again; the console is heard."""
	with module.uart() as uart:
		uart.start(HANG + CALLBACKS["scheduled block device"] + "while True: time.sleep(1)\n")
		uart.expect("hangs")
		net = module.status()["net"]
		with pytest.raises(OSError):
			clients.ftp(net, timeout=2)
		uart.write("\x03")
		assert "KeyboardInterrupt" in uart.finish()[1]
		with clients.ftp(net) as ftp:
			assert "main.py" in ftp.nlst("/flash")


def test_a_callback_that_ends_goes_on_after_ctrl_c(module):
	"""At the prompt and behind the program: Ctrl-C costs a short one nothing."""
	with module.uart() as uart:
		uart.start("import machine, time\nticks = []\ndef tick(_):\n    for i in range(2000): pass\n    ticks.append(1)\n"
		           "t = machine.Timer(-1, period=10, callback=tick)\nwhile True: time.sleep(1)\n")
		time.sleep(0.3)
		uart.write("\x03")
		assert "KeyboardInterrupt" in uart.finish()[1]
		for _ in range(10):
			uart.prompt()
		before = uart.type("len(ticks)")
		time.sleep(0.3)
		assert uart.type("len(ticks)") != before


def test_ctrl_c_in_a_callback_of_boot_skips_main(module):
	module.put("/flash/boot.py", HANG + CALLBACKS["timer"] + "time.sleep(1)\n")
	module.put("/flash/main.py", "print('main', 'runs')\n")
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("hangs")
		time.sleep(0.3)
		uart.write("\x03")
		assert not re.search(b"main runs", uart.expect(">>> "))


# --- code of the user's that the prompt itself calls ---

NEVER = "while True: pass"
TEXT = "class Text:\n    def __repr__(self):\n        {}\nraise ValueError(Text())\n"
STREAM = """import io, os
class Stream(io.IOBase):
    def ioctl(self, *_): return 0
    def write(self, data):
        {write}
    def readinto(self, data):
        {read}
os.dupterm(Stream(), 1)
"""
OF_THE_PROMPT = {
	"text of an error": TEXT.format(NEVER),
	"stream that is written": STREAM.format(write=NEVER, read="return None"),
	"stream that is read": STREAM.format(write="return len(data)", read=NEVER),
}


@pytest.mark.parametrize("kind", OF_THE_PROMPT)
def test_ctrl_c_ends_what_the_prompt_calls(module, kind):
	"""Nothing runs then, and Ctrl-C is a key; it comes through all the same, by hand, over telnet and by a tool."""
	module.put("/flash/main.py", "print('main', 'ends')\n" + OF_THE_PROMPT[kind])
	for way in ("uart", "telnet", "mpremote"):
		with module.uart() as uart:
			uart.drop()
			module.run("reset")
			uart.expect("main ends\r\n")
			time.sleep(0.5)
			if way == "uart":
				uart.prompt()
				assert uart.type("6 * 7") == "42\r\n"
		if way == "telnet":
			with clients.Telnet(module.status()["net"]) as telnet:
				time.sleep(0.2)
				telnet.prompt()
				assert telnet.type("6 * 7") == "42\r\n"
		if way == "mpremote":
			assert b"main.py" in module.mpremote("resume", "fs", "ls", ":/flash", timeout=30).stdout


def test_ctrl_c_in_the_text_of_an_error_keeps_raw_mode_whole(module):
	with module.uart() as uart:
		uart.start("print('runs')\n" + TEXT.format(NEVER))
		uart.expect("runs\r\n\x04")
		time.sleep(0.3)
		uart.write("\x03")
		uart.expect("KeyboardInterrupt while an exception was shown\r\n\x04")
		assert uart.eval("6 * 7") == 42
		uart.start("print('runs')\n" + TEXT.format("1 / 0"))
		assert "ZeroDivisionError while an exception was shown\n" in uart.finish()[1]


def test_what_is_kept_of_an_error_without_a_text(module):
	module.put("/flash/main.py", TEXT.format("1 / 0"))
	module.reset()
	assert module.status()["last_error"] == "ValueError"
