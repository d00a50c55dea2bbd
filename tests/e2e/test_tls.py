"""TLS on the module: the ssl module against CPython's, in both directions, and what must not lock its owner out."""
import pathlib
import socket
import ssl
import subprocess
import time

import pytest

import certificates
import harness
from certificates import HOST
from clients import Telnet


@pytest.fixture(scope="module")
def authority():
	return certificates.Authority()


@pytest.fixture(scope="module")
def pair(authority):
	return authority.issue()


@pytest.fixture
def folder(tmp_path):
	return pathlib.Path(tmp_path)


@pytest.fixture
def board(module, authority):
	"""A module with the authority's certificate, and its clock set as the host's."""
	module.exec("import os\nos.mkdir('/flash/cert')")
	module.put("/flash/cert/ca.pem", authority.pem)
	set_clock(module)
	return module


def set_clock(module):
	now = time.gmtime()
	module.exec(f"import machine\nmachine.RTC().datetime(({now.tm_year}, {now.tm_mon}, {now.tm_mday}, 0, {now.tm_hour}, "
	            f"{now.tm_min}, {now.tm_sec}, 0))")


CLIENT = """import socket, ssl, gc
def connect(port, **how):
    s = socket.socket()
    s.connect(('127.0.0.1', port))
    return ssl.wrap_socket(s, **how)
"""
VERIFIED = f"cert_reqs=ssl.CERT_REQUIRED, ca_certs='/flash/cert/ca.pem', server_hostname='{HOST}'"


def echoed(board, port, how=""):
	"""What the module got back for a word, or the error."""
	return board.exec(CLIENT + f"""
try:
    ss = connect({port}, {how})
    ss.write(b'hello')
    print(ss.read(5).decode())
    ss.close()
except Exception as error:
    print(type(error).__name__, error)
""").strip()


# --- client

@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_client_verifies_its_server(board, authority, folder, kind):
	context = certificates.context_of(folder, authority.issue(kind=kind))
	with certificates.serving(certificates.echo(context)) as port:
		assert echoed(board, port) == "hello", "nothing is asked for"
		assert echoed(board, port, VERIFIED) == "hello"


WRONG = {
	"another host": (lambda authority: authority.issue("other.test"), "expected"),
	"expired": (lambda authority: authority.issue(begin=certificates.now() - 20 * certificates.DAY,
	                                              end=certificates.now() - certificates.DAY), "expired"),
	"not yet valid": (lambda authority: authority.issue(begin=certificates.now() + certificates.DAY), "in the future"),
	"an unknown authority": (lambda authority: certificates.Authority("another").issue(), "not correctly signed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_client_refuses_a_wrong_certificate(board, authority, folder, case):
	make, text = WRONG[case]
	context = certificates.context_of(folder, make(authority))
	with certificates.serving(certificates.echo(context)) as port:
		assert echoed(board, port) == "hello", "it is a server that works"
		said = echoed(board, port, VERIFIED)
		assert said.startswith("ValueError ") and text in said, said
		assert "clock is not set" not in said


def test_a_self_signed_certificate_is_refused_and_taken_when_known(board, folder):
	own = certificates.Authority(HOST)
	context = certificates.context_of(folder, (own.pem, certificates.pem_of(own.key)))
	board.put("/flash/cert/own.pem", own.pem)
	with certificates.serving(certificates.echo(context)) as port:
		assert "not correctly signed" in echoed(board, port, VERIFIED)
		assert echoed(board, port, VERIFIED.replace("ca.pem", "own.pem")) == "hello", "name by its common name"


def test_a_clock_that_is_not_set_is_said(module, authority, folder, pair):
	module.exec("import os\nos.mkdir('/flash/cert')")
	module.put("/flash/cert/ca.pem", authority.pem)
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port:
		assert echoed(module, port) == "hello", "who does not ask for a certificate needs no clock"
		said = echoed(module, port, VERIFIED)
		assert "ValueError" in said and "clock is not set" in said and "ntp_sync" in said
		assert "future" not in said
		said = echoed(module, port, VERIFIED.replace(HOST, "other.test"))
		assert "clock is not set" in said and "expected" in said, "both reasons"
		set_clock(module)
		assert echoed(module, port, VERIFIED) == "hello"


@pytest.mark.parametrize("rtc", ["host", "unset"])
def test_a_clock_from_power_on(modules, rtc):
	module = modules().start("--rtc", rtc)
	for _ in range(2):
		seconds = module.eval("__import__('time').time()")
		assert abs(seconds - (time.time() if rtc == "host" else 946684800)) < 60
		module.power("off")
		module.power("on")
		module.wait("repl")


def test_a_certificate_without_a_host_name_to_hold_it_against_is_refused(board, folder, pair):
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port:
		said = echoed(board, port, "cert_reqs=ssl.CERT_REQUIRED, ca_certs='/flash/cert/ca.pem'")
		assert said == "ValueError CERT_REQUIRED requires server_hostname"


def test_files_that_are_none(board):
	for how, error in (("ca_certs='/flash/cert/none.pem'", "OSError"), ("cadata=b'rubbish'", "invalid cert"),
	                   ("certfile='/flash/cert/ca.pem', keyfile='/flash/cert/ca.pem'", "invalid key")):
		with board.uart() as uart:
			uart.raw()
			assert error in uart.error_of(f"import ssl, socket\nssl.wrap_socket(socket.socket(), {how})")


def test_a_client_shows_its_own_certificate(board, authority, folder, pair):
	certificate, key = authority.issue("the.client")
	board.put("/flash/cert/cert.crt", certificate)
	board.put("/flash/cert/prv.key", key)
	context = certificates.context_of(folder, pair, authority)
	own = VERIFIED + ", certfile='/flash/cert/cert.crt', keyfile='/flash/cert/prv.key'"
	with certificates.serving(certificates.echo(context)) as port:
		assert echoed(board, port, own) == "hello"
		assert "OSError" in echoed(board, port, VERIFIED)


def test_as_pycoms_scripts_do(board, folder, pair):
	"""Wrapped first, connected then; a socket's methods; a time-out that is the socket's; ussl."""
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port:
		out = board.exec(f"""
import socket, ussl as ssl, select, errno
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
ss = ssl.wrap_socket(s, {VERIFIED})
ss.connect(socket.getaddrinfo('127.0.0.1', {port})[0][-1])
ss.settimeout(0.3)
print(ss.send(b'one\\ntwo\\n'), ss.readline(), ss.recv(4))
for i in range(2):
    try:
        ss.recv(1)
    except OSError as error:
        print(error.errno == errno.ETIMEDOUT, error.errno == ssl.SSL_TIMEOUT, isinstance(error, ssl.SSLError))
ss.write('three')
buffer = bytearray(5)
print(ss.readinto(buffer), buffer)
ss.sendall(b'four')
poll = select.poll()
poll.register(ss, select.POLLIN)
print(poll.poll(5000)[0][1] == select.POLLIN, ss.read(4))
ss.setblocking(False)
print(poll.poll(0), ss.read(1), ss.cipher()[1], len(ss.getpeercert(True)) > 100)
print(ss.makefile('rwb') is ss)
ss.close()
ss.close()
""")
		assert out.splitlines() == ["8 b'one\\n' b'two\\n'", "True True True", "True True True", "5 bytearray(b'three')",
		                            "True b'four'", "[] None TLSv1.2 True", "True"]


def test_asyncio_streams(board, authority, folder, pair):
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port:
		out = board.exec(f"""
import asyncio, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations('/flash/cert/ca.pem')
async def talk(word):
    reader, writer = await asyncio.open_connection('127.0.0.1', {port}, ssl=context, server_hostname='{HOST}')
    for i in range(3):
        writer.write(word + b'\\n')
        await writer.drain()
        assert await reader.readline() == word + b'\\n'
    data = bytes(range(256)) * 80
    writer.write(data)
    await writer.drain()
    assert await reader.readexactly(len(data)) == data
    writer.close()
    await writer.wait_closed()
    return word
async def main():
    print(await asyncio.gather(*(talk(b'word%d' % i) for i in range(4))))
asyncio.run(main())
""", timeout=30)
		assert out.strip() == str([b"word%d" % i for i in range(4)])


# --- server



def free_port():
	with socket.create_server(("127.0.0.1", 0)) as sock:
		return sock.getsockname()[1]


@pytest.fixture
def server(board, pair):
	"""A module that serves TLS on a port: (uart, port). Each connection is answered with what it sent, upper case."""
	port = free_port()
	board.put("/flash/cert/cert.pem", pair[0])
	board.put("/flash/cert/key.pem", pair[1])
	with board.uart() as uart:
		uart.raw()
		uart.start(f"""import socket, ssl
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo('127.0.0.1', {port})[0][-1])
listener.listen(2)
print('serves')
while True:
    conn = listener.accept()[0]
    try:
        ss = ssl.wrap_socket(conn, server_side=True, certfile='/flash/cert/cert.pem', keyfile='/flash/cert/key.pem',
                             timeout=2)
        ss.settimeout(5)
        while True:
            data = ss.recv(1024)
            if not data:
                break
            ss.sendall(data.upper())
        print('ended')
    except Exception as error:
        print(type(error).__name__, error)
    conn.close()
""")
		uart.expect("serves")
		yield uart, port
		uart.write(b"\x03")


def client_context(authority):
	context = ssl.create_default_context(cadata=authority.pem.decode())
	context.maximum_version = ssl.TLSVersion.TLSv1_2
	return context


def ask(authority, port, word=b"hello"):
	with socket.create_connection(("127.0.0.1", port), 20) as sock:
		with client_context(authority).wrap_socket(sock, server_hostname=HOST) as tls:
			tls.sendall(word)
			return tls.recv(len(word))


def test_a_server(server, authority):
	uart, port = server
	assert ask(authority, port) == b"HELLO"
	uart.expect("ended")


def openssl(port, *options, say=b"", timeout=30):
	return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", HOST, *options],
	                      input=say, capture_output=True, timeout=timeout)


def test_a_server_asked_by_openssl(server, authority, folder):
	uart, port = server
	(folder / "ca.pem").write_bytes(authority.pem)
	result = openssl(port, "-CAfile", str(folder / "ca.pem"), "-verify_return_error", "-verify_hostname", HOST, say=b"Q")
	assert b"Verify return code: 0 (ok)" in result.stdout and b"TLSv1.2" in result.stdout, result
	uart.expect("ended")
	for version in ("-tls1", "-tls1_1", "-tls1_3"):
		result = openssl(port, version, "-cipher", "ALL:@SECLEVEL=0")
		assert result.returncode != 0 and b"Cipher is (NONE)" in result.stdout, version
		uart.expect("OSError")
	assert ask(authority, port) == b"HELLO"


def test_renegotiation_is_refused_and_the_server_lives(server, authority):
	uart, port = server
	openssl(port, "-tls1_2", say=b"R\n")
	uart.expect(b"\n")
	assert ask(authority, port) == b"HELLO"


# --- what must not lock the owner out

def silent(sock):
	"""Takes what comes and says nothing."""
	while sock.recv(4096):
		pass


def dripping(sock):
	"""Begins a record of 16 KiB, and sends a byte of it every 0.2 s."""
	sock.sendall(b"\x16\x03\x03\x40\x00")
	while True:
		sock.sendall(b"\x02")
		time.sleep(0.2)


ENDLESS = {"socket": "context.wrap_socket(s)", "asyncio": """
import asyncio
async def main():
    reader, writer = await asyncio.open_connection('127.0.0.1', {port}, ssl=context)
    await reader.read(1)
asyncio.run(main())""", "read": "context.wrap_socket(s, do_handshake_on_connect=False).read(1)"}


@pytest.mark.parametrize("peer", [silent, dripping])
@pytest.mark.parametrize("way", ENDLESS)
def test_ctrl_c_ends_a_handshake_within_a_second(module, way, peer):
	with certificates.serving(peer) as port, module.uart() as uart:
		uart.raw()
		uart.start(f"""import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_NONE
s = socket.socket()
s.connect(('127.0.0.1', {port}))
print('locked', 'in')
{ENDLESS[way].format(port=port)}""")
		uart.expect("locked in")
		time.sleep(0.5)
		start = time.monotonic()
		uart.write(b"\x03")
		uart.expect("KeyboardInterrupt")
		assert time.monotonic() - start < 1
		uart.expect("\x04>")
		assert uart.eval("1 + 1") == 2


@pytest.mark.parametrize("deaf", [False, True])
def test_who_gets_in_while_a_handshake_hangs(module, deaf):
	"""main.py waits for a server that accepts and never answers. Ctrl-C on telnet ends it; where the script switched
	that off, P12 does."""
	with certificates.serving(silent) as port, module.uart() as uart:
		uart.put("/flash/main.py", f"""import micropython, socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_NONE
s = socket.socket()
s.connect(('127.0.0.1', {port}))
micropython.kbd_intr({-1 if deaf else 3})
print('locked', 'in')
context.wrap_socket(s)
""")
		uart.drop()
		module.run("reset")
		uart.expect("locked in")
		with Telnet(module.status()["net"]) as telnet:
			telnet.write(b"\x03")
			if not deaf:
				telnet.expect(">>> ", 2)
				assert telnet.eval("6 * 7") == 42
				return
		uart.write(b"\x03\x04")
		assert b">>>" not in uart.quiet(0.5)
		module.rescue(uart)
	module.reset()
	assert module.eval("6 * 7") == 42


@pytest.mark.parametrize("peer", [silent, dripping])
@pytest.mark.parametrize("how, limit_s", [
	("s.settimeout(1); context.wrap_socket(s)", 1),
	("s.settimeout(1); ssl.wrap_socket(s)", 1),
	("s.settimeout(30); ssl.wrap_socket(s, timeout=1.5)", 1.5),
	("ssl.wrap_socket(s)", 10),
])
def test_a_sockets_timeout_is_the_whole_handshakes(modules, peer, how, limit_s):
	module = modules(clock=5 if limit_s == 10 else 1).start()
	with certificates.serving(peer) as port:
		out = module.exec(f"""import socket, ssl, time, errno
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_NONE
s = socket.socket()
s.connect(('127.0.0.1', {port}))
start = time.ticks_ms()
try:
    {how}
except OSError as error:
    print(error.errno == errno.ETIMEDOUT, time.ticks_diff(time.ticks_ms(), start))
""", timeout=30)
		late, took_ms = out.split()
		assert late == "True" and limit_s * 1000 <= int(took_ms) < limit_s * 1000 + 1500


def test_the_watchdog_ends_a_handshake(module):
	with certificates.serving(silent) as port, module.uart() as uart:
		uart.raw()
		uart.start(f"""import socket, ssl, machine
s = socket.socket()
s.connect(('127.0.0.1', {port}))
machine.WDT(timeout=1000)
ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(s, server_hostname='x')""")
		module.wait("repl")
		harness.until(lambda: module.status()["boot"]["cause"] == "watchdog", 10, "a reset by the watchdog")


def test_a_socket_that_is_not_there(module):
	"""Not shaken hands yet, never connected, closed: an errno, and no end of the firmware."""
	with certificates.serving(silent) as port:
		out = module.exec(f"""import errno, socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_NONE
def error_of(call, *args):
    try:
        call(*args)
    except OSError as error:
        return errno.errorcode[error.errno]
s = socket.socket()
print(error_of(context.wrap_socket, s))
s.connect(('127.0.0.1', {port}))
ss = context.wrap_socket(s, do_handshake_on_connect=False)
print(error_of(ss.cipher), ss.getpeercert(True))
ss.close()
calls = (ss.read, 1), (ss.write, b'x'), (ss.readline,), (ss.setblocking, False)
print([error_of(*call) for call in calls], error_of(ss.cipher), error_of(ss.close), error_of(context.wrap_socket, s))
for mode in (3, -1, 1 << 32):
    try:
        context.verify_mode = mode
    except ValueError as error:
        print(error)
""")
	assert out.splitlines() == ["ENOTCONN", "ENOTCONN None", f"{4 * ['EBADF']} ENOTCONN None ENOTCONN",
	                            *3 * ["verify_mode: CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED"]]


def test_a_script_looks_at_certificates_itself(board, folder, pair):
	"""It may keep them, and end the handshake by an exception, which costs no memory for good."""
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port:
		out = board.exec(f"""
import gc, socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations('/flash/cert/ca.pem')
kept = []
def keep(certificate, depth):
    kept.append(certificate)
    return 0
def refuse(certificate, depth):
    raise ValueError('not this one')
def attempt(callback):
    context.verify_callback = callback
    s = socket.socket()
    s.connect(('127.0.0.1', {port}))
    try:
        ss = context.wrap_socket(s, server_hostname='{HOST}')
        peer = ss.getpeercert(True)
        ss.close()
        return peer
    except Exception as error:
        s.close()
        return error
peer = attempt(keep)
gc.collect()
print(kept[-1] == peer, type(kept[0]).__name__, len(kept))
for callback in (refuse, 5, lambda certificate, depth: 'x', lambda certificate, depth: 1 << 32):
    print(type(attempt(callback)).__name__)
free = []
for i in range(3):
    for j in range(8): attempt(refuse)
    gc.collect()
    free.append(gc.mem_free())
print(free[0] - free[2] < 512)
""", timeout=30)
	assert out.splitlines() == ["True memoryview 2", "ValueError", "TypeError", "TypeError", "OSError", "True"]


FREE = "import gc, micropython\ngc.collect()\nprint(gc.mem_free())"


def test_a_soft_reset_has_all_memory_back(board, authority, folder, pair):
	"""Also that of handshakes which broke off and objects that nobody closed."""
	context = certificates.context_of(folder, pair)
	free = []
	with certificates.serving(certificates.echo(context)) as port, certificates.serving(silent) as nobody:
		for _ in range(3):
			with board.uart() as uart:
				uart.drop()
				uart.write(b"\x03\x04")
				uart.expect("soft reboot")
				uart.prompt()
				uart.raw()
				free.append(int(uart.exec(FREE)))
				uart.exec(CLIENT + f"left = [connect({port}, {VERIFIED}) for i in range(4)]\n"
				          f"left[0].write(b'x')\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)")
				uart.start(f"s = socket.socket()\ns.connect(('127.0.0.1', {nobody}))\nprint('in')\n"
				           "context.wrap_socket(s, server_hostname='x')")
				uart.expect("in")
				uart.write(b"\x03")
				uart.finish()
				assert int(uart.exec(FREE)) < free[-1] - 4 * 20000
	assert max(free) - min(free) < 512, free


def test_nothing_leaks(board, folder, pair):
	"""Connections that end well, that are refused, that are cut and that nobody closes cost nothing once they are gone."""
	def cut(sock):
		sock.recv(5)

	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port, \
			certificates.serving(cut) as cutting, board.uart() as uart:
		uart.raw()
		uart.exec(CLIENT + f"""
def once():
    ss = connect({port}, {VERIFIED})
    ss.write(b'hello')
    assert ss.read(5) == b'hello'
    ss.close()
    for port in ({port}, {cutting}):
        try:
            connect(port, {VERIFIED.replace(HOST, 'other.test')})
        except (OSError, ValueError):
            pass
    connect({port})
""")
		free = []
		for _ in range(4):
			uart.exec("for i in range(5):\n    once()\n    gc.collect()", timeout=30)
			free.append(int(uart.exec(FREE)))
		assert free[1] - free[-1] < 512, free


def test_memory_that_is_full_ends_a_handshake_and_loses_nothing(board, folder, pair):
	"""Wherever in the handshake it ends: an error, and the next one is as before once there is memory again."""
	with certificates.serving(certificates.echo(certificates.context_of(folder, pair))) as port, board.uart() as uart:
		uart.raw()
		uart.exec(CLIENT + f"""
import sys
def attempt(spare):
    gc.collect()
    rest = gc.mem_free() - spare
    blocks = []
    while gc.mem_free() > spare + 4096:
        blocks.append(bytearray(2048))
    try:
        ss = connect({port}, {VERIFIED})
        ss.write(b'hello')
        said = 'done' if ss.read(5) == b'hello' else 'wrong'
        ss.close()
        s = None
    except Exception as error:
        said = '%s %s' % (type(error).__name__, error.errno if isinstance(error, OSError) else '')
    blocks = None
    gc.collect()
    return said
""")
		seen = {}
		for spare in range(4000, 70000, 1000):
			said = uart.eval(f"attempt({spare})", timeout=20)
			seen.setdefault(said, []).append(spare)
		assert set(seen) <= {"done", "MemoryError ", "OSError 12"}, seen
		assert {"done", "OSError 12"} <= set(seen), seen
		assert uart.eval("attempt(200000)") == "done"
