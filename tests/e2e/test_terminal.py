"""`lifeboat run` and `lifeboat repl` as a person holds them: in a terminal of 24 lines and 100 columns."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import pytest

import harness
from harness import LIFEBOAT

CSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[78=>()][B0]?|\x1b\][^\x07]*\x07")


class Terminal:
	"""A program on a pseudo terminal of its own."""

	def __init__(self, *args, cwd=None, columns=100, program=LIFEBOAT):
		self.pid, self.fd = pty.fork()
		if self.pid == 0:
			try:
				if cwd:
					os.chdir(cwd)
				os.execvpe(program, [program, *map(str, args)],
				          dict(harness.environment(), TERM="xterm-256color", COLORTERM="truecolor"))
			finally:
				os._exit(127)
		fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
		self.bytes = b""
		self.at = 0  # what was expected so far, in characters of self.text

	@property
	def text(self):
		"""What was shown so far, without the escape sequences."""
		return CSI.sub("", self.bytes.decode(errors="replace"))

	def fill(self, timeout):
		if not select.select([self.fd], [], [], max(0, timeout))[0]:
			return False
		try:
			data = os.read(self.fd, 65536)
		except OSError:  # the other end is closed
			data = b""
		self.bytes += data
		return bool(data)

	def expect(self, pattern, timeout=10):
		end = time.monotonic() + timeout
		while True:
			match = re.compile(pattern, re.S).search(self.text, self.at)
			if match:
				self.at = match.end()
				return match
			left = end - time.monotonic()
			assert left > 0, f"{pattern!r} was not shown in {timeout} s: {self.text[self.at - 300 if self.at > 300 else 0:]!r}"
			if not self.fill(left) and left > 0.1:
				assert os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None, \
					f"it ended; shown: {self.text!r}"

	def write(self, data):
		os.write(self.fd, data.encode() if isinstance(data, str) else data)

	def ended(self, timeout=10):
		"""Waits for its end; returns the exit code."""
		end = time.monotonic() + timeout
		while time.monotonic() < end:
			self.fill(0.05)
			pid, status = os.waitpid(self.pid, os.WNOHANG)
			if pid:
				self.pid = 0
				while self.fill(0):
					pass
				return os.waitstatus_to_exitcode(status)
		raise AssertionError(f"still running after {timeout} s; shown: {self.text[-500:]!r}")

	def settings(self):
		return termios.tcgetattr(self.fd)

	def close(self):
		if self.pid:
			os.kill(self.pid, signal.SIGKILL)
			os.waitpid(self.pid, 0)
		os.close(self.fd)


@pytest.fixture
def terminal():
	opened = []

	def make(*args, **options):
		opened.append(Terminal(*args, **options))
		return opened[-1]

	yield make
	for one in opened:
		one.close()


@pytest.fixture
def desk(terminal, scratch):
	"""`lifeboat run` in a terminal, in an empty folder, at its prompt; ended with q."""
	t = terminal("run", cwd=scratch)
	t.folder = os.path.join(scratch, "module")
	t.expect(r">>> $", 20)
	yield t
	if t.pid:
		t.write(b"\x1d")
		t.expect("quit")
		t.write(b"q")
		assert t.ended() == 0
	harness.until(lambda: not harness.processes_of(t.folder), 3, "nothing left of the module after quitting")


def status(desk):
	import json
	return json.loads(harness.run_command("status", "--json", "-d", desk.folder).stdout)


def test_first_words(desk):
	lines = desk.text.replace("\r", "").splitlines()
	first = [line for line in lines if line.strip()][0]
	assert re.fullmatch(r"Lifeboat \d+\.\d+\.\d+ · virtual module in \./module · uart0 \./module/uart0 · Ctrl-\] menu",
	                    first.strip()), first
	assert re.search(r"MicroPython v1\.25\.0.*Lifeboat virtual module", desk.text)
	desk.write("import os; os.listdir('/flash')\r")
	desk.expect(r"\['boot.py', 'lib', 'main.py'\]\r\n>>> ")


def test_ctrl_c_and_ctrl_d_belong_to_the_module(desk):
	desk.write("exec('print(6 * 7)\\nwhile True: pass')\r")
	desk.expect("42\r\n")
	desk.write(b"\x03")
	desk.expect("KeyboardInterrupt.*>>> ")
	desk.write(b"\x04")
	desk.expect("soft reboot.*>>> ")
	assert status(desk)["boot"]["cause"] == "power-on"


@pytest.mark.parametrize("key", [b"\x1d", b"\x18"])
def test_safe_boot_in_one_terminal(desk, key):
	"""The whole story by keys: P12 to 3V3, reset, watch the LED blink, release, prompt."""
	desk.write("open('/flash/main.py', 'w').write(\"print('main', 'ran')\")\r")
	desk.expect(r"\d\r\n>>> ")
	desk.write(key)
	desk.expect(r"P12 low→3V3")
	desk.write(b"s")
	desk.expect(r"P12 high→free")
	desk.write(b"r")
	desk.expect(r"● orange +gate")
	desk.expect(r"○ off +gate", 3)
	desk.expect(r"● orange +gate", 3)
	assert b"\x1b[38;2;255;104;0m\xe2\x97\x8f" in desk.bytes, "the LED's hue at full brightness"
	desk.write(b"s")
	desk.expect(r"● green +gate", 3)
	desk.expect(r"Safe boot: .*boot\.py and main\.py were not run\.")
	desk.expect(r"P12 low→3V3")
	desk.write(b"\x1b")
	time.sleep(0.3)  # a lone Esc is told from an arrow key by time alone
	desk.write("6 * 7\r")
	desk.expect("42\r\n>>> ")
	assert "main ran" not in desk.text
	assert status(desk)["boot"]["mode"] == "safe"


def test_g23_and_power_by_keys(desk):
	desk.write(b"\x1d")
	desk.expect("G23 high→GND")
	desk.write(b"g")
	desk.expect("G23 low→free")
	desk.write(b"r")
	desk.expect("loader")
	desk.write(b"g")
	desk.expect("G23 high→GND")
	desk.write(b"p")
	desk.expect(r"off .*p on")
	assert status(desk)["power"] == "off"
	desk.write(b"p")
	desk.expect(r"repl +r reset")
	assert status(desk)["power"] == "on" and status(desk)["boot"]["mode"] == "normal"
	desk.write(b"\x1b")


def test_menu_key_twice_reaches_the_module(desk):
	desk.write("import sys; ord(sys.stdin.read(1))\r")
	desk.expect(r"read\(1\)\)\r\n")
	desk.write(b"\x18\x18")
	desk.expect("24\r\n>>> ")


def test_one_line_while_another_holds_the_raw_repl(desk):
	with harness.Uart(os.path.join(desk.folder, "uart0")) as uart:
		for i in range(5):
			assert uart.exec(f"print('secret' * 50, {i})")
		uart.write(b"\x02")
		uart.expect(">>> ")
	desk.write("print('my', 'turn')\r")
	desk.expect("my turn")
	assert "secretsecret" not in desk.text and "raw REPL" not in desk.text.replace("holds the raw REPL", "")
	assert "\x04" not in desk.text


def test_terminal_is_put_back(desk):
	raw = desk.settings()
	assert not raw[3] & termios.ECHO
	desk.write(b"\x1d")
	desk.expect("quit")
	desk.write(b"q")
	assert desk.ended() == 0
	after = desk.settings()
	assert after[3] & termios.ECHO and after[3] & termios.ICANON


def test_terminal_that_goes_away_ends_the_module(terminal, scratch):
	t = terminal("run", cwd=scratch)
	t.expect(">>> $", 20)
	folder = os.path.join(scratch, "module")
	os.kill(t.pid, signal.SIGHUP)
	t.ended()
	harness.until(lambda: not harness.processes_of(folder), 3, "no module without its terminal")


def test_repl_attaches_and_leaves(module, terminal):
	t = terminal("repl", "-d", module.folder)
	t.write("\r")
	t.expect(">>> ")
	t.write("21 * 2\r")
	t.expect("42\r\n>>> ")
	t.write(b"\x1d")
	assert t.ended() == 0
	assert module.eval("1 + 1") == 2, "leaving leaves the module running"


def test_narrow_terminal(terminal, scratch):
	t = terminal("run", cwd=scratch, columns=30)
	t.expect(">>> $", 20)
	t.write(b"\x1d")
	t.expect("repl")
	t.write(b"q")
	assert t.ended() == 0


@pytest.mark.parametrize("columns", [60, 40])
def test_every_key_is_named_where_it_is_narrow(terminal, scratch, columns):
	t = terminal("run", cwd=scratch, columns=columns)
	t.expect(">>> $", 20)
	t.write(b"\x1d")
	t.expect(r"repl .*\br\b.*\bs\b.*\bg\b.*\bp\b.*\bz l q Esc")
	t.write(b"q")
	assert t.ended() == 0


def test_suspend(terminal, scratch):
	"""In a shell with job control, which has its terminal as it was; the module goes on."""
	t = terminal("--norc", "-i", cwd=scratch, program="bash")
	t.write("PS1='shell''> '\r")
	t.expect("shell> $")
	t.write(f"{LIFEBOAT} run\r")
	t.expect(r">>> $", 20)
	t.write(b"\x1dz")
	t.expect("Stopped")
	t.expect("shell> $")
	t.write("stty -a | grep -o ' echo '; echo $((20 + 1))\r")
	t.expect(r" echo \s+21\r\n")
	t.write(f"{LIFEBOAT} status -d module --json | grep -o '\"phase\": *\"[a-z]*'\r")
	t.expect('"repl')
	t.write("fg\r")
	t.expect("run\r\n")
	t.write("20 + 3\r")
	t.expect("23\r\n>>> ")
	t.write(b"\x1dq")
	t.expect("shell> $")
	t.write("exit\r")
	assert t.ended() == 0


def test_leave(terminal, scratch):
	"""The module goes on without the terminal, and is found again."""
	t = terminal("run", cwd=scratch)
	t.expect(">>> $", 20)
	t.write("x = 21\r")
	t.expect(r"x = 21\r\n>>> $")
	t.write(b"\x1d")
	t.expect("z suspend  l leave")
	t.write(b"l")
	t.expect("the module in ./module goes on: 'lifeboat repl' attaches to it, 'lifeboat stop' ends it")
	assert t.ended() == 0
	try:
		t = terminal("repl", cwd=scratch)
		t.write("x\r")
		t.expect("21\r\n>>> ")
		t.write(b"\x1d")
		assert t.ended() == 0
	finally:
		assert harness.run_command("stop", cwd=scratch).returncode == 0
