"""A file of 200 KB into /flash and back: by raw-paste mode at full speed, and by mpremote."""
import binascii
import os
import random
import time

from _figures import figure
import harness

BYTES = 200_000
CHUNK = 4096


def upload(uart, data):
	"""Through raw-paste mode in base64, a few sectors a command."""
	begin = time.monotonic()
	uart.raw()
	uart.raw_paste("from binascii import a2b_base64 as d\nf = open('/flash/bench.bin', 'wb')")
	uart.finish()
	for at in range(0, len(data), CHUNK):
		text = binascii.b2a_base64(data[at:at + CHUNK], newline=False).decode()
		uart.raw_paste(f"f.write(d('{text}'))")
		out, err = uart.finish()
		assert not err, err
	uart.raw_paste("f.close()")
	uart.finish()
	return time.monotonic() - begin


def download(uart, data):
	begin = time.monotonic()
	uart.raw()
	uart.raw_paste("from binascii import b2a_base64 as e\nf = open('/flash/bench.bin', 'rb')\nwhile True:\n"
	               f"  b = f.read({CHUNK})\n  if not b: break\n  print(e(b).decode(), end='')\nf.close()")
	out, err = uart.finish(60)
	took = time.monotonic() - begin
	assert not err, err
	assert b"".join(binascii.a2b_base64(line) for line in out.splitlines()) == data, "not the bytes that were sent"
	return took


def timed_mpremote(module, *args):
	begin = time.monotonic()
	module.mpremote(*args)
	return time.monotonic() - begin


def main():
	data = random.Random(9).randbytes(BYTES)
	with harness.Module().start() as module:
		source = os.path.join(module.scratch, "bench.bin")
		back = os.path.join(module.scratch, "back.bin")
		with open(source, "wb") as f:
			f.write(data)
		with module.uart() as uart:
			up = upload(uart, data)
			down = download(uart, data)
			uart.exec("import os; os.remove('/flash/bench.bin')")
		theirs_up = timed_mpremote(module, "cp", source, ":/flash/bench.bin")
		theirs_down = timed_mpremote(module, "cp", ":/flash/bench.bin", back)
		with open(back, "rb") as f:
			assert f.read() == data
	for name, ours, theirs in (("upload", up, theirs_up), ("download", down, theirs_down)):
		figure(f"raw-paste {name} of 200 KB", BYTES / 1000 / ours, "KB/s", None,
		       mpremote=float(f"{BYTES / 1000 / theirs:.4g}"), times_mpremote=float(f"{theirs / ours:.3g}"))


main()
