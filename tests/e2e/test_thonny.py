"""Thonny's own back end, as Debian has it: the process that its window talks to, with the window's messages."""
import ast
import contextlib
import os
import pathlib
import queue
import re
import subprocess
import threading
import time

import pytest

import harness

PACKAGES = harness.ROOT / "build/deps/thonny/usr/lib/python3/dist-packages"
BACK_END = PACKAGES / "thonny/plugins/micropython/bare_metal_backend.py"
# As its window's defaults for "MicroPython (generic)" are.
SETTINGS = {"clean": False, "dtr": None, "rts": None, "submit_mode": None, "interrupt_on_connect": True,
	"write_block_size": None, "write_block_delay": None, "proxy_class": "GenericBareMetalMicroPythonProxy",
	"sync_time": True, "validate_time": True, "local_rtc": True}

pytestmark = pytest.mark.skipif(not BACK_END.exists(), reason="no Thonny: tools/fetch thonny build/deps")


class Thonny:
	"""One back end at a port: commands in, messages out, each a repr in a line or more behind its count of lines."""

	def __init__(self, port, home):
		env = dict(harness.environment(), PYTHONPATH=str(PACKAGES), HOME=home, THONNY_USER_DIR=home)
		self.process = subprocess.Popen(["/usr/bin/python3", "-u", harness.ROOT / "tests/e2e/thonny_backend.py", BACK_END,
			repr({**SETTINGS, "port": port})], env=env, stdin=subprocess.PIPE,
			stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=home, text=True)
		self.messages = queue.Queue()
		self.output = ""
		threading.Thread(target=self.read, daemon=True).start()

	def read(self):
		"""A message is "\\x02", its count of lines, a space and a call: Class(name=value, ...)."""
		for line in self.process.stdout:
			if line.startswith("\x02"):
				count, _, text = line[1:].partition(" ")
				text += "".join(self.process.stdout.readline() for _ in range(int(count) - 1))
				self.messages.put(text.replace("\n", ""))
			else:
				self.messages.put("said: " + line)
		self.messages.put(None)

	def until(self, pattern, timeout=30):
		"""The first message of that pattern; what the program prints meanwhile is kept."""
		end = time.monotonic() + timeout
		seen = []
		while True:
			try:
				message = self.messages.get(timeout=max(0.01, end - time.monotonic()))
			except queue.Empty:
				raise AssertionError(f"{pattern} did not come; seen: {seen[-12:]}") from None
			assert message is not None, f"the back end ended; seen: {seen[-12:]}"
			seen.append(message)
			text = re.search(r"'data': ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", message) or \
				re.search(r"data=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", message)
			if "ProgramOutput" in message and text:
				self.output += ast.literal_eval(text.group(1))
			if re.search(pattern, message):
				return message

	def send(self, kind, name, **fields):
		fields["id"] = f"{name}_1"
		values = "".join(f", {key}={value!r}" for key, value in fields.items())
		self.process.stdin.write(f"\x021 {kind}(name={name!r}{values})\n")
		self.process.stdin.flush()

	def printed(self, text, timeout=30):
		end = time.monotonic() + timeout
		while text not in self.output:
			assert time.monotonic() < end, f"{text!r} was not printed; seen: {self.output[-500:]!r}"
			with contextlib.suppress(AssertionError):
				self.until("ProgramOutput", 0.5)

	def close(self):
		self.process.kill()
		self.process.wait()


@pytest.fixture
def thonny(module, scratch):
	"""thonny(): a back end that is ready; thonny(ready=False): one that has only been started."""
	made = []

	def start(ready=True):
		made.append(Thonny(os.path.join(module.folder, "uart0"), scratch))
		if ready:
			made[-1].until("ToplevelResponse")
		return made[-1]

	yield start
	for one in made:
		one.close()
		assert "busy" not in one.output, one.output


def test_connect_run_stop_and_files(module, thonny, scratch):
	client = thonny()
	client.send("ToplevelCommand", "execute_source", source="print(6 * 7)")
	client.printed("42")
	client.until("ToplevelResponse")
	client.send("ToplevelCommand", "Run", source="import time\nprint('ran', 1 + 1)\n", args=["main.py"])
	client.printed("ran 2")
	client.until("ToplevelResponse")
	loop = "import time\nprint('loops')\nwhile True: time.sleep(.1)\n"
	client.send("ToplevelCommand", "Run", source=loop, args=["x.py"])
	client.printed("loops")
	client.send("ImmediateCommand", "interrupt")
	client.printed("KeyboardInterrupt")
	client.until("ToplevelResponse")
	data = bytes(range(256)) * 40
	client.send("InlineCommand", "write_file", path="/flash/a file.bin", content_bytes=data, editor_id=1,
		make_shebang_scripts_executable=False)
	client.until("InlineResponse.*write_file")
	client.send("InlineCommand", "read_file", path="/flash/a file.bin")
	found = re.search(r"content_bytes=(b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\")", client.until("InlineResponse.*content"))
	assert ast.literal_eval(found.group(1)) == data
	client.send("InlineCommand", "get_dirs_children_info", node_id="n", paths=["/flash"], include_hidden=False)
	assert "a file.bin" in client.until("InlineResponse.*children_info")
	client.send("ToplevelCommand", "execute_source", source="import os; os.remove('/flash/a file.bin')")
	client.until("ToplevelResponse")
	client.close()
	assert "a file.bin" not in module.eval("__import__('os').listdir('/flash')")


@pytest.mark.parametrize("program", ["import time\nprint('runs')\nwhile True: time.sleep(1)\n",
	"print('runs')\nwhile True: pass\n", "print('runs')\nwhile True: print('and prints')\n",
	"print('runs')\ninput('?')\n"], ids=["sleeps", "busy", "prints", "asks"])
def test_connecting_to_a_script_that_runs(module, thonny, program):
	"""Its "device is busy" never comes where Ctrl-C ends the script."""
	module.put("/flash/main.py", program)
	module.reset("script")
	client = thonny()
	client.send("ToplevelCommand", "execute_source", source="print(6 * 7)")
	client.printed("42")
