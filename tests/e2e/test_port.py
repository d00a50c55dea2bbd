"""Commands with --port: a module that is reached by a pty, RFC 2217, plain bytes or telnet alone."""
import json
import re
import subprocess
import threading

import pytest

import harness
import updates

KINDS = ("pty", "rfc2217", "socket", "telnet")
# It reads its input, so that whatever a command sends it would show.
PROGRAM = "import time\nwhile True:\n    time.sleep(0.2)\n    print('tick')\n"


def name_of(module, kind):
	status = module.status()
	if kind == "pty":
		return module.folder + "/uart0"
	if kind == "telnet":
		return "telnet://{user}:{password}@127.0.0.1:{telnet}".format(**status["net"])
	return status["rfc2217"].replace("rfc2217:", kind + ":")


def run(command, *args, code=0, stdin=subprocess.DEVNULL, timeout=60):
	result = harness.run_command(command, *args, stdin=stdin, timeout=timeout)
	assert result.returncode == code, (result.stdout, result.stderr)
	assert code == 0 or re.fullmatch(r"lifeboat: [^\n]+\n", result.stderr), f"one line: {result.stderr!r}"
	return result.stdout + result.stderr


@pytest.fixture(scope="module")
def idle():
	with harness.Module().start("--port", "0") as module:
		harness.until(lambda: module.status()["net"]["telnet"], 10, "telnet")
		yield module


@pytest.mark.parametrize("kind", KINDS)
def test_status_at_an_idle_prompt(idle, kind):
	name = name_of(idle, kind)
	said = run("status", "--port", name)
	assert re.search(r"^phase +repl", said, re.M) and re.search(r"^image +factory, version ", said, re.M), said
	assert idle.status()["net"]["password"] not in said
	asked, known = json.loads(run("status", "--json", "--port", name)), idle.status()
	assert set(asked) == set(known)
	for key in ("board", "boot", "trial", "record", "bootloader", "last_error"):
		assert asked[key] == known[key], key
	with idle.uart() as uart:
		uart.prompt()


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe_through_repl(idle, kind, tmp_path):
	typed = tmp_path / "typed"
	typed.write_text("print(6*7)\r")
	with open(typed, "rb") as stdin:
		assert "\n42\n" in run("repl", "--port", name_of(idle, kind), stdin=stdin).replace("\r", "")


@pytest.mark.parametrize("args, why", [
	(("status", "--interrupt"), "--interrupt is for --port"),
	(("status", "--port", "x", "-d", "y"), "-d names a virtual module, --port another one"),
	(("wait", "gate", "--port", "x"), "at a port only repl and script show"),
	(("flash", "x.img", "--port", "telnet://a:b@c:1"), "bootloader mode has no telnet server"),
])
def test_wrong_usage(args, why):
	assert why in run(*args, code=2)


@pytest.mark.parametrize("name, why", [
	("telnet://127.0.0.1:1", "says no login"),
	("socket://127.0.0.1", "is no address"),
	("/dev/null", "is no serial port"),
])
@pytest.mark.parametrize("command", (("status",), ("repl",), ("wait", "repl")))
def test_ports_that_are_none(command, name, why):
	assert why in run(*command, "--port", name, code=1)


def test_a_wrong_password_is_not_shown(idle):
	name = name_of(idle, "telnet").replace("@", "x@")
	said = run("status", "--port", name, code=1)
	assert "wrong user or password" in said and idle.status()["net"]["password"] not in said


@pytest.mark.parametrize("kind", ("pty", "rfc2217", "socket"))
def test_a_program_is_not_disturbed(modules, kind):
	module = modules().start("--port", "0")
	name = name_of(module, kind)
	module.put("/flash/main.py", PROGRAM.encode())
	listener = []
	thread = threading.Thread(target=lambda: listener.append(run("wait", "script", "--port", name)))
	thread.start()
	while thread.is_alive(): # it may connect after a reset
		module.reset(phase="script")
		thread.join(2)
	assert listener, "wait did not see the script"
	assert "a program runs; --interrupt asks all the same" in run("status", "--port", name, code=1)
	assert module.status()["phase"] == "script" and module.status()["last_error"] is None
	assert "shows phase repl" in run("wait", "repl", "--port", name, "--timeout", "1", code=1)
	assert re.search(r"^phase +repl", run("status", "--port", name, "--interrupt"), re.M)
	assert module.status()["phase"] == "repl"


def test_wait_sees_the_prompt(modules):
	module = modules().start("--port", "0")
	name = name_of(module, "rfc2217")
	listener = []
	thread = threading.Thread(target=lambda: listener.append(run("wait", "repl", "--port", name)))
	thread.start()
	while thread.is_alive(): # it may connect after a reset
		module.reset()
		thread.join(2)
	assert listener, "wait did not see the prompt"


QUICK_KINDS = ["pty", "rfc2217", *[pytest.param(kind, marks=pytest.mark.long) for kind in ("socket", "telnet")]]


@pytest.mark.parametrize("kind", QUICK_KINDS)
def test_ota(modules, kind):
	module = modules().start("--port", "0")
	harness.until(lambda: module.status()["net"]["telnet"], 10, "telnet")
	said = run("ota", updates.image("1.1.0"), "--port", name_of(module, kind), timeout=120)
	if kind == "telnet":
		assert "ota: 1.1.0 in ota_0 was started; the reset ended the connection" in said, said
		harness.until(lambda: module.status()["boot"]["version"] == "1.1.0", 20, "the new image")
	else:
		assert re.search(r"^ota: 1\.1\.0 in ota_0 runs, confirmed$", said, re.M), said
	harness.until(lambda: module.status()["trial"] is None, 20, "the confirmation")
	assert updates.runs(module) == ("ota_0", "1.1.0")
