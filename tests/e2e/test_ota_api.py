"""The update functions of pycom and lifeboat: what they do, what they refuse and in which words."""
import hashlib
import re
import zlib

import pytest

import harness
from ota import LATE, OTA_0, OTA_1, error_of, sign, slot, small, status, update, write
from updates import SECTOR_BYTES, SLOT_BYTES

RECORD, RECORD_BYTES = 0x200000, 0x4000


def test_an_update(modules, tmp_path):
	module = modules(clock=20).start()
	image = sign(tmp_path, "1.1.0")
	with module.uart() as uart:
		assert uart.eval("__import__('lifeboat').download()") is None
		assert uart.eval("__import__('pycom').ota_slot()") == OTA_0
		update(uart, image)
		assert slot(module, "ota_0")[:len(image)] == image
		assert uart.eval("pycom.ota_verify()") is True
		now = status(uart)
		assert now["record"] == {"latest": "ota_0", "previous": "factory", "last_change": "update finished", "download": None,
		                         "failed": None}
		assert now["trial"] == {"left": 3} and now["on_trial"] is False
		assert module.status()["trial"] == {"left": 3} and module.status()["record"]["latest"] == "ota_0"
	module.reset()
	with module.uart() as uart:
		found = uart.eval("__import__('lifeboat').slots()")
		assert found["ota_0"]["version"] == "1.1.0" and found["ota_0"]["good"] and found["factory"]["good"]
		assert found["ota_1"] == {"version": None, "id": None, "good": False, "verdict": "no image"}
		assert status(uart)["boot"]["slot"] == "ota_0"


def test_chunks_of_any_size(modules, tmp_path):
	"""Any size, any alignment, any kind of buffer: the same bytes in flash."""
	module = modules(clock=20).start()
	with module.uart() as uart:
		for round, chunk in enumerate((1, 7, 31, 32, 33, 255, 256, 257, 4095, 4096, 4097, 6000, 8191, 9000)):
			image = small(tmp_path, f"1.{round}.0", 9000 + 1111 * round if chunk > 1 else 5000)
			update(uart, image, chunk, finish=False)
			assert uart.eval("pycom.ota_verify()") is True
			uart.exec("pycom.ota_finish()")
			name = status(uart)["record"]["latest"]
			assert slot(module, name)[:len(image)] == image, chunk
			uart.exec(f"lifeboat.use({name!r}); lifeboat.use('factory')")
		image = small(tmp_path, "2.0.0", 3000)
		uart.exec(f"pycom.ota_start(); v = memoryview(bytearray({image!r}))")
		assert uart.eval("(w(v[:100]), w(b''), w(v[100:101]), w(v[101:]))") == (100, 0, 1, len(image) - 101)
		uart.exec("pycom.ota_finish()")


def test_what_it_costs(modules, tmp_path):
	"""The image, two entries of the record, and the image's sectors."""
	module = modules(clock=20).start()
	image = small(tmp_path, "1.0.0", 50000)
	with module.uart() as uart:
		uart.exec("import pycom")
		update(uart, small(tmp_path, "0.9.0", 50000))  # so that every sector has something to erase
		uart.exec("lifeboat.use('factory')")
		uart.exec("pycom.ota_start(); pycom.ota_start()")  # the slot is chosen
		where = uart.eval("pycom.ota_slot()")
		before = module.hardware()["flash"]
		update(uart, image)
		after = module.hardware()["flash"]
	assert slot(module, "ota_0" if where == OTA_0 else "ota_1")[:len(image)] == image
	extra = after["programmed_bytes"] - before["programmed_bytes"] - (len(image) + 7) // 8 * 8
	assert 0 < extra <= 512, extra
	assert after["erases"] - before["erases"] <= (len(image) + SECTOR_BYTES - 1) // SECTOR_BYTES


def test_out_of_order(modules, tmp_path):
	module = modules(clock=20).start()
	image = small(tmp_path, "1.1.0")
	begin = "no update under way: ota_start() first"
	with module.uart() as uart:
		uart.exec("import pycom, lifeboat")
		assert error_of(uart, "pycom.ota_write(b'x')") == f"OSError: ota_write: {begin}"
		assert error_of(uart, "pycom.ota_finish()") == f"OSError: ota_finish: {begin}"
		assert error_of(uart, "pycom.ota_verify()") == f"OSError: ota_verify: {begin}"
		assert error_of(uart, "pycom.ota_start(resume=True)") == f"OSError: ota_start: {begin}"
		assert error_of(uart, "lifeboat.confirm()") == "OSError: confirm: the running image is not on trial"
		too_large = f"more than {SLOT_BYTES} bytes do not fit in ota_0"
		assert error_of(uart, f"pycom.ota_start(size={SLOT_BYTES + 1})") == f"OSError: ota_start: {too_large}"
		assert error_of(uart, "pycom.ota_write(b'x')") == f"OSError: ota_write: {begin}"
		assert error_of(uart, "pycom.ota_start(size=-1)").startswith("ValueError")
		update(uart, image)
		assert error_of(uart, "pycom.ota_write(b'x')") == f"OSError: ota_write: {begin}"
		assert error_of(uart, "pycom.ota_finish()") == f"OSError: ota_finish: {begin}"
		uart.exec("pycom.ota_start()")
		assert error_of(uart, "pycom.ota_write(5)").startswith("TypeError")
		uart.put("/flash/new.img", image)
		uart.exec("import micropython; d = open('/flash/new.img', 'rb').read()")
		again = "x = (micropython.schedule(lambda _: pycom.ota_start(), 0), pycom.ota_write(d))"
		assert error_of(uart, again) == f"OSError: ota_write: {begin}", "another update began meanwhile"
		assert uart.eval("(pycom.ota_write(d), pycom.ota_verify())") == (len(image), True), "which is none the worse for it"
	with module.uart() as uart:
		uart.prompt()
		uart.write("\x04")
		uart.expect("MPY: soft reboot")
		uart.expect(">>> ")
		assert error_of(uart, "import pycom; pycom.ota_write(b'x')") == f"OSError: ota_write: {begin}"


def test_bounds(modules, tmp_path):
	"""Not a byte beyond the slot, and nothing of a piece that does not fit."""
	module = modules(clock=20).start()
	image = small(tmp_path, "1.1.0", 5000)
	with module.uart() as uart:
		update(uart, image, finish=False)
		before = module.flash()
		assert error_of(uart, f"pycom.ota_write(bytes({SLOT_BYTES}))") == \
			f"OSError: ota_write: more than {SLOT_BYTES} bytes do not fit in ota_0"
		assert module.flash() == before
		uart.exec("pycom.ota_finish()")


def test_a_wrong_file_fails_at_once(modules, tmp_path):
	module = modules(clock=20).start()
	good = bytearray(small(tmp_path, "1.1.0"))
	wrongs = {}
	for name, offset, value in (("not an image", 0, 0x7F), ("unknown header flags", 16, 0x10), ("bad header", 8, 8),
	                            ("longer than the slot", 14, 0x70)):
		wrongs[name] = bytearray(good)
		wrongs[name][offset] = value
	with module.uart() as uart:
		uart.exec("import pycom")
		update(uart, good, finish=False)
		texts = []
		for wrong in wrongs.values():
			uart.exec("pycom.ota_start()")
			before = module.flash()
			assert uart.eval(f"pycom.ota_write({bytes(wrong[:31])!r})") == 31
			texts.append(error_of(uart, f"pycom.ota_write({bytes(wrong[31:999])!r})"))
			assert module.flash() == before
			assert "no update under way" in error_of(uart, "pycom.ota_write(b'x')")
	assert all(re.match(r"OSError: ota_write: ota_[01] does not verify: \w+", text) for text in texts), texts
	assert len(set(texts)) == 4, texts


def test_what_finish_refuses(modules, tmp_path):
	"""And that it changes nothing then: the next reset starts what it would have started."""
	key = tmp_path / "other.pem"
	assert harness.run_command("image", "keygen", key).returncode == 0
	torn = bytearray(small(tmp_path, "1.1.0"))
	torn[9000] ^= 1
	cases = {
		"payload hash does not match": bytes(torn),
		"signed with key": small(tmp_path, "1.1.0", key=key),
		"for another board": small(tmp_path, "1.1.0", board_id="00112233-4455-6677-8899-aabbccddeeff"),
		"for another board ": sign(tmp_path, "1.1.0", b"no program at all" * 100),
		"": small(tmp_path, "1.1.0")[:9000],
	}
	module = modules(clock=20).start()
	with module.uart() as uart:
		for words, image in cases.items():
			update(uart, image, finish=False)
			assert uart.eval("pycom.ota_verify()") is False
			text = error_of(uart, "pycom.ota_finish()")
			assert text.startswith("OSError: ota_finish: ota_0 does not verify: "), text
			if "key" in words:
				assert re.search(r"signed with key [0-9a-f]{8}, which is not trusted; key [0-9a-f]{8} is$", text), text
			elif words and "board" not in words:
				assert words in text, text
			assert "ota_finish() has closed the update" in error_of(uart, "pycom.ota_write(b'x')")
			now = status(uart)
			assert (now["record"]["latest"], now["record"]["download"], now["trial"]) == ("factory", "ota_0", None)
	module.reset()
	assert module.status()["boot"]["slot"] == "factory"


def test_a_failed_update_can_go_on(modules, tmp_path):
	"""Ctrl-C in ota_write, a soft reset, a hard one, the plug: each leaves a download that can be resumed."""
	module = modules(clock=20).start()
	image = small(tmp_path, "1.1.0", 120000)
	with module.uart() as uart:
		assert uart.eval("__import__('pycom').ota_start()") == 0
		uart.exec("import pycom, lifeboat")
		uart.put("/flash/new.img", image)
		ways = {
			"ctrl-c": lambda: uart.write("\x03"),
			"soft": lambda: (uart.write("\x03"), uart.expect(">"), uart.write("\x02\x04"), uart.expect("soft reboot")),
			"switch": lambda: module.reset(),
			"plug": lambda: (module.power("off"), module.power("on"), module.wait("repl")),
		}
		last = 0
		for way in ways.values():
			code = ("import pycom, lifeboat\nf = open('/flash/new.img', 'rb')\n"
			        "f.seek(pycom.ota_start(resume=True))\nd = f.read()\nn = len(d) // 3\n"
			        "pycom.ota_write(memoryview(d)[:n])\nprint('more')\n"
			        "for i in range(n, len(d)): pycom.ota_write(d[i:i+1])")
			uart.start(code)
			uart.expect("more\r\n")
			way()
			uart.prompt()
			found = uart.eval("__import__('lifeboat').download()")
			assert found["slot"] == "ota_0" and found["bytes"] % SECTOR_BYTES == 0
			assert found["sha256"] == hashlib.sha256(image[:found["bytes"]]).hexdigest()
			assert slot(module, "ota_0")[:found["bytes"]] == image[:found["bytes"]]
			assert found["bytes"] >= last - 2 * SECTOR_BYTES and found["bytes"] > 0
			last = found["bytes"]
		at = uart.eval("__import__('pycom').ota_start(resume=True)")
		assert at == last
		write(uart, image[at:])
		uart.exec("pycom.ota_finish()")
		assert slot(module, "ota_0")[:len(image)] == image


def test_a_complete_download_can_be_finished_later(modules, tmp_path):
	"""Over an older, longer image, to the end of a sector: nothing but the image itself shows where it ends."""
	module = modules(clock=20).start()
	whole = 8 * SECTOR_BYTES - 50 - len(small(tmp_path, "1.1.0", 0))
	with module.uart() as uart:
		for version, size in (("1.0.0", 40000), ("1.0.1", 40000), ("1.1.0", whole), ("1.1.1", whole)):
			image = small(tmp_path, version, size)
			update(uart, image, finish=False)
			assert uart.eval("pycom.ota_verify()")
			uart.exec("pycom.ota_finish(); lifeboat.use('factory'); pycom.ota_start(resume=False)")
		uart.exec("pycom.ota_start()")
		found = uart.eval("lifeboat.download()")
		name = found["slot"]
		assert found["bytes"] == 0 and found["sha256"] == hashlib.sha256().hexdigest(), "nothing of the one before"
		write(uart, image)
		uart.exec("lifeboat.confirm_policy('auto', 60)")
	module.reset()
	with module.uart() as uart:
		found = uart.eval("__import__('lifeboat').download()")
		assert found["slot"] == name and len(image) - 3 * SECTOR_BYTES <= found["bytes"] < len(image)
		assert uart.eval("__import__('pycom').ota_start(resume=True)") == found["bytes"]
		write(uart, image[found["bytes"]:])
		uart.exec("pycom.ota_finish()")


@pytest.mark.long
def test_targets(modules, tmp_path):
	"""Never the running slot, never factory, also when previous or factory runs and in a second update of one boot."""
	module = modules(clock=20).start()
	with module.uart() as uart:
		update(uart, sign(tmp_path, "1.1.0"))
	module.reset()  # ends well: confirmed
	with module.uart() as uart:
		assert uart.eval("__import__('pycom').ota_slot()") == OTA_1
		update(uart, sign(tmp_path, "1.2.0"))
	module.reset()
	assert module.status()["boot"]["slot"] == "ota_1" and module.status()["trial"] is None
	with module.uart() as uart:
		for image, running, target in (("factory", "factory", OTA_1), ("latest", "ota_1", OTA_0),
		                               ("previous", "ota_0", OTA_1)):
			uart.start(f"import lifeboat; lifeboat.safe_boot({image!r})")
			uart.expect("Safe boot: on request.")
			uart.prompt()
			assert status(uart)["boot"]["slot"] == running
			assert uart.eval("__import__('pycom').ota_slot()") == target
		before = slot(module, "ota_0") + slot(module, "factory")
		for round in range(2):  # while the previous image runs, and again without a reset
			update(uart, small(tmp_path, f"1.3.{round}"), finish=False)
			assert uart.eval("pycom.ota_slot()") == target
		assert status(uart)["record"]["latest"] == "ota_0"
		uart.exec("pycom.ota_finish()")
		assert slot(module, "ota_0") + slot(module, "factory") == before
		assert uart.eval("pycom.ota_slot()") == OTA_1
		update(uart, small(tmp_path, "1.4.0"))
		assert slot(module, "ota_0") + slot(module, "factory") == before
		assert status(uart)["record"]["previous"] == "ota_0"


def test_what_lay_in_the_slot_is_no_update(modules, tmp_path):
	"""An update without a byte, also after a cut between its entry in the record and the first erase."""
	module = modules(clock=20).start()
	old = small(tmp_path, "1.0.0")
	less = "OSError: ota_finish: less than a whole image was written: ota_start() first"
	with module.uart() as uart:
		update(uart, old)
		uart.exec("lifeboat.use('factory')")
		update(uart, small(tmp_path, "1.1.0"))
		uart.exec("lifeboat.use('factory'); pycom.ota_start()")
		assert error_of(uart, "pycom.ota_finish()") == less and error_of(uart, "pycom.ota_finish(force=True)") == less
		uart.exec("pycom.ota_start()")
		write(uart, small(tmp_path, "1.2.0"))
	edit_flash(module, OTA_0, lambda content: content.__setitem__(slice(None), old), len(old))
	with module.uart() as uart:
		uart.prompt()
		assert status(uart)["record"]["download"] == "ota_0" and slot(module, "ota_0")[:len(old)] == old
		found = uart.eval("__import__('lifeboat').download()")
		assert (found["slot"], found["bytes"]) == ("ota_0", 0)
		assert uart.eval("__import__('pycom').ota_verify()") is False
		assert uart.eval("__import__('pycom').ota_start(resume=True)") == 0
		assert error_of(uart, "import pycom; pycom.ota_finish()") == less
		assert uart.eval("__import__('pycom').ota_start(resume=True)") == 0
		write(uart, old)
		uart.exec("pycom.ota_finish()")
		assert uart.eval("pycom.ota_verify()") is True
		assert module.status()["record"]["latest"] == "ota_0"


def test_starting_alone_keeps_previous(modules, tmp_path):
	"""Until the first sector is erased nothing is changed, and the second window still leads to the previous image."""
	module = modules(clock=20).start()
	for version in ("1.1.0", "1.2.0"):
		with module.uart() as uart:
			update(uart, sign(tmp_path, version))
		module.reset()  # ends well: confirmed
	new = small(tmp_path, "1.3.0")

	def starts_previous():
		module.safe_boot(3.5)
		return module.status()["boot"]["why"] == "previous" and module.status()["boot"]["slot"] == "ota_0"

	with module.uart() as uart:
		uart.prompt()
		uart.exec("import pycom, lifeboat")
		before = module.flash()
		assert module.status()["record"]["previous"] == "ota_0"
		uart.exec("pycom.ota_start()")
		assert uart.eval("pycom.ota_start(resume=True)") == 0 and uart.eval("lifeboat.download()")["slot"] == "ota_0"
		assert "less than a whole image" in error_of(uart, "pycom.ota_finish()")
		uart.exec("pycom.ota_start()")
		assert "not an image" in error_of(uart, "pycom.ota_write(bytes(4096))")
		uart.exec(f"pycom.ota_start(); pycom.ota_write({new[:256]!r})")
		assert status(uart)["record"] == {"latest": "ota_1", "previous": "ota_0", "last_change": "confirmed",
		                                  "download": None, "failed": None}
		assert module.flash() == before and starts_previous()
		module.reset()
		uart.prompt()
		assert uart.eval("__import__('lifeboat').download()") is None
		uart.exec(f"import pycom; pycom.ota_start(); pycom.ota_write({new[:257]!r})")
		now = module.status()["record"]
		assert now["previous"] is None and status(uart)["record"]["previous"] is None
		assert not starts_previous()


def test_nothing_comes_between_decision_and_act(modules, tmp_path):
	"""In the middle of a step a hard interrupt's handler is refused; a callback between two sectors is not, and what it
	chooses is not written over; a finaliser runs before or after a step, never within."""
	module = modules().start()
	image = small(tmp_path, "1.1.0", 400000)
	with module.uart() as uart:
		uart.put("/flash/new.img", image)
		uart.exec("import gc, pycom, lifeboat, machine, micropython\nd = open('/flash/new.img', 'rb').read()\nr = [0, 0]\n"
		          "def hard(pin):\n"
		          " try: lifeboat.use('factory')\n"
		          " except Exception: r[0] += 1\n"
		          " else: r[1] += 1\n"
		          "machine.Pin('P11', machine.Pin.IN).irq(hard, machine.Pin.IRQ_RISING, hard=True)")
		uart.start("pycom.ota_start(); pycom.ota_write(d); pycom.ota_finish(); print('done')")
		for _ in range(10):
			module.pin("P11", "high")
			module.pin("P11", "low")
		assert uart.finish(60) == ("done\n", "")
		refused, done = uart.eval("r")
		assert refused > 0 and done <= refused, "in the pauses between two sectors it may come through"
		uart.exec("machine.Pin('P11', machine.Pin.IN).irq(None)")
		now = status(uart)
		assert now["record"]["latest"] == "ota_0" and now["trial"] == {"left": 3}
		assert slot(module, "ota_0")[:len(image)] == image

		uart.exec("lifeboat.use('factory')")
		uart.exec(LATE)
		uart.exec("seen = [0]\npycom.ota_start(); pycom.ota_write(memoryview(d)[:50000]); lose()\n"
		          "def act():\n late.act = None\n lifeboat.use('factory')\n seen[0] += 1\n"
		          "late.act = act; gc.threshold(1)")
		assert uart.eval("(pycom.ota_start(True) > 0, gc.threshold(-1), seen[0])")[::2] == (True, 1), "it has run"
		now = status(uart)
		assert now["record"]["latest"] == "factory" and now["record"]["download"] is not None and now["trial"] is None


def test_use(modules, tmp_path):
	module = modules(clock=20).start()
	with module.uart() as uart:
		uart.exec("import lifeboat, pycom")
		assert error_of(uart, "lifeboat.use('ota_1')").startswith("OSError: use: ota_1 does not verify: ")
		for wrong in ("'latest'", "1", "None"):
			assert error_of(uart, f"lifeboat.use({wrong})") == "ValueError: slot: 'factory', 'ota_0' or 'ota_1'"
		update(uart, sign(tmp_path, "1.1.0"))
		uart.exec("lifeboat.use('ota_0')")
		assert status(uart)["trial"] is None and module.status()["trial"] is None
		chosen = module.flash()
		uart.exec("for _ in range(9): lifeboat.use('ota_0'); pycom.bootmgr(boot_partition=pycom.OTA_0)")
		assert module.flash() == chosen, "what holds already is not written"
		module.reset()
		assert module.status()["boot"]["slot"] == "ota_0"
		uart.exec("import lifeboat; lifeboat.use('factory')")
		assert module.status()["record"]["last_change"] == status(uart)["record"]["last_change"]
		module.reset()
		assert module.status()["boot"]["slot"] == "factory"
		uart.prompt()
		update(uart, small(tmp_path, "1.2.0"))
		uart.exec("lifeboat.use('factory'); pycom.ota_start()")
		uart.exec("lifeboat.use(lifeboat.download()['slot'])")
		assert "no update under way" in error_of(uart, "pycom.ota_write(b'x')"), "that would go over what is to run"


def test_security_counter(modules, tmp_path):
	module = modules(clock=20).start()
	with module.uart() as uart:
		update(uart, sign(tmp_path, "1.1.0", security_counter=5))
		module.reset()
		uart.prompt()
		update(uart, small(tmp_path, "1.2.0", security_counter=4), finish=False)
		assert error_of(uart, "pycom.ota_finish()") == "OSError: ota_finish: security counter is below the floor"
		assert error_of(uart, "pycom.ota_finish(force=True)") == "OSError: ota_finish: security counter is below the floor"
		assert "below the floor" in error_of(uart, "lifeboat.use('ota_1')")
		update(uart, small(tmp_path, "1.2.0", security_counter=5))
		module.safe_boot(6.5)
		uart.prompt()
		assert module.status()["boot"]["slot"] == "factory" and module.status()["boot"]["below_floor"] is True
		assert status(uart)["boot"]["below_floor"] is True
		assert "its security counter is below the floor" in module.run("status").stdout
		module.safe_boot(3.5)
		uart.prompt()
		assert module.status()["boot"]["slot"] == "ota_0" and module.status()["boot"]["below_floor"] is False
		assert status(uart)["boot"]["below_floor"] is False and "below" not in module.run("status").stdout


def test_safe_boot_of_an_image(modules, tmp_path):
	module = modules(clock=20).start()
	with module.uart() as uart:
		uart.exec("import lifeboat")
		assert error_of(uart, "lifeboat.safe_boot('previous')") == "OSError: safe_boot: there is no previous image"
		assert error_of(uart, "lifeboat.safe_boot('ota_1')").startswith("OSError: safe_boot: ota_1 does not verify")
		assert error_of(uart, "lifeboat.safe_boot('newest')").startswith("ValueError: image: 'latest', 'previous'")
		assert error_of(uart, "lifeboat.safe_boot(7)").startswith("ValueError")
		update(uart, sign(tmp_path, "1.1.0"))
		module.reset()
		uart.prompt()
		before = module.flash()[RECORD:RECORD + RECORD_BYTES]
		for image, running in (("", "ota_0"), ("'latest'", "ota_0"), ("'previous'", "factory"),
		                       ("image='factory'", "factory"), ("'ota_0'", "ota_0"), ("None", "ota_0")):
			uart.start(f"import lifeboat; lifeboat.safe_boot({image})")
			uart.expect("Safe boot: on request.")
			uart.prompt()
			boot = module.status()["boot"]
			assert (boot["mode"], boot["slot"]) == ("safe", running)
		assert module.flash()[RECORD:RECORD + RECORD_BYTES] == before
		module.reset()
		assert module.status()["boot"]["mode"] == "normal"


def test_bootmgr(modules, tmp_path):
	module = modules(clock=20).start()
	with module.uart() as uart:
		uart.exec("import pycom, lifeboat")
		assert uart.eval("tuple(pycom.bootmgr())") == ("Factory", "LittleFS", "SafeBoot: False", "Factory")
		assert "use: " in error_of(uart, "pycom.bootmgr(boot_partition=pycom.OTA_0)").replace("bootmgr", "use")
		assert error_of(uart, "pycom.bootmgr(fs_type=pycom.FAT)") == "OSError: bootmgr: /flash is always LittleFS"
		assert error_of(uart, "pycom.bootmgr(fs_type=9)").startswith("ValueError")
		assert error_of(uart, "pycom.bootmgr(boot_partition=9)").startswith("ValueError")
		uart.exec("pycom.bootmgr(fs_type=pycom.LittleFS); pycom.bootmgr(safeboot=False); pycom.bootmgr(safeboot=False)")
		update(uart, sign(tmp_path, "1.1.0"))
		uart.exec("pycom.bootmgr(pycom.OTA_0)")
		assert uart.eval("pycom.bootmgr().boot_partition") == "Ota_0" and uart.eval("pycom.bootmgr().running") == "Factory"
		uart.start("pycom.bootmgr(safeboot=True, reset=True)")
		uart.expect("Safe boot: on request.")
		uart.prompt()
		assert uart.eval("tuple(__import__('pycom').bootmgr())") == ("Ota_0", "LittleFS", "SafeBoot: True", "Ota_0")
		module.reset()
		uart.prompt()
		assert uart.eval("__import__('pycom').bootmgr()[2]") == "SafeBoot: False"
		uart.exec("import pycom; pycom.bootmgr(safeboot=True)")
		module.reset()  # the switch: planned is planned
		assert module.status()["boot"]["mode"] == "safe"
		uart.prompt()
		uart.exec("import pycom; pycom.bootmgr(safeboot=True); pycom.bootmgr(safeboot=False)")
		module.reset()
		assert module.status()["boot"]["mode"] == "normal"


def test_a_bootloader_trusts_eight_keys_at_most(tmp_path):
	"""As many as it can tell the firmware of."""
	keys = [tmp_path / f"{i}.pem" for i in range(9)]
	for key in keys:
		assert harness.run_command("image", "keygen", key).returncode == 0
	assert harness.run_command("image", "public", *keys[:8]).stdout.count(".point = {") == 8
	result = harness.run_command("image", "public", *keys)
	assert (result.returncode, result.stdout) == (2, "")
	assert result.stderr == "lifeboat: image public: a bootloader trusts 8 keys at most; give fewer\n"


def test_confirm_policy(modules):
	module = modules(clock=20).start()
	with module.uart() as uart:
		uart.exec("import lifeboat")
		assert uart.eval("lifeboat.confirm_policy()") == ("auto", 60)
		for wrong in ("'never'", "1", "'auto', 0", "'auto', 86401", "'auto', -1"):
			assert error_of(uart, f"lifeboat.confirm_policy({wrong})").startswith("ValueError")
		uart.exec("lifeboat.confirm_policy('manual', seconds=7)")
	module.power("off")
	module.power("on")
	module.wait("repl")
	assert module.eval("__import__('lifeboat').confirm_policy()") == ("manual", 7)
	module.exec("import lifeboat; lifeboat.confirm_policy('auto')")
	assert module.eval("__import__('lifeboat').confirm_policy()") == ("auto", 60)


def edit_flash(module, offset, change, size=RECORD_BYTES):
	"""While the power is off."""
	module.power("off")
	with open(f"{module.folder}/flash.bin", "r+b") as file:
		file.seek(offset)
		content = bytearray(file.read(size))
		change(content)
		file.seek(offset)
		file.write(content)
	module.power("on")
	module.wait("repl")


def test_a_record_that_was_lost_or_is_of_tomorrow(modules, tmp_path):
	module = modules(clock=20).start()
	image = small(tmp_path, "1.1.0", 3000)

	def noise(record):
		for i in range(len(record)):
			record[i] = 1 + i * 37 % 253

	def tomorrow(record):
		"""The newest entry as a newer version would have written it."""
		entries = [i for i in range(0, len(record), 64) if record[i:i + 4] == b"LBRE"]
		at = max(entries, key=lambda i: int.from_bytes(record[i + 8:i + 12], "little"))
		record[at + 4] = 2
		record[at + 60:at + 64] = zlib.crc32(record[at:at + 60]).to_bytes(4, "little")

	with module.uart() as uart:
		update(uart, image)
		uart.exec("lifeboat.use('factory')")
		edit_flash(module, RECORD, noise)
		uart.prompt()
		assert module.status()["boot"]["why"] == "record-lost"
		update(uart, image)
		uart.exec("lifeboat.use('factory')")
		edit_flash(module, RECORD, tomorrow)
		uart.prompt()
		before = module.flash()
		for code in ("pycom.ota_start()", "lifeboat.use('factory')"):
			assert "the boot record was written by a newer version, and is left as it is" in \
				error_of(uart, f"import pycom, lifeboat; {code}")
		assert module.flash() == before
