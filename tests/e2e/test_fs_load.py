"""`run --flash` and `check` make the module's file system on the host: the firmware must find every file in it."""
import hashlib
import os
import pathlib
import random
import time

import pytest

import harness
import littlefs

FS_OFFSET, FS_BYTES = 0x600000, 0x200000
HASHES = """
import uos, uhashlib, ubinascii
def walk(folder):
	for name, kind, *_ in uos.ilistdir(folder):
		path = folder + '/' + name
		if kind == 0x4000:
			walk(path)
		else:
			with open(path, 'rb') as file:
				print(path, ubinascii.hexlify(uhashlib.sha256(file.read()).digest()).decode())
walk('/flash')
"""


def make_files(folder, count, size_of):
	"""{path on the module: hash} of so many files in folders of up to three levels."""
	random.seed(count)
	made = {}
	for i in range(count):
		name = "/".join([*[f"d{random.randrange(3)}" for _ in range(i % 4)], f"file-{i}.bin"])
		content = random.randbytes(size_of(i))
		(folder / name).parent.mkdir(parents=True, exist_ok=True)
		(folder / name).write_bytes(content)
		made["/flash/" + name] = hashlib.sha256(content).hexdigest()
	return made


def found(module):
	"""The same as the firmware sees them, but for what every module has."""
	lines = [line.split() for line in module.exec(HASHES, timeout=60).splitlines()]
	return {path: digest for path, digest in lines if path not in ("/flash/boot.py", "/flash/main.py")}


@pytest.mark.parametrize("count,size_of", [
	(500, lambda i: i % 3000),
	(40, lambda i: (0, 1, 255, 256, 257, 511, 512, 513, 4095, 4096, 4097, 40000)[i % 12]),
	(1000, lambda i: 7)], ids=["500-files", "sizes", "1000-tiny-files"])
def test_all_files_are_there(modules, scratch, count, size_of, record_property):
	folder = pathlib.Path(scratch, "files")
	folder.mkdir()
	made = make_files(folder, count, size_of)
	module = modules(clock=10)
	start = time.monotonic()
	module.start("--flash", folder)
	record_property("note", f"run --flash with {count} files: {time.monotonic() - start:.1f} s until the REPL")
	assert found(module) == made
	module.exec("f = open('/flash/more', 'w'); f.write('x'); f.close()")
	module.reset()
	assert found(module) == {**made, "/flash/more": hashlib.sha256(b"x").hexdigest()}


def test_into_a_module_that_has_files(modules, scratch):
	"""Its file system was made by the firmware; other files stay, and the time of a file is that on the host."""
	module = modules(clock=10)
	module.start()
	module.exec("import os\nfor i in range(60):\n\twith open('/flash/own%d' % i, 'wb') as f:\n\t\tf.write(b'y' * i * 40)\n"
		"os.mkdir('/flash/d0')\n", timeout=60)
	own = found(module)
	module.stop()
	folder = pathlib.Path(scratch, "files")
	folder.mkdir()
	made = make_files(folder, 80, lambda i: i * 37)
	(folder / "own7").write_bytes(b"mine")
	os.utime(folder / "own7", (1700000000, 1700000000))
	for _ in range(2):
		module.start("--flash", folder)
		assert found(module) == {**own, **made, "/flash/own7": hashlib.sha256(b"mine").hexdigest()}
		assert module.eval("__import__('os').stat('/flash/own7')[8]") == 1700000000
		module.stop()


def test_what_is_damaged_is_left_alone(modules, scratch):
	folder = pathlib.Path(scratch, "files")
	folder.mkdir()
	(folder / "main.py").write_text("print('here')\n")
	module = modules(clock=10)
	module.start()
	module.stop()
	with open(os.path.join(module.folder, "flash.bin"), "r+b") as file:
		file.seek(FS_OFFSET)
		file.write(b"\x55" * 8192)
	before = module.flash()
	result = harness.run_command("run", module.folder, "--headless", "--flash", folder)
	assert result.returncode == 1 and "/flash is damaged" in result.stderr and result.stderr.count("\n") == 1
	assert module.flash() == before


def test_what_is_made_to_do_harm(modules, scratch, record_property):
	"""A flash.bin of somebody else's: the host mounts it, and lives. The module does not start, for want of its card."""
	folder = pathlib.Path(scratch, "files")
	folder.mkdir()
	make_files(folder, 12, lambda i: i * 300)
	module = modules(clock=10)
	module.start("--flash", folder)
	module.exec("import os\nfor i in range(9):\n\twith open('/flash/d%d.x' % i, 'wb') as f:\n\t\tf.write(b'y' * i * 400)")
	module.stop()
	whole = module.flash()
	base = whole[FS_OFFSET:FS_OFFSET + FS_BYTES]
	seed = first = random.SystemRandom().randrange(1 << 32)
	refused = 0
	end = time.monotonic() + 8
	while time.monotonic() < end:
		image = littlefs.mutant(base, seed)
		with open(os.path.join(module.folder, "flash.bin"), "wb") as file:
			file.write(whole[:FS_OFFSET] + image + whole[FS_OFFSET + FS_BYTES:])
		result = harness.run_command("run", module.folder, "--headless", "--sd", "/nowhere/card", "--flash", folder)
		assert result.returncode == 1 and result.stderr.count("\n") == 1, f"seed {seed}: {result}"
		refused += "/nowhere/card" not in result.stderr
		seed += 1
	record_property("note", f"{seed - first} mutated file systems on the host, {refused} of them refused")


def test_a_name_that_is_another_kind(modules, scratch):
	folder = pathlib.Path(scratch, "files")
	(folder / "lib").mkdir(parents=True)
	module = modules(clock=10)
	module.start("--flash", folder)
	module.stop()
	(folder / "lib").rmdir()
	(folder / "lib").write_text("a file")
	result = harness.run_command("run", module.folder, "--headless", "--flash", folder)
	assert result.returncode == 1 and "a folder of the module's /flash has this name" in result.stderr


def test_what_a_running_module_has_is_not_changed(modules, scratch):
	folder = pathlib.Path(scratch, "files")
	folder.mkdir()
	(folder / "new.py").write_text("")
	module = modules(clock=10)
	module.start()
	result = harness.run_command("run", module.folder, "--headless", "--flash", folder)
	assert result.returncode == 1, result.stdout
	assert "new.py" not in module.eval("__import__('os').listdir('/flash')")
