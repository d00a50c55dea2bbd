"""The REPL's round trip over uart0 and telnet, FTP's throughput to /flash beside what the flash itself needs, and what
`lifeboat check` takes for an empty folder."""
import io
import random
import statistics
import tempfile
import time

from _figures import figure
import clients
import harness

ROUNDS = 200
BYTES = 400_000


def round_trip(line):
	"""Milliseconds from a typed expression's last byte to the next prompt, at the friendly prompt."""
	line.prompt()
	times = []
	for i in range(ROUNDS):
		begin = time.monotonic()
		line.write(f"{i}+1\r")
		line.expect(f"{i}+1\r\n{i + 1}\r\n>>> ")
		times.append((time.monotonic() - begin) * 1000)
	return times


def repl(module, net):
	with module.uart() as uart:
		over_uart = round_trip(uart)
	with clients.Telnet(net) as telnet:
		over_telnet = round_trip(telnet)
	for name, times in (("uart0", over_uart), ("telnet", over_telnet)):
		figure(f"REPL round trip over {name}, median of {ROUNDS}", statistics.median(times), "ms", None,
		       worst=float(f"{max(times):.4g}"))


def bare_seconds(before, after):
	"""What the flash model took for the operations between two of its counts. Its operations are one after the other, so
	that nothing can be faster."""
	return (after["busy_us"] - before["busy_us"]) / 1e6


def own_write(module):
	"""The same number of bytes by a program of the module: what the file system makes of the flash."""
	with module.uart() as uart:
		uart.exec("import os, time\nb = os.urandom(4096)\nt = time.ticks_us()\nwith open('/flash/own.bin', 'wb') as f:\n"
		          f"    for i in range({BYTES} // 4000): f.write(memoryview(b)[:4000])\n"
		          "t = time.ticks_diff(time.ticks_us(), t)\nos.remove('/flash/own.bin')", 60)
		took = uart.eval("t") / 1e6
	figure("400 KB by a program's own write", BYTES / 1000 / took, "KB/s")
	return took


def transfers(module, net):
	"""Onto blank flash, and over a file that is there."""
	data = random.Random(4).randbytes(BYTES)
	own = own_write(module)
	session = clients.ftp(net)
	for name in ("onto blank flash", "over the same file"):
		before = module.hardware()["flash"]
		begin = time.monotonic()
		session.storbinary("STOR /flash/bench.bin", io.BytesIO(data), 32768)
		took = time.monotonic() - begin
		bare = bare_seconds(before, module.hardware()["flash"])
		figure(f"FTP upload of 400 KB {name}", BYTES / 1000 / took, "KB/s", seconds=round(took, 2),
		       flash_seconds=round(bare, 2), share_of_the_flash=round(bare / took, 2),
		       share_of_own_write=round(own / took, 2))
	begin = time.monotonic()
	back = clients.ftp_read(session, "/flash/bench.bin")
	figure("FTP download of 400 KB", BYTES / 1000 / (time.monotonic() - begin), "KB/s")
	assert back == data, "not the bytes that were sent"
	session.quit()


def check():
	with tempfile.TemporaryDirectory(prefix="lb-") as folder:
		begin = time.monotonic()
		result = harness.run_command("check", folder, timeout=120)
		took = time.monotonic() - begin
	assert result.returncode == 0, result.stdout + result.stderr
	figure("check of an empty folder", took, "s", "<= 5")


def main():
	with harness.Module().start() as module:
		net = module.status()["net"]
		repl(module, net)
		transfers(module, net)
	check()


main()
