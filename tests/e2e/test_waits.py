"""Whoever waits for a module sees within two seconds that it is dead, and says after two what it waits for."""
import os
import re
import signal
import socket
import subprocess
import time

import pytest

import harness

IMAGE = harness.SHARE / "virtual.img"


def start(*words):
	return subprocess.Popen([harness.LIFEBOAT, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
		stderr=subprocess.PIPE, text=True, env=harness.environment())


def until(process, condition):
	deadline = time.monotonic() + 30
	while not condition():
		assert time.monotonic() < deadline and process.poll() is None, process.communicate()
		time.sleep(0.02)


def kill_hardware(module):
	os.kill(module.hardware()["pid"], signal.SIGKILL)
	module.process.wait()


DEATHS = {
	"power": (lambda module: module.power("off"), ("the module lost its power",)),
	"reset": (lambda module: module.run("reset"), ("the module was reset",)),
	"killed": (kill_hardware, ("hardware process ended", "start it with .lifeboat run.")),
}


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("command", ["flash", "read", "ota"])
def test_a_dead_module_is_seen(modules, command, death):
	module = modules(clock=1).start()
	words = {"flash": ("flash", IMAGE), "read": ("flash", "--read", os.devnull), "ota": ("ota", IMAGE)}[command]
	process = start(*words, "-d", module.folder)
	before = module.hardware()["flash"]
	begun = {"flash": lambda now: now["erases"] > before["erases"] + 3,
		"ota": lambda now: now["programs"] > before["programs"] + 50,
		"read": lambda now: module.status()["phase"] == "loader" and now["reads"] > before["reads"] + 100}[command]
	until(process, lambda: begun(module.hardware()["flash"]))
	end, why = DEATHS[death]
	end(module)
	since = time.monotonic()
	_, error = process.communicate(timeout=60)
	assert time.monotonic() - since < 2, error
	assert process.returncode == 1 and any(re.search(words, error) for words in why), error


HANGS = "import time\nprint('up')\nwhile True: time.sleep(1)\n"


def said(error, what, limit):
	assert error.splitlines()[0] == f"lifeboat: waits for {what}, {limit}", error


def test_wait_says_so(module):
	result = module.run("wait", "sleep", "--timeout", "2.6", check=False)
	assert result.returncode == 1 and len(result.stderr.splitlines()) == 1
	assert result.waits == [f"lifeboat: waits for phase sleep of the module in {module.folder}, 3 s at most\n"]
	assert not module.run("wait", "sleep", "--timeout", "1", check=False).waits


@pytest.mark.parametrize("words", [("reset",), ("status",), ("ota", IMAGE)])
def test_a_hanging_hardware_is_said(module, words):
	pid = module.hardware()["pid"]
	os.kill(pid, signal.SIGSTOP)
	process = start(*words, "-d", module.folder)
	try:
		time.sleep(2.5)
		assert process.poll() is None
	finally:
		os.kill(pid, signal.SIGCONT)
	process.terminate()
	said(process.communicate(timeout=20)[1], "the module's hardware", "10 s at most")


def test_a_hanging_update_is_said(module):
	"""A CPU that stands still: the REPL is silent, and one time-out is enough to know that."""
	status = module.hardware()
	process = start("ota", IMAGE, "-d", module.folder)
	until(process, lambda: module.hardware()["flash"]["programs"] > status["flash"]["programs"] + 50)
	os.kill(module.hardware()["cpu_pid"], signal.SIGSTOP)
	since = time.monotonic()
	_, error = process.communicate(timeout=60)
	assert 4 < time.monotonic() - since < 8
	said(error, "the module to write a piece", "5 s at most")
	assert "no longer answers" in error.splitlines()[-1]


def test_a_pipe_into_a_program_is_said(modules):
	module = modules().start()
	module.put("/flash/main.py", HANGS)
	module.reset(phase="script")
	process = start("repl", "-d", module.folder)
	time.sleep(2.5)
	process.terminate()
	said(process.communicate(timeout=10)[1], "the module to be at its REPL", "for as long as it takes")


def test_a_silent_port_is_said():
	with socket.create_server(("127.0.0.1", 0)) as server:
		name = "socket://127.0.0.1:%d" % server.getsockname()[1]
		process = start("wait", "repl", "--port", name, "--timeout", "3")
		_, error = process.communicate(timeout=20)
	said(error, f"phase repl of the module at {name}", "3 s at most")
