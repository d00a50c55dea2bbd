"""What the tests, the benches and MicroPython's suite need to hold a virtual module in their hands.

Nothing here sleeps for want of knowing better: waits are for an event of the control socket or for bytes of the UART.
"""
import concurrent.futures
import contextlib
import errno
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIFEBOAT = os.environ.get("LIFEBOAT") or str(ROOT / "build/bin/lifeboat")
SHARE = pathlib.Path(LIFEBOAT).resolve().parents[1] / "share/lifeboat"
MPREMOTE = os.environ.get("MPREMOTE") or str(ROOT / "build/deps/bin/mpremote")

FLASH_BYTES = 8 << 20
FACTORY = 0x010000
FS = 0x600000
FS_END = 0x800000

ORANGE, GREEN, RED, ERROR_RED, BLUE, DARK = "#2C1200", "#002000", "#200000", "#500000", "#000050", "#000000"


# What a command says on stderr after two seconds, however slow the host is (test_waits.py).
WAITS = re.compile(r"lifeboat: waits for [^\n]+, (?:\d+ s at most|for as long as it takes)\n")


def environment():
	"""The environment of every process under test: nobody's own settings leak in."""
	env = dict(os.environ)
	env.pop("LIFEBOAT_DIR", None)
	env.pop("PYTHONDONTWRITEBYTECODE", None)
	env["PYTHONPYCACHEPREFIX"] = str(ROOT / "build/pycache")
	return env


def run_command(*args, timeout=30, cwd=None, stdin=subprocess.DEVNULL):
	"""Runs the real command; the result has returncode, stdout, stderr (text), and in waits what it waited for."""
	result = subprocess.run([LIFEBOAT, *map(str, args)], capture_output=True, text=True, timeout=timeout, cwd=cwd,
	                        stdin=stdin, env=environment(), errors="replace")
	result.waits = WAITS.findall(result.stderr)
	result.stderr = WAITS.sub("", result.stderr)
	return result


def write(folder, files):
	"""Files by their names within the folder."""
	for name, text in files.items():
		path = os.path.join(folder, name)
		os.makedirs(os.path.dirname(path), exist_ok=True)
		with open(path, "w", encoding="utf-8") as file:
			file.write(text)


def processes_of(folder):
	"""Every process that has a file of this folder open or names it in its arguments: {pid: command line}."""
	folder = os.path.realpath(folder)
	found = {}
	for entry in os.listdir("/proc"):
		if not entry.isdigit() or int(entry) == os.getpid():
			continue
		try:
			command = pathlib.Path("/proc", entry, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
			links = [os.readlink(f"/proc/{entry}/fd/{fd}") for fd in os.listdir(f"/proc/{entry}/fd")]
			state = process_state(entry)
		except OSError:
			continue
		if state != "Z" and (folder in command or any(link.startswith(folder + "/") for link in links)):
			found[int(entry)] = command
	return found


def process_state(pid):
	"""R, S, T, Z, ... as the kernel names them."""
	return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def until(condition, timeout, what):
	"""For the few things that announce themselves by nothing (a process ending elsewhere): look every 5 ms."""
	end = time.monotonic() + timeout
	while True:
		value = condition()
		if value:
			return value
		assert time.monotonic() < end, f"after {timeout} s still not: {what}"
		time.sleep(0.005)


def together(tell, items):
	"""tell(item) of each, all at once: for what waits for a time in which nothing must happen. Each failure is said."""
	failures = []
	with concurrent.futures.ThreadPoolExecutor(len(items)) as pool:
		for item, future in [(item, pool.submit(tell, item)) for item in items]:
			error = future.exception()
			if error is not None:
				failures.append((item, error))
	if failures:
		raise AssertionError("\n".join(f"{item}: {type(error).__name__}: {error}" for item, error in failures)
			) from failures[0][1]


class Control:
	"""One connection to the control socket: requests, and the events of `watch`."""

	def __init__(self, folder):
		self.sock = socket.socket(socket.AF_UNIX)
		place = os.open(folder, os.O_PATH)  # a path may be longer than an address
		try:
			self.sock.connect(f"/proc/self/fd/{place}/control")
		finally:
			os.close(place)
		self.buffer = b""
		self.events = []

	def line(self, timeout=10):
		end = time.monotonic() + timeout
		while b"\n" not in self.buffer:
			left = end - time.monotonic()
			if left <= 0 or not select.select([self.sock], [], [], left)[0]:
				raise TimeoutError(f"the control socket said nothing for {timeout} s")
			data = self.sock.recv(65536)
			if not data:
				raise ConnectionError("the control socket was closed")
			self.buffer += data
		line, _, self.buffer = self.buffer.partition(b"\n")
		return json.loads(line)

	def send(self, data):
		self.sock.sendall(data)

	def ask(self, cmd, **fields):
		"""The reply, whether ok or not; events that come before it are kept."""
		self.send(json.dumps({"cmd": cmd, **fields}).encode() + b"\n")
		while True:
			message = self.line()
			if "event" not in message:
				return message
			self.events.append(message)

	def event(self, timeout=10):
		"""The next event, however it came."""
		return self.events.pop(0) if self.events else self.line(timeout)

	def until_event(self, wanted, timeout=10):
		"""Events up to and including the first that wanted(event) likes."""
		end = time.monotonic() + timeout
		seen = []
		while True:
			try:
				seen.append(self.event(max(0.001, end - time.monotonic())))
			except TimeoutError:
				raise AssertionError(f"no such event in {timeout} s; seen: {seen}") from None
			if wanted(seen[-1]):
				return seen

	def close(self):
		self.sock.close()

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.close()


class Uart:
	"""A client of the module's uart0: the pty as any serial program opens it."""

	def __init__(self, path):
		self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
		tty.setraw(self.fd, termios.TCSANOW)
		self.buffer = b""
		self.seen = b""

	def close(self):
		if self.fd >= 0:
			os.close(self.fd)
			self.fd = -1

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.close()

	def fill(self, timeout):
		"""Takes what there is, waiting up to timeout for the first byte; False: nothing came."""
		if not select.select([self.fd], [], [], max(0, timeout))[0]:
			return False
		try:
			data = os.read(self.fd, 65536)
		except OSError as error:
			if error.errno == errno.EIO:
				raise ConnectionError("the pty was hung up") from None
			raise
		self.buffer += data
		self.seen = (self.seen + data)[-200000:]
		return True

	def write(self, data):
		data = data.encode() if isinstance(data, str) else data
		while data:
			select.select([], [self.fd], [], 10)
			with contextlib.suppress(BlockingIOError):
				data = data[os.write(self.fd, data):]

	def expect(self, wanted, timeout=10):
		"""Bytes up to and including the first match of `wanted` (a literal, or a compiled pattern)."""
		pattern = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(
			wanted.encode() if isinstance(wanted, str) else wanted))
		end = time.monotonic() + timeout
		while True:
			match = pattern.search(self.buffer)
			if match:
				data, self.buffer = self.buffer[:match.end()], self.buffer[match.end():]
				return data
			if not self.fill(end - time.monotonic()) and time.monotonic() >= end:
				raise AssertionError(f"{pattern.pattern!r} did not come in {timeout} s; last bytes: {self.seen[-1500:]!r}")

	def quiet(self, seconds):
		"""Everything that comes in that time."""
		end = time.monotonic() + seconds
		while time.monotonic() < end:
			self.fill(end - time.monotonic())
		data, self.buffer = self.buffer, b""
		return data

	def drop(self):
		"""Forgets what has come so far."""
		while self.fill(0):
			pass
		self.buffer = b""

	# --- friendly REPL
	def prompt(self, timeout=10):
		"""Interrupts whatever runs and comes to an empty friendly prompt, with all older output behind."""
		self.drop()
		self.write(b"\r\x03\x02")
		self.expect(re.compile(rb'Type "help\(\)"[^\n]*\r\n>>> '), timeout)
		self.write(b"'here ' + 'now'\r")
		self.expect("'here now'\r\n>>> ", timeout)

	def type(self, text, timeout=10):
		"""Types one line at the friendly prompt and returns what it printed."""
		self.write(text + "\r")
		self.expect(text + "\r\n", timeout)
		return self.expect(re.compile(rb">>> $"), timeout)[:-4].decode()

	# --- raw REPL
	def raw(self, timeout=10):
		"""Into the raw REPL, without a soft reset."""
		self.drop()
		self.write(b"\r\x03\x01")
		self.expect("raw REPL; CTRL-B to exit\r\n>", timeout)

	def start(self, code):
		"""Starts code in the raw REPL and returns once it runs."""
		self.raw()
		self.write(code.encode() + b"\x04")
		self.expect("OK")

	def finish(self, timeout=10):
		"""The output and the traceback of what start() began."""
		out = self.expect("\x04", timeout)[:-1]
		err = self.expect("\x04", timeout)[:-1]
		self.expect(">", timeout)
		return out.replace(b"\r\n", b"\n").decode(), err.replace(b"\r\n", b"\n").decode()

	def exec(self, code, timeout=10):
		"""Runs code in the raw REPL, must not fail, returns what it printed."""
		self.start(code)
		out, err = self.finish(timeout)
		assert not err, err
		return out

	def error_of(self, code):
		"""The traceback of code that must fail."""
		self.start(code)
		out, err = self.finish()
		assert err, f"{code} did not fail: {out}"
		return err

	def raw_paste(self, code):
		"""Starts code by raw-paste mode, at the raw prompt, as fast as its window allows; finish() takes the output."""
		data = code.encode()
		self.write(b"\x05A\x01")
		header = self.take(4)
		assert header[:2] == b"R\x01", header
		window = int.from_bytes(header[2:], "little")
		room = window
		at = 0
		while at < len(data):
			while room == 0 or self.buffer:
				flow = self.take(1)
				assert flow == b"\x01", f"the module ended the paste: {flow!r}"
				room += window
			self.write(data[at:at + room])
			at, room = at + room, room - min(room, len(data) - at)
			self.fill(0)
		self.write(b"\x04")
		while self.take(1) != b"\x04":
			pass

	def take(self, count, timeout=10):
		"""Exactly so many bytes."""
		end = time.monotonic() + timeout
		while len(self.buffer) < count:
			assert self.fill(end - time.monotonic()) or time.monotonic() < end, f"{count} bytes did not come: {self.buffer!r}"
		data, self.buffer = self.buffer[:count], self.buffer[count:]
		return data

	def eval(self, expression, timeout=10):
		return eval(self.exec(f"print(repr({expression}))", timeout))  # our own module's answer to our own question

	def put(self, path, data):
		"""Writes a file of the module."""
		data = data.encode() if isinstance(data, str) else data
		self.exec(f"f = open({path!r}, 'wb')")
		for at in range(0, len(data), 1024):
			self.exec(f"f.write({data[at:at + 1024]!r})")
		self.exec("f.close(); del f")

	def paste(self, code, timeout=10):
		"""Paste mode of the friendly REPL; returns what the code printed."""
		self.write(b"\x05")
		self.expect("=== ", timeout)
		for line in code.splitlines():
			self.write(line + "\r")
			self.expect(line + "\r\n=== ", timeout)
		self.write(b"\x04")
		self.expect("\r\n", timeout)
		return self.expect(re.compile(rb">>> $"), timeout)[:-4].decode()


class Module:
	"""A virtual module in a folder of its own, run headless."""

	def __init__(self, folder=None, clock=1):
		self.scratch = None
		if folder is None:
			self.scratch = tempfile.mkdtemp(prefix="lb-")
			folder = os.path.join(self.scratch, "m")
		self.folder = str(folder)
		self.clock = clock
		self.process = None
		self.uarts = []

	# --- life
	def start(self, *options, phase="repl", timeout=20):
		args = [LIFEBOAT, "run", self.folder, "--headless"]
		if self.clock != 1:
			args += ["--clock", str(self.clock)]
		self.errors = tempfile.TemporaryFile()
		self.process = subprocess.Popen([*args, *map(str, options)], stdin=subprocess.DEVNULL, stdout=self.errors,
		                                stderr=subprocess.STDOUT, env=environment())
		if phase:
			result = self.run("wait", phase, "--timeout", timeout, check=False, timeout=timeout + 5)
			assert result.returncode == 0, f"{result.stderr}\nrun said: {self.said()}"
		return self

	def said(self):
		self.errors.seek(0)
		return self.errors.read().decode(errors="replace")

	def stop(self):
		"""Ends the module and makes sure that nothing of it is left."""
		for uart in self.uarts:
			uart.close()
		self.uarts.clear()
		if self.process is None:
			return
		running = self.process.poll() is None
		try:
			stopped = self.run("stop", check=False) if running else None
			code = self.process.wait(10)
		finally:
			left = processes_of(self.folder)
			for pid in left:
				with contextlib.suppress(ProcessLookupError):
					os.kill(pid, signal.SIGKILL)
			self.process.kill()
			self.process.wait()
			self.process = None
		assert not left, f"left behind: {left}"
		if running:
			assert stopped.returncode == 0, stopped.stderr
			assert code == 0, f"run ended with {code}: {self.said()}"

	def discard(self):
		started_elsewhere = self.process is None
		try:
			self.stop()
		finally:
			for pid in processes_of(self.folder) if started_elsewhere else ():
				with contextlib.suppress(ProcessLookupError):
					os.kill(pid, signal.SIGKILL)
			if self.scratch:
				shutil.rmtree(self.scratch, ignore_errors=True)

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.discard()

	# --- the command
	def run(self, command, *args, check=True, timeout=40):
		result = run_command(command, "-d", self.folder, *args, timeout=timeout)
		if check:
			assert result.returncode == 0, f"lifeboat {command} {args}: {result.returncode} {result.stderr}"
		return result

	def status(self):
		return json.loads(self.run("status", "--json").stdout)

	def pin(self, name, level=None):
		return self.run("pin", name, *([level] if level else [])).stdout.strip()

	def reset(self, phase="repl"):
		self.run("reset")
		if phase:
			self.wait(phase)

	def power(self, state):
		self.run("power", state)

	def wait(self, phase, timeout=30):
		return self.run("wait", phase, "--timeout", timeout, timeout=timeout + 10)

	# --- below the command
	def control(self):
		return Control(self.folder)

	def watch(self, *events):
		control = self.control()
		control.first = control.ask("watch", **({"events": list(events)} if events else {}))
		assert control.first["ok"], control.first
		return control

	def hardware(self):
		"""The hardware's own status."""
		with self.control() as control:
			return control.ask("status")

	def uart(self):
		uart = Uart(os.path.join(self.folder, "uart0"))
		self.uarts.append(uart)
		return uart

	def exec(self, code, timeout=10):
		with Uart(os.path.join(self.folder, "uart0")) as uart:
			return uart.exec(code, timeout)

	def eval(self, expression):
		with Uart(os.path.join(self.folder, "uart0")) as uart:
			return uart.eval(expression)

	def put(self, path, data):
		with Uart(os.path.join(self.folder, "uart0")) as uart:
			uart.put(path, data)

	def flash(self):
		return pathlib.Path(self.folder, "flash.bin").read_bytes()

	def module_seconds(self, seconds):
		"""That much module time on the host's clock."""
		return seconds / self.clock

	def safe_boot(self, hold_s=1.0):
		"""What a hand does: P12 to 3V3, reset, hold, release; returns when the REPL is there. The hold starts when the
		LED does, which is the end of the gate's 100 ms."""
		with self.watch("led", "phase") as watch:
			self.pin("P12", "high")
			self.run("reset")
			watch.until_event(lambda e: e.get("rgb") == ORANGE)
			hold(watch, self.module_seconds(hold_s))
			self.pin("P12", "low")
			watch.until_event(lambda e: e["event"] == "phase" and e["phase"] == "repl", 20)
		self.pin("P12", "float")

	def rescue(self, uart):
		"""By P12, out of what main.py did; it is gone then."""
		self.safe_boot()
		uart.drop()
		assert uart.eval("6 * 7") == 42
		uart.exec("import os; os.remove('/flash/main.py')")

	# --- mpremote
	def mpremote(self, *args, timeout=60, check=True, cwd=None):
		result = subprocess.run(self.mpremote_args(*args), capture_output=True, timeout=timeout, cwd=cwd,
		                        env=environment(), stdin=subprocess.DEVNULL)
		if check:
			assert result.returncode == 0, f"mpremote {args}: {result.stdout!r} {result.stderr!r}"
		return result

	def mpremote_args(self, *args):
		return [MPREMOTE, "connect", os.path.join(self.folder, "uart0"), *map(str, args)]


def hold(watch, seconds):
	"""A hand that holds for a time: the one place where time itself is what the test is about. Events are kept."""
	end = time.monotonic() + seconds
	while True:
		left = end - time.monotonic()
		if left <= 0:
			return
		with contextlib.suppress(TimeoutError):
			watch.events.append(watch.line(left))


def cpu_seconds(pids):
	"""User and system time that these processes have used so far."""
	ticks = 0
	for pid in pids:
		fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
		ticks += int(fields[11]) + int(fields[12])
	return ticks / os.sysconf("SC_CLK_TCK")


def cpu_nanoseconds(pids):
	"""Time on a core, from the scheduler's own account, for what is too little to count in ticks."""
	return sum(int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids)


def pss_bytes(pids):
	"""Proportional share of memory of these processes."""
	total = 0
	for pid in pids:
		match = re.search(r"^Pss:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
		total += int(match.group(1)) * 1024
	return total


if sys.version_info < (3, 9):
	raise SystemExit("python 3.9 or newer is needed")
