"""Both servers under many clients and under garbage: bounded, no crash, no leak, and uart0 answers meanwhile."""
import contextlib
import os
import random
import socket
import time

import pytest

import clients
import harness
from clients import open_files

CLIENTS = 50
ROUNDS = 2
MEMORY_BYTES = 4096       # of the heap, between rounds: what a name or a list more may take
PSS_BYTES = 1_000_000
ANSWER_S = 3              # for the REPL on uart0, on a host with two busy cores
FILES = 16                # descriptors that both servers may have open for their clients


def footprint(module):
	"""(free heap, descriptors, PSS) of the module's CPU, and that it is still the same boot."""
	status = module.hardware()
	free = module.eval("__import__('gc').collect() or __import__('gc').mem_free()")
	pid = status["cpu_pid"]
	return {"boot": status["boot"], "free": free, "files": open_files(pid), "pss": harness.pss_bytes([pid])}


def answers(module):
	begin = time.monotonic()
	assert module.eval("11 * 11") == 121
	took = time.monotonic() - begin
	assert took < ANSWER_S, f"uart0 answered after {took:.1f} s"


def open_many(port):
	"""So many connections at once; the server may refuse or cut any of them, but hang none."""
	sockets = []
	for _ in range(CLIENTS):
		with contextlib.suppress(ConnectionError):
			sockets.append(clients.connect(port))
	return sockets


def first_words(sock):
	"""What the server says first; nothing when it cut the connection."""
	sock.settimeout(10)
	with contextlib.suppress(ConnectionError):
		return sock.recv(300)
	return b""


def is_open(sock):
	"""Has the server not cut it? What it still said is read away."""
	sock.setblocking(False)
	try:
		while sock.recv(300):
			pass
	except BlockingIOError:
		return True
	except ConnectionError:
		pass
	return False


def settled(module, files):
	# Longer than the 30 s for which FTP waits for a data connection that was asked for (LB_FTP_CONNECT_MS).
	harness.until(lambda: open_files(module.hardware()["cpu_pid"]) <= files, 45, "the servers' descriptors are closed")


def assert_same(before, after):
	assert after["boot"] == before["boot"], "the module was reset"
	assert after["files"] == before["files"], (before, after)
	assert before["free"] - after["free"] < MEMORY_BYTES, (before, after)
	assert after["pss"] - before["pss"] < PSS_BYTES, (before, after)


def assert_serves(module, net):
	with clients.Telnet(net) as telnet:
		telnet.prompt()
		assert telnet.type("2 + 3") == "5\r\n"
	session = clients.ftp(net)
	assert "flash" in session.nlst("/")
	session.quit()


def crowd(module, port, files):
	"""Fifty at once: a few are served, those who came before them gave way, and nobody hangs."""
	sockets = open_many(port)
	try:
		answers(module)
		assert open_files(module.hardware()["cpu_pid"]) <= files + FILES
		words = [first_words(sock) for sock in sockets]
		served = sum((word.startswith(b"220") or b"Lifeboat\r\n" in word or b"Login" in word or word[:1] == b"\xff")
		             and is_open(sock) for word, sock in zip(words, sockets))
		assert 1 <= served <= 10, words
		answers(module)
	finally:
		for sock in sockets:
			sock.close()
	settled(module, files)


@pytest.mark.parametrize("server", ["telnet", "ftp"])
def test_fifty_clients_at_once(module, server):
	net = module.status()["net"]
	files = open_files(module.hardware()["cpu_pid"])
	assert_serves(module, net)
	settled(module, files)
	crowd(module, net[server], files)
	before = footprint(module)
	for _ in range(ROUNDS):
		crowd(module, net[server], files)
	assert_same(before, footprint(module))
	assert_serves(module, net)


def test_a_crowd_keeps_the_owner_out_for_seconds_only(module):
	"""Fifty who connect and say nothing: whoever has not logged in after five seconds makes room."""
	net = module.status()["net"]
	crowds = [open_many(net[server]) for server in ("telnet", "ftp")]
	try:
		for name, get_in in (("telnet", clients.Telnet), ("ftp", clients.ftp)):
			def in_at_last():
				with contextlib.suppress(OSError, EOFError, AssertionError, clients.ftplib.Error):
					get_in(net, timeout=2).close()
					return True
			harness.until(in_at_last, 15, f"the owner is in by {name}")
		answers(module)
	finally:
		for sock in sum(crowds, []):
			sock.close()


def test_the_owners_session_outlives_a_crowd(module):
	net = module.status()["net"]
	with clients.Telnet(net) as telnet, contextlib.closing(clients.ftp(net)) as session:
		telnet.prompt()
		crowds = [open_many(net[server]) for server in ("telnet", "ftp")]
		telnet.prompt()
		assert telnet.type("3 + 4") == "7\r\n" and "flash" in session.nlst("/")
		for sock in sum(crowds, []):
			sock.close()
		assert telnet.eval("5 + 6") == 11 and "flash" in session.nlst("/")


WORDS = (b"USER ", b"PASS ", b"STOR ", b"RETR ", b"REST ", b"PASV\r\n", b"EPSV\r\n", b"LIST ", b"ALLO ", b"/",
         b"\r\n", b"\n", b"%n%s", b"\xff\xfd\x01", b"\xff\xfa\x18\x00", b"\xff\xf0", b"\xff\xff", b"\xff\xf4",
         b"\x00", b"\x03", b"\x04", b"99999999999", b"A" * 700, b"..", b"\x7f\x08", b"-1")


def garbage(rng):
	if rng.random() < 0.4:
		return rng.randbytes(rng.randint(1, 3000))
	return b"".join(rng.choice(WORDS) for _ in range(rng.randint(1, 60)))


def throw(port, rng, greeting=b""):
	"""One client full of it; it reads now and then, and ends in one of three ways. The server may end it first."""
	with contextlib.suppress(OSError), clients.connect(port) as sock:
		sock.settimeout(0.5)
		sock.sendall(greeting)
		for _ in range(rng.randint(1, 6)):
			sock.sendall(garbage(rng))
			if rng.random() < 0.3:
				sock.recv(1000)
		if rng.random() < 0.3:
			sock.shutdown(socket.SHUT_WR)
			sock.recv(1000)


@pytest.mark.parametrize("server", ["telnet", "ftp"])
def test_garbage(module, server):
	net = module.status()["net"]
	files = open_files(module.hardware()["cpu_pid"])
	assert_serves(module, net)
	rng = random.Random(server)
	for _ in range(20):
		throw(net[server], rng)
	settled(module, files)
	before = footprint(module)
	for i in range(80):
		throw(net[server], rng)
		if i % 20 == 0:
			answers(module)
	settled(module, files)
	assert_same(before, footprint(module))
	assert_serves(module, net)


def test_garbage_from_one_who_is_logged_in(modules):
	"""FTP's commands with wrong arguments, and data connections that nobody uses; the files are still there."""
	module = modules(clock=4).start()  # whose 30 s of waiting for such a connection are fewer of ours
	net = module.status()["net"]
	listing = "sorted(__import__('os').listdir('/flash'))"
	files = open_files(module.hardware()["cpu_pid"])
	names = module.eval(listing)
	greeting = f"USER {net['user']}\r\nPASS {net['password']}\r\n".encode()
	rng = random.Random(5)
	for i in range(60 if os.environ.get("LIFEBOAT_LONG") else 20):
		throw(net["ftp"], rng, greeting)
		if i == 5:
			settled(module, files)
			before = footprint(module)
	settled(module, files)
	assert_same(before, footprint(module))
	assert set(names) <= set(module.eval(listing))
	assert_serves(module, net)
