"""What is around a module (docs/spec/environment.md): what is behind its network, its own servers, pins and buses."""
import json
import os
import socket

import pytest

import certificates
import harness

JOIN = """import network, socket, time
wlan = network.WLAN(mode=network.WLAN.STA)
wlan.connect("any name", auth=(network.WLAN.WPA2, "and any key"))
while not wlan.isconnected():
    time.sleep_ms(20)
def call(host, port, request, count):
    s = socket.socket()
    s.settimeout(2)
    try:
        s.connect(socket.getaddrinfo(host, port)[0][-1])
        s.send(request)
        return s.read(count) if count else s.read()
    except OSError as error:
        return error.args[0]
    finally:
        s.close()
"""
ENOENT, EHOSTUNREACH, ECONNREFUSED, ETIMEDOUT = 2, 113, 111, 110


def air(scratch, behind, networks=({"ssid": "*"},)):
	path = os.path.join(scratch, "world.json")
	with open(path, "w", encoding="utf-8") as file:
		json.dump({"networks": list(networks), "behind": behind}, file)
	return path


def test_what_is_behind_the_air(modules, scratch):
	with socket.create_server(("127.0.0.1", 0)) as server:
		port = server.getsockname()[1]
		path = air(scratch, {"refuses.example": "refuses", "stalls.example": "stalls",
			"plain.example:7": f"127.0.0.1:{port}",
			"*:80": "answers", "*:1883": "answers", "*:123": "answers", "*:443": "answers"})
		module = modules().start("--air", path)
		module.exec("from network import WLAN\nwlan = WLAN(mode=WLAN.STA)")
		assert module.eval("[n[0] for n in wlan.scan()]") == ["*"]
		module.exec(JOIN)
		assert module.eval("[n[0] for n in wlan.scan()]") == ["any name"], "as it was called last"
		answer = module.eval("call('web.example', 80, b'GET / HTTP/1.0\\r\\n\\r\\n', 0)")
		assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"{}")
		assert module.eval("call('10.1.2.3', 80, b'GET / HTTP/1.0\\r\\n\\r\\n', 15)") == b"HTTP/1.1 200 OK"
		assert module.eval("call('mq.example', 1883, b'\\x10\\x02\\0\\0', 4)") == b" \2\0\0"
		assert module.eval("call('refuses.example', 80, b'', 1)") == ECONNREFUSED
		assert module.eval("call('stalls.example', 80, b'GET / HTTP/1.0\\r\\n\\r\\n', 1)") == ETIMEDOUT
		assert module.eval("call('10.1.2.3', 81, b'', 1)") == EHOSTUNREACH
		assert module.eval("call('127.0.0.1', %d, b'', 1)" % port) == ECONNREFUSED, "nothing of the host's"
		assert module.status()["net"]["tls"] == []
		module.eval("call('safe.example', 443, b'\\x16\\x03\\x01\\0\\5hello', 0)")
		assert module.status()["net"]["tls"] == ["safe.example:443"], "no handshake came of that"
		assert module.eval("call('plain.example', 7, b'hello', 0)") == ETIMEDOUT
		assert server.accept()[0].recv(5) == b"hello"
		module.exec("import machine\nrtc = machine.RTC()\nrtc.ntp_sync('pool.example')\nfor i in range(100):\n"
			"    if rtc.synced():\n        break\n    time.sleep_ms(50)")
		assert module.eval("rtc.synced()") is True


def test_visitors(modules, scratch):
	"""They ask in the clear, within TLS and by datagrams, but not the module's own servers. With "behind", a port that
	another test has, or had a moment ago, is any other one."""
	path = os.path.join(scratch, "world.json")
	with open(path, "w", encoding="utf-8") as file:
		json.dump({"networks": [], "behind": {}, "visitors": "ask"}, file)
	module = modules().start("--air", path)
	certificate, key = certificates.Authority().issue()
	module.exec(f"""import socket, ssl
def serve(port, kind=socket.SOCK_STREAM):
    s = socket.socket(socket.AF_INET, kind)
    s.settimeout(9)
    s.bind(('', port))
    if kind == socket.SOCK_STREAM:
        s.listen(1)
    return s
def first(s, wrap=lambda c: c):
    c = wrap(s.accept()[0])
    line = c.readline()
    c.close()
    return line
def safe(c):
    return ssl.wrap_socket(c, server_side=True, cert={certificate!r}, key={key!r})
web, odd, secure, names = serve(80), serve(1234), serve(443), serve(53, socket.SOCK_DGRAM)
""")
	assert module.eval("first(web)") == b"GET / HTTP/1.1\r\n"
	assert module.eval("first(web)") == b"GET / HTTP/1.1\r\n", "they come again"
	assert module.eval("first(odd)") == b"\r\n"
	assert module.eval("first(odd)") == b"GET / HTTP/1.1\r\n"
	assert module.eval("first(secure, safe)") == b"GET / HTTP/1.1\r\n"
	assert b"\7example\3com\0\0\1\0\1" in module.eval("names.recv(100)")


def test_tls_behind_the_air(modules, scratch):
	"""HTTP and MQTT within TLS, with a certificate that nobody has signed, so who verifies refuses it."""
	module = modules().start("--air", air(scratch, {"*": "answers"}))
	module.exec(JOIN + """import ssl
def call(host, port, request, **how):
    s = socket.socket()
    s.connect(socket.getaddrinfo(host, port)[0][-1])
    t = ssl.wrap_socket(s, server_hostname=host, **how)
    t.write(request)
    answer = t.read(4 if port == 8883 else -1)
    t.close()
    return answer
def refused(host):
    try:
        call(host, 443, b'', cert_reqs=ssl.CERT_REQUIRED, cadata=AUTHORITY)
    except (OSError, ValueError) as error:
        return True
""".replace("AUTHORITY", repr(certificates.Authority().pem)))
	assert module.eval("call('web.example', 443, b'GET / HTTP/1.0\\r\\n\\r\\n')[-2:]") == b"{}"
	assert module.eval("call('mq.example', 8883, b'\\x10\\x02\\0\\0')") == b" \2\0\0"
	assert module.status()["net"]["tls"] == []
	assert module.eval("refused('proud.example')") is True
	assert module.status()["net"]["tls"] == ["proud.example:443"]


def test_no_network_at_all(modules):
	module = modules().start("--air", "absent")
	module.exec("import socket\ndef number(f):\n    try:\n        f()\n"
		"    except OSError as error:\n        return error.args[0]")
	assert module.eval("number(lambda: socket.getaddrinfo('web.example', 80))") == ENOENT
	assert module.eval("number(lambda: socket.socket().connect(('10.0.0.1', 80)))") == EHOSTUNREACH


def test_own_servers_are_on_the_loopback(modules):
	"""Ports below 1024 for everybody, and no other address than the loopback's. 80 is another test's, beside this."""
	module = modules().start()
	module.exec("import socket\ns = socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
		"s.bind(('0.0.0.0', 85))\ns.listen(1)")
	with socket.create_connection(("127.0.0.1", 8085), timeout=5) as client:
		module.exec("c = s.accept()[0]\nc.send(b'hi')\nc.close()")
		assert client.recv(2) == b"hi"
	with open("/proc/net/tcp", encoding="ascii") as file:
		listening = [line.split()[1] for line in file if line.split()[3] == "0A"]
	assert [address for address in listening if address.endswith(":1F95")] == ["0100007F:1F95"]
	module.exec("c = socket.socket()\nc.connect(('127.0.0.1', 85))")
	assert module.eval("s.accept()[1][0]") == "127.0.0.1"


def reaches(address):
	try:
		socket.create_connection(address, timeout=5).close()
	except ConnectionRefusedError:
		return False
	return True


@pytest.mark.parametrize("bind, on_loopback", [("127.0.0.9", False), ("0.0.0.0", True)])
def test_own_servers_where_bind_says(modules, scratch, bind, on_loopback):
	"""This host, a visitor and the module itself find them there, and nobody anywhere else."""
	path = os.path.join(scratch, "world.json")
	with open(path, "w", encoding="utf-8") as file:
		json.dump({"networks": [], "behind": {}, "visitors": "ask"}, file)
	with socket.create_server((bind, 0)) as server:
		port = server.getsockname()[1]
	module = modules().start("--air", path, "--bind", bind)
	module.exec(f"import socket\ns = socket.socket()\ns.bind(('', {port}))\ns.listen(3)\ns.settimeout(5)")
	assert module.eval("s.accept()[0].readline()") == b"\r\n", "of a visitor"
	assert reaches(("127.0.0.9", port)) and reaches(("127.0.0.1", port)) is on_loopback
	assert module.eval(f"socket.socket().connect(('127.0.0.1', {port}))") is None


@pytest.mark.parametrize("address, told", [("here", "--bind takes an IPv4 address"), ("::1", "not '::1'"),
	("192.0.2.1", "192.0.2.1 is no IPv4 address of this host")])
def test_addresses_that_nothing_is_bound_to(scratch, address, told):
	result = harness.run_command("run", f"{scratch}/m", "--headless", "--bind", address)
	assert result.returncode != 0 and told in result.stderr and len(result.stderr.splitlines()) == 1
	assert harness.run_command("check", scratch, "--bind", address).returncode == 2


def test_pins_from_the_start(modules):
	module = modules().start("--pin", "P13=1.2V", "--pin", "P9=high")
	assert module.status()["volts"] == {"P13": 1.2} and module.status()["drive"]["P9"] == "high"


@pytest.mark.parametrize("option", ["--pin=P13", "--pin=P99=1V", "--uart=0=x", "--i2c=0:200=absent",
	"--i2c=0=/etc/passwd", "--air=/nowhere/air.json", "--spi=3=absent", "--uart=1=/etc/passwd",
	"--uart=3=absent", "--i2c=0:0x76=/nowhere", "--spi=0=/etc/passwd", "--onewire=P4=/etc/passwd", "--onewire=X9=absent"])
def test_wrong_options(modules, option):
	for command in (["run", modules().folder, "--headless"], ["check", "examples/lockouts/fine"]):
		result = harness.run_command(*command, option, cwd=harness.ROOT)
		assert result.returncode == 2 and len(result.stderr.splitlines()) == 1 and not result.stdout, result.stderr


def device(scratch, text):
	path = os.path.join(scratch, "device.txt")
	with open(path, "w", encoding="utf-8") as file:
		file.write(text)
	return path


def test_a_device_on_a_uart(modules, scratch):
	"""It sends by itself and answers, over a hard reset too."""
	path = device(scratch, "every 50ms\nsend $GPGGA,1\nafter 100ms\nAT+CSQ => +CSQ: 20,99\n")
	module = modules().start("--uart", f"1={path}")
	for _ in range(2):
		module.exec("import machine, time\nu = machine.UART(1, 9600)\n"
			"def heard(what):\n    for i in range(100):\n        if what in (u.readline() or b''):\n            return True\n"
			"        time.sleep_ms(20)\n    return False")
		assert module.eval("heard(b'$GPGGA,1\\r\\n')")
		module.exec("u.write('AT+CSQ\\r\\n')")
		assert module.eval("heard(b'+CSQ: 20,99\\r\\n')")
		module.reset()


def test_a_device_on_i2c(modules, scratch):
	"""By I2C and SoftI2C, with what is longer than a message; what was written stays over a hard reset."""
	path = device(scratch, "pointer 16\nfill FF\n0000: 60 61\n")
	module = modules().start("--i2c", f"1:0x50={path}", "--i2c", f"0:0x76={path}")
	module.exec("import machine\nbus = machine.I2C(1, freq=100000)\nsoft = machine.SoftI2C('P10', 'P9')")
	assert module.eval("(bus.scan(), soft.scan(), machine.I2C(0).scan())") == ([0x50], [0x76], [0x76])
	assert module.eval("bus.readfrom_mem(0x50, 0, 3, addrsize=16)") == b"\x60\x61\xff"
	assert module.eval("soft.readfrom_mem(0x76, 1, 2, addrsize=16)") == b"\x61\xff"
	module.exec("bus.writeto_mem(0x50, 16, bytes(range(256)) * 8, addrsize=16)\n"
		"try:\n    bus.readfrom(0x51, 1)\n    error = 0\nexcept OSError as e:\n    error = e.errno")
	assert module.eval("error") == 19
	module.reset()
	module.exec("import machine\nbus = machine.I2C(1)")
	assert module.eval("bus.readfrom_mem(0x50, 15, 2050, addrsize=16)") == b"\xff" + bytes(range(256)) * 8 + b"\xff"
	assert module.eval("machine.I2C(2).scan()") == []


def test_a_device_on_spi(modules, scratch):
	path = device(scratch, "9F => EF 40 18\nidle AA\n")
	module = modules().start("--spi", f"0={path}")
	module.exec("from machine import Pin, SPI\ncs = Pin('P9', Pin.OUT, value=1)\nspi = SPI(0)\n"
		"def ask(count):\n    cs(0)\n    spi.write(b'\\x9f')\n    got = spi.read(count)\n    cs(1)\n    return got")
	assert module.eval("(ask(3), ask(4))") == (b"\xef\x40\x18", b"\xef\x40\x18\xaa")
	module.exec("from machine import SoftSPI\nspi = SoftSPI(sck='P10', mosi='P11', miso='P14')\nb = bytearray(3000)")
	assert module.eval("(ask(2), spi.write_readinto(b, b), b[-1])") == (b"\xef\x40", None, 0xAA)


BIT_BANG = """import machine, pycom, time
from machine import Pin
wire = Pin('P4', Pin.OPEN_DRAIN)
dht = Pin('P5', Pin.OPEN_DRAIN, value=1)
def reset():
    wire(0); time.sleep_us(480); wire(1); time.sleep_us(60)
    there = not wire()
    time.sleep_us(420)
    return there
def get():
    wire(0); time.sleep_us(1); wire(1); time.sleep_us(1)
    bit = wire()
    time.sleep_us(50)
    return bit
def put(byte):
    for i in range(8):
        wire(0); time.sleep_us(1); wire(byte >> i & 1); time.sleep_us(60); wire(1)
def measure():
    for command in (0x44, 0xBE):
        assert reset()
        put(0xCC)
        put(command)
    return [sum(get() << i for i in range(8)) for n in range(9)]
def pulses():
    dht(0); time.sleep_ms(2); dht(1)
    high = [us for level, us in pycom.pulses_get(dht, 100) if level][2:]
    return sum((us > 50) << (39 - i) for i, us in enumerate(high))
"""


def test_sensors_on_a_wire_of_their_own(modules, scratch):
	"""As Pycom's scripts drive them, pin by pin, at ten times the speed."""
	with open(os.path.join(scratch, "dht.txt"), "w", encoding="utf-8") as file:
		file.write("dht22 22.5 41.0\n")
	path = device(scratch, "ds18b20 25.0625\n")
	module = modules().start("--onewire", f"P4={path}", "--onewire", f"P5={file.name}", "--clock", "10")
	module.exec(BIT_BANG)
	assert module.eval("(measure()[:2], pulses())") == ([0x91, 0x01], 0x019A00E17C)
