# ssl over MicroPython's tls module: its interface (SSLContext, and the keywords of wrap_socket), with names of files
# where the tls module wants what is in them; and Pycom's wrap_socket, of a socket that may connect later and keeps a
# socket's methods.
import io
import select
import socket
import tls
from tls import CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED, MBEDTLS_VERSION
from tls import PROTOCOL_DTLS_CLIENT, PROTOCOL_DTLS_SERVER, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER

SSLError = OSError
SSL_TIMEOUT = 110  # ETIMEDOUT, of a handshake that came to no end in time

_POLL = 3  # requests of MicroPython's streams
_CLOSE = 4
_DATA = ("read", "readinto", "readline", "write", "recv", "recv_into", "send", "sendall", "cipher", "getpeercert")


def _content(file):
    if isinstance(file, str) and "-----BEGIN " not in file:
        with open(file, "rb") as opened:
            return opened.read()
    return file


class SSLContext:
    def __init__(self, protocol):
        self._context = tls.SSLContext(protocol)

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode not in (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED):
            raise ValueError("verify_mode: CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED")
        self._context.verify_mode = mode

    @property
    def verify_callback(self):
        return self._context.verify_callback

    @verify_callback.setter
    def verify_callback(self, callback):
        self._context.verify_callback = callback

    def get_ciphers(self):
        return self._context.get_ciphers()

    def set_ciphers(self, ciphers):
        self._context.set_ciphers(ciphers)

    def load_cert_chain(self, certfile, keyfile=None):
        self._context.load_cert_chain(_content(certfile), _content(keyfile or certfile))

    def load_verify_locations(self, cafile=None, cadata=None):
        self._context.load_verify_locations(_content(cafile) if cafile else cadata)

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, server_hostname=None):
        return self._context.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            server_hostname=server_hostname,
        )


# A socket whose handshake comes with connect(), or with the first data.
class SSLSocket(io.IOBase):
    def __init__(self, sock, context, server_side, hostname, timeout):
        self._sock = sock
        self._how = context, server_side, hostname, timeout
        self._tls = None
        self._poll = select.poll()

    # Without a time-out of its own the socket has 10 seconds for the handshake.
    def do_handshake(self):
        if self._tls is None:
            context, server_side, hostname, timeout = self._how
            before = tls.timeout(self._sock)
            if timeout is not None or before <= 0:
                tls.timeout(self._sock, int((timeout or 10) * 1000))
            try:
                self._tls = context.wrap_socket(self._sock, server_side, True, hostname)
            finally:
                tls.timeout(self._sock, before)
            self._poll.register(self._tls)

    def connect(self, address):
        self._sock.connect(address)
        self.do_handshake()

    def makefile(self, *args):
        return self

    def __getattr__(self, name):
        if name in _DATA:
            self.do_handshake()
            return getattr(self._tls, name)
        return getattr(self._sock, name)

    def ioctl(self, request, arg):
        if request == _CLOSE:
            (self._tls or self._sock).close()
            return 0
        if request != _POLL:
            return -1
        self.do_handshake()
        self._poll.modify(self._tls, arg)
        ready = self._poll.poll(0)
        return ready[0][1] if ready else 0

    def close(self):
        self.ioctl(_CLOSE, 0)


def _is_connected(sock):
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    ready = poll.poll(0)
    return not (ready and ready[0][1] & select.POLLHUP)


# MicroPython's arguments by their order, Pycom's by their names.
def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
    keyfile=None,
    certfile=None,
    ca_certs=None,
    timeout=None,
):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    if cert or key or certfile or keyfile:
        context.load_cert_chain(certfile or cert, keyfile or key)
    if cadata or ca_certs:
        context.load_verify_locations(ca_certs, cadata)
    context.verify_mode = cert_reqs
    if not isinstance(sock, socket.socket):
        return context.wrap_socket(sock, server_side, do_handshake, server_hostname)
    wrapped = SSLSocket(sock, context, server_side, server_hostname, timeout)
    if do_handshake and _is_connected(sock):
        wrapped.do_handshake()
    return wrapped
