"""As Pymakr logs in and asks, byte by byte: what it sends, and what it waits for before it goes on."""
import contextlib
import re
import time

from clients import connect, net_of

INTO = b'Login succeeded!\r\nType "help()" for more information.\r\n'
ARE_YOU_THERE = b"\xff\xf6"


class Line:
	"""A socket, and all that came."""

	def __init__(self, sock):
		self.sock = sock
		self.seen = b""

	def until(self, wanted, timeout=10):
		"""Everything up to and including it."""
		end = time.monotonic() + timeout
		while wanted not in self.seen:
			self.sock.settimeout(max(0.01, end - time.monotonic()))
			self.seen += self.sock.recv(4096)
		before, _, self.seen = self.seen.partition(wanted)
		return before + wanted


def test_over_telnet(module):
	module.put("/flash/main.py", "import time\nprint('main runs')\nwhile True: time.sleep(1)\n")
	net = net_of(module)
	module.reset("script")
	with contextlib.closing(connect(net["telnet"])) as sock:
		line = Line(sock)
		line.until(b"Login as:")
		sock.sendall(net["user"].encode() + b"\r\n")
		line.until(b"Password:")
		sock.sendall(net["password"].encode() + b"\r\n")
		line.until(INTO)
		sock.sendall(ARE_YOU_THERE)
		line.until(ARE_YOU_THERE)
		sock.sendall(b"\x03\x03")
		line.until(b">>> ")
		sock.sendall(ARE_YOU_THERE + b"\r\x01")
		assert ARE_YOU_THERE in line.until(b"raw REPL; CTRL-B to exit\r\n>")
		sock.sendall(b"print([f for f in os.listdir('/flash')], os.uname().sysname)\x04")
		answer = line.until(b"\x04\x04>")
		assert re.match(rb"OK\[.*'main.py'.*\] \w+", answer), answer
		for _ in range(3):
			sock.sendall(ARE_YOU_THERE)
			assert line.until(ARE_YOU_THERE) == ARE_YOU_THERE, "nothing else is in the terminal"


def test_over_the_serial_port(module):
	"""Ctrl-C twice, Ctrl-F, Ctrl-A: whether main.py ends by that or not, a prompt with os and UART and no script."""
	module.put("/flash/main.py", "import time\nprint('main runs')\nwhile True:\n    try:\n        time.sleep(1)\n"
		"    except KeyboardInterrupt:\n        pass\n")
	module.reset("script")
	with module.uart() as uart:
		uart.write(b"\x03\x03\x06")
		uart.expect("Safe boot: on request.", 10)
		uart.expect(">>> ")
		uart.write(b"\x01")
		uart.expect("raw REPL; CTRL-B to exit\r\n>")
		uart.write(b"print(UART, os.listdir('/flash'))\x04")
		assert b"main.py" in uart.expect("\x04\x04>")
