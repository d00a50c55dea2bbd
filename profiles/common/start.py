# Runs before boot.py, where this module stands in for another board: its names, laid over this module's own.
import _board
import errno
import machine
import network
import os
import pycom
import sys
import time
from collections import namedtuple

over, under = _board.over, _board.under
_board.pycom = pycom  # for what keeps values where Pycom's does

# What differs from board to board: board.py sets these.
B = {
    "name": "", "sysname": "", "machine": "",
    "numbers": 40,  # pins are below
    "uarts": {0: 0, 1: 1},  # its ports, as ours
    "i2c": (None, None), "spi": (None, None, None),  # scl, sda; sck, mosi, miso
    "buses": (0, 1), "spis": (1, 2),
    "console": False,  # dupterm's last slot is the console
    "adc_bits": 12, "adc_pins": {}, "hz": 160000000,
    "statuses": None,  # of WLAN.status(), by ours
    "pwm": (5000, 512),  # frequency, duty of 1023
}
exec(compile(_board.text("board.py"), ".board/board.py", "exec"),
     {"B": B, "machine": machine, "network": network, "over": over, "under": under, "_board": _board})


def pins():
    for row in _board.text("pins.csv").split("\n"):
        if row and row[0] != "#":
            name, pin = row.split(",")[:2]
            _board.pin(int(name) if name.isdigit() else name, pin)
    _board.pins(B["numbers"])


def files():
    for fs, place in os.mount():
        if place == "/flash":
            os.mount(fs, "/")
    os.chdir("/")
    sys.path.clear()
    sys.path.extend(["", "/lib", ".frozen", ".board"])


# --- classes whose objects are our own class's, made another way ---

direct = []


class Made:
    """Calling such a class gives an object of ours; one that a script derives from it has such an object inside."""

    def __new__(cls, *args, **settings):
        return cls.make(*args, **settings) if cls in direct else object.__new__(cls)

    def __init__(self, *args, **settings):
        self._made = self.make(*args, **settings)

    def __getattr__(self, name):
        if name == "_made":
            raise AttributeError(name)
        return getattr(self._made, name)


def lay_over(cls):
    direct.append(cls)
    return cls


# --- machine ---

def make_adc(native):
    class ADC(Made):
        ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
        WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = 9, 10, 11, 12
        CORE_TEMP = 4

        @staticmethod
        def make(pin, *, atten=None, sample_ns=None):
            return native(B["adc_pins"].get(pin, pin) if isinstance(pin, int) else pin)

    bits = [B["adc_bits"]]

    def width(self, value=None):
        if value is None:
            return bits[0]
        bits[0] = value if value > 4 else 9 + value

    over(native, {
        "read": lambda self: self.read_u16() >> (16 - bits[0]),
        "atten": lambda self, value=None: None,
        "width": width,
        "init": lambda self, *, atten=None, sample_ns=None: None,
        "deinit": lambda self: None,
    })
    return lay_over(ADC)


def make_pwm(native):
    def setup(pwm, freq, duty, duty_u16, duty_ns, invert):
        values = {}
        if freq is not None:
            values["freq"] = int(freq)
        if duty is not None:
            values["duty_u16"] = min(int(duty) * 64, 65535)
        if duty_u16 is not None:
            values["duty_u16"] = int(duty_u16)
        if duty_ns is not None:
            values["duty_ns"] = int(duty_ns)
        if values or invert:
            under(pwm, "init")(invert=bool(invert), **values)
        return pwm

    class PWM(Made):
        @staticmethod
        def make(pin, freq=None, duty=None, *, duty_u16=None, duty_ns=None, invert=None, timer=None):
            pwm = native(pin)
            if pwm.freq() == 0:
                freq = B["pwm"][0] if freq is None else freq
            return setup(pwm, freq, duty, duty_u16, duty_ns, invert)

    def init(self, freq=None, duty=None, *, duty_u16=None, duty_ns=None, invert=None):
        setup(self, freq, duty, duty_u16, duty_ns, invert)

    def duty(self, value=None):
        if value is None:
            return self.duty_u16() // 64
        self.duty_u16(min(int(value) * 64, 65535))

    over(native, {"init": init, "duty": duty})
    return lay_over(PWM)


def make_timer(native):
    class Timer(Made):
        ONE_SHOT, PERIODIC = native.ONE_SHOT, native.PERIODIC

        @staticmethod
        def make(id=-1, **settings):
            settings.pop("hard", None)
            return native(-1, **settings)

    def init(self, **settings):
        settings.pop("hard", None)
        under(self, "init")(**settings)

    over(native, {"init": init})
    return lay_over(Timer)


def make_i2c(native):
    class I2C(Made):
        @staticmethod
        def make(id=-1, scl=None, sda=None, freq=400000, timeout=50000):
            if id != -1 and id not in B["buses"]:
                raise ValueError("I2C(%s) doesn't exist" % id)
            default = B["i2c"]
            pins = {"scl": scl if scl is not None else default[0], "sda": sda if sda is not None else default[1]}
            wires = {name: machine.Pin(pin) for name, pin in pins.items() if pin is not None}
            return native(max(id, 0), freq=freq, **wires)

    def init(self, scl=None, sda=None, *, freq=400000, timeout=50000):
        under(self, "init")(freq=freq, **{name: pin for name, pin in (("scl", scl), ("sda", sda)) if pin is not None})

    over(native, {"init": init, "deinit": lambda self: None})
    return lay_over(I2C)


def make_spi(native):
    class SPI(Made):
        MSB, LSB = native.MSB, getattr(native, "LSB", 1)

        @staticmethod
        def make(id=-1, baudrate=1000000, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None, miso=None):
            if id != -1 and id not in B["spis"]:
                raise ValueError("SPI(%s) doesn't exist" % id)
            pins = {}
            for name, pin, default in zip(("sck", "mosi", "miso"), (sck, mosi, miso), B["spi"]):
                pin = pin if pin is not None else default
                if pin is not None:
                    pins[name] = machine.Pin(pin)
            settings = dict(baudrate=int(baudrate), polarity=polarity, phase=phase, bits=bits, firstbit=firstbit, **pins)
            try:
                return native(max(id, 0), **settings)
            except ValueError:  # only where there is a device
                return native(0, **settings)

    def init(self, baudrate=1000000, *, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None, miso=None):
        under(self, "init")(baudrate=int(baudrate), polarity=polarity, phase=phase, bits=bits, firstbit=firstbit)

    over(native, {"init": init})
    return lay_over(SPI)


def make_uart(native):
    wires = ("tx", "rx", "rts", "cts", "txbuf", "rxbuf", "invert", "flow")

    def without(settings):
        for name in wires:
            settings.pop(name, None)
        return settings

    class UART(Made):
        INV_TX, INV_RX, RTS, CTS = 1, 2, 1, 2
        IRQ_RX, IRQ_RXIDLE = native.IRQ_RX, native.IRQ_RXIDLE

        @staticmethod
        def make(id, *args, **settings):
            if id not in B["uarts"]:
                raise ValueError("UART(%s) doesn't exist" % id)
            return native(B["uarts"][id], *args, **without(settings))

    def init(self, *args, **settings):
        under(self, "init")(*args, **without(settings))

    over(native, {"init": init})
    return lay_over(UART)


class Memory:
    """Addresses of a chip's registers mean nothing here."""

    def __getitem__(self, address):
        _board.gap("nothing here has the chip's registers: mem%x" % address)
        return 0

    def __setitem__(self, address, value):
        self[address]


def memory(self, data=None):
    return _board.retained() if data is None else _board.retained(data)


alarms = {}


def set_alarm(rtc, id=0, time=0, *, repeat=False):
    alarms[id] = time


def sleep_deep(time_ms=None):
    """Until the clock's alarm, where there is one and no time."""
    if time_ms is None and alarms:
        time_ms = min(alarms.values())
    return under(machine, "deepsleep")(*(() if time_ms is None else (int(time_ms),)))


def bitstream(pin, encoding, timing, data):
    """Sends, and nothing here listens."""


def dht_readinto(pin, buf):
    """A start from the module; the sensor's answer is 40 bits, a long high pulse for each 1."""
    _board.wire()
    pin.init(pin.OPEN_DRAIN, pin.PULL_UP, value=1)
    pin(0)
    time.sleep_ms(20)
    pin(1)
    measure = under(machine, "time_pulse_us")
    for i in range(-2, 40):  # the wait for it, and its own start
        us = measure(pin, 1, 1000)
        if us < 0:
            raise OSError(errno.ETIMEDOUT)
        if i < 0:
            continue
        if i % 8 == 0:
            buf[i // 8] = 0
        buf[i // 8] |= (us > 48) << 7 - i % 8


def frequency(hz=None):
    if hz is None:
        return B["hz"]
    B["hz"] = hz


def machines():
    native = {name: getattr(machine, name) for name in ("ADC", "PWM", "Timer", "I2C", "SPI", "UART", "RTC", "SoftI2C")}
    soft_spi = getattr(machine, "SoftSPI")
    over(native["RTC"], {
        "memory": memory, "init": lambda self, datetime=None: datetime and self.datetime(datetime),
        "ALARM0": 0, "irq": lambda self, *args, **settings: None, "alarm": set_alarm,
        "alarm_left": lambda self, id=0: alarms.get(id, 0), "cancel": lambda self, id=0: alarms.pop(id, None),
    })
    names = {
        "ADC": make_adc(native["ADC"]), "PWM": make_pwm(native["PWM"]), "Timer": make_timer(native["Timer"]),
        "I2C": make_i2c(native["I2C"]), "SPI": make_spi(native["SPI"]), "UART": make_uart(native["UART"]),
        "mem8": Memory(), "mem16": Memory(), "mem32": Memory(), "freq": frequency, "bitstream": bitstream, "dht_readinto": dht_readinto,
        "deepsleep": sleep_deep,
        "SLEEP": 2, "DEEPSLEEP": 4, "EXT0_WAKE": 2, "EXT1_WAKE": 3, "TIMER_WAKE": 4, "TOUCHPAD_WAKE": 5, "ULP_WAKE": 6,
    }
    for name in ("main", "rng", "SD", "pin_sleep_wakeup", "remaining_sleep_time", "wake_reason", "WAKEUP_ALL_LOW",
                 "WAKEUP_ANY_HIGH"):
        names[name] = NotImplemented  # Pycom's
    names.update(B.get("names", {}))
    over(machine, names)

    def irq(self, handler=None, trigger=3, *, priority=1, wake=None, hard=False):
        return under(self, "irq")(handler=handler, trigger=trigger & 3 or 3, hard=hard)

    pin_names = {"irq": irq, "callback": NotImplemented, "exp_board": NotImplemented, "module": NotImplemented}
    pin_names.update(B.get("pin_names", {}))
    over(machine.Pin, pin_names)


# --- network ---

def radio():
    native = network.WLAN
    own = ("dhcp_hostname", "pm", "txpower", "reconnects", "protocol", "max_clients", "bandwidth", "ps", "country",
           "antenna", "trace")
    kept = {"pm": 0, "txpower": 20, "reconnects": -1, "max_clients": 4, "protocol": 7}

    def config(self, *names, **values):
        for name in own:
            if name in values:
                kept[name] = values.pop(name)
        if "dhcp_hostname" in kept:
            network.hostname(kept.pop("dhcp_hostname"))
        if names and names[0] == "dhcp_hostname":
            return network.hostname()
        if names and names[0] in kept:
            return kept[names[0]]
        if names or values:
            return under(self, "config")(*names, **values)

    def ipconfig(self, *names, **values):
        address, mask, gateway, dns = self.ifconfig()
        known = {"addr4": (address, mask), "gw4": gateway, "dhcp4": True, "has_dhcp4": True, "addr6": []}
        return known.get(*names) if names else None

    def status(self, *what):
        value = under(self, "status")(*what)
        return B["statuses"].get(value, value) if B["statuses"] and not what else value

    over(native, {
        "config": config, "status": status, "ipconfig": ipconfig, "IF_STA": network.STA_IF, "IF_AP": network.AP_IF,
        "PM_NONE": 0, "PM_PERFORMANCE": 1, "PM_POWERSAVE": 2,
    })

    class WLAN(Made):
        """Its instances are our own class's, as is all that is asked of it."""

        IF_STA, IF_AP, PM_NONE, PM_PERFORMANCE, PM_POWERSAVE = network.STA_IF, network.AP_IF, 0, 1, 2

        @staticmethod
        def make(interface=network.STA_IF):
            return native(interface)

    for number, name in enumerate(("OPEN", "WEP", "WPA", "WPA2", "WPA_WPA2", "WPA2_ENT", "WPA3", "WPA2_WPA3")):
        setattr(WLAN, "SEC_" + name, number)
    code = ["XX"]

    def country(value=None):
        if value is None:
            return code[0]
        code[0] = value

    names = {
        "AUTH_OPEN": 0, "AUTH_WEP": 1, "AUTH_WPA_PSK": 2, "AUTH_WPA2_PSK": 3, "AUTH_WPA_WPA2_PSK": 4, "AUTH_MAX": 6,
        "AUTH_WPA2_ENTERPRISE": 5, "AUTH_WPA3_PSK": 6, "AUTH_WPA2_WPA3_PSK": 7,
        "MODE_11B": 1, "MODE_11G": 2, "MODE_11N": 4, "phy_mode": lambda mode=None: mode or 3,
        "country": country, "WLAN": lay_over(WLAN), "ipconfig": lambda *names, **values: None,
    }
    for name, value in B.get("network", {}).items():
        names[name] = value
    if B["statuses"]:
        for name in ("IDLE", "CONNECTING", "WRONG_PASSWORD", "NO_AP_FOUND", "CONNECT_FAIL", "GOT_IP"):
            value = getattr(network, "STAT_" + name, None)
            names["STAT_" + name] = B["statuses"].get(value, value)
    over(network, names)
    # A board with stock firmware is off the air until its script wants otherwise, and has neither telnet nor FTP.
    network.Server().deinit()
    native().deinit()
    over(network, {"Server": NotImplemented})


# --- os, sys ---

def system():
    names = namedtuple("uname", ("sysname", "nodename", "release", "version", "machine"))

    def uname():
        real = under(os, "uname")()
        return names(B["sysname"], B["sysname"], real[2], real[3], B["machine"])

    def dupterm(stream, slot=0):
        # Our slot 0 is uart0, the console. Where a board's console is no stream of dupterm's, it stays.
        return under(os, "dupterm")(stream, 0 if B["console"] and slot == 1 else 1)

    # What is there as /flash too is the top of the board's file system.
    def is_top(path):
        return path == "/" or (path in ("", ".") and os.getcwd() == "/")

    def listdir(path=""):
        found = under(os, "listdir")(path) if path else under(os, "listdir")()
        return [name for name in found if name != "flash"] if is_top(path) else found

    def ilistdir(path=""):
        found = under(os, "ilistdir")(path) if path else under(os, "ilistdir")()
        return (entry for entry in found if entry[0] != "flash") if is_top(path) else found

    def statvfs(path):
        return under(os, "statvfs")("/flash" if is_top(path) else path)

    over(os, {"listdir": listdir, "ilistdir": ilistdir, "statvfs": statvfs, "uname": uname, "dupterm": dupterm,
              "dupterm_notify": lambda stream: None})
    over(sys, {"platform": B["sysname"]})


pins()
files()
machines()
radio()
system()
for module in ("pycom", "lifeboat") + B.get("hidden", ()):
    _board.hide(module)
