"""File systems that are made to do harm: mounted, read and written by the real firmware, which must live on."""
import os
import random
import struct
import time

import pytest

import harness
import littlefs

# All that a user does with files, through the whole tree; each error is kept as its number.
WORK = """import os
def attempt(call, *args):
    try:
        return call(*args)
    except (OSError, UnicodeError) as e:
        errors.append(getattr(e, 'errno', 'name'))
def write(path, mode, size):
    with open(path, mode) as f:
        for i in range(0, size, 500):
            f.write(b'w' * min(500, size - i))
def read(path):
    with open(path, 'rb') as f:
        for i in range(20):
            f.read(700)
        f.seek(5000)
        f.read(10)
def walk(path, depth):
    for n, entry in enumerate(os.ilistdir(path)):
        if n == 40:
            break
        name = path + '/' + entry[0]
        if entry[1] == 0x4000 and depth < 3:
            attempt(walk, name, depth + 1)
        elif entry[1] != 0x4000:
            attempt(read, name)
        attempt(os.stat, name)
def work(top):
    del errors[:]
    attempt(walk, top, 0)
    attempt(os.statvfs, top)
    attempt(write, top + '/new', 'wb', 10)
    attempt(os.mkdir, top + '/folder')
    attempt(write, top + '/folder/x', 'wb', 9000)
    for name in ('boot.py', 'a', 'big', 'd/e', 'd/f/g', 'd/f', 'd'):
        attempt(write, top + '/' + name, 'ab', 300)
        attempt(os.rename, top + '/' + name, top + '/r')
        attempt(os.rename, top + '/r', top + '/d/moved')
        attempt(write, top + '/d/moved', 'wb', 50)
        attempt(os.remove, top + '/d/moved')
    for i in range(4):
        attempt(write, top + '/m' + str(i), 'wb', 200)
    attempt(walk, top, 0)
    return errors
errors = []
"""
# A tree that has some of everything.
TREE = """def make(top):
    write(top + '/boot.py', 'wb', 40)
    write(top + '/a', 'wb', 200)
    write(top + '/big', 'wb', 30000)
    for name in ('/d', '/d/f'):
        os.mkdir(top + name)
    write(top + '/d/e', 'wb', 10)
    write(top + '/d/f/g', 'wb', 5000)
"""


def at_a_file(tags, kinds=(littlefs.NAME_FILE,)):
	"""Where the first tag of such a kind is that belongs to a file."""
	return next(at for at, (kind, ident, *_) in enumerate(tags) if kind in kinds and ident > 0)


def insert(kind, size, data):
	def change(tags, _number):
		at = at_a_file(tags)
		tags.insert(at + 1, (kind, tags[at][1], size, data))
	return change


def replace(kinds, **fields):
	def change(tags, _number):
		at = at_a_file(tags, kinds)
		kind, ident, size, data = tags[at]
		data = fields.get("data", data)
		tags[at] = (fields.get("kind", kind), fields.get("ident", ident), fields.get("size", len(data)), data)
	return change


def add_splices(tags, _number):
	"""They count a tag's number down, and out of its field into its type."""
	at = at_a_file(tags)
	tags[at + 1:at + 1] = [(0x480, 0, 0, b"")] * 200


def tie_a_knot(tags, number):
	"""The folder in this one has no parent any more, as after a power cut, and the list of folders ends in a circle."""
	at = next(at for at, (kind, *_) in enumerate(tags) if kind == littlefs.STRUCT_FOLDER)
	tags[at] = (littlefs.STRUCT_INLINE, tags[at][1], 8, bytes(8))
	at = max(at for at, (kind, *_) in enumerate(tags) if kind == littlefs.SOFT_TAIL)
	tags[at] = (littlefs.SOFT_TAIL, littlefs.ALL, 8, tags[at][3][:4] + struct.pack("<I", number))
	tags.insert(at, (littlefs.GLOBAL_STATE, littlefs.ALL, 12, struct.pack("<III", 0x20, 0, 0)))


# What littlefs holds by an assertion, or did not hold at all: these end in EIO. Each with a file in the changed folder.
FATAL = {
	"attributes_in_flash": (b"boot.py", insert(littlefs.FROM_ATTRIBUTES, 8, bytes(range(8)))),
	"a_move_in_flash": (b"boot.py", insert(littlefs.FROM_MOVE, 4, bytes(4))),
	"a_name_without_an_end": (b"boot.py", replace((littlefs.NAME_FILE,), data=b"n" * 0x102)),
	"no_end_of_the_search_for_orphans": (b"e", tie_a_knot),
}
# What must do no harm, whatever littlefs makes of it.
HARMLESS = {
	"splices": add_splices,
	"a_list_in_a_block_that_is_not_there": replace((littlefs.STRUCT_LIST,), data=struct.pack("<II", 0x7FFFFFFF, 30000)),
	"a_list_larger_than_the_flash": replace((littlefs.STRUCT_LIST,), data=struct.pack("<II", 3, 0x7FFFFFFF)),
	"a_folder_in_itself": replace((littlefs.STRUCT_FOLDER,), data=struct.pack("<II", 0, 1)),
	"a_tail_to_itself": lambda tags, _: tags.append((littlefs.SOFT_TAIL, littlefs.ALL, 8, struct.pack("<II", 0, 1))),
	"a_hard_tail_to_itself": lambda tags, _: tags.append((littlefs.HARD_TAIL, littlefs.ALL, 8, struct.pack("<II", 0, 1))),
	"a_pending_move": lambda tags, _: tags.append(
		(littlefs.GLOBAL_STATE, littlefs.ALL, 12, struct.pack("<III", 0x4FF00401, 0, 1))),
	"an_inline_file_larger_than_a_cache": replace((littlefs.STRUCT_INLINE,), data=b"i" * 0x3FE),
	"a_file_that_is_a_folder": replace((littlefs.NAME_FILE,), kind=littlefs.NAME_FOLDER),
	"a_file_that_is_a_superblock": replace((littlefs.NAME_FILE,), kind=littlefs.NAME_SUPERBLOCK),
}


def craft(module, name, change):
	"""Changes the folder in /flash that this file is in, and starts the module with it."""
	module.exec(WORK + TREE + "make('/flash')", 60)
	module.power("off")
	image = module.flash()[harness.FS:harness.FS_END]
	with open(os.path.join(module.folder, "flash.bin"), "r+b") as flash:
		flash.seek(harness.FS)
		flash.write(littlefs.changed(image, littlefs.block_with(image, name), change))
	with module.watch("phase") as watch:
		module.power("on")
		watch.until_event(lambda e: e["phase"] == "repl", 20)


# A file that was open before: what is left of a dead file system must not go on reading.
HOLD = """try:
    held = open('/flash/big', 'rb')
except OSError:
    held = None
"""
USE_HELD = """try:
    print('read', held.read(1))
except OSError as e:
    print(e.errno)
"""


@pytest.mark.parametrize("case", [*FATAL, *HARMLESS])
def test_crafted_flash(fast, case):
	craft(fast, *FATAL[case] if case in FATAL else (b"boot.py", HARMLESS[case]))
	boot = fast.hardware()["boot"]
	with fast.uart() as uart:
		uart.exec(HOLD)
		errors = eval(uart.exec(WORK + "print(work('/flash'))", 120).splitlines()[-1])
		text = uart.seen.decode(errors="replace")
		assert fast.hardware()["boot"] == boot and "fault" not in text, text[-1000:]
		if case in FATAL:
			assert "/flash: its file system is damaged (littlefs, line" in text, (errors, text)
			assert 5 in errors and "flash" not in uart.eval("os.listdir('/')")
			is_held = uart.eval("held is not None")
			assert is_held or case != "no_end_of_the_search_for_orphans"
			assert not is_held or uart.exec(USE_HELD).strip() == "5"
			uart.exec("os.mkfs('/flash')", 60)
			assert uart.eval("os.listdir('/flash')") == []
			uart.put("/flash/new", "usable at once")
			assert uart.eval("open('/flash/new').read()") == "usable at once"


# A small block device in RAM; a mutant that keeps littlefs busy for ever finds it broken after a while.
RAM = """import vfs
class Ram:
    def __init__(self, blocks):
        self.data = bytearray(b'\\xff' * (blocks * 4096))
        self.left = 10000
    def place(self, block, offset, size):
        at = block * 4096 + offset
        self.left -= 1
        return at if 0 <= at and at + size <= len(self.data) and self.left > 0 else -1
    def readblocks(self, block, data, offset=0):
        at = self.place(block, offset, len(data))
        if at < 0:
            return -5
        data[:] = self.data[at:at + len(data)]
    def writeblocks(self, block, data, offset):
        at = self.place(block, offset, len(data))
        if at < 0:
            return -5
        self.data[at:at + len(data)] = data
    def ioctl(self, request, argument):
        if request == 4:
            return len(self.data) // 4096
        if request == 5:
            return 4096
        if request == 6:
            at = self.place(argument, 0, 4096)
            if at < 0:
                return -5
            self.data[at:at + 4096] = b'\\xff' * 4096
            return 0
ram = Ram(48)
vfs.VfsLfs2.mkfs(ram, readsize=64, progsize=32)
vfs.mount(vfs.VfsLfs2(ram, readsize=64, progsize=32), '/x')
make('/x')
vfs.umount('/x')
base = bytes(ram.data)
def mutant(blocks):
    ram.data[:] = base
    ram.left = 10000
    for block, data in blocks:
        ram.data[block * 4096:block * 4096 + 4096] = data + b'\\xff' * (4096 - len(data))
    try:
        vfs.mount(vfs.VfsLfs2(ram, readsize=64, progsize=32), '/x')
    except OSError as e:
        return [e.errno]
    work('/x')
    try:
        vfs.umount('/x')
    except OSError:
        errors.append('unmounted')
    return errors
"""


def changed_blocks(base, image):
	pairs = ((n, image[n * 4096:n * 4096 + 4096]) for n in range(len(base) // 4096))
	return [(n, data.rstrip(b"\xff")) for n, data in pairs if data != base[n * 4096:n * 4096 + 4096]]


def test_mutated_file_systems(module, record_property):
	"""As many as there is time for, others at each run; some end in EIO, all leave the prompt as it was."""
	with module.uart() as uart:
		uart.exec(WORK + TREE + RAM, 60)
		base = bytes.fromhex(uart.exec("import binascii\nfor i in range(0, len(base), 4096): "
		                               "print(binascii.hexlify(base[i:i + 4096]).decode())", 60))
		boot = module.hardware()["boot"]
		healthy = uart.eval("mutant([])")
		assert 5 not in healthy
		seed = first = random.randrange(1 << 32)
		end = time.monotonic() + 8
		unmounted = 0
		while time.monotonic() < end:
			blocks = changed_blocks(base, littlefs.mutant(base, seed))
			lines = uart.exec(f"print(mutant({blocks!r}))", 60).splitlines()
			unmounted += "unmounted" in eval(lines[-1])
			assert module.hardware()["boot"] == boot, f"the module broke down at seed {seed}"
			seed += 1
		assert uart.eval("mutant([])") == healthy, f"seeds {first} to {seed}"
	record_property("note", f"{seed - first} mutated file systems, {unmounted} of them unmounted in the middle")
