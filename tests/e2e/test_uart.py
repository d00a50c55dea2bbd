"""machine.UART on the second pty; os.dupterm."""
import pytest

import harness


@pytest.fixture
def line(module):
	"""The module, its uart0, and the other end of uart1."""
	with module.uart() as uart, harness.Uart(module.status()["uart1"]) as peer:
		yield module, uart, peer


def test_echo(line):
	_, uart, peer = line
	uart.exec("import machine\nu = machine.UART(1, 9600, timeout=2000, timeout_char=50)")
	assert uart.eval("u.write(b'hello')") == 5
	assert peer.expect("hello") == b"hello"
	peer.write(b"one\ntwo\x03\x00three")
	assert uart.eval("u.readline()") == b"one\n"
	assert uart.eval("u.read(5)") == b"two\x03\x00", "Ctrl-C is a byte where no REPL listens"
	assert uart.eval("u.read()") == b"three"
	assert uart.eval("u.any()") == 0 and uart.eval("u.txdone()") is True
	peer.write(b"buffer")
	uart.exec("b = bytearray(6)")
	assert uart.eval("(u.readinto(b), bytes(b), u.flush())") == (6, b"buffer", None)


@pytest.mark.parametrize("port", [1, 2])
def test_as_pycom_names_it(module, port):
	"""A GPS on a UART: its sentences by readline() and readall(), the time of some characters as the timeout, RX_ANY."""
	with module.uart() as uart, harness.Uart(module.status()[f"uart{port}"]) as gps:
		uart.exec(f"from machine import UART\ng = UART({port}, baudrate=9600, bits=8, parity=None, stop=1,\n"
			" pins=('P3', 'P4'), timeout_chars=100, rx_buffer_size=512)\ncame = []\n"
			"g.irq(trigger=UART.RX_ANY, handler=lambda u: came.append(u.any()))")
		assert uart.eval("(g.readall(), g.read())") == (None, None)
		assert "timeout=105, timeout_char=105" in uart.eval("str(g)"), "100 characters of ten bits at 9600"
		gps.write(b"$GPRMC,1\r\n$GPGGA,2\r\n")
		assert uart.eval("g.readline()") == b"$GPRMC,1\r\n"
		harness.until(lambda: uart.eval("g.any()") == 10, 5, "the second sentence")
		assert uart.eval("(g.readall(), g.any(), bool(came))") == (b"$GPGGA,2\r\n", 0, True)
		assert uart.eval("(g.write(b'$PMTK'), g.wait_tx_done(100))") == (5, True)
		gps.expect("$PMTK")
		uart.exec(f"UART({port}, 115200, pins=('P3', 'P4', None, None))\nUART({port}, 115200, tx='P3', rx='P4')")


def test_nothing_to_read(line):
	_, uart, _ = line
	uart.exec("import machine, time\nu = machine.UART(1, timeout=200)\n"
	          "t = time.ticks_ms()\nr = u.read(1)\nt = time.ticks_ms() - t")
	assert uart.eval("r") is None and 200 <= uart.eval("t") < 1500


def test_everything_arrives_in_order(line):
	_, uart, peer = line
	data = bytes(range(256)) * 64
	uart.exec("import machine\nu = machine.UART(1, timeout=5000, timeout_char=2000)\nimport hashlib, binascii")
	uart.start("h = hashlib.sha256()\nn = 0\nprint('ready')\nwhile n < %d:\n    d = u.read(100)\n"
	           "    n += len(d)\n    h.update(d)\n    u.write(d)\n"
	           "print(n)" % (len(data) - 84))
	uart.expect("ready")
	peer.write(data[:-84])
	assert peer.take(len(data) - 84, 20) == data[:-84]
	assert uart.finish()[0].strip() == str(len(data) - 84)


def test_irq(line):
	_, uart, peer = line
	uart.exec("import machine, time\nu = machine.UART(1)\nseen = []\n"
	          "u.irq(lambda u: seen.append(u.read()), machine.UART.IRQ_RXIDLE)")
	peer.write(b"a message")
	uart.exec("while not seen:\n    time.sleep_ms(10)")
	assert uart.eval("b''.join(seen)") == b"a message"
	uart.exec("u.irq(None)\nseen.clear()")
	peer.write(b"x")
	uart.exec("time.sleep_ms(100)")
	assert uart.eval("seen") == [] and uart.eval("u.read()") == b"x"


def test_settings_outlive_a_soft_reset(line):
	_, uart, peer = line
	uart.exec("import machine\nmachine.UART(1, 19200, 7, 1, 2)")
	uart.write(b"\x04")
	uart.expect("raw REPL; CTRL-B to exit\r\n>")
	assert "baudrate=19200, bits=7, parity=1, stop=2" in uart.eval("str(__import__('machine').UART(1))")
	uart.exec("import machine\nmachine.UART(1).write('still on')")
	peer.expect("still on")


def test_off_is_off(line):
	_, uart, peer = line
	uart.exec("import machine\nu = machine.UART(1)\nu.deinit()\nu.write('lost')")
	peer.write(b"lost")
	assert peer.quiet(0.3) == b""
	uart.exec("u.init(115200)")
	assert uart.eval("u.any()") == 0
	peer.write(b"heard")
	assert uart.eval("__import__('time').sleep_ms(200) or u.read()") == b"heard"


def test_bad_settings(line):
	_, uart, _ = line
	uart.exec("import machine")
	for args in ("1, 0", "1, 9600, 4", "1, 9600, 8, 3", "1, 9600, 8, None, 3", "3", "-1", "1, 9600, timeout=-1",
	             "1, 9600, timeout_chars=-1", "1, 9600, pins=('P3',)", "1, 9600, pins=('P3', 'P99')", "1, 9600, tx='P99'"):
		uart.start(f"machine.UART({args})")
		assert "ValueError" in uart.finish()[1], args


def test_dupterm_on_uart1(line):
	_, uart, peer = line
	uart.exec("import machine, os\nos.dupterm(machine.UART(1), 1)")
	uart.write(b"\x02")
	uart.expect(">>> ")
	peer.drop()
	peer.write(b"6 * 7\r")
	peer.expect("42\r\n>>> ")
	peer.write(b"while True: print('busy')\r\r")
	peer.expect("busy\r\nbusy")
	peer.write(b"\x03")
	peer.expect("KeyboardInterrupt")
	uart.expect("KeyboardInterrupt")
