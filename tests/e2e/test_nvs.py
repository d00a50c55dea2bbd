"""pycom.nvs_*: kept over resets and power cuts."""
import re
import zlib

from ota import LATE


def test_values_and_keys(module):
	with module.uart() as uart:
		uart.exec("import pycom\nfor k, v in (('n', 25), ('m', -2 ** 31), ('big', 2 ** 32 - 1), ('t', 'tëxt'), ('e', '')):\n"
		          "    pycom.nvs_set(k, v)")
		assert uart.eval("[pycom.nvs_get(k) for k in ('n', 'm', 'big', 't', 'e')]") == [25, -2**31, 2**32 - 1, "tëxt", ""]
		assert uart.eval("(pycom.nvs_get('none'), pycom.nvs_get('none', 7))") == (None, 7)
		uart.exec("pycom.nvs_set('n', 'now a string')\npycom.nvs_erase('m')")
		assert uart.eval("(pycom.nvs_get('n'), pycom.nvs_get('m'))") == ("now a string", None)
		assert "KeyError" in uart.error_of("pycom.nvs_erase('m')")
		for key in ("''", "'.wifi'", "'0123456789012345'", "'a\\0b'"):
			assert "ValueError" in uart.error_of(f"pycom.nvs_set({key}, 1)"), key
		assert "TypeError" in uart.error_of("pycom.nvs_set('x', [])")
		assert "ValueError" in uart.error_of("pycom.nvs_set('x', 'y' * 2048)")


def test_a_finaliser_does_not_change_what_is_read(module):
	"""The collector runs it while the string is made."""
	with module.uart() as uart:
		uart.exec(LATE)
		uart.exec("import pycom\na = 'a' * 1500\nb = 'b' * 1500\nsame = True\n"
		          "pycom.nvs_set('a', a); pycom.nvs_set('b', 'none')\n"
		          "for _ in range(5):\n lose()\n late.act = lambda: pycom.nvs_set('b', b)\n gc.threshold(1)\n"
		          " x = pycom.nvs_get('a')\n gc.threshold(-1)\n late.act = None\n same = same and x == a")
		assert uart.eval("pycom.nvs_get('b') == b"), "it has run"
		assert uart.eval("same")


def test_kept_over_everything_but_erase_all(module):
	with module.uart() as uart:
		uart.exec("import pycom\npycom.nvs_set('count', 10)\npycom.heartbeat_on_boot(False)")
	module.reset()
	assert module.eval("__import__('pycom').nvs_get('count')") == 10
	module.stop()
	module.start()
	assert module.eval("__import__('pycom').nvs_get('count')") == 10
	module.exec("import os; os.mkfs('/flash')", timeout=60)
	assert module.eval("__import__('pycom').nvs_get('count')") == 10
	module.exec("import pycom; pycom.nvs_set('second', 2); pycom.nvs_erase_all()")
	assert module.eval("[__import__('pycom').nvs_get(k) for k in ('count', 'second')]") == [None, None]
	assert module.eval("__import__('pycom').heartbeat_on_boot()") is False, "the firmware's own settings stay"


def test_a_full_store_says_so_and_still_updates(fast):
	with fast.uart() as uart:
		uart.exec("import pycom\nn = 0\ntry:\n    while True:\n        pycom.nvs_set('k%d' % n, 'x' * 1000)\n        n += 1\n"
		          "except OSError as e:\n    print(e.errno)", timeout=60)
		count = uart.eval("n")
		assert count >= 5
		uart.exec("pycom.nvs_set('k0', 'new')")
		assert uart.eval("pycom.nvs_get('k0')") == "new" and uart.eval(f"len(pycom.nvs_get('k{count - 1}'))") == 1000
		uart.exec("import lifeboat\nn = 0\ntry:\n    while True:\n        pycom.nvs_set('s%d' % n, n)\n        n += 1\n"
		          "except OSError:\n    pass", timeout=60)
		assert "OSError: confirm_policy: nvs is full;" in uart.error_of("lifeboat.confirm_policy('manual')")
		assert "OSError: 28" in uart.error_of("pycom.wdt_on_boot(True)")
		uart.exec("pycom.nvs_erase('k1')\nlifeboat.confirm_policy('manual', 7)")
		assert uart.eval("lifeboat.confirm_policy()") == ("manual", 7)


def test_a_mark_that_cannot_be_set_stops_a_format(modules):
	"""A format that leaves no mark would never be finished after a cut: nothing is erased, the files stay. The store is
	at its highest number, so it takes no more."""
	module = modules(clock=20).start()
	module.exec("with open('/flash/keep', 'w') as f: f.write('kept')")
	module.power("off")
	with open(f"{module.folder}/flash.bin", "r+b") as file:
		for at in (0x9000, 0x9010, 0xC000, 0xC010):
			file.seek(at)
			header = bytearray(file.read(16))
			if header[:4] == b"LBNV":
				header[8:12] = (0x7FFFFFFF - (at >= 0xC000)).to_bytes(4, "little")
				header[12:] = zlib.crc32(header[:12]).to_bytes(4, "little")
				file.seek(at)
				file.write(header)
	module.power("on")
	module.wait("repl")
	with module.uart() as uart:
		assert "OSError: 28" in uart.error_of("import pycom; pycom.nvs_set('n', 'x' * 2000); pycom.nvs_set('n', 'y' * 2000);"
		                                      "pycom.nvs_set('n', 'x' * 2000); pycom.nvs_set('n', 'y' * 2000);"
		                                      "pycom.nvs_set('n', 'x' * 2000); pycom.nvs_set('n', 'y' * 2000)")
		assert "OSError: 28" in uart.error_of("import os; os.mkfs('/flash')")
		assert uart.eval("open('/flash/keep').read()") == "kept"


def test_power_cuts(modules):
	"""A counter that was printed was stored: after each cut it is that one or the next."""
	module = modules(clock=4).start()
	module.exec("import pycom; pycom.nvs_set('s', 'stays'); pycom.nvs_set('n', 0)")
	for _ in range(8):
		with module.uart() as uart:
			uart.start("import pycom\nn = pycom.nvs_get('n')\nwhile True:\n"
			           "    n += 1\n    pycom.nvs_set('n', n)\n    print('=%d.' % n)")
			last = 0
			for _ in range(40):
				last = int(re.search(rb"=(\d+)\.", uart.expect(re.compile(rb"=\d+\.")))[1])
			module.power("off")
			shown = [int(n) for n in re.findall(rb"=(\d+)\.", uart.quiet(0.1))]
		last = max([last, *shown])
		module.power("on")
		module.wait("repl")
		assert module.eval("__import__('pycom').nvs_get('n')") - last in (0, 1)
		assert module.eval("__import__('pycom').nvs_get('s')") == "stays"
