"""`run --flash FOLDER --watch`: a saved edit runs on the module."""
import os
import pathlib
import re
import subprocess
import time

import pytest

import harness

LOOP = "import time\nn = 0\nwhile True:\n\tn += 1\n\tprint('{}', n)\n\ttime.sleep_ms(50)\n"
LOCKED = "import micropython\nmicropython.kbd_intr(-1)\n" + LOOP


class Watched:
	"""The command with pipes for a terminal, and the folder that it watches."""

	def __init__(self, scratch, files):
		self.module = os.path.join(scratch, "module")
		self.folder = pathlib.Path(scratch, "files")
		self.folder.mkdir()
		for name, text in files.items():
			self.write(name, text)
		self.process = subprocess.Popen([harness.LIFEBOAT, "run", self.module, "--flash", self.folder, "--watch"],
			stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=harness.environment())
		os.set_blocking(self.process.stdout.fileno(), False)
		self.seen = ""

	def write(self, name, text):
		path = self.folder / name
		path.parent.mkdir(exist_ok=True)
		path.write_text(text)

	def until(self, pattern, timeout=15):
		"""Seconds until it was shown; what came before it is dropped."""
		start = time.monotonic()
		while time.monotonic() - start < timeout:
			self.seen += (self.process.stdout.read() or b"").decode(errors="replace")
			found = re.search(pattern, self.seen)
			if found:
				self.before, self.seen = self.seen[:found.end()], self.seen[found.end():]
				return time.monotonic() - start
			time.sleep(0.005)
		raise AssertionError(f"no {pattern!r} in {self.seen!r}")

	def eval(self, expression):
		with harness.Uart(os.path.join(self.module, "uart0")) as uart:
			return uart.eval(expression)

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.process.terminate()
		self.process.communicate(timeout=20)
		assert harness.processes_of(self.module) == {}


def test_a_saved_edit_runs(scratch, record_property):
	with Watched(scratch, {"main.py": LOOP.format("first"), "lib/old.py": ""}) as watched:
		watched.until("first 3\r\n")
		watched.write("main.py", LOOP.format("second"))
		seconds = watched.until("second 1\r\n")
		record_property("note", f"a saved edit runs after {seconds:.2f} s (aim 0.5 s)")
		assert seconds < 2
		assert "[watch: main.py written in" in watched.before
		assert "KeyboardInterrupt" not in watched.before and "raw REPL" not in watched.before
		assert watched.before.count("MPY: soft reboot") == 1


def test_editors_and_removed_files(scratch):
	"""A file that is replaced, as editors do it, new ones in new folders, and what goes."""
	with Watched(scratch, {"main.py": LOOP.format("first"), "lib/old.py": "x = 1\n"}) as watched:
		watched.until("first 3\r\n")
		watched.write("pkg/sub.py", "x = 2\n")
		watched.write(".main.py.tmp", LOOP.format("second"))
		os.rename(watched.folder / ".main.py.tmp", watched.folder / "main.py")
		os.remove(watched.folder / "lib/old.py")
		watched.until("second 2\r\n")
		watched.write("pkg/sub.py", "x = 3\n")  # in a folder that was made after the start
		watched.until("pkg/sub.py written")
		watched.until("second 1\r\n")
		watched.write("main.py", "print('ended')\n")
		watched.until("ended\r\n")
		watched.until(">>> ")
		assert watched.eval("sorted(__import__('os').listdir('/flash/lib'))") == []
		assert watched.eval("open('/flash/pkg/sub.py').read()") == "x = 3\n"
		assert not watched.eval("'.main.py.tmp' in __import__('os').listdir('/flash')")


@pytest.mark.parametrize("locked", [LOCKED, "import machine\nprint('{0} 3')\nmachine.deepsleep(10**7)\n"],
	ids=["no-ctrl-c", "deep-sleep"])
def test_a_script_that_cannot_be_interrupted(scratch, locked, record_property):
	with Watched(scratch, {"main.py": locked.format("first")}) as watched:
		watched.until("first 3\r\n")
		watched.write("main.py", LOOP.format("second"))
		seconds = watched.until("second 1\r\n")
		record_property("note", f"an edit of a locked script runs after {seconds:.2f} s (aim 2 s)")
		assert seconds < 6
		assert "cannot be interrupted" in watched.before and "raw REPL" not in watched.before
		assert "reset]\r\nsecond 1" in watched.before, "something of what the tool did was shown"


def test_what_does_not_fit_is_said(scratch):
	with Watched(scratch, {"main.py": LOOP.format("first")}) as watched:
		watched.until("first 3\r\n")
		with open(watched.folder / "big.bin", "wb") as file:
			file.truncate(8 << 20)
		watched.until("does not fit")
		watched.until(r"first \d\d\r\n")
		assert "soft reboot" not in watched.before, "the scripts were stopped for nothing"
		os.remove(watched.folder / "big.bin")
		watched.write("main.py", LOOP.format("second"))
		watched.until("second 1\r\n")


@pytest.mark.parametrize("arguments", [["--watch"], ["--flash", ".", "--watch", "--headless"]])
def test_wrong_usage(scratch, arguments):
	result = harness.run_command("run", os.path.join(scratch, "m"), *arguments)
	assert result.returncode == 2 and result.stderr.count("\n") == 1
