# A handshake with a server that never answers. This module has no TLS: what the script meant to do is not judged.
# verdict: 4
import socket
import ssl

s = socket.socket()
s.connect(("127.0.0.1", 8443))
s = ssl.wrap_socket(s)
s.read(1)
