# A stand-in for what an ESP32 has built in.
import _board

pycom = _board.pycom

WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True
HEAP_DATA, HEAP_EXEC = 4, 1


def wake_on_ext0(pin=None, level=None):
    """What would wake it is not there."""


def wake_on_ext1(pins=None, level=None):
    pass


def wake_on_touch(wake):
    pass


def wake_on_gpio(pins=None, level=None):
    pass


def wake_on_ulp(wake):
    pass


def gpio_deep_sleep_hold(enable):
    pass


def raw_temperature():
    return 128


def mcu_temperature():
    return 53


def hall_sensor():
    return 0


def idf_heap_info(capabilities):
    return [(300000, 200000, 100000, 150000)]


class NVS:
    """Kept where Pycom's nvs_set() keeps it, over every reset and power cut."""

    def __init__(self, namespace):
        self.space = namespace

    def _name(self, key):
        if len(key) > 15:
            raise OSError(-4361, "ESP_ERR_NVS_KEY_TOO_LONG")
        return (self.space + "." + key)[-15:]

    def _get(self, key):
        value = pycom.nvs_get(self._name(key), None)
        if value is None:
            raise OSError(-4354, "ESP_ERR_NVS_NOT_FOUND")
        return value

    def set_i32(self, key, value):
        pycom.nvs_set(self._name(key), value)

    def get_i32(self, key):
        return self._get(key)

    def set_blob(self, key, value):
        pycom.nvs_set(self._name(key), "".join("%02x" % byte for byte in bytes(value)))

    def get_blob(self, key, buffer):
        text = self._get(key)
        data = bytes(int(text[i:i + 2], 16) for i in range(0, len(text), 2))
        buffer[:len(data)] = data
        return len(data)

    def erase_key(self, key):
        self._get(key)
        pycom.nvs_erase(self._name(key))

    def commit(self):
        pass


class RMT:
    """Sends, and nothing here listens."""

    PULSE_MAX = 32767

    def __init__(self, channel=0, *, pin=None, clock_div=8, idle_level=False, tx_carrier=None, num_symbols=64,
                 resolution_hz=None):
        self.clock_div = clock_div

    def source_freq(self=None):
        return 80000000

    def clock_div(self):
        return self.clock_div

    def wait_done(self, *, timeout=0):
        return True

    def loop(self, enable):
        pass

    def write_pulses(self, duration, data=True):
        pass

    def bitstream_channel(value=None):
        return 7

    def deinit(self):
        pass


class Partition:
    BOOT, RUNNING, TYPE_APP, TYPE_DATA = 0, 1, 0, 1

    def __init__(self, id, block_size=4096):
        _board.gap("nothing here has an ESP32's partitions: esp32.Partition()")

    @classmethod
    def find(cls, type=0, subtype=255, label=None, block_size=4096):
        _board.gap("nothing here has an ESP32's partitions: esp32.Partition.find()")
        return []

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        pass

    def info(self):
        return (0, 0x10, 0x10000, 0x180000, "factory", False)

    def readblocks(self, block, data, offset=0):
        raise OSError(5)

    writeblocks = readblocks

    def ioctl(self, command, argument):
        return 0

    def set_boot(self):
        raise OSError(5)

    def get_next_update(self):
        raise OSError(5)


class ULP:
    RESERVE_MEM = 512

    def __init__(self):
        _board.gap("nothing here has an ESP32's second processor: esp32.ULP()")

    def set_wakeup_period(self, index, period_us):
        pass

    def load_binary(self, address, program):
        pass

    def run(self, entry):
        pass
