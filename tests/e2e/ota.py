"""What the tests of pycom.ota_* and of the trial share: images in memory, sent piece by piece through the REPL."""
import base64

import harness
import updates

OTA_0, OTA_1 = updates.SLOTS["ota_0"], updates.SLOTS["ota_1"]


def sign(folder, version, payload=None, name="new.img", **options):
	"""The bytes of an image of that version: of the firmware, or of something else."""
	source = updates.firmware()
	if payload is not None:
		source = folder / "payload"
		source.write_bytes(payload)
	words = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]
	result = harness.run_command("image", "sign", source, folder / name, "--version", version, *words)
	assert result.returncode == 0, result.stderr
	return (folder / name).read_bytes()


def small(folder, version, size=20000, **options):
	"""An image that verifies and that no CPU would like to run: a program's first bytes, then anything."""
	filler = bytes((7 * i + i // 251) % 255 for i in range(size))
	return sign(folder, version, updates.firmware().read_bytes()[:64] + filler, **options)


# Code for the module: what late.act does, the collector does, since lose() leaves it a file to be closed.
LATE = '''
import vfs, gc
class Late:
 def __init__(self): self.data = bytearray(64 * 512); self.act = None
 def readblocks(self, n, buf, at=0):
  for i in range(len(buf)): buf[i] = self.data[n * 512 + at + i]
 def writeblocks(self, n, buf, at=0):
  if self.act: self.act()
  else: self.data[n * 512 + at:n * 512 + at + len(buf)] = buf
 def ioctl(self, op, arg): return 64 if op == 4 else 512 if op == 5 else 0
late = Late()
vfs.VfsLfs2.mkfs(late); vfs.mount(vfs.VfsLfs2(late), '/late')
def lose():
 for name in 'fgh': open('/late/' + name, 'w').write('x') # several: one's address may still lie about somewhere
'''


def error_of(uart, code):
	"""The last line of the traceback of code that must fail."""
	return uart.error_of(code).strip().splitlines()[-1]


def write(uart, data, chunk=4096):
	"""ota_write() of all of it, in pieces of that size."""
	uart.exec("import pycom, lifeboat, binascii\nw = pycom.ota_write")
	for at in range(0, len(data), 8192):
		piece = data[at:at + 8192]
		uart.exec(f"b = binascii.a2b_base64({base64.b64encode(piece)!r})\n"
		          f"for i in range(0, len(b), {chunk}):\n assert w(b[i:i+{chunk}]) == len(b[i:i+{chunk}])", timeout=60)


def update(uart, data, chunk=4096, finish=True):
	assert uart.eval("__import__('pycom').ota_start()") == 0
	write(uart, data, chunk)
	if finish:
		uart.exec("pycom.ota_finish()")


def slot(module, name):
	return updates.slot_of(module.flash(), name)


def status(uart):
	return uart.eval("__import__('lifeboat').status()")
