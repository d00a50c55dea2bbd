"""Who has uart0's TCP port, when one makes room for the next, and who holds G23."""
import contextlib
import os
import pathlib
import signal
import socket
import time

import pytest

import harness
from test_rfc2217 import Line, open_serial, port_of

# pyserial 3.5 starts its thread in a way that Python 3.11 warns of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")


@pytest.fixture
def module(modules):
	"""A module at its REPL, with uart0 on a free port."""
	return modules().start("--port", "0")


def refuses(module, address="127.0.0.1"):
	"""Is one more client told that there is another?"""
	with socket.create_connection((address, port_of(module)), 5) as sock:
		sock.settimeout(1)
		with contextlib.suppress(TimeoutError):  # of a module that says nothing
			return b"another client" in sock.recv(1000)
	return False


def outside_address():
	"""By which other hosts would reach this one; None: it has loopback only."""
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
		try:
			probe.connect(("192.0.2.1", 9))
			return probe.getsockname()[0]
		except OSError:
			return None


def log_of(module):
	return pathlib.Path(module.folder, "log").read_text()


def test_a_silent_one_gives_way(modules):
	"""After 15 s, unless it awaits the bootloader's answer; to a client of this host, and of another one when told."""
	harness.together(lambda told: let_it_be_silent(modules, told), [False, True])


def let_it_be_silent(modules, told):
	module = modules().start("--port", "0", "--listen", "0.0.0.0", *["--takeover"] * told)
	module.pin("G23", "low")
	module.reset(phase="loader")
	with Line(module) as first:
		first.write(b"\xc0\x00\x08")  # a request that is under way
		time.sleep(13)
		assert refuses(module)
		time.sleep(2.5)
		assert refuses(module), "an erase takes longer"
		module.pin("G23", "float")
		module.reset()
		address = outside_address()
		assert address is None or refuses(module, address) is not told
		assert told and address is not None or not refuses(module)
	assert "from one that was silent for long" in log_of(module)


def unread_bytes(port):
	"""What the kernel holds of the connection to this port, for a server that does not read."""
	rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
	return max((int(row[4].split(":")[1], 16) for row in rows
		if row[1].endswith(f":{port:04X}") and row[3] == "01"), default=0)


def test_a_half_closed_one_gives_way(module):
	"""Nothing more can come of it; but that is not seen as long as the module does not read what came before."""
	cpu = module.hardware()["cpu_pid"]
	os.kill(cpu, signal.SIGSTOP)
	try:
		with socket.create_connection(("127.0.0.1", port_of(module)), 5) as first:
			while unread_bytes(port_of(module)) == 0:
				first.sendall(b"x" * 8192)
				time.sleep(0.05)
			assert refuses(module)
			first.shutdown(socket.SHUT_WR)
			harness.until(lambda: not refuses(module), 2, "the port is free")
	finally:
		os.kill(cpu, signal.SIGCONT)
	assert "from one that has closed its sending side" in log_of(module)


def test_status_says_who_holds_g23(module):
	def held():
		return module.status()["g23_held_by"]

	assert held() == [] and "G23 " not in module.run("status").stdout.replace("P2 (G23)", "")
	module.pin("G23", "low")
	assert held() == ["wire"] and "held low by wire\n" in module.run("status").stdout
	with open_serial(module) as port:
		port.rts = False
		port.dtr = True
		assert held() == ["wire", "DTR"]
		module.pin("G23", "float")
		assert held() == ["DTR"]
	harness.until(lambda: held() == [], 5, "DTR let go")
	assert "the client left, DTR asserted" in log_of(module)
