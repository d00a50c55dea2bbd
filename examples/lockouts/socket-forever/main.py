# Waits for a client that never comes: Ctrl-C ends it.
# verdict: 0
import socket

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
s.listen(1)
s.accept()
