"""TLS with servers as they are deployed: nginx and mosquitto of this host's Debian, unpacked and never installed."""
import os
import socket
import subprocess

import pytest

import certificates
import harness
from certificates import HOST
from test_tls import VERIFIED, authority, board, folder, free_port, pair  # noqa: F401  (fixtures)

DAEMONS = harness.ROOT / "build/deps/daemons"
LIBRARIES = [str(path) for path in DAEMONS.glob("**/*-linux-gnu")]


@pytest.fixture
def daemon(tmp_path):
	"""daemon(name, words...) runs one until the test's end; skipped where there is none."""
	running = []

	def run(name, port, *words):
		program = DAEMONS / "usr/sbin" / name
		if not program.exists():
			pytest.skip(f"no {name} here: tools/fetch daemons build/deps unpacks it from this machine's Debian 12")
		environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(LIBRARIES)}
		log = open(tmp_path / f"{name}.log", "w+")
		running.append(subprocess.Popen([program, *map(str, words)], stdout=log, stderr=log, env=environment))

		def listens():
			assert running[-1].poll() is None, (tmp_path / f"{name}.log").read_text()
			with socket.socket() as sock:
				return sock.connect_ex(("127.0.0.1", port)) == 0
		harness.until(listens, 20, f"{name} listens")

	yield run
	for process in running:
		process.terminate()
		process.wait(10)


@pytest.fixture
def nginx(daemon, folder, pair):  # noqa: F811
	"""Its port; it serves page.bin, 300 KB."""
	certificate, key = certificates.write_pair(folder, "nginx", pair)
	port = free_port()
	(folder / "page.bin").write_bytes(bytes(range(256)) * 1200)
	(folder / "nginx.conf").write_text(f"""daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
	access_log off;
	client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
	uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
	server {{
		listen 127.0.0.1:{port} ssl; server_name {HOST}; root {folder};
		ssl_certificate {certificate}; ssl_certificate_key {key};
	}}
}}
""")
	daemon("nginx", port, "-c", folder / "nginx.conf", "-p", folder)
	return port


def test_https_from_nginx(board, nginx):  # noqa: F811
	out = board.exec(f"""
import socket, ssl, hashlib
def get(**how):
    s = socket.socket()
    s.connect(('127.0.0.1', {nginx}))
    ss = ssl.wrap_socket(s, **how)
    ss.write(b'GET /page.bin HTTP/1.0\\r\\nHost: {HOST}\\r\\n\\r\\n')
    print(ss.readline())
    while ss.readline() != b'\\r\\n':
        pass
    size = 0
    digest = hashlib.sha256()
    while True:
        data = ss.read(4096)
        if not data:
            break
        size += len(data)
        digest.update(data)
    ss.close()
    print(size, digest.digest() == hashlib.sha256(bytes(range(256)) * 1200).digest())
get()
get({VERIFIED})
try:
    get({VERIFIED.replace(HOST, 'other.test')})
except ValueError as error:
    print('refused')
""", timeout=30)
	assert out.splitlines() == ["b'HTTP/1.1 200 OK\\r\\n'", "307200 True"] * 2 + ["refused"]


MQTT = """
import socket, ssl, struct
def text(data):
    return struct.pack('!H', len(data)) + data
def packet(kind, body):
    return bytes([kind, len(body)]) + body
class Client:
    def __init__(self, port, **how):
        self.sock = ssl.wrap_socket(socket.socket(), **how)
        self.sock.connect(socket.getaddrinfo('127.0.0.1', port)[0][-1])
        self.sock.settimeout(5)
        self.sock.write(packet(0x10, text(b'MQTT') + b'\\x04\\x02\\x00\\x3c' + text(b'module')))
        assert self.sock.read(4) == b'\\x20\\x02\\x00\\x00'
    def subscribe(self, topic):
        self.sock.write(packet(0x82, b'\\x00\\x01' + text(topic) + b'\\x00'))
        assert self.sock.read(5) == b'\\x90\\x03\\x00\\x01\\x00'
    def publish(self, topic, message):
        self.sock.write(packet(0x30, text(topic) + message))
    def receive(self):
        kind, size = self.sock.read(2)
        body = self.sock.read(size)
        topic_size = body[0] << 8 | body[1]
        return body[2:2 + topic_size], body[2 + topic_size:]
"""


def test_mqtt_over_tls_to_mosquitto(board, daemon, authority, folder, pair):  # noqa: F811
	"""The broker asks for a certificate of the client's own."""
	certificate, key = certificates.write_pair(folder, "broker", pair)
	(folder / "ca.pem").write_bytes(authority.pem)
	port = free_port()
	(folder / "mosquitto.conf").write_text(f"""listener {port} 127.0.0.1
cafile {folder}/ca.pem
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
user {os.environ.get('USER', 'root')}
""")
	daemon("mosquitto", port, "-c", folder / "mosquitto.conf")
	own = authority.issue("the.module")
	board.put("/flash/cert/cert.crt", own[0])
	board.put("/flash/cert/prv.key", own[1])
	mine = f"{VERIFIED}, certfile='/flash/cert/cert.crt', keyfile='/flash/cert/prv.key'"
	out = board.exec(MQTT + f"""
client = Client({port}, {mine})
client.subscribe(b'room/+')
for i in range(20):
    client.publish(b'room/%d' % i, b'warm' * i)
print(all(client.receive() == (b'room/%d' % i, b'warm' * i) for i in range(20)))
try:
    Client({port}, {VERIFIED})
except OSError as error:
    print('refused')
""", timeout=30)
	assert out.split() == ["True", "refused"]
