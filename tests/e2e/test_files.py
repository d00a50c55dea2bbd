"""/flash: made, formatted, damaged, and cut off in the middle of writing."""
import binascii
import os
import pathlib
import random
import re
import signal
import time

import pytest

import harness
from harness import FS, FS_END

MARKER = b"lifeboat-marker-7f3a91c4-was-here"


def fs_of(module):
	return module.flash()[FS:FS_END]


def test_marker_is_found_where_the_test_looks(module):
	module.put("/flash/secret", MARKER * 40)
	assert MARKER in fs_of(module)
	module.mpremote("fs", "rm", ":/flash/secret")
	assert MARKER in fs_of(module), "removing a file leaves its bytes: else the tests below show nothing"


@pytest.mark.parametrize("call", ["os.mkfs('/flash')", "os.fsformat('/flash')"])
def test_format_a_healthy_flash(fast, call):
	fast.put("/flash/secret", MARKER * 40)
	before = fast.flash()
	assert MARKER in before[FS:FS_END]
	fast.exec(f"import os; {call}", timeout=60)
	after = fast.flash()
	assert MARKER not in after, "every sector of fs is erased"
	assert after[:0x009000] == before[:0x009000] and after[0x010000:FS] == before[0x010000:FS], "and nothing else"
	assert fast.eval("__import__('os').listdir('/flash')") == []
	fast.put("/flash/new", "usable at once")
	fast.reset()
	assert fast.eval("open('/flash/new').read()") == "usable at once"
	assert {"boot.py", "main.py", "lib"} <= set(fast.eval("__import__('os').listdir('/flash')"))


def test_a_file_is_neither_read_nor_written_unless_opened_for_it(module):
	with module.uart() as uart:
		uart.put("/flash/a", "as it was")
		for mode in ("r", "rb"):
			assert "OSError: [Errno 9] EBADF" in uart.error_of(f"open('/flash/a', {mode!r}).write({mode[1:]}'b')")
		assert uart.eval("open('/flash/a').read()") == "as it was"
		for mode in ("w", "ab"):
			assert "OSError: [Errno 9] EBADF" in uart.error_of(f"open('/flash/b', {mode!r}).read()")
		uart.exec("f = open('/flash/a', 'r+')\nf.write('is')\nf.seek(0)")
		assert uart.eval("f.read()") == "is it was"


def test_mkfs_ends_files_that_are_open(fast):
	"""Small ones too, which are in a cache, at their end and in their middle, for reading and for writing."""
	with fast.uart() as uart:
		for name, size in (("small", 20), ("large", 20000)):
			uart.put(f"/flash/{name}", "x" * size)
		uart.exec("import os\nread = [open('/flash/small'), open('/flash/large'), open('/flash/large')]\n"
		          "read[1].read(10)\nread[2].read()\nwrite = open('/flash/new', 'w')\nwrite.write('begun')")
		uart.exec("os.mkfs('/flash')", timeout=60)
		for call in ("read[0].read()", "read[1].read(1)", "read[2].read()", "write.write('more')"):
			assert "OSError: [Errno 19] ENODEV" in uart.error_of(call), call
		assert uart.eval("os.listdir('/flash')") == []


def damage(module, data):
	"""Overwrites both superblocks of /flash of a module that is not running."""
	with open(os.path.join(module.folder, "flash.bin"), "r+b") as flash:
		flash.seek(FS)
		flash.write(data)


@pytest.mark.parametrize("call", ["os.mkfs('/flash')", "os.fsformat('/flash')"])
def test_damaged_flash_is_left_alone_until_the_owner_formats_it(fast, call):
	fast.put("/flash/secret", MARKER * 400)
	fast.put("/flash/main.py", "print('main ran')")
	fast.stop()
	noise = random.Random(2).randbytes(2 * 4096)
	damage(fast, noise)
	before = fs_of(fast)
	fast.start()
	with fast.uart() as uart:
		uart.drop()
		fast.reset()
		text = uart.expect(">>> ").decode()
		assert "/flash" in text and ("mkfs" in text or "fsformat" in text), f"says so, and how to format it: {text}"
		assert "main ran" not in text
	assert fast.eval("6 * 7") == 42
	assert fs_of(fast) == before, "left alone: the data may still be saved"
	fast.exec(f"import os; {call}", timeout=60)
	assert MARKER not in fs_of(fast)
	fast.put("/flash/new", "usable at once")
	fast.reset()
	assert fast.eval("open('/flash/new').read()") == "usable at once"


def test_blank_flash_is_formatted(fast):
	"""All 0xFF is a new module's, not a damaged one's."""
	fast.stop()
	damage(fast, b"\xff" * (FS_END - FS))
	fast.start()
	assert set(fast.eval("__import__('os').listdir('/flash')")) == {"boot.py", "main.py", "lib"}


def test_first_format_cut_by_the_power(module):
	"""The very first start, its power gone at any instant: the next one ends at a prompt with a usable /flash."""
	cut_before_the_end = 0
	for after_us in (0, 500, 1000, 2000, 3000, 4000, 5000, 6000, 8000, 10000):
		module.power("off")
		damage(module, b"\xff" * (FS_END - FS))
		with module.watch("phase") as watch:
			assert watch.ask("power", on=True)["ok"]
			watch.until_event(lambda e: e["phase"] == "script")
			harness.hold(watch, after_us / 1e6)
			assert watch.ask("power", on=False)["ok"]
			cut_before_the_end += not any(e["phase"] == "repl" for e in watch.events)
			assert watch.ask("power", on=True)["ok"]
		module.wait("repl")
		assert {"boot.py", "main.py", "lib"} <= set(module.eval("__import__('os').listdir('/flash')")), after_us
		module.put("/flash/new", "usable")
		module.reset()
		assert module.eval("open('/flash/new').read()") == "usable"
	assert cut_before_the_end >= 3, "hardly any cut came before the format's end: nothing was shown"


def test_mkfs_cut_by_the_power(modules):
	"""Erasing 2 MB takes 23 s of module time; a cut in the middle of it must not leave a module without /flash."""
	module = modules(clock=10).start()
	module.put("/flash/secret", MARKER * 40)
	for fraction in (0.02, 0.4, 0.9):
		filler = module.exec("import os\nfor i in range(6):\n  f = open('/flash/fill%d' % i, 'wb')\n"
		                     "  for j in range(24): f.write(bytes(4096))\n  f.close()\nprint('filled')", timeout=60)
		assert filler == "filled\n"
		with module.uart() as uart, module.watch("phase") as watch:
			uart.start("import os; print('begin'); os.mkfs('/flash'); print('done')")
			uart.expect("begin")
			harness.hold(watch, 0.6 * fraction)
			assert watch.ask("power", on=False)["ok"]
			assert watch.ask("power", on=True)["ok"]
		module.wait("repl")
		with module.uart() as uart:
			uart.exec("import os\ntry:\n  os.listdir('/flash')\nexcept OSError:\n  pass")
			uart.exec("import os; os.mkfs('/flash')", timeout=60)
			assert uart.eval("os.listdir('/flash')") == []
		assert MARKER not in fs_of(module)


CUTS = 44
WRITER = """
import os
def body(n):
    size = 64 + (n * 977) % 9000
    line = b'%08d:%05d|' % (n, size)
    return (line * (size // len(line) + 1))[:size]
n = START
print('writing')
while True:
    name = '/flash/cut%d.bin' % (n % 7)
    f = open(name, 'wb')
    data = body(n)
    half = len(data) // 2
    f.write(data[:half])
    f.write(data[half:])
    f.close()
    print('closed', n)
    if n % 11 == 0:
        os.remove('/flash/cut%d.bin' % ((n + 3) % 7)) if 'cut%d.bin' % ((n + 3) % 7) in os.listdir('/flash') else None
        print('removed', n)
    n += 1
"""
READER = """
import os
def body(n):
    size = 64 + (n * 977) % 9000
    line = b'%08d:%05d|' % (n, size)
    return (line * (size // len(line) + 1))[:size]
for name in sorted(os.listdir('/flash')):
    if name.startswith('cut'):
        data = open('/flash/' + name, 'rb').read()
        n = int(data[:8]) if data else -1
        print(name, n, data == body(n) if data else False)
"""


def test_power_cuts_while_files_are_written(modules, record_property):
	"""At random instants, in two ways (the plug; the CPU gone from one instruction to the next). A file that was closed
	is there, whole; a file that was being written is its old version or its new one, whole."""
	module = modules(clock=10).start()
	rng = random.Random(20261122)
	closed = {}  # file number: the newest version reported as closed
	at = 0
	start_torn = module.hardware()["flash"]["torn"]
	for cut in range(CUTS):
		with module.uart() as uart, module.watch("phase") as watch:
			boot = watch.first["boot"]
			uart.start(WRITER.replace("START", str(at)))
			uart.expect("writing\r\n")
			uart.expect("closed ", 10)
			uart.buffer = b"closed " + uart.buffer
			time.sleep(rng.uniform(0.0, 0.12))  # the random instant
			if cut % 2:
				os.kill(module.hardware()["cpu_pid"], signal.SIGKILL)
			else:
				assert watch.ask("power", on=False)["ok"]
				assert watch.ask("power", on=True)["ok"]
			watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > boot)
			text = uart.expect(re.compile(rb"Lifeboat virtual module.*>>> $", re.S)).decode(errors="replace")
			for word, number in re.findall(r"(closed|removed) (\d+)\r\n", text):
				number = int(number)
				if word == "closed":
					closed[number % 7] = number
					at = number + 1
				else:
					closed.pop((number + 3) % 7, None)
			# what may have happened after the last report: the next file, or the removal that follows a close
			in_doubt = set()
			if (at - 1) % 11 == 0:
				in_doubt.add((at - 1 + 3) % 7)
			found = {}
			uart.drop()
			for line in uart.exec(READER, timeout=30).splitlines():
				name, number, whole = line.split()
				number = int(number)
				file = int(name[3])
				found[file] = number
				if number == -1:
					# a new file that was made but not yet closed: no version was ever reported for it
					assert file not in closed, f"cut {cut}: {name} was closed as {closed[file]} and is now empty"
				else:
					assert whole == "True", f"cut {cut}: {name} is broken"
					assert number % 7 == file and number >= closed.get(file, -1), f"cut {cut}: {name} went back"
			missing = {file for file in closed if file not in found} - in_doubt
			assert not missing, f"cut {cut}: closed files are gone: {missing}"
			for file in in_doubt & set(closed) - set(found):
				del closed[file]
			at = max([at, *(number + 1 for number in found.values())])
	torn = module.hardware()["flash"]["torn"] - start_torn
	record_property("note", f"{CUTS} power cuts while files were written, {torn} of them inside a flash operation")
	assert torn >= CUTS // 8, f"only {torn} of {CUTS} cuts landed inside a flash operation: too few to show anything"


@pytest.mark.long
def test_big_file_byte_by_byte(module):
	data = random.Random(5).randbytes(300_000)
	source = pathlib.Path(module.folder, "..", "big.bin")
	source.write_bytes(data)
	module.mpremote("cp", source, ":/flash/big.bin")
	code = "import binascii\nc = 0\nf = open('/flash/big.bin', 'rb')\nwhile True:\n  b = f.read(4096)\n" \
	       "  if not b: break\n  c = binascii.crc32(b, c)\nprint(c)"
	assert int(module.exec(code)) == binascii.crc32(data)
	module.reset()
	assert int(module.exec(code)) == binascii.crc32(data)


def test_full_flash(fast):
	"""Writing until there is no room: an OSError, and the file system lives on."""
	out = fast.exec("""
n = 0
try:
    while True:
        f = open('/flash/fill%d' % n, 'wb')
        for i in range(16): f.write(b'x' * 4096)
        f.close()
        n += 1
except OSError as e:
    print(e.errno)
try:
    f.close()
except OSError:
    pass
import os
for name in os.listdir('/flash'):
    if name.startswith('fill'): os.remove('/flash/' + name)
with open('/flash/ok', 'w') as f: f.write('ok')
print(n > 25, open('/flash/ok').read())
""", timeout=90)
	assert out == "28\nTrue ok\n", out
	fast.reset()
	assert fast.eval("open('/flash/ok').read()") == "ok"
