# A handshake with a server that never answers, without a time-out: Ctrl-C ends it.
# verdict: 0
import socket
import ssl

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo("127.0.0.1", 18443)[0][-1])
listener.listen(1)
s = socket.socket()
s.connect(("127.0.0.1", 18443))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_NONE
s = context.wrap_socket(s)
s.read(1)
