# A stand-in for the frozen module: HTTP/1.0, a request a connection.
import socket


class Response:
    def __init__(self, stream):
        self.raw = stream
        self.encoding = "utf-8"
        self._content = None

    def close(self):
        if self.raw:
            self.raw.close()
            self.raw = None
        self._content = None

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    @property
    def content(self):
        if self._content is None:
            try:
                self._content = self.raw.read()
            finally:
                self.raw.close()
                self.raw = None
        return self._content

    @property
    def text(self):
        return str(self.content, self.encoding)

    def json(self):
        import json
        return json.loads(self.content)


def _address(url):
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    if scheme not in ("http", "https"):
        raise ValueError("Unsupported protocol: " + scheme)
    port = 443 if scheme == "https" else 80
    if ":" in host:
        host, port = host.split(":", 1)
        port = int(port)
    return scheme, host, port, "/" + path


def _connect(scheme, host, port, timeout):
    info = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(info[0], socket.SOCK_STREAM)
    if timeout is not None:
        s.settimeout(timeout)
    try:
        s.connect(info[-1])
        if scheme == "https":
            import ssl
            s = ssl.wrap_socket(s, server_hostname=host)
    except:
        s.close()
        raise
    return s


def _send(s, method, host, path, headers, data):
    lines = ["%s %s HTTP/1.0" % (method, path)]
    if "Host" not in headers:
        lines.append("Host: " + host)
    lines += ["%s: %s" % item for item in headers.items()]
    if data is not None and not hasattr(data, "__next__"):
        lines.append("Content-Length: %d" % len(data))
    s.write(("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode())
    if data is None:
        return
    for piece in data if hasattr(data, "__next__") else (data,):
        s.write(piece)


def _read_head(s, response, parse_headers):
    line = s.readline().split(None, 2)
    if len(line) < 2:
        raise ValueError("HTTP error: BadStatusLine:\n%s" % line)
    response.status_code = int(line[1])
    response.reason = line[2].rstrip() if len(line) > 2 else ""
    response.headers = {}
    place = None
    while True:
        line = s.readline()
        if not line or line == b"\r\n":
            return place
        name, _, value = str(line, "utf-8").partition(":")
        if name.lower() == "location":
            place = value.strip()
        if parse_headers:
            response.headers[name] = value.strip()


def request(method, url, data=None, json=None, headers=None, stream=None, auth=None, timeout=None, parse_headers=True):
    headers = dict(headers or {})
    if auth is not None:
        import binascii
        headers["Authorization"] = "Basic " + str(binascii.b2a_base64(("%s:%s" % auth).encode())[:-1], "ascii")
    if json is not None:
        import json as encoder
        data = encoder.dumps(json)
        headers["Content-Type"] = "application/json"
    if isinstance(data, str):
        data = data.encode()
    for _ in range(5):
        scheme, host, port, path = _address(url)
        s = _connect(scheme, host, port, timeout)
        try:
            _send(s, method, host, path, headers, data)
            response = Response(s)
            place = _read_head(s, response, parse_headers)
        except:
            s.close()
            raise
        if response.status_code not in (301, 302, 303, 307, 308) or place is None:
            return response
        s.close()
        url = place if "://" in place else "%s://%s:%d%s" % (scheme, host, port, place)
        if response.status_code == 303:
            method, data = "GET", None
    raise ValueError("Too many redirects")


def head(url, **settings):
    return request("HEAD", url, **settings)


def get(url, **settings):
    return request("GET", url, **settings)


def post(url, **settings):
    return request("POST", url, **settings)


def put(url, **settings):
    return request("PUT", url, **settings)


def patch(url, **settings):
    return request("PATCH", url, **settings)


def delete(url, **settings):
    return request("DELETE", url, **settings)
