"""TLS on the module: how long a handshake takes, and how much goes through, with the host as the other end."""
import pathlib
import statistics
import tempfile

from _figures import figure

import certificates
import harness

MIB = 1 << 20
SCRIPT = """
import socket, ssl, time
def connect(port, **how):
    s = socket.socket()
    s.connect(('127.0.0.1', port))
    start = time.ticks_us()
    ss = ssl.wrap_socket(s, **how)
    return ss, time.ticks_diff(time.ticks_us(), start) / 1000
def echo(port, size):
    ss = connect(port)[0]
    data = memoryview(bytes(4096))
    back = bytearray(4096)
    start = time.ticks_us()
    for at in range(0, size, 4096):
        ss.write(data)
        got = 0
        while got < 4096:
            got += ss.readinto(memoryview(back)[got:])
    return size * 1000000 // time.ticks_diff(time.ticks_us(), start)
"""


def main():
	authority = certificates.Authority()
	verified = f"cert_reqs=ssl.CERT_REQUIRED, ca_certs='/flash/ca.pem', server_hostname='{certificates.HOST}'"
	module = harness.Module()
	with tempfile.TemporaryDirectory() as folder:
		try:
			module.start("--rtc", "host")
			module.put("/flash/ca.pem", authority.pem)
			with module.uart() as uart:
				uart.raw()
				uart.exec(SCRIPT)
				for kind in ("ec", "rsa"):
					context = certificates.context_of(pathlib.Path(folder), authority.issue(kind=kind))
					with certificates.serving(certificates.echo(context)) as port:
						times = [uart.eval(f"connect({port}, {verified})[1]") for _ in range(10)]
						figure(f"TLS handshake, server's key {kind}, verified", statistics.median(times), "ms")
						if kind == "ec":
							rate = uart.eval(f"echo({port}, {MIB})", timeout=60)
							figure("TLS, 1 MiB there and back in pieces of 4 KiB", rate / MIB, "MiB/s")
			figure("image", (harness.SHARE / "virtual.img").stat().st_size // 1024, "KiB")
		finally:
			module.discard()


main()
