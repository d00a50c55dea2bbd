"""Clients of the module's telnet and FTP servers, for tests and benches: plain sockets, and Python's own ftplib."""
import ftplib
import os
import re
import socket
import time

import harness

INTERRUPT_PROCESS = b"\xff\xf4"


def connect(port, timeout=5):
	return socket.create_connection(("127.0.0.1", port), timeout)


def refused(port):
	"""Does nobody listen there? Whoever answers at all, or hangs, is somebody."""
	try:
		connect(port, 2).close()
	except ConnectionRefusedError:
		return True
	return False


class Telnet(harness.Uart):
	"""The REPL over telnet: all that Uart can do, over a TCP connection."""

	def __init__(self, net, user=None, password=None, log_in=True, timeout=10):
		sock = connect(net["telnet"], timeout)
		sock.setblocking(False)
		sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		self.fd = sock.detach()
		self.buffer = self.seen = b""
		if log_in:
			self.log_in(user or net["user"], password or net["password"], timeout)

	def log_in(self, user, password, timeout=10):
		self.ask_for_login(user, password, timeout)
		self.expect("for more information.\r\n", timeout)

	def ask_for_login(self, user, password, timeout=10):
		self.expect("Login as: ", timeout)
		self.write(user + "\r\n")
		self.expect("Password: ", timeout)
		self.write(password + "\r\n")

	def fill(self, timeout):
		before = len(self.seen), self.buffer
		came = super().fill(timeout)
		if came and (len(self.seen), self.buffer) == before:
			raise ConnectionError(f"the server closed the connection; last bytes: {self.seen[-300:]!r}")
		return came

	def until_closed(self, timeout=10):
		"""All that comes before the server closes the connection."""
		end = time.monotonic() + timeout
		try:
			while time.monotonic() < end:
				self.fill(end - time.monotonic())
		except ConnectionError:
			return self.buffer
		raise AssertionError(f"not closed after {timeout} s; last bytes: {self.seen[-300:]!r}")


def ftp(net, user=None, password=None, timeout=20):
	"""A session that is logged in."""
	session = ftplib.FTP(timeout=timeout)
	session.connect("127.0.0.1", net["ftp"])
	session.login(user or net["user"], password or net["password"])
	return session


def ftp_read(session, path):
	parts = []
	session.retrbinary(f"RETR {path}", parts.append)
	return b"".join(parts)


def open_files(pid):
	"""How many file descriptors a process has."""
	return len(os.listdir(f"/proc/{pid}/fd"))


def net_of(module):
	return module.status()["net"]


def soft_reset(uart):
	"""By Ctrl-D at the friendly prompt; returns at the new one."""
	uart.prompt()
	uart.write(b"\x04")
	uart.expect("soft reboot")
	uart.expect(re.compile(rb">>> $"))


def assert_off(module, ports):
	net = net_of(module)
	assert net["telnet"] is None and net["ftp"] is None and net["password"] is None, net
	assert refused(ports["telnet"]) and refused(ports["ftp"])


def assert_on(module, ports):
	"""The ports stay the same as long as the hardware process lives."""
	net = net_of(module)
	assert (net["telnet"], net["ftp"]) == (ports["telnet"], ports["ftp"]), net
	with Telnet(net) as telnet:
		telnet.prompt()
		assert telnet.type("5 * 5") == "25\r\n"
	assert "flash" in ftp(net).nlst("/")
