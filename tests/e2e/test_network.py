"""The module on the network: telnet, FTP by real clients, and what really switches them off."""
import ftplib
import io
import os
import random
import re
import shutil
import socket
import struct
import subprocess

import pytest

import clients
import harness
from clients import Telnet, assert_off, assert_on, ftp, ftp_read, net_of, soft_reset
from test_lockout import BUSY, SLEEP, SOCKET

DATA = random.Random(3).randbytes(30_000)


def need(program):
	if not shutil.which(program):
		pytest.skip(f"{program} is not installed (apt install {program})")
	return program


# --- telnet

def test_telnet_is_a_full_repl(module):
	with Telnet(net_of(module)) as telnet:
		telnet.prompt()
		assert telnet.type("6 * 7") == "42\r\n"
		assert telnet.paste("for i in range(3):\n    print('line', i)") == "line 0\r\nline 1\r\nline 2\r\n"
		telnet.put("/flash/from_telnet.bin", DATA[:3000])
		assert telnet.eval("__import__('hashlib').sha256(open('/flash/from_telnet.bin', 'rb').read()).digest()") == \
			__import__("hashlib").sha256(DATA[:3000]).digest()
		telnet.raw()
		telnet.raw_paste("x = %r\nprint(len(x))" % ("y" * 5000))
		assert telnet.finish() == ("5000\n", "")


def test_telnet_refuses_strangers(module):
	net = net_of(module)
	for user, password in ((net["user"], "wrong"), ("micro", "python"), (net["user"], net["password"] + "x")):
		with Telnet(net, log_in=False) as telnet:
			telnet.ask_for_login(user, password)
			telnet.expect("Wrong user or password.")
			telnet.log_in(net["user"], net["password"])
	with Telnet(net, log_in=False) as telnet:
		for _ in range(3):
			telnet.ask_for_login("micro", "python")
		assert b">>> " not in telnet.until_closed()
		assert b"goodbye" in telnet.seen


@pytest.mark.parametrize("kind, text", [("busy", BUSY), ("sleep", SLEEP), ("accept", SOCKET)])
def test_telnet_interrupts_main_py(module, kind, text):
	module.put("/flash/main.py", text)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in")
	for interrupt in (b"\x03", clients.INTERRUPT_PROCESS):
		with Telnet(net_of(module)) as telnet, module.watch("phase") as watch:
			assert watch.first["phase"] == "script"
			telnet.write(interrupt)
			telnet.expect("KeyboardInterrupt", 2)
			telnet.expect(">>> ", 2)
			assert telnet.type("1 + 1") == "2\r\n"
			telnet.write(b"\x04")
			telnet.expect("locked in")  # the connection outlives the soft reset, and main.py runs again


def test_idle_strangers_give_way(modules):
	"""200 clients that never log in keep nobody out; whoever is logged in stays."""
	harness.together(lambda server: send_strangers(modules().start(), server), ["telnet", "ftp"])


def send_strangers(module, server):
	net = net_of(module)
	owner = Telnet(net)
	idle = [clients.connect(net[server]) for _ in range(200)]
	if server == "telnet":
		assert owner.eval("20 + 1") == 21
		owner = Telnet(net)
	else:
		session = ftp(net)
		idle += [clients.connect(net[server]) for _ in range(20)]
		assert session.pwd() == "/"
	assert owner.eval("20 + 3") == 23
	idle[0].settimeout(5)
	heard = b""
	while data := idle[0].recv(4096):
		heard += data
	assert server == "ftp" or b"Another client came, and nobody had logged in here." in heard
	for sock in idle:
		sock.close()


def test_one_console_and_the_last_one_in_has_it(module):
	net = net_of(module)
	with Telnet(net) as first, Telnet(net, log_in=False) as second, module.uart() as uart:
		second.expect("is logged in")
		second.log_in(net["user"], net["password"])
		first.until_closed()
		assert b"taken over" in first.seen
		second.prompt()
		uart.drop()
		second.type("print('for', 'both')")
		uart.expect("for both")
		uart.prompt()
		second.drop()
		uart.type("print('from', 'uart')")
		second.expect("from uart")


# --- FTP

def test_ftplib(module):
	session = ftp(net_of(module))
	assert "flash" in session.nlst("/")
	session.mkd("/flash/dir")
	session.cwd("/flash/dir")
	assert session.pwd() == "/flash/dir"
	session.storbinary("STOR data.bin", io.BytesIO(DATA))
	assert session.size("data.bin") == len(DATA)
	assert ftp_read(session, "/flash/dir/data.bin") == DATA
	session.storbinary("STOR empty", io.BytesIO(b""))
	assert {name: facts["type"] for name, facts in session.mlsd("/flash/dir") if name[0] != "."} == \
		{"data.bin": "file", "empty": "file"}
	session.rename("data.bin", "../moved.bin")
	assert [name.rpartition("/")[2] for name in session.nlst("/flash/dir")] == ["empty"]
	assert module.eval("__import__('os').stat('/flash/moved.bin')[6]") == len(DATA)
	with pytest.raises(ftplib.error_perm):
		session.rmd("/flash/dir")  # not empty
	session.delete("/flash/dir/empty")
	session.cwd("/")
	session.rmd("/flash/dir")
	session.delete("/flash/moved.bin")
	for command in ("SIZE /flash/moved.bin", "DELE /flash/moved.bin", "CWD /flash/dir", "RNFR /flash/dir"):
		with pytest.raises(ftplib.error_perm, match="^550"):
			session.sendcmd(command)
	assert session.quit().startswith("221")


def test_ftp_refuses_strangers(module):
	net = net_of(module)
	for user, password in ((net["user"], "wrong"), ("micro", "python"), ("anonymous", "")):
		session = ftplib.FTP(timeout=10)
		session.connect("127.0.0.1", net["ftp"])
		for command in ("LIST", "RETR /flash/boot.py", "DELE /flash/boot.py", "PASV"):
			with pytest.raises(ftplib.error_perm, match="^530"):
				session.sendcmd(command)
		with pytest.raises(ftplib.error_perm, match="^530"):
			session.login(user, password)
		session.close()
	assert "boot.py" in module.eval("__import__('os').listdir('/flash')")


def test_curl(module, scratch):
	net = net_of(module)
	root = f"ftp://127.0.0.1:{net['ftp']}"
	source, back = os.path.join(scratch, "source.bin"), os.path.join(scratch, "back.bin")
	with open(source, "wb") as f:
		f.write(DATA)

	def curl(*args):
		return subprocess.run([need("curl"), "-sS", "--max-time", "30", "-u", f"{net['user']}:{net['password']}", *args],
		                      check=True, capture_output=True, text=True, errors="replace").stdout

	curl("-T", source, f"{root}/flash/curl.bin")
	curl("-o", back, f"{root}/flash/curl.bin")
	assert open(back, "rb").read() == DATA
	assert "curl.bin" in curl(f"{root}/flash/").split()
	os.truncate(back, 12_345)
	curl("-C", "-", "-o", back, f"{root}/flash/curl.bin")
	assert open(back, "rb").read() == DATA, "a download goes on where it was"
	curl("-Q", "-RNFR /flash/curl.bin", "-Q", "-RNTO /flash/new.bin", f"{root}/flash/")
	names = curl("--list-only", f"{root}/flash/").split()
	assert "new.bin" in names and "curl.bin" not in names
	curl("-Q", "-DELE /flash/new.bin", f"{root}/flash/")
	assert "new.bin" not in module.eval("__import__('os').listdir('/flash')")


def test_lftp(module, scratch):
	net = net_of(module)
	source, back = os.path.join(scratch, "source.bin"), os.path.join(scratch, "back.bin")
	with open(source, "wb") as f:
		f.write(DATA)

	def lftp(*commands):
		script = "; ".join(("set net:max-retries 1", "set net:timeout 10", "set ssl:verify-certificate no",
		                    "set cmd:fail-exit yes",
		                    f"open -u {net['user']},{net['password']} -p {net['ftp']} 127.0.0.1", *commands))
		env = dict(harness.environment(), HOME=scratch)
		return subprocess.run([need("lftp"), "--norc", "-c", script], check=True, capture_output=True, text=True,
		                      timeout=60, env=env).stdout

	lftp(f"put {source} -o /flash/lftp.bin", f"get /flash/lftp.bin -o {back}")
	assert open(back, "rb").read() == DATA
	assert "lftp.bin" in lftp("cls /flash/")
	assert re.search(rf"\b{len(DATA)}\b.*lftp\.bin", lftp("ls /flash"))
	lftp("mkdir /flash/dir", "mv /flash/lftp.bin /flash/dir/moved.bin", f"mirror /flash/dir {scratch}/mirror")
	assert open(os.path.join(scratch, "mirror/moved.bin"), "rb").read() == DATA
	lftp("rm /flash/dir/moved.bin", "rmdir /flash/dir")
	assert "dir" not in module.eval("__import__('os').listdir('/flash')")


def test_lftp_mirrors_once(module, scratch):
	"""A second mirror of what has not changed sends nothing, also after a soft reset, and a changed file alone."""
	net = net_of(module)
	source = os.path.join(scratch, "source")
	for number in range(200):
		folder = os.path.join(source, *(("a", "b c"), ("a",), ("d",), ())[number % 4])
		os.makedirs(folder, exist_ok=True)
		path = os.path.join(folder, f"file {number}.py")
		with open(path, "w") as f:
			f.write(f"x = {number}\n" * (number % 30))
		os.utime(path, (1_500_000_000.5 + number * 7777, 1_500_000_000.5 + number * 7777))

	def mirror():
		script = "; ".join(("set net:max-retries 1", "set net:timeout 20", "set ssl:verify-certificate no",
		                    f"open -u {net['user']},{net['password']} -p {net['ftp']} 127.0.0.1",
		                    f"mirror -R --verbose=3 {source} /flash/mirror"))
		env = dict(harness.environment(), HOME=scratch)
		done = subprocess.run([need("lftp"), "--norc", "-c", script], capture_output=True, text=True, timeout=140, env=env)
		assert done.returncode == 0, done.stdout + done.stderr
		return done.stdout.count("Transferring file")

	assert mirror() == 200
	assert mirror() == 0
	with module.uart() as uart:
		soft_reset(uart)
	assert mirror() == 0
	with open(os.path.join(source, "a", "file 1.py"), "a") as f:
		f.write("changed = True\n")
	assert mirror() == 1
	assert "changed" in module.eval("open('/flash/mirror/a/file 1.py').read()")


def reset_connection(sock):
	"""What the other side sees of a client whose machine lost power and came back."""
	sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	sock.close()


def begin_upload(module, session):
	"""A part of DATA sent, and some of it on flash; returns the data connection."""
	before = module.hardware()["flash"]["programmed_bytes"]
	conn = session.transfercmd("STOR /flash/x.bin")
	conn.sendall(DATA[:20_000])
	harness.until(lambda: module.hardware()["flash"]["programmed_bytes"] > before + 5000, 10, "bytes of it on flash")
	return conn


def data_reset(module, session):
	reset_connection(begin_upload(module, session))
	with pytest.raises((ftplib.error_temp, ftplib.error_perm)):
		session.voidresp()


def client_dies(module, session):
	"""The kernel closes all of a process's connections in an orderly way; that must not look like an upload's end."""
	conn = begin_upload(module, session)
	session.file.close()
	session.sock.close()
	conn.close()


def client_dies_the_other_way(module, session):
	conn = begin_upload(module, session)
	conn.close()
	session.file.close()
	session.sock.close()


def sends_too_little(module, session):
	session.sendcmd(f"ALLO {len(DATA)}")
	begin_upload(module, session).close()
	with pytest.raises((ftplib.error_temp, ftplib.error_perm)):
		session.voidresp()


@pytest.mark.parametrize("old", [b"the old file", None])
@pytest.mark.parametrize("drop", [data_reset, client_dies, client_dies_the_other_way, sends_too_little])
def test_a_dropped_upload_is_never_the_file(module, drop, old):
	"""The final name has the old bytes or none, and the upload can go on where it was."""
	session = ftp(net_of(module))
	if old:
		session.storbinary("STOR /flash/x.bin", io.BytesIO(old))
	drop(module, session)
	session = ftp(net_of(module))
	harness.until(lambda: "x.bin.upload" in module.eval("__import__('os').listdir('/flash')"), 10, "x.bin.upload")
	names = module.eval("__import__('os').listdir('/flash')")
	assert ("x.bin" in names) == (old is not None)
	if old:
		assert ftp_read(session, "/flash/x.bin") == old
		at = session.size("/flash/x.bin.upload")
	else:
		at = session.size("/flash/x.bin")
	assert 0 < at <= 20_000
	session.storbinary("STOR /flash/x.bin", io.BytesIO(DATA[at:]), rest=at or None)
	assert ftp_read(session, "/flash/x.bin") == DATA
	assert "x.bin.upload" not in module.eval("__import__('os').listdir('/flash')")


@pytest.mark.parametrize("client", ["curl", "lftp"])
def test_a_killed_client_goes_on_later(module, scratch, client):
	net = net_of(module)
	source = os.path.join(scratch, "source.bin")
	data = DATA * 4
	with open(source, "wb") as f:
		f.write(data)
	address = f"ftp://{net['user']}:{net['password']}@127.0.0.1:{net['ftp']}/flash"
	if client == "curl":
		upload = [need("curl"), "-sS", "-T", source, f"{address}/big.bin"]
		slow, again = [*upload, "--limit-rate", "30k"], [*upload, "-C", "-"]
	else:
		again = [need("lftp"), "--norc", "-c", f"open {address}; put -c {source} -o big.bin"]
		slow = [*again[:3], f"set net:limit-total-rate 30000:30000; {again[3]}"]
	env = dict(harness.environment(), HOME=scratch)
	listing = "__import__('os').listdir('/flash')"
	programmed = module.hardware()["flash"]["programmed_bytes"]
	process = subprocess.Popen(slow, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
	                           env=env)
	try:
		harness.until(lambda: "big.bin.upload" in module.eval(listing), 10, "an upload")
		harness.until(lambda: module.hardware()["flash"]["programmed_bytes"] > programmed + 30_000, 10,
		              "bytes of it on flash")
		assert process.poll() is None, "too fast for this test"
	finally:
		process.kill()
		process.wait()
	names = module.eval(listing)
	assert "big.bin" not in names and "big.bin.upload" in names
	subprocess.run(again, check=True, capture_output=True, timeout=60, env=env)
	assert ftp_read(ftp(net_of(module)), "/flash/big.bin") == data
	assert "big.bin.upload" not in module.eval(listing)


def test_ftp_works_while_main_py_runs(module):
	module.put("/flash/main.py", BUSY)
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		uart.expect("locked in")
	session = ftp(net_of(module))
	session.storbinary("STOR /flash/x.bin", io.BytesIO(DATA))
	assert ftp_read(session, "/flash/x.bin") == DATA
	session.delete("/flash/main.py")
	assert module.status()["phase"] == "script"
	module.reset()
	assert module.status()["boot"]["mode"] == "normal"


# --- on and off

@pytest.mark.parametrize("off, on, sockets", [
	("w.deinit()", "w.init(mode=w.AP)", False),
	("w.mode(w.STA)", "w.mode(w.AP)", False),
	("w.active(False)", "w.active(True)", False),
	("s.deinit()", "s.init()", True),
])
def test_off_is_really_off(module, off, on, sockets):
	net = net_of(module)
	telnet, session = Telnet(net), ftp(net)
	with socket.socket() as there, module.uart() as uart:
		there.bind(("127.0.0.1", 0))
		there.listen()
		attempt = ("import network, socket\nw = network.WLAN()\ns = network.Server()\n"
		           "def attempt():\n    c = socket.socket()\n    c.connect(('127.0.0.1', %d))\n    c.close()\n"
		           % there.getsockname()[1])
		uart.exec(attempt + "attempt()")
		uart.exec(off)
		telnet.until_closed()
		with pytest.raises((EOFError, OSError, ftplib.Error)):
			session.voidcmd("NOOP")
			session.voidcmd("NOOP")
		assert_off(module, net)
		uart.exec("try:\n    attempt()\n    print('connected')\nexcept OSError:\n    print('OSError')")
		assert uart.eval("s.isrunning()") is False
		uart.start("attempt()")
		out, err = uart.finish()
		assert not err if sockets else "OSError" in err
		uart.exec(on)
		harness.until(lambda: net_of(module)["ftp"], 5, "servers")
		assert_on(module, net)
		uart.exec("attempt()")
	telnet.close()


def test_wifi_on_boot_is_stored_and_safe_boot_does_not_ask(module):
	net = net_of(module)
	assert module.eval("__import__('pycom').wifi_on_boot()") is True
	module.exec("import pycom\npycom.wifi_on_boot(False)")
	assert_on(module, net)  # from the next hard reset on
	module.reset()
	assert net_of(module)["radio"] == "off"
	assert_off(module, net)
	module.safe_boot(0.5)
	assert_on(module, net)
	module.reset()
	assert_off(module, net)
	module.exec("import pycom\npycom.wifi_on_boot(True)")
	module.power("off")
	module.power("on")
	module.wait("repl")
	assert_on(module, net)


def test_login_is_the_modules_own(modules):
	one, two = modules().start(), modules().start()
	first, second = net_of(one), net_of(two)
	assert first["password"] != second["password"]
	assert first["ssid"] != second["ssid"] and first["ssid"].startswith("lifeboat-wlan-")
	for net in (first, second):
		assert net["user"] == "lifeboat" and len(net["password"]) >= 10, net
	assert first["password"] in one.run("status").stdout and second["password"] in two.run("status").stdout
	with pytest.raises(ftplib.error_perm):
		ftp(first, password=second["password"])
	one.exec("import os\nos.umount('/flash')\nos.mkfs('/flash')")
	one.stop()
	one.start()
	assert net_of(one)["password"] == first["password"], "it is the module's, whatever /flash holds"
	assert_on(one, net_of(one))


def test_login_by_a_script_lasts_until_a_hard_reset(module):
	own = net_of(module)
	module.exec("import network\nnetwork.Server(login=('owner', 'my own secret'))")
	assert (net_of(module)["user"], net_of(module)["password"]) == ("owner", "my own secret")
	assert_on(module, own)
	with pytest.raises(ftplib.error_perm):
		ftp(own)
	with module.uart() as uart:
		soft_reset(uart)
	assert net_of(module)["user"] == "owner"
	module.reset()
	assert net_of(module) == own
	assert_on(module, own)
