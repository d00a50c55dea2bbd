"""Certificates of the tests' own, and TLS peers that use them."""
import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
HOST = "module.test"


def now():
	return datetime.datetime.now(datetime.timezone.utc)


def new_key(kind="ec"):
	if kind == "rsa":
		return rsa.generate_private_key(public_exponent=65537, key_size=2048)
	return ec.generate_private_key(ec.SECP256R1())


def pem_of(key):
	return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
	                         serialization.NoEncryption())


def name_of(text):
	return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
	"""Signs certificates; its own is in `pem`."""

	def __init__(self, name="a test's authority"):
		self.key, self.name = new_key(), name_of(name)
		self.pem = self.sign(self.name, self.key.public_key(), now() - 2 * DAY, now() + 365 * DAY, True)

	def sign(self, subject, public, begin, end, is_authority, hosts=()):
		builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public)
		           .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)
		           .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True))
		if hosts:
			builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
		return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

	def issue(self, host=HOST, kind="ec", begin=None, end=None):
		"""(certificate, key) for a host, as PEM."""
		key = new_key(kind)
		hosts = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
		certificate = self.sign(name_of(host), key.public_key(), begin or now() - DAY, end or now() + 30 * DAY, False,
		                        hosts)
		return certificate, pem_of(key)


def write_pair(folder, name, pair):
	"""The paths of certificate and key, written to a folder of the host."""
	paths = folder / f"{name}.crt", folder / f"{name}.key"
	for path, content in zip(paths, pair):
		path.write_bytes(content)
	return paths


def context_of(folder, pair, authority=None):
	"""A server's context; with an authority it asks for its client's certificate."""
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain(*write_pair(folder, "peer", pair))
	if authority:
		context.load_verify_locations(cadata=authority.pem.decode())
		context.verify_mode = ssl.CERT_REQUIRED
	return context


@contextlib.contextmanager
def serving(talk):
	"""A TCP server on a free port, which is the value; each connection goes to talk(sock) in a thread of its own."""
	listener = socket.create_server(("127.0.0.1", 0))

	def one(sock):
		with contextlib.suppress(OSError), sock:
			sock.settimeout(60)
			talk(sock)

	def accept():
		with contextlib.suppress(OSError):
			while True:
				threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

	threading.Thread(target=accept, daemon=True).start()
	try:
		yield listener.getsockname()[1]
	finally:
		listener.shutdown(socket.SHUT_RDWR)
		listener.close()


def echo(context):
	"""For serving(): TLS, and what comes goes back."""
	def talk(sock):
		with context.wrap_socket(sock, server_side=True) as tls:
			while data := tls.recv(16384):
				tls.sendall(data)
	return talk
