"""Bootloader mode: every way in and out, what is said and shown, noise, and hosts that go away."""
import contextlib
import hashlib
import os
import pathlib
import random
import struct

import pytest

import clients
import harness
import tools
from tools import Host, into_loader

VIOLET = "#100010"


@pytest.fixture
def quick(modules):
	"""A new module at its REPL, its clock twenty times faster."""
	return modules(clock=20).start()


def wipe(module):
	"""Nothing is left on the flash of a module that is not running."""
	pathlib.Path(module.folder, "flash.bin").write_bytes(b"\xff" * harness.FLASH_BYTES)


def by_request(module):
	with module.uart() as uart:
		uart.start("import machine; machine.bootloader()")
		uart.expect(tools.PROMPT)


def test_g23_low_at_reset(module):
	with module.uart() as uart:
		uart.drop()
		into_loader(module)
		uart.expect(tools.PROMPT)
		host = Host(uart)
		host.sync()
		host.sync()
		assert host.ask(tools.READ_REG, struct.pack("<I", 0x40001000)) == (0x00F01D83, b"")
		assert host.ask(tools.READ_REG, struct.pack("<I", 0x60000078)) == (0x15122500, b"")  # esptool 2.x
		assert uart.quiet(0.2) == b"" and uart.seen.count(tools.PROMPT) == 1
		status = module.status()
		assert status["phase"] == "loader" and status["boot"]["mode"] == "loader" and status["boot"]["reason"] == "pin"
		assert status["led"] == VIOLET and status["led_mode"] == "loader"
		module.pin("G23", "float")
		module.reset("repl")


def test_by_request_it_ends_after_a_minute_of_silence(quick):
	"""Noise is no tool; the pin is high, so nobody's hand is there."""
	by_request(quick)
	with quick.watch("phase") as watch:
		assert quick.status()["boot"]["reason"] == "request"
		with quick.uart() as uart:
			uart.write(b"hello\r\n\xc0\x00\xc0 is anybody there?")
		begin = quick.hardware()["t_ms"]
		seen = watch.until_event(lambda e: e["phase"] == "repl", 20)
	assert begin < 30000 and seen[0]["event"] == "phase" and seen[0]["phase"] != "loader"
	assert quick.status()["boot"]["cause"] == "software" and quick.status()["boot"]["mode"] == "normal"


def test_by_request_it_stays_when_a_tool_has_come(quick):
	by_request(quick)
	with quick.uart() as uart, quick.watch("phase") as watch:
		Host(uart).sync()
		harness.hold(watch, quick.module_seconds(70))
		assert [e for e in watch.events if e["phase"] != "loader"] == []
		Host(uart).sync()
		Host(uart).leave(run=False)
		watch.until_event(lambda e: e["phase"] == "repl", 20)


def test_no_image(modules):
	"""A blank flash: it says so, shows red, stays, and a tool brings it back."""
	module = modules().start()
	module.stop()
	wipe(module)
	module.start(phase="loader")
	status = module.status()
	assert status["led"] == harness.RED and status["boot"]["mode"] == "loader" and status["boot"]["reason"] == "none"
	assert "'lifeboat flash IMAGE' writes one" in module.run("status").stdout
	image = (harness.SHARE / "virtual.img").read_bytes()
	with module.uart() as uart:
		host = Host(uart)
		uart.drop()
		host.sync()
		host.write(harness.FACTORY, image)
		host.leave(run=False)
	module.wait("repl")
	assert module.flash()[harness.FACTORY:harness.FACTORY + len(image)] == image


def test_the_tools_reset_and_its_run(module):
	"""With G23 still low its reset comes back, and its run starts the image all the same, this once."""
	with module.uart() as uart, module.watch("phase") as watch:
		into_loader(module)
		host = Host(uart)
		for run, phase in ((False, "loader"), (True, "repl")):
			uart.expect(tools.PROMPT)
			host.sync()
			boot = module.hardware()["boot"]
			host.leave(run)
			watch.until_event(lambda e: e["phase"] == phase and e["boot"] == (boot if run else boot + 1))
	assert module.status()["boot"]["mode"] == "normal" and module.pin("G23") == "low"
	module.reset("loader")


def test_p12_is_not_looked_at_in_a_tools_run(module):
	"""The image starts at once. A hand gets its safe boot by a reset, as ever, once the jumper is gone."""
	with module.uart() as uart, module.watch("phase") as watch:
		into_loader(module)
		module.pin("P12", "high")
		uart.expect(tools.PROMPT)
		Host(uart).sync()
		Host(uart).leave(run=True)
		watch.until_event(lambda e: e["phase"] == "repl")
	assert module.status()["boot"]["mode"] == "normal"
	module.pin("G23", "float")
	module.pin("P12", "float")
	module.safe_boot()


def test_a_tool_writes_fast_and_runs_what_it_wrote(fast, tmp_path):
	"""At 921600, over the latest image, with the jumper at G23 all the time: no reset, and the console is as ever."""
	image = pathlib.Path(tools.make_image(tmp_path, "0.3.0")).read_bytes()
	with fast.uart() as uart, fast.watch("phase") as watch:
		into_loader(fast)
		before = fast.status()["boot"]
		uart.expect(tools.PROMPT)
		host = Host(uart)
		host.sync()
		host.ask(tools.BAUD, struct.pack("<II", 921600, 0))
		host.write(harness.FACTORY, image)
		host.leave(run=True)
		watch.until_event(lambda e: e["phase"] == "repl")
		status = fast.status()
		assert status["boot"]["version"] == "0.3.0" and status["boot"]["mode"] == "normal"
		assert status["boot"]["cause"] == before["cause"] and fast.pin("G23") == "low"
		assert uart.eval("6 * 7") == 42
		uart.start("import machine; machine.reset()")
		watch.until_event(lambda e: e["phase"] == "loader")


def test_noise_does_not_disturb_it(module):
	"""Garbage of all kinds, at full speed; the next tool's greeting is answered as ever, and flash is as it was."""
	noise = random.Random(5)
	before = module.flash()
	pieces = [noise.randbytes(30000), bytes(5000), b"\xc0" * 5000, b"\xdb" * 5000, b"\xc0\x00" * 3000,
	          b"\xc0\x00\x08\x24\x00" + noise.randbytes(20000), b"\xc0\x00\x11\xff\xff", b"\xc0\x01\x08" + bytes(60)]
	with module.uart() as uart:
		into_loader(module)
		uart.expect(tools.PROMPT)
		for piece in pieces:
			uart.write(piece)
			uart.write(b"\xc0")
			uart.quiet(0.05)
			Host(uart).sync()
	assert module.status()["phase"] == "loader"
	assert module.flash() == before


def test_hosts_that_go_away_in_the_middle(module):
	"""A second host begins anew, whatever the first left behind: half a frame, half a range, half a stream."""
	data = os.urandom(9000)
	with module.uart() as uart:
		into_loader(module)
		uart.expect(tools.PROMPT)
		for op, data_op in ((tools.BEGIN, tools.DATA), (tools.DEFL_BEGIN, tools.DEFL_DATA)):
			first = Host(uart)
			first.sync()
			first.begin(tools.OTA_1, 5000, op=op)
			if op == tools.BEGIN:
				first.block(0, data[:1024], data_op)
			uart.write(b"\xc0\x00\x03\x10\x04" + bytes(700))
	with module.uart() as uart:
		second = Host(uart)
		uart.write(b"\xc0")
		second.sync()
		second.write(tools.OTA_1, data)
		value, digits = second.ask(tools.MD5, struct.pack("<4I", tools.OTA_1, len(data), 0, 0))
	assert digits.decode() == hashlib.md5(data).hexdigest()
	assert module.flash()[tools.OTA_1:tools.OTA_1 + len(data)] == data


def test_scripts_are_updated_without_it(module):
	"""mpremote and FTP change files; the module runs on, and no boot is a boot into bootloader mode."""
	boot = module.hardware()["boot"]
	with module.watch("phase") as watch:
		source = os.path.join(module.folder, "new.py")
		pathlib.Path(source).write_text("import lifeboat\nprint('new main')\n")
		module.mpremote("resume", "fs", "cp", source, ":main.py")
		net = module.hardware()["net"]
		with clients.ftp(net) as session, open(source, "rb") as file:
			session.storbinary("STOR /flash/lib/more.py", file)
		module.mpremote("soft-reset")
		with contextlib.suppress(TimeoutError):
			while True:
				watch.events.append(watch.line(0.3))
		assert "loader" not in [e["phase"] for e in watch.events]
	assert module.hardware()["boot"] == boot and module.eval("open('main.py').read()").startswith("import lifeboat")
