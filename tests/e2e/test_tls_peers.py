"""TLS peers that are not as they should be: an error in the script, and the same firmware goes on."""
import contextlib
import random
import socket
import struct
import threading

import certificates
from test_tls import CLIENT, VERIFIED, ask, authority, board, folder, pair, server  # noqa: F401  (fixtures)

def record(kind, body, version=0x0303):
	return struct.pack("!BHH", kind, version, len(body)) + body


ODD = {
	"rubbish": b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20,
	"zeros": bytes(40000),
	"a record too long": struct.pack("!BHH", 22, 0x0303, 0xFFFF) + bytes(70000),
	"empty records": record(22, b"") * 3000,
	"an alert": record(21, b"\x02\x28"),
	"warnings": record(21, b"\x01\x00") * 3000,
	"half a record": record(22, bytes(500))[:100],
	"half a header": b"\x16\x03",
	"a handshake message of 16 MiB": record(22, b"\x02\xff\xff\xff" + bytes(1000)) * 20,
	"data before its time": record(23, bytes(100)),
	"a change of ciphers before its time": record(20, b"\x01"),
	"another version": record(22, b"\x02\x00\x00\x26" + b"\x03\x00" + bytes(36)),
	"nothing": b"",
}


def test_odd_peers_of_a_client(module):
	"""Each is an error within the time-out, and the same module goes on."""
	boots = module.status()["boot"]
	with module.uart() as uart:
		uart.raw()
		uart.exec(CLIENT)
		for name, data in ODD.items():
			with certificates.serving(lambda sock: (sock.recv(5), sock.sendall(data))) as port:
				said = uart.exec(f"try:\n    connect({port}, timeout=2)\nexcept OSError as error:\n    print('OSError', error)")
				assert said.startswith("OSError"), (name, said)
		assert uart.eval("1 + 1") == 2
	assert module.status()["boot"] == boots


def test_odd_peers_of_a_server(server, authority):  # noqa: F811
	uart, port = server
	for data in ODD.values():
		with socket.create_connection(("127.0.0.1", port), 20) as sock:
			with contextlib.suppress(OSError):  # it may be gone in the middle
				sock.sendall(data)
				sock.shutdown(socket.SHUT_WR)
			uart.expect("Error", 15)
	assert ask(authority, port) == b"HELLO"


def damaging(port, rng):
	"""A man in the middle who changes a byte now and then, and sends in pieces of any size."""
	def pump(source, target, probability):
		try:
			while data := source.recv(rng.choice((1, 7, 100, 4096))):
				if rng.random() < probability:
					at = rng.randrange(len(data))
					data = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]
				target.sendall(data)
		except OSError:
			pass
		for sock in (source, target):
			try:
				sock.shutdown(socket.SHUT_RDWR)
			except OSError:
				pass

	def talk(sock):
		with socket.create_connection(("127.0.0.1", port)) as behind:
			behind.settimeout(10)
			to_server = threading.Thread(target=pump, args=(sock, behind, 0.002), daemon=True)
			to_server.start()
			pump(behind, sock, 0.02)
			to_server.join(5)
	return talk


def test_bytes_that_change_on_the_way(board, folder, pair):  # noqa: F811
	"""Data comes right or not at all, whatever was changed; and nothing of it ends the firmware."""
	context = certificates.context_of(folder, pair)
	boots = board.status()["boot"]
	with certificates.serving(certificates.echo(context)) as behind, board.uart() as uart:
		uart.raw()
		uart.exec(CLIENT + f"""
def attempt(port):
    try:
        ss = connect(port, timeout=3, {VERIFIED})
        ss.settimeout(3)
        ss.write(b'hello' * 40)
        return ss.read(200) == b'hello' * 40
    except (OSError, ValueError) as error:
        return type(error).__name__
""")
		seen = set()
		with certificates.serving(damaging(behind, random.Random(5))) as port:
			for _ in range(40):
				seen.add(uart.eval(f"attempt({port})", timeout=20))
		assert {True, "OSError"} <= seen <= {True, "OSError", "ValueError", "TimeoutError"}, seen
	assert board.status()["boot"] == boots


def test_one_socket_twice_at_once(board, folder, pair):  # noqa: F811
	"""From a callback in the middle of a read: writing goes, a second read is refused, closing ends the first."""
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port:
		out = board.exec(CLIENT + f"""
import machine
ss = connect({port})
ss.settimeout(5)
def again(timer):
    try:
        ss.read(1)
    except OSError as error:
        print(error.errno == 16)  # EBUSY
    ss.write(b'from within')
machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=100, callback=again)
print(ss.read(11))
machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=100, callback=lambda timer: ss.close())
try:
    ss.read(1)
except OSError as error:
    print('closed')
for i in range(20):
    gc.collect()
    bytearray(3000)
print(connect({port}).write(b'x'))
""")
		assert out.splitlines() == ["True", "b'from within'", "closed", "1"]
