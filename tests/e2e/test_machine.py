"""machine's clocks, timers, PWM, ADC and buses, and radios that do not exist."""
import re
import socket
import struct
import threading

import pytest

import harness


def test_rtc_survives_resets_but_not_power(module):
	with module.uart() as uart:
		uart.exec("import machine\nrtc = machine.RTC()")
		assert uart.eval("rtc.now()[:4]") == (2000, 1, 1, 0)
		uart.exec("rtc.init((2026, 11, 22, 10, 11, 12, 345678, None))")
		assert uart.eval("rtc.now()[:5]") == (2026, 11, 22, 10, 11) and uart.eval("rtc.now()[7]") is None
		assert uart.eval("rtc.datetime()[:6]") == (2026, 11, 22, 6, 10, 11)
		assert uart.eval("__import__('time').localtime()[:5]") == (2026, 11, 22, 10, 11)
		uart.exec("rtc.datetime((2030, 2, 28, 0, 23, 58, 0, 0))")
		uart.write(b"\x04")
		uart.expect("raw REPL")
	assert module.eval("__import__('machine').RTC().now()[:4]") == (2030, 2, 28, 23), "after a soft reset"
	module.reset()
	assert module.eval("__import__('machine').RTC().now()[:4]") == (2030, 2, 28, 23), "after a hard reset"
	module.power("off")
	module.power("on")
	module.wait("repl")
	assert module.eval("__import__('machine').RTC().now()[:3]") == (2000, 1, 1), "after a power-off"


def test_rtc_refuses_dates_that_are_none(module):
	with module.uart() as uart:
		uart.exec("import machine")
		for date in ("(2026, 2, 29)", "(2026, 13, 1)", "(2026, 1, 1, 24)", "(1969, 1, 1)", "(2026,)"):
			assert "ValueError" in uart.error_of(f"machine.RTC().init({date})"), date


S_1900_TO_1970 = 2208988800
NOON = 1795348800  # 2026-11-22 12:00:00 UTC


class Ntp:
	"""A server on the loopback that tells a time which moves by a day with every answer; silent at first, if wanted."""

	def __init__(self, silent=0, wrong=()):
		self.asked = 0
		self.silent, self.wrong = silent, wrong
		self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		self.socket.bind(("127.0.0.1", 0))
		self.name = "127.0.0.1:%d" % self.socket.getsockname()[1]
		self.thread = threading.Thread(target=self.serve)
		self.thread.start()

	def serve(self):
		while True:
			packet, peer = self.socket.recvfrom(512)
			if packet == b"end":
				return
			assert len(packet) == 48 and packet[0] & 7 == 3
			self.asked += 1
			if self.asked <= self.silent:
				continue
			for change in self.wrong:
				self.socket.sendto(change(bytearray(self.answer(packet, 99))), peer)
			self.socket.sendto(self.answer(packet, self.asked - self.silent), peer)

	def answer(self, packet, day):
		seconds = NOON + S_1900_TO_1970 + day * 86400 & 0xFFFFFFFF
		return struct.pack("!BBBbII4s", 0x24, 2, 6, -20, 0, 0, b"TEST") + bytes(8) + packet[40:48] + \
			struct.pack("!IIII", seconds, 0, seconds, 0x40000000)

	def __enter__(self):
		return self

	def __exit__(self, *_):
		with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to_self:
			to_self.sendto(b"end", self.socket.getsockname())
		self.thread.join()
		self.socket.close()


UNTIL_SYNCED = "import machine, time\nr = machine.RTC()\nr.ntp_sync(%r, update_period=%d)\nassert not r.synced()\n" \
	"while not r.synced():\n    time.sleep_ms(20)"


def changed(at, value):
	def change(packet):
		packet[at] = value
		return packet
	return change


def test_ntp_sets_the_clock_and_goes_on_setting_it(modules):
	with Ntp(silent=1) as server, modules(clock=20).start().uart() as uart:
		uart.exec(UNTIL_SYNCED % (server.name, 15))
		assert server.asked >= 2, "no answer: asked again"
		day = uart.eval("r.now()[2]")
		assert day >= 23 and uart.eval("r.now()[:2]") == (2026, 11)
		uart.exec(f"while r.now()[2] <= {day}:\n    pass")  # a busy program is no reason not to
		uart.exec("r.ntp_sync(None)")
		asked = server.asked
		uart.exec("time.sleep(16)")
		assert server.asked == asked and uart.eval("r.synced()"), "None ends the updates"
		uart.exec("r.ntp_sync(%r, update_period=15)\nwhile not r.synced():\n    pass" % server.name)
		uart.write(b"\x04")
		uart.expect("raw REPL; CTRL-B to exit\r\n>")
		asked = server.asked
		uart.exec("import machine, time\ntime.sleep(16)")
		assert server.asked == asked and not uart.eval("machine.RTC().synced()"), "a soft reset ends them"


def test_ntp_believes_no_answer_that_is_none(module):
	wrong = [changed(24, 1), changed(31, 0), lambda p: p[:47], lambda p: b"", changed(0, 0x23), changed(0, 0xE4),
	         changed(1, 0), changed(1, 16), lambda p: p[:40] + bytes(8)]
	with Ntp(wrong=wrong) as server, module.uart() as uart:
		uart.exec(UNTIL_SYNCED % (server.name, 3600))
		assert uart.eval("r.now()[:4]") == (2026, 11, 23, 12)


def test_ntp_of_after_2036(module):
	with Ntp(wrong=[lambda p: p[:32] + struct.pack("!IIII", 5, 0, 5, 0)]) as server, module.uart() as uart:
		uart.exec(UNTIL_SYNCED % (server.name, 3600))
		assert uart.eval("r.now()[:6]") == (2036, 2, 7, 6, 28, 21)


def test_ntp_says_what_does_not_go(module):
	with module.uart() as uart:
		uart.exec("import machine, network\nr = machine.RTC()")
		assert "ValueError: update_period" in uart.error_of("r.ntp_sync('127.0.0.1', update_period=14)")
		for bad in ("", ":123", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:12x", "x" * 300):
			assert "OSError" in uart.error_of(f"r.ntp_sync({bad!r})"), bad
		uart.exec("network.WLAN().deinit()")
		assert "ENODEV" in uart.error_of("r.ntp_sync('127.0.0.1')")
		assert uart.eval("r.synced()") is False


def test_timer(module):
	with module.uart() as uart:
		uart.exec("import machine, time\nseen = []\nT = machine.Timer")
		uart.exec("t = T(-1, mode=T.PERIODIC, period=50, callback=lambda t: seen.append(time.ticks_ms()))\n"
		          "time.sleep_ms(575)\nt.deinit()")
		count = uart.eval("len(seen)")
		assert 9 <= count <= 11
		uart.exec("time.sleep_ms(150)")
		assert uart.eval("len(seen)") == count, "deinit() ends it"
		uart.exec("seen.clear()\nt.init(mode=T.ONE_SHOT, period=30, callback=lambda t: seen.append(t))\ntime.sleep_ms(150)")
		assert uart.eval("len(seen)") == 1 and uart.eval("seen[0] is t")


def test_timer_interrupts_a_busy_loop_and_ends_with_a_soft_reset(module):
	with module.uart() as uart:
		uart.exec("import machine\nhit = False\ndef f(t):\n    global hit\n    hit = True\n"
		          "t = machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=50, callback=f)\nwhile not hit:\n    pass")
		uart.exec("machine.Timer(-1, period=100, callback=lambda t: print('tick'))")
		uart.expect("tick")
		uart.write(b"\x04")
		uart.expect("raw REPL; CTRL-B to exit\r\n>")
		assert b"tick" not in uart.quiet(0.5)
		assert uart.eval("1 + 1") == 2


def test_timer_objects_are_of_their_class(module):
	with module.uart() as uart:
		uart.exec("from machine import Timer\nt = Timer(-1)\nclass T(Timer):\n    pass")
		assert uart.eval("(type(t) is Timer, isinstance(T(-1), Timer), t.PERIODIC == Timer.PERIODIC)") == (True,) * 3
		assert re.fullmatch(r"Timer\(mode=\w+, period=1000\)", uart.eval("str(t)"))
		assert "AttributeError" in uart.error_of("t.nothing")


def test_alarm(module):
	with module.uart() as uart:
		uart.exec("import time\nfrom machine import Timer\nseen = []\ndef note(x):\n    seen.append(x)")
		uart.exec("a = Timer.Alarm(note, 0.05, periodic=True)\ntime.sleep_ms(275)\na.cancel()")
		assert uart.eval("[x is a for x in seen]") == [True] * 5
		uart.exec("seen.clear()\ntime.sleep_ms(120)")
		assert uart.eval("seen") == [], "cancel() ends it"
		uart.exec("b = Timer.Alarm(note, ms=30, arg='b')\nc = Timer.Alarm(note, us=1500, arg='c')\n"
		          "off = Timer.Alarm(None, ms=1)\ntime.sleep_ms(120)")
		assert uart.eval("seen") == ["c", "b"], "each once"
		uart.exec("seen.clear()\nb.callback(note, arg='again')\nb.callback(note, arg='other')\noff.callback(note)\n"
		          "time.sleep_ms(120)")
		assert uart.eval("[x is off or x for x in seen]") == [True, "other"]
		uart.exec("seen.clear()\nimport gc\nTimer.Alarm(note, ms=60, arg='kept')\n"
		          "b.callback(note)\nb.callback(None)\ngc.collect()\nx = [bytes(50) for _ in range(500)]\n"
		          "time.sleep_ms(120)")
		assert uart.eval("seen") == ["kept"], "nobody holds it, and it rings"
		for bad in ("", "note", "note, 1, ms=5", "note, 0", "note, ms=-5", "note, float('nan')", "note, 1e9"):
			assert "ValueError" in uart.error_of(f"Timer.Alarm({bad})"), bad


def test_a_cancelled_alarm_is_not_called_late(module):
	"""Its time came while interrupts were let in but no Python ran, so the call was already scheduled."""
	with module.uart() as uart:
		uart.exec("import machine, micropython, time\nseen = []")
		uart.exec("a = machine.Timer.Alarm(seen.append, ms=20)\n"
		          "def f(_):\n    time.ticks_ms()\n    machine.Timer.sleep_us(9999)\n    machine.Timer.sleep_us(9999)\n"
		          "    machine.Timer.sleep_us(9999)\n    a.cancel()\n"
		          "micropython.schedule(f, 0)\ntime.sleep_ms(60)")
		assert uart.eval("seen") == []


def test_alarms_end_with_a_soft_reset(module):
	with module.uart() as uart:
		uart.exec("import machine\nmachine.Timer.Alarm(lambda a: print('ring'), ms=50, periodic=True)")
		uart.expect("ring")
		uart.write(b"\x04")
		uart.expect("raw REPL; CTRL-B to exit\r\n>")
		assert b"ring" not in uart.quiet(0.3)


def test_chrono(module):
	with module.uart() as uart:
		uart.exec("import time\nfrom machine import Timer\nc = Timer.Chrono()")
		assert uart.eval("(c.read(), c.read_ms(), c.read_us())") == (0.0, 0.0, 0.0)
		uart.exec("c.start()\ntime.sleep_ms(50)\nlap = c.read()\ntime.sleep_ms(50)\nc.stop()\ntime.sleep_ms(50)")
		lap, total, ms, us = uart.eval("(lap, c.read(), c.read_ms(), c.read_us())")
		assert 0.05 <= lap < 0.1 <= total < 0.15
		assert ms == pytest.approx(total * 1e3) and us == pytest.approx(total * 1e6)
		uart.exec("c.start()\nc.start()\ntime.sleep_ms(20)")
		assert uart.eval("c.read()") >= total + 0.02, "it goes on where it was stopped"
		uart.exec("c.reset()\nr = c.read()\ntime.sleep_ms(20)\nc.stop()\nc.reset()")
		assert uart.eval("r") < 0.02 and uart.eval("c.read()") == 0


def test_pwm_is_seen_outside_and_outlives_a_soft_reset(module):
	with module.uart() as uart:
		uart.exec("import machine\np = machine.PWM('P9', freq=1000, duty_u16=32768)")
		assert module.pin("P9") == "pwm 1000 Hz 50.0%"
		assert module.status()["pwm"] == {"P9": {"hz": 1000, "duty": 0.5}}
		uart.write(b"\x04")
		uart.expect("raw REPL; CTRL-B to exit\r\n>")
		assert module.pin("P9") == "pwm 1000 Hz 50.0%"
		uart.exec("import machine\np = machine.PWM('P9')")
		assert uart.eval("(p.freq(), p.duty_u16())") == (1000, 32768)
		uart.exec("p.freq(50)\np.duty_ns(1500000)")
		assert module.pin("P9") == "pwm 50 Hz 7.5%"
		uart.exec("import time\nq = machine.Pin('P9', machine.Pin.IN)\nlevels = set()\n"
		          "end = time.ticks_add(time.ticks_ms(), 300)\n"
		          "while time.ticks_diff(end, time.ticks_ms()) > 0:\n    levels.add(q())")
		assert uart.eval("sorted(levels)") == [0, 1], "its own pin reads both levels"
		uart.exec("p.deinit()")
		assert "pwm" not in module.pin("P9")
		uart.exec("p.init(freq=10, duty_u16=65535)")
		assert module.pin("P9").startswith("pwm 10 Hz 100")
	module.reset()
	assert "pwm" not in module.pin("P9"), "a hard reset ends it"


def test_pwm_refuses_what_it_cannot_do(module):
	with module.uart() as uart:
		uart.exec("import machine")
		for args in ("'P9', freq=0", "'P9', freq=1000, duty_u16=65536", "'P9', duty_ns=5", "'P99'"):
			assert "ValueError" in uart.error_of(f"machine.PWM({args})"), args
		assert "pwm" not in module.pin("P9")


def test_pwm_of_pycom(module):
	with module.uart() as uart:
		uart.exec("import machine\np = machine.PWM(0, frequency=5000)\nc = p.channel(0, pin='P9', duty_cycle=0.5)\n"
		          "d = p.channel(1, 'P10')\nq = machine.PWM(1, 50)\ne = q.channel(7, pin='P11', duty_cycle=0.075)")
		assert [module.pin(pin) for pin in ("P9", "P10", "P11")] == \
			["pwm 5000 Hz 50.0%", "pwm 5000 Hz 50.0%", "pwm 50 Hz 7.5%"]
		uart.exec("c.duty_cycle(0.3)\nd.duty_cycle(1.5)\ne.duty_cycle(-1)")
		assert [module.pin(pin).split()[3] for pin in ("P9", "P10", "P11")] == ["30.0%", "100.0%", "0.0%"]
		uart.write(b"\x04")
		uart.expect("raw REPL; CTRL-B to exit\r\n>")
		uart.exec("import machine\nmachine.PWM('P10').deinit()\np = machine.PWM(0, 200)")
		assert module.pin("P9") == "pwm 200 Hz 30.0%", "the timer's channels change with it"
		assert "pwm" not in module.pin("P10") and module.pin("P11") == "pwm 50 Hz 0.0%"
		uart.exec("p.channel(0, pin='P12')")
		assert "pwm" not in module.pin("P9") and module.pin("P12") == "pwm 200 Hz 50.0%"
		for bad in ("PWM(4, 50)", "PWM(0, 0)", "PWM(0, frequency=78001)", "PWM(0, 50).channel(8, pin='P9')",
		            "PWM(0, 50).channel(1, pin='P99')"):
			assert "ValueError" in uart.error_of(f"machine.{bad}"), bad
		assert "TypeError" in uart.error_of("machine.PWM(0, 50, freq=3)")


def test_adc(module):
	with module.uart() as uart:
		uart.exec("import machine\na = machine.ADC('P13')\n"
		          "c = machine.ADC().channel(pin='P13', attn=machine.ADC.ATTN_11DB)")
		module.pin("P13", "1.2V")
		assert uart.eval("a.read_uv()") == 1200000
		assert uart.eval("a.read_u16()") == 1200 * 65535 // 3300
		assert uart.eval("(c(), c.value(), c.voltage())") == (1489, 1489, 1200)
		module.pin("P13", "low")
		assert uart.eval("(a.read_u16(), c())") == (0, 0)
		module.pin("P13", "high")
		assert uart.eval("(a.read_u16(), a.read_uv(), c())") == (65535, 3300000, 4095)
		assert "ValueError" in uart.error_of("machine.ADC().read_u16()")
		uart.exec("p = machine.ADC(id=0, bits=10)\nc.init()")
		assert uart.eval("(c(), c.voltage(), c.value_to_voltage(512), p.vref())") == (1023, 3300, 1651, 1100)
		uart.exec("p.init(bits=12)\np.vref(1114)\np.deinit()\nc.deinit()")
		assert uart.eval("(c(), p.vref(), p.channel(pin='P13', attn=p.ATTN_0DB)())") == (4095, 1114, 4095)
		for wrong in ("ADC(bits=13)", "ADC(id=1)", "ADC().init(bits=8)"):
			assert "ValueError" in uart.error_of(f"machine.{wrong}"), wrong


@pytest.mark.parametrize("bus", ["machine.I2C(0)",
                                 "machine.I2C(0, machine.I2C.MASTER, baudrate=100000, pins=('P3', 'P4'))",
                                 "machine.I2C(1)", "machine.I2C(2)",
                                 "machine.I2C(id=2, mode=machine.I2C.MASTER)",
                                 "machine.SoftI2C('P10', 'P9')", "machine.I2C(0, scl='P4', sda='P3', freq=400000)"])
def test_an_empty_i2c_bus(module, bus):
	with module.uart() as uart:
		uart.exec(f"import machine\nb = {bus}")
		assert uart.eval("b.scan()") == []
		for access in ("readfrom(0x42, 2)", "writeto(0x42, b'x')", "readfrom_mem(0x42, 1, 2)"):
			assert "ENODEV" in uart.error_of(f"b.{access}")


@pytest.mark.parametrize("bus", ["machine.SPI(0)",
                                 "machine.SPI(0, machine.SPI.MASTER, baudrate=1000000, pins=('P10', 'P11', 'P14'))",
                                 "machine.SPI(0, 100000, sck='P10', mosi='P11', miso='P14')",
                                 "machine.SoftSPI(sck='P10', mosi='P11', miso='P14')"])
def test_an_spi_bus_reads_its_line(module, bus):
	"""Nobody drives MISO: its level is read. A wire from outside is read too."""
	with module.uart() as uart:
		uart.exec(f"import machine\nb = {bus}\nb.write(b'abc')")
		level = uart.eval("machine.Pin('P14')()")
		assert uart.eval("b.read(3)") == bytes([0xFF * level] * 3)
		module.pin("P14", "high")
		assert uart.eval("b.read(2)") == b"\xff\xff"
		module.pin("P14", "low")
		assert uart.eval("b.read(2)") == b"\0\0"


def test_buses_as_pycom_names_them(module):
	with module.uart() as uart:
		uart.exec("import machine\ni = machine.I2C(2, machine.I2C.MASTER, baudrate=100000)\n"
			"s = machine.SPI(0, mode=machine.SPI.MASTER, baudrate=2000000, polarity=0, phase=0, bits=8,"
			" firstbit=machine.SPI.MSB, pins=('P10', 'P11', 'P14'))\n"
			"b = bytearray(5)")
		assert "I2C(2, scl='P10', sda='P9')" in uart.eval("str(i)")
		for access in ("i.writeto(0x42, 7)", "i.writeto(0x42, b'x', stop=False)", "i.writeto(0x42, buf=b'x')"):
			assert "ENODEV" in uart.error_of(access), access
		uart.exec("i.deinit()\ni.init(i.MASTER, baudrate=400000)\n"
			"s.init(s.MASTER, baudrate=100000, pins=('P3', 'P11', 'P14'))")
		module.pin("P14", "high")
		assert uart.eval("(s.write(b'abc'), s.write(7), s.write_readinto(b'12345', b), s.readinto(b, write=9), "
			"s.read(2, write=1), bytes(b))") == (3, 1, 5, 5, b"\xff\xff", b"\xff" * 5)
		assert "sck='P3'" in uart.eval("str(s)")
		uart.exec("s.init(baudrate=200000)\ns.deinit()")
		assert "sck='P3'" in uart.eval("str(s)"), "what is not given stays"
		for wrong in ("machine.I2C(3)", "machine.SPI(1)", "machine.SPI(0, bits=16)", "s.init(1, baudrate=100)"):
			assert "ValueError" in uart.error_of(wrong), wrong


def test_rtc_memory_outlives_resets_and_not_power(module):
	with module.uart() as uart:
		uart.exec("import machine\nr = machine.RTC(id=0)")
		assert uart.eval("r.memory()") == b""
		uart.exec("r.memory(bytes(range(256)) * 8)")
		assert "ValueError" in uart.error_of("r.memory(bytes(2049))")
		uart.write("machine.deepsleep(50)\x04")
	harness.until(lambda: (module.status()["boot"] or {}).get("cause") == "deep-sleep", 20, "the wake")
	module.wait("repl")
	assert module.eval("__import__('machine').RTC().memory()") == bytes(range(256)) * 8
	module.reset()
	assert module.eval("(lambda r: (r.memory(b'short'), r.memory()))(__import__('machine').RTC())") == (None, b"short")
	module.run("power", "off")
	module.run("power", "on")
	module.wait("repl")
	assert module.eval("__import__('machine').RTC().memory()") == b""


def test_rtc_by_keywords_and_the_time_zone(module):
	with module.uart() as uart:
		uart.exec("import machine, time\n"
			"r = machine.RTC(id=0, datetime=(2026, 12, 1, 12, 0, 0, 0, None), source=machine.RTC.XTAL_32KHZ)")
		assert uart.eval("(r.now()[:5], time.timezone())") == ((2026, 12, 1, 12, 0), 0)
		uart.exec("r.init((2026, 12, 1, 23, 30), source=r.INTERNAL_RC)\ntime.timezone(3600)")
		assert uart.eval("(time.localtime()[:5], time.gmtime()[:5], r.now()[:5], time.timezone())") == (
			(2026, 12, 2, 0, 30), (2026, 12, 1, 23, 30), (2026, 12, 1, 23, 30), 3600)
		assert uart.eval("time.mktime(time.localtime(1234567890)) == 1234567890 and time.gmtime(0)[:3] == (1970, 1, 1)")
		uart.exec("time.timezone(-7200)")
		assert uart.eval("(time.localtime(0)[:4], time.mktime(time.localtime(0)), time.localtime(None)[:4])") == (
			(1969, 12, 31, 22), 0, (2026, 12, 1, 21))
		for wrong in ("time.timezone(90000)", "machine.RTC(id=1)", "machine.RTC(source=5)"):
			assert "ValueError" in uart.error_of(wrong), wrong


def test_small_names_of_machine_and_os(module):
	with module.uart() as uart:
		uart.exec("import machine, os\nw = machine.WDT(timeout=60000)\nw.init(timeout=50000)\nw.init(40000)\nw.feed()")
		assert "ValueError" in uart.error_of("w.init(0)")
		uart.exec("a = machine.disable_irq()\nb = machine.disable_irq()\nmachine.enable_irq()\nc = machine.disable_irq()\n"
			"machine.enable_irq(c)")
		assert uart.eval("a == c != b") is True
		assert "Stack:" in uart.exec("machine.info()") and uart.eval("32 < machine.temperature() < 130") is True
		assert uart.eval("os.getfree('/flash')") == uart.eval("(lambda s: s[1] * s[4] // 1024)(os.statvfs('/flash'))")
		uart.exec("open('/flash/x', 'w').close()\nos.mkfs('/flash/')")
		assert uart.eval("os.listdir('/flash')") == []
		assert uart.eval("os.unmount is os.umount") is True


def test_pulses(module):
	with module.uart() as uart:
		uart.exec("import machine, pycom, time\np = machine.Pin('P9', machine.Pin.OUT)\np.value(1)\nleft = [0, 1, 0, 1]\n"
			"t = machine.Timer(-1, mode=machine.Timer.PERIODIC, period=20, callback=lambda t: left and p.value(left.pop(0)))\n"
			"got = pycom.pulses_get(p, 200)\nt.deinit()")
		got = uart.eval("got")
		assert [level for level, _ in got] == [1, 0, 1, 0] and all(5000 < us < 60000 for _, us in got[1:]), got
		assert uart.eval("pycom.pulses_get(p, 1)") == []


@pytest.mark.parametrize("mode", ["normal", "safe"])
def test_names_at_the_prompt(module, mode):
	"""Pymakr's first line uses os and UART without an import, as Pycom's start-up leaves them."""
	if mode == "safe":
		with module.uart() as uart:
			uart.raw()
			uart.write("import lifeboat; lifeboat.safe_boot()\x04")
		harness.until(lambda: module.status()["boot"]["mode"] == "safe", 10, "the safe boot")
		module.wait("repl")
	module.put("/flash/main.py", "print(os.uname()[0], UART(0))\n")
	with module.uart() as uart:
		uart.prompt()
		assert "sysname=" in uart.type("os.uname()")
		assert "UART(0, baudrate=115200" in uart.type("UART(0, 115200)")
		if mode == "normal":
			uart.write(b"\x04")
			uart.expect("UART(0, baudrate=115200")


def test_radios_that_do_not_exist(module):
	with module.uart() as uart:
		for name in ("LoRa", "Sigfox", "Bluetooth", "LTE"):
			assert f"ImportError: this module has no {name} radio" in uart.error_of(f"from network import {name}")
		uart.exec("import network\ntry:\n    from network import LoRa\nexcept ImportError:\n    print('caught')")
		assert uart.eval("hasattr(network, 'Sigfox')") is False and "WLAN" in uart.eval("dir(network)")
