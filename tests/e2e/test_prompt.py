"""The prompt: what Enter is, how a line is edited, and that it is reached whatever a script leaves behind."""
import re
import socket
import subprocess
import unicodedata

import pytest

import clients
import harness

ESCAPE = re.compile(r"\x1b\[(\d*)([A-Za-z])")
LEFT, RIGHT, UP, DOWN, HOME, END, DELETE = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F", "\x1b[3~"


def cells_of(char):
	if unicodedata.combining(char):
		return 0
	return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def screen(text):
	"""The last line as a terminal shows it: its text, and the column of the cursor."""
	cells, at = [], 0
	while text:
		match = ESCAPE.match(text)
		if match:
			text = text[match.end():]
			if match[2] == "D":
				at -= int(match[1] or 1)
			else:
				assert match[2] == "K", match[0]
				del cells[at:]
			continue
		char, text = text[0], text[1:]
		if char == "\b":
			at -= 1
		elif char == "\n":
			cells, at = [], 0
		elif char == "\r":
			at = 0
		elif cells_of(char) == 0:
			cells[at - 1] += char
		else:
			cells[at:at + cells_of(char)] = [char] + [""] * (cells_of(char) - 1)
			at += cells_of(char)
		assert at >= 0, "the cursor went over the left edge"
	return "".join(cells), at


def edited(uart, keys):
	"""Types keys at an empty prompt; what the screen shows of the line, and how far from its end the cursor stands."""
	uart.write(b"\x03")
	uart.expect(">>> ")
	uart.write(keys)
	shown, at = screen(">>> " + uart.quiet(0.3).decode())
	assert shown.startswith(">>> ")
	return shown[4:], sum(map(cells_of, shown)) - at


@pytest.mark.parametrize("keys, line, behind", [
	("'grüße'", "'grüße'", 0),
	("'üß'" + LEFT * 2, "'üß'", 2),
	("'üß'" + LEFT * 2 + "\x7f", "'ß'", 2),
	("'üß'" + LEFT * 2 + DELETE, "'ü'", 1),
	("'üß'" + HOME + RIGHT * 2 + "é", "'üéß'", 2),
	("'日本語'" + LEFT * 2 + "\x7f", "'日語'", 3),
	("'日本語'" + HOME + RIGHT * 2 + "x", "'日x本語'", 5),
	("'🚤a'" + LEFT * 3 + DELETE, "'a'", 2),
	("'e\u0301a'" + LEFT * 2 + "b", "'e\u0301ba'", 2),
	("'äöü'" + LEFT * 2 + "\x0b", "'äö", 0),
	("'äöü'" + LEFT * 2 + "\x15", "ü'", 2),
	("äöüäöüäöü" + "\x01", "äöüäöüäöü", 9),
	("äöü" + HOME + END, "äöü", 0),
	("ab\x02\x02\x06c", "acb", 1),
	("a\x1b[1;5Cb", "ab", 0),
	("a\x1b[15~b", "ab", 0),
	("    x\x02\x7fy", "yx", 1),
])
def test_a_line_is_edited_by_characters(module, keys, line, behind):
	with module.uart() as uart:
		uart.prompt()
		assert edited(uart, keys) == (line, behind)


@pytest.mark.parametrize("garbage", [b"\xff", b"\xc3", b"\x80", b"\xc0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82"])
def test_what_is_no_utf8_is_dropped_alone(module, garbage):
	with module.uart() as uart:
		uart.prompt()
		uart.write(b"'a" + garbage + b"\xc3\xa4'\r")
		uart.expect("'aä'\r\n")
		uart.expect(">>> ")


def test_history_and_completion_keep_utf8_whole(module):
	with module.uart() as uart:
		uart.prompt()
		assert uart.type("größe = 'größe: ' + '日本'") == ""
		assert uart.type("grün = 1; größer = 2") == ""
		assert edited(uart, UP + UP) == ("größe = 'größe: ' + '日本'", 0)
		assert edited(uart, UP + UP + DOWN) == ("grün = 1; größer = 2", 0)
		assert edited(uart, UP + UP + DOWN + DOWN) == ("", 0)
		assert edited(uart, "grü\t") == ("grün", 0)
		assert edited(uart, "größ\t") == ("größe", 0), "as far as the names have in common"
		assert edited(uart, "gr\t")[0] == "gr", "ö and ü share their first byte, which is no character"
		assert edited(uart, "'ü' + größer.__cl\t") == ("'ü' + größer.__class__", 0)
		assert edited(uart, "größe\t")[0] == "größe"
		uart.write(b"\x03")
		uart.expect(">>> ")
		assert uart.type("print(größe)") == "größe: 日本\r\n"


def test_input_reads_utf8_and_either_enter(module):
	with module.uart() as uart:
		for enter in ("\r", "\n", "\r\n"):
			uart.prompt()
			uart.write("print([input('? '), input('? ')] == ['ä日', 'b'])" + enter)
			uart.expect("? ")
			uart.write("äx\x7f日" + enter)
			uart.expect("? ")
			uart.write("b" + enter)
			uart.expect("True\r\n>>> ")


PROGRAM = """def f(x):
    for i in range(2):
        print('ü', x + i)

if f(40) is None:
    y = 1
else:
    y = 2

print('end', y)
"""


@pytest.mark.parametrize("enter", ["\n", "\r", "\r\n"])
def test_enter(module, enter):
	"""A program typed or pasted at the prompt, with any line end."""
	with module.uart() as uart:
		uart.prompt()
		uart.write(PROGRAM.replace("\n", enter))
		said = uart.expect("end 1\r\n>>> ").decode()
		assert "ü 40\r\nü 41\r\n" in said and "Error" not in said
		if enter == "\r\n":
			assert not re.search(r">>> \r\n>>> \r\n", said), "one Enter, not two"


def test_a_pipe_into_repl(module):
	said = subprocess.run([harness.LIFEBOAT, "repl", "-d", module.folder], input=PROGRAM.encode(), capture_output=True,
	                      timeout=30, env=harness.environment())
	assert said.returncode == 0 and "ü 41\r\n" in said.stdout.decode() and b"end 1\r\n" in said.stdout, said


def test_plain_tcp(modules):
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		port = probe.getsockname()[1]
	module = modules().start("--port", str(port))
	with socket.create_connection(("127.0.0.1", port), 10) as sock:
		sock.sendall("print('ü' * 3)\n".encode())
		said = b""
		while "üüü\r\n".encode() not in said:
			said += sock.recv(4096)
	assert module.status()["phase"] == "repl"


def test_telnet_without_telnet(module):
	"""nc: lines that end in LF alone, from the login on."""
	with clients.Telnet(module.status()["net"], log_in=False) as telnet:
		net = module.status()["net"]
		telnet.expect("Login as: ")
		telnet.write(net["user"] + "\n")
		telnet.expect("Password: ")
		telnet.write(net["password"] + "\n")
		telnet.expect("for more information.\r\n")
		telnet.write("print('ü' * 3)\n")
		telnet.expect("üüü\r\n>>> ")


# --- the prompt is reached whatever a script leaves behind ---

GARBAGE = "x = []\ntry:\n    while True:\n        s = 'a' * 1000 + str(len(x))\nexcept MemoryError:\n    pass\n"
FULL = "try:\n    x = []\n    while True:\n        x.append([0] * 3)\nexcept MemoryError:\n    pass\n"
STREAM = """import io, os
class Raises(io.IOBase):
    def ioctl(self, *_): raise ValueError('ioctl')
    def write(self, data): raise ValueError('write')
    def readinto(self, data): raise ValueError('read')
"""
LOCKS = """import io, micropython, os
class Locks(io.IOBase):
    def ioctl(self, *_): return 0
    def readinto(self, data): return None
    def write(self, data):
        micropython.heap_lock()
        return len(data)
os.dupterm(Locks(), 1)
"""
BAD = "class Bad(Exception):\n    def __str__(self): raise self\n" + STREAM.replace("ValueError", "Bad")
LEFT_BEHIND = {
	"collector off": "import gc\ngc.disable()\n" + GARBAGE,
	"collector off, full": "import gc\ngc.disable()\n" + FULL,
	"heap locked": "import micropython\nmicropython.heap_lock()\n",
	"heap locked twice, full": FULL + "import micropython\nmicropython.heap_lock()\nmicropython.heap_lock()\n",
	"heap unlocked too often": "import micropython\nmicropython.heap_unlock()\n",
	"heap full": FULL,
	"heap full, error": FULL + "raise ValueError(len(x))\n",
	"scheduler full": "import micropython\ndef again(x): micropython.schedule(again, x)\nfor i in range(8): again(i)\n",
	"ps1": "import sys\nsys.ps1 = 42\nsys.ps2 = None\n",
	"ps1 gone": "import sys\ndel sys.ps1\ndel sys.ps2\n",
	"path gone": "import sys\ndel sys.path\nimport time\n",
	"path": "import sys\nsys.path = None\n",
	"path of numbers": "import sys\nsys.path[0] = 1\n",
	"builtins": "import builtins\nset_it = setattr\nfor name in dir(builtins):\n    set_it(builtins, name, 1)\n",
	"raising stream": STREAM + "os.dupterm(Raises(), 1)\n",
	"raising stream alone": STREAM + "os.dupterm(Raises(), 0)\n",
	"raising error": BAD + "os.dupterm(Raises(), 1)\n",
	"raising error alone": BAD + "os.dupterm(Raises(), 0)\n",
	"stream that locks the heap": LOCKS,
	"recursion": "def f(): f()\nf()\n",
	"recursion in the error": "x = []\nfor i in range(100000): x = [x]\nraise ValueError(x)\n",
	"recursion in a callback": "import micropython\ndef f(_): f(_)\nmicropython.schedule(f, 0)\n",
}


def check_prompt(module):
	"""By hand, then as mpremote comes, without and with a soft reset."""
	with module.uart() as uart:
		uart.prompt()
		uart.write("if 1:\r    print(6 * 7)\r\r")
		said = uart.expect("42\r\n>>> ")
		assert b"... " in said
	for resume in (["resume"], []):
		said = module.mpremote(*resume, "exec", "print('let', 'in')", "+", "fs", "ls", ":/flash", timeout=20).stdout
		assert b"let in\r\n" in said and b"main.py" in said


@pytest.mark.parametrize("kind", LEFT_BEHIND)
def test_the_prompt_is_reached(module, kind):
	"""After boot.py, which mpremote's soft reset runs too."""
	module.put("/flash/boot.py", LEFT_BEHIND[kind])
	module.reset()
	check_prompt(module)


def test_the_prompt_is_reached_after_main(module):
	kinds = "collector off", "heap locked", "scheduler full", "ps1", "builtins", "raising error alone", "recursion"
	module.put("/flash/main.py", "".join(LEFT_BEHIND[kind] for kind in kinds))
	module.reset()
	check_prompt(module)
	net = module.status()["net"]
	with clients.Telnet(net) as telnet:
		telnet.write("print(6 * 7)\r")
		telnet.expect("42\r\n>>> ")
	with clients.ftp(net) as ftp:
		assert "main.py" in ftp.nlst("/flash")


def test_the_prompt_comes_again(module):
	"""What was typed at the prompt, in raw mode and in the friendly one, may do the same."""
	for kind in ("collector off", "heap locked", "ps1", "ps1 gone", "raising stream alone"):
		with module.uart() as uart:
			uart.raw()
			uart.write(LEFT_BEHIND[kind] + "\x04")
			uart.expect(re.compile(rb"\x04>"), 20)
			uart.write("\x02")
			uart.expect(">>> ")
			uart.write("exec(%r)\r" % LEFT_BEHIND[kind])
			uart.prompt()
			uart.write("if 1:\r    print(6 * 7)\r\r")
			assert b"... " in uart.expect("42\r\n>>> ")
		assert module.mpremote("resume", "exec", "print('let', 'in')", timeout=20).stdout == b"let in\r\n"


def test_what_sys_needs_cannot_be_deleted(module):
	boot = module.hardware()["boot"]
	with module.uart() as uart:
		for name in ("path", "ps1", "ps2"):
			assert "AttributeError" in uart.error_of(f"import sys; del sys.{name}")
		uart.exec("sys.path = list(sys.path); sys.ps1 = sys.ps1; import time")
	assert module.hardware()["boot"] == boot


def test_a_full_heap_is_said_in_one_line(module):
	module.put("/flash/main.py", "print('main', 'runs')\n" + FULL)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		said = uart.expect(re.compile(rb"help\(\).*>>> ", re.S), 20)
		assert said.count(b"main runs") == 1
		assert said.count(b"No memory is left for the prompt: a soft reset without boot.py and main.py.\r\n") == 1
		assert uart.type("'x' in globals()") == "False\r\n"


def test_builtins_that_a_script_adds_stay(module):
	module.put("/flash/boot.py", "import builtins\nbuiltins.answer = 42\nbuiltins.print = None\n")
	module.reset()
	with module.uart() as uart:
		uart.prompt()
		assert uart.type("print(answer)") == "42\r\n"


def test_a_console_that_was_switched_off_stays_off(module):
	module.put("/flash/main.py", "import os\nos.dupterm(None)\n")
	module.reset()
	with module.uart() as uart:
		uart.write("\r\x03")
		assert uart.quiet(0.5) == b""
