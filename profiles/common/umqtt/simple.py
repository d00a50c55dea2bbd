# A stand-in for the frozen MQTT client: protocol 3.1.1, quality of service 0 and 1.
import socket
import struct


class MQTTException(Exception):
    pass


def _text(value):
    data = value.encode() if isinstance(value, str) else bytes(value)
    return struct.pack("!H", len(data)) + data


class MQTTClient:
    def __init__(self, client_id, server, port=0, user=None, password=None, keepalive=0, ssl=None, ssl_params={}):
        if port == 0:
            port = 8883 if ssl else 1883
        self.client_id, self.server, self.port = client_id, server, port
        self.user, self.pswd, self.keepalive = user, password, keepalive
        self.ssl, self.ssl_params = ssl, ssl_params
        self.sock, self.cb, self.pid = None, None, 0
        self.lw_topic, self.lw_msg, self.lw_qos, self.lw_retain = None, None, 0, False

    def set_callback(self, f):
        self.cb = f

    def set_last_will(self, topic, msg, retain=False, qos=0):
        assert 0 <= qos <= 2 and topic
        self.lw_topic, self.lw_msg, self.lw_qos, self.lw_retain = topic, msg, qos, retain

    def _send(self, kind, body):
        head, size = bytearray((kind,)), len(body)
        while True:
            size, low = size >> 7, size & 0x7F
            head.append(low | (0x80 if size else 0))
            if not size:
                break
        self.sock.write(head + body)

    def _recv_len(self):
        size = shift = 0
        while True:
            byte = self.sock.read(1)[0]
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return size
            shift += 7

    def connect(self, clean_session=True, timeout=None):
        self.sock = socket.socket()
        if timeout is not None:
            self.sock.settimeout(timeout)
        self.sock.connect(socket.getaddrinfo(self.server, self.port)[0][-1])
        if self.ssl:
            import ssl
            if self.ssl is True:
                self.sock = ssl.wrap_socket(self.sock, **self.ssl_params)
            else:
                self.sock = self.ssl.wrap_socket(self.sock, server_hostname=self.server)
        flags = 2 if clean_session else 0
        fields = _text(self.client_id)
        if self.lw_topic:
            flags |= 4 | self.lw_qos << 3 | self.lw_retain << 5
            fields += _text(self.lw_topic) + _text(self.lw_msg)
        if self.user is not None:
            flags |= 0xC0
            fields += _text(self.user) + _text(self.pswd or "")
        self._send(0x10, _text("MQTT") + bytes((4, flags)) + struct.pack("!H", self.keepalive) + fields)
        answer = self.sock.read(4)
        if len(answer) != 4 or answer[0] != 0x20:
            raise OSError(-1)
        if answer[3] != 0:
            raise MQTTException(answer[3])
        return answer[2] & 1

    def disconnect(self):
        self.sock.write(b"\xe0\0")
        self.sock.close()

    def ping(self):
        self.sock.write(b"\xc0\0")

    def _next_id(self):
        self.pid = self.pid % 65535 + 1
        return self.pid

    def _await(self, kind, number):
        while True:
            got = self.wait_msg()
            if got is not None and got[0] == kind and got[1] == number:
                return got[2]

    def publish(self, topic, msg, retain=False, qos=0):
        if isinstance(msg, str):
            msg = msg.encode()
        if qos == 0:
            self._send(0x30 | retain, _text(topic) + msg)
        elif qos == 1:
            number = self._next_id()
            self._send(0x32 | retain, _text(topic) + struct.pack("!H", number) + msg)
            self._await(0x40, number)
        else:
            raise ValueError("qos")

    def subscribe(self, topic, qos=0):
        assert self.cb is not None, "Subscribe callback is not set"
        number = self._next_id()
        self._send(0x82, struct.pack("!H", number) + _text(topic) + bytes((qos,)))
        if self._await(0x90, number)[2] == 0x80:
            raise MQTTException(0x80)

    def wait_msg(self):
        """Waits for one packet; a publication goes to the callback. Acknowledgements as (kind, number, all of it)."""
        first = self.sock.read(1)
        self.sock.setblocking(True)
        if first is None:
            return None
        if first == b"":
            raise OSError(-1)
        kind = first[0]
        body = self.sock.read(self._recv_len()) if kind != 0xD0 else self.sock.read(1)
        if kind == 0xD0:
            return None
        if kind & 0xF0 in (0x40, 0x90, 0xB0):
            return kind & 0xF0, struct.unpack("!H", body[:2])[0], body
        if kind & 0xF0 != 0x30:
            return None
        at = 2 + struct.unpack("!H", body[:2])[0]
        topic = body[2:at]
        if kind & 6:
            number, at = body[at:at + 2], at + 2
            if kind & 6 == 2:
                self._send(0x40, number)
        self.cb(topic, body[at:])
        return None

    def check_msg(self):
        self.sock.setblocking(False)
        return self.wait_msg()
