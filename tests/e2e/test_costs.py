"""What it costs: time of a command, CPU and memory of a module that idles."""
import os
import subprocess
import time

import pytest

import harness

DOOR = str(harness.ROOT / "lifeboat")


def test_commands_answer_at_once(module):
	"""Through the front door of the checkout, as a user calls them: 30 ms at most."""
	if not os.access(DOOR, os.X_OK):
		pytest.skip("no front door: these tests run on an installed command")
	for args in (["status"], ["pin", "P12"], ["led"], ["pin", "P3", "low"]):
		times = []
		for _ in range(15):
			begin = time.monotonic()
			subprocess.run([DOOR, *args, "-d", module.folder], check=True, stdout=subprocess.DEVNULL,
			               env=harness.environment())
			times.append(time.monotonic() - begin)
		assert min(times) <= 0.030, (args, times)  # other tests run beside this one, and only add to it


def test_idle_module_uses_no_cpu(modules):
	"""Nothing polls: over five seconds at its prompt, heartbeat and all, less than 1 % of a core."""
	harness.together(lambda client: stay_idle(modules().start(), client), [False, True])


def stay_idle(module, client):
	if client:
		module.uart().drop()
	status = module.hardware()
	pids = [status["pid"], status["cpu_pid"]]
	with module.watch("led") as watch:
		watch.until_event(lambda e: e["rgb"] == harness.BLUE)
		before, before_ns = harness.cpu_seconds(pids), harness.cpu_nanoseconds(pids)
		harness.hold(watch, 5)
		after, after_ns = harness.cpu_seconds(pids), harness.cpu_nanoseconds(pids)
	assert after - before <= 0.05 and after_ns - before_ns <= 50_000_000, (after - before, after_ns - before_ns)


@pytest.mark.parametrize("state", ["sleep", "off", "loader"])
def test_resting_module_uses_no_cpu(module, state):
	if state == "sleep":
		with module.uart() as uart:
			uart.start("import machine; machine.deepsleep()")
	elif state == "off":
		module.power("off")
	else:
		module.pin("G23", "low")
		module.run("reset")
	module.wait(state)
	status = module.hardware()
	pids = [pid for pid in (status["pid"], status["cpu_pid"]) if pid]
	assert len(pids) == (2 if state == "loader" else 1)
	before = harness.cpu_nanoseconds(pids)
	with module.watch("phase") as watch:
		harness.hold(watch, 2)
	assert harness.cpu_nanoseconds(pids) - before <= 20_000_000
	if state != "loader":
		module.power("off")
		module.power("on")


def test_memory(module):
	status = module.hardware()
	pids = [module.process.pid, status["pid"], status["cpu_pid"]]
	module.exec("x = [bytes(1000) for i in range(50)]")
	total = harness.pss_bytes(set(pids))
	assert total <= 20 << 20, f"{total / (1 << 20):.1f} MB"


def test_no_file_descriptor_is_lost(module):
	"""Resets, power cycles and clients by the dozen leave the hardware process as it was."""
	pid = module.hardware()["pid"]

	def descriptors():
		return len(os.listdir(f"/proc/{pid}/fd"))

	module.reset()
	before = descriptors()
	for _ in range(15):
		module.run("reset")
		with module.uart() as uart:
			uart.eval("1")
		with module.control() as control:
			control.ask("attach")
		module.power("off")
		module.power("on")
	module.wait("repl")
	harness.until(lambda: descriptors() <= before, 3, "descriptors given back")
