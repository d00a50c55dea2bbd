"""Starting and ending: the first run, what is refused, what a crash leaves behind, damaged flash."""
import json
import os
import pathlib
import re
import resource
import signal
import stat
import struct
import subprocess
import time

import pytest

import harness
from harness import FACTORY, LIFEBOAT, RED


def one_line(result, *wanted):
	"""A refusal: exit code 1 (or 2 for usage), nothing on stdout, one line on stderr with these words in it."""
	lines = result.stderr.strip().splitlines()
	assert len(lines) == 1, result.stderr
	assert result.stdout == ""
	for word in wanted:
		assert word in lines[0], lines[0]
	return lines[0]


def test_first_run(modules):
	module = modules()
	module.start(phase=None)
	module.wait("repl")
	with module.uart() as uart:
		uart.raw()
		uart.drop()
		uart.write(b"\x02")
		banner = uart.expect(">>> ").decode()
		assert re.search(r"MicroPython v1\.25\.0.*Lifeboat virtual module", banner), banner
		assert uart.type("import os; os.listdir('/flash')") == "['boot.py', 'lib', 'main.py']\r\n"
		assert uart.type("os.getcwd()") == "'/flash'\r\n"
		assert uart.type("import sys; sys.path") == "['', '.frozen', '/flash', '/flash/lib']\r\n"
		assert uart.type("open('main.py').read()").startswith("'# main.py")
		assert uart.type("open('boot.py').read()").startswith("'# boot.py")
	status = module.status()
	assert status["v"] == 1 and status["board"] == "virtual" and status["power"] == "on" and status["phase"] == "repl"
	boot = status["boot"]
	assert boot["mode"] == "normal" and boot["reason"] == "none" and boot["slot"] == "factory"
	assert boot["cause"] == "power-on" and re.fullmatch(r"\d+\.\d+\.\d+(\+\d+)?", boot["version"])
	assert status["clock"] == 1 and status["last_error"] in (None, "")
	assert status["uart0"].startswith("/dev/pts/")


def test_folder(module):
	folder = pathlib.Path(module.folder)
	assert stat.S_IMODE(folder.stat().st_mode) == 0o700
	assert (folder / "flash.bin").stat().st_size == harness.FLASH_BYTES
	assert (folder / "uart0").is_symlink() and (folder / "uart1").is_symlink()
	assert stat.S_ISCHR((folder / "uart0").stat().st_mode)
	assert stat.S_ISSOCK((folder / "control").stat().st_mode)
	assert (folder / "log").exists()
	module.stop()
	assert not (folder / "control").exists()
	assert not (folder / "uart0").is_symlink()
	assert (folder / "flash.bin").exists()


def test_files_survive_stop_and_start(module):
	module.put("/flash/kept.txt", "still here")
	module.stop()
	module.start()
	assert module.eval("open('/flash/kept.txt').read()") == "still here"
	assert module.status()["boot"]["cause"] == "power-on"


def test_default_folder_and_environment(scratch):
	"""Without -d: $LIFEBOAT_DIR, else ./module of the current folder."""
	with harness.Module(os.path.join(scratch, "module")) as module:
		module.start()
		result = harness.run_command("status", "--json", cwd=scratch)
		assert result.returncode == 0 and json.loads(result.stdout)["dir"] == os.path.realpath(module.folder)
		env = dict(harness.environment(), LIFEBOAT_DIR=module.folder)
		result = subprocess.run([LIFEBOAT, "status", "--json"], capture_output=True, text=True, env=env, cwd="/")
		assert result.returncode == 0 and json.loads(result.stdout)["dir"] == os.path.realpath(module.folder)


def test_second_run_is_refused(module):
	pid = module.hardware()["pid"]
	result = harness.run_command("run", module.folder, "--headless")
	assert result.returncode == 1
	one_line(result, module.folder)
	assert module.hardware()["pid"] == pid
	assert module.eval("6 * 7") == 42


def test_two_modules_side_by_side(modules):
	one, two = modules().start(), modules().start()
	one.put("/flash/name", "one")
	two.put("/flash/name", "two")
	two.run("reset")
	two.wait("repl")
	assert one.eval("open('/flash/name').read()") == "one"
	assert two.eval("open('/flash/name').read()") == "two"
	assert one.status()["boot"]["cause"] == "power-on" and two.status()["boot"]["cause"] == "switch"
	one.stop()
	assert two.eval("open('/flash/name').read()") == "two"
	ids = set()
	one.start()
	for module in (one, two):
		ids.add(module.eval("__import__('machine').unique_id()"))
	assert len(ids) == 2 and all(len(i) == 6 for i in ids)


def test_hardware_killed_leaves_no_orphan_and_no_stale_files(module):
	status = module.hardware()
	os.kill(status["pid"], signal.SIGKILL)
	harness.until(lambda: not harness.processes_of(module.folder), 2, "CPU gone with its hardware")
	module.process.wait(5)
	module.process = None
	assert os.path.lexists(os.path.join(module.folder, "control")), "the crash left nothing stale: nothing was tested"
	assert module.status()["power"] == "off", "nothing answers: that is a module that is not running"
	result = harness.run_command("reset", "-d", module.folder)
	assert result.returncode == 1
	one_line(result, module.folder)
	module.start()
	assert module.eval("1 + 1") == 2


def test_hardware_killed_under_a_busy_cpu(module):
	with module.uart() as uart:
		uart.start("import micropython\nmicropython.kbd_intr(-1)\nprint('busy')\nwhile True: pass")
		uart.expect("busy")
		os.kill(module.hardware()["pid"], signal.SIGKILL)
		harness.until(lambda: not harness.processes_of(module.folder), 2, "busy CPU gone with its hardware")
	module.process.wait(5)
	module.process = None


def test_cpu_crash_is_a_fault_reset(module):
	before = module.hardware()
	with module.watch("phase") as watch:
		os.kill(before["cpu_pid"], signal.SIGSEGV)
		watch.until_event(lambda e: e["phase"] == "repl" and e["boot"] > before["boot"])
	after = module.hardware()
	assert after["cause"] == "fault" and after["pid"] == before["pid"] and after["cpu_pid"] != before["cpu_pid"]
	assert module.status()["boot"]["cause"] == "fault"
	assert module.eval("1 + 1") == 2


def rewrite(module, change):
	"""Changes flash.bin of a module that is not running."""
	path = pathlib.Path(module.folder, "flash.bin")
	data = bytearray(path.read_bytes())
	change(data)
	path.write_bytes(data)


def older_image(folder):
	"""This build's firmware in an image of version 0.0.1, as an older release would have left it."""
	image = (harness.SHARE / "virtual.img").read_bytes()
	header_bytes, payload_bytes = struct.unpack_from("<H", image, 8)[0], struct.unpack_from("<I", image, 12)[0]
	payload, old = os.path.join(folder, "payload"), os.path.join(folder, "old.img")
	pathlib.Path(payload).write_bytes(image[header_bytes:header_bytes + payload_bytes])
	subprocess.run([LIFEBOAT, "image", "sign", payload, old, "--version", "0.0.1"], check=True)
	return pathlib.Path(old).read_bytes()


def test_newer_build_is_named_and_reflash_writes_it(module, scratch):
	"""A flash.bin with an older image: said in one line and left alone; written by --reflash, and only there."""
	module.put("/flash/kept.txt", "files stay")
	module.stop()
	image = (harness.SHARE / "virtual.img").read_bytes()
	assert module.flash()[FACTORY:FACTORY + len(image)] == image
	old = older_image(scratch)
	rewrite(module, lambda data: data.__setitem__(slice(FACTORY, FACTORY + len(old)), old))
	before = module.flash()
	module.start()
	said = [line for line in module.said().splitlines() if "--reflash" in line]
	assert len(said) == 1, module.said()
	assert module.status()["boot"]["version"].startswith("0.0.1")
	module.stop()
	assert module.flash()[:harness.FS] == before[:harness.FS], "left alone"
	module.start("--reflash")
	assert not [line for line in module.said().splitlines() if "newer" in line], module.said()
	after = module.flash()
	assert after[FACTORY:FACTORY + len(image)] == image
	assert after[:0x009000] == before[:0x009000] and after[0x200000:harness.FS] == before[0x200000:harness.FS]
	assert not module.status()["boot"]["version"].startswith("0.0.1")
	assert module.eval("open('/flash/kept.txt').read()") == "files stay"


def test_same_build_says_nothing(module):
	module.stop()
	module.start()
	assert "--reflash" not in module.said()


def test_damaged_image(module):
	"""One flipped bit in the slot: loader, red LED, the reason in the status, and a reset leads out of it."""
	module.put("/flash/kept.txt", "files stay")
	module.stop()
	rewrite(module, lambda data: data.__setitem__(FACTORY + 4096, data[FACTORY + 4096] ^ 0x10))
	module.start(phase="loader")
	status = module.status()
	assert status["phase"] == "loader" and status["boot"]["mode"] == "loader"
	assert status["led"] == RED
	text = module.run("status").stdout
	assert re.search(r"no .*image|does not verify|damaged", text), text
	assert "'lifeboat flash IMAGE'" in text and "'lifeboat run --reflash'" in text
	with module.uart() as uart, module.watch("phase") as watch:
		boot = watch.first["boot"]
		module.run("reset")
		watch.until_event(lambda e: e["phase"] == "loader" and e["boot"] > boot)
		assert uart.expect("\n")
	# as a debugger would: mend the byte while the module waits, then press reset
	with open(os.path.join(module.folder, "flash.bin"), "r+b") as flash:
		flash.seek(FACTORY + 4096)
		byte = flash.read(1)[0] ^ 0x10
		flash.seek(FACTORY + 4096)
		flash.write(bytes([byte]))
	module.reset()
	assert module.eval("open('/flash/kept.txt').read()") == "files stay"
	assert module.status()["boot"]["slot"] == "factory"


@pytest.mark.long
def test_each_part_of_the_image_is_covered(module):
	"""Header, payload and hash: a flipped bit in any of them keeps the image from starting."""
	image_bytes = (harness.SHARE / "virtual.img").stat().st_size
	module.stop()
	for at in (0, 8, 12, 20, 32, 1000, image_bytes // 2, image_bytes - 40, image_bytes - 1):
		rewrite(module, lambda data: data.__setitem__(FACTORY + at, data[FACTORY + at] ^ 0x04))
		module.start(phase="loader")
		module.stop()
		rewrite(module, lambda data: data.__setitem__(FACTORY + at, data[FACTORY + at] ^ 0x04))
	module.start()


def test_flash_of_the_wrong_size(module):
	module.stop()
	path = os.path.join(module.folder, "flash.bin")
	for size in (0, harness.FLASH_BYTES - 1, harness.FLASH_BYTES + 4096):
		os.truncate(path, size)
		before = pathlib.Path(path).read_bytes()
		result = harness.run_command("run", module.folder, "--headless")
		assert result.returncode == 1
		one_line(result, "flash.bin", str(harness.FLASH_BYTES))
		assert pathlib.Path(path).read_bytes() == before, "a file of the user's was changed"
		assert not harness.processes_of(module.folder)


def test_folders_that_cannot_be(scratch):
	not_a_folder = os.path.join(scratch, "file")
	pathlib.Path(not_a_folder).write_text("mine")
	one_line_of = lambda path: one_line(harness.run_command("run", path, "--headless"), path)
	one_line_of(not_a_folder)
	one_line_of(os.path.join(not_a_folder, "below"))
	one_line_of("/proc/lifeboat-module")
	assert pathlib.Path(not_a_folder).read_text() == "mine"
	other = pathlib.Path(scratch, "other")
	other.mkdir()
	(other / "thesis.txt").write_text("years of work")
	one_line_of(str(other))
	assert sorted(os.listdir(other)) == ["thesis.txt"]


def test_folder_with_a_long_or_odd_name(scratch):
	"""Longer than the address of a Unix socket; spaces, quotes and letters beyond ASCII."""
	for name in ("x" * 200, "a 'module' of \"mine\" — 模块"):
		with harness.Module(os.path.join(scratch, name)) as module:
			module.start()
			assert module.eval("6 * 7") == 42
			module.run("reset")
			module.wait("repl")
			assert module.status()["dir"] == os.path.realpath(module.folder)
			module.stop()


def test_read_only_folder(scratch):
	"""Root may write where modes forbid it, so the folder lies on a file system that is mounted read-only."""
	where = os.path.join(scratch, "ro")
	os.mkdir(where)
	if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", where], capture_output=True).returncode != 0:
		os.chmod(where, 0o500)
		if os.geteuid() == 0:
			os.rmdir(where)
			where = "/proc/sys"  # not writable for root either
	try:
		path = os.path.join(where, "module")
		result = harness.run_command("run", path, "--headless")
		assert result.returncode == 1
		one_line(result, path)
	finally:
		subprocess.run(["umount", where], capture_output=True)


def test_commands_without_a_module(scratch):
	for args in (["status"], ["pin", "P12"], ["led"], ["reset"], ["power", "on"], ["stop"], ["repl"]):
		result = harness.run_command(*args, "-d", os.path.join(scratch, "none"))
		assert result.returncode == 1, args
		one_line(result, os.path.join(scratch, "none"))
	begin = time.monotonic()
	result = harness.run_command("wait", "repl", "--timeout", "1", "-d", os.path.join(scratch, "none"))
	assert result.returncode == 1 and 0.9 <= time.monotonic() - begin <= 5
	one_line(result)


def test_wait_for_a_module_that_is_not_yet_started(modules, scratch):
	folder = os.path.join(scratch, "later")
	waiting = subprocess.Popen([LIFEBOAT, "wait", "repl", "-d", folder], env=harness.environment())
	with harness.Module(folder) as module:
		module.start(phase=None)
		assert waiting.wait(20) == 0
		assert module.hardware()["phase"] == "repl"


def test_wait_sees_phases(module):
	module.power("off")
	assert module.wait("off").returncode == 0
	status = module.status()
	assert status["power"] == "off" and status["phase"] == "off" and status["led"] == "#000000"
	module.power("off")
	module.power("on")
	module.wait("repl")
	boot = module.hardware()["boot"]
	module.power("on")
	assert module.hardware()["boot"] == boot, "power on while on must change nothing"


def test_sigterm_ends_a_headless_run(module):
	module.process.terminate()
	module.process.wait(5)
	harness.until(lambda: not harness.processes_of(module.folder), 2, "all processes gone after SIGTERM")
	module.process = None
	assert not os.path.lexists(os.path.join(module.folder, "control"))


def test_ctrl_c_of_the_shell_ends_a_headless_run(module):
	module.process.send_signal(signal.SIGINT)
	module.process.wait(5)
	harness.until(lambda: not harness.processes_of(module.folder), 2, "all processes gone after SIGINT")
	module.process = None


def test_reset_returns_after_its_effect(module):
	for _ in range(20):
		boot = module.hardware()["boot"]
		module.run("reset")
		assert module.hardware()["boot"] == boot + 1


def test_second_run_is_refused_while_only_the_cpu_lives(module):
	"""The lock is the CPU's too: a stopped hardware process still keeps others out."""
	pid = module.hardware()["pid"]
	os.kill(pid, signal.SIGSTOP)
	try:
		result = harness.run_command("run", module.folder, "--headless", timeout=15)
		assert result.returncode == 1
		one_line(result, module.folder)
	finally:
		os.kill(pid, signal.SIGCONT)
	assert module.eval("1 + 1") == 2


@pytest.mark.parametrize("hard, code", [(64, 1), (256, 0)])
def test_few_open_files(hard, code, scratch):
	"""A limit that leaves the CPU no descriptors is one line, and nothing is made; one that may be raised is."""
	def limit():
		resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))

	folder = os.path.join(scratch, "module")
	result = subprocess.run([LIFEBOAT, "run", folder], stdin=subprocess.DEVNULL, capture_output=True, text=True,
		timeout=60, preexec_fn=limit)
	assert result.returncode == code, result
	if code == 1:
		assert len(result.stderr.splitlines()) == 1 and "ulimit -n" in result.stderr
		assert not os.path.exists(os.path.join(folder, "flash.bin"))
	else:
		assert ">>> " in result.stdout


def change(module, way):
	"""Another program changes flash.bin: /flash is blank, or the file is not whole."""
	path = pathlib.Path(module.folder, "flash.bin")
	flash = bytearray(path.read_bytes())
	flash[harness.FS:harness.FS_END] = b"\xff" * (harness.FS_END - harness.FS)
	if way == "replaced":
		(path.parent / "other").write_bytes(flash)
		os.rename(path.parent / "other", path)
	elif way == "written":
		path.write_bytes(flash)
	elif way == "removed":
		path.unlink()
	elif way == "cut":
		os.truncate(path, 4096)
	else:
		(path.parent / "other").write_bytes(flash[:4096])
		os.rename(path.parent / "other", path)


@pytest.mark.parametrize("way, is_read", [("replaced", True), ("written", True), ("removed", False), ("short", False)])
def test_flash_changed_under_a_running_module(module, way, is_read):
	"""It is told at once; the next reset has the new file, or goes on with the old one when that cannot be."""
	module.put("/flash/mark", b"mine")
	assert "changed" not in module.status()["flash"] and "lifeboat:" not in module.said()
	change(module, way)
	harness.until(lambda: "another program changed" in module.said(), 2, "the line")
	assert module.status()["flash"]["changed"] is True
	assert "another program changed flash.bin" in module.run("status").stdout
	module.reset()
	assert module.eval("'mark' in __import__('os').listdir('/flash')") is not is_read
	assert "changed" not in module.status()["flash"]
	assert ("is gone" in module.said(), "damaged" in module.said()) == (way == "removed", way == "short")
	assert module.said().count("another program") == 1


def test_flash_cut_under_a_running_module(module):
	"""No CPU starts on half a file, again and again; it starts when the file is whole."""
	path = pathlib.Path(module.folder, "flash.bin")
	flash = path.read_bytes()
	change(module, "cut")
	module.reset(phase=None)
	harness.until(lambda: "starts again when it is whole" in module.said(), 5, "the line")
	boots = module.hardware()["boot"]
	time.sleep(1)
	assert module.hardware()["boot"] == boots and module.hardware()["cpu_pid"] == 0
	assert module.said().count("starts again when it is whole") == 1
	path.write_bytes(flash)
	module.wait("repl")
	module.reset() # it may have started before the last byte's time was noted
	assert "changed" not in module.status()["flash"]
