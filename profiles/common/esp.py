# A stand-in for what an ESP32 or ESP8266 has built in.
import _board
import machine

LOG_NONE, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_VERBOSE = 0, 1, 2, 3, 4, 5
SLEEP_NONE, SLEEP_LIGHT, SLEEP_MODEM = 0, 1, 2


def osdebug(uart, level=None):
    pass


def sleep_type(kind=None):
    return SLEEP_MODEM if kind is None else None


def deepsleep(time_us=0, option=0):
    machine.deepsleep(time_us // 1000)


def flash_size():
    return 4194304


def flash_user_start():
    return 2097152


def flash_id():
    return 0x1640EF


def check_fw():
    return True


def freemem():
    import gc
    return gc.mem_free()


def set_native_code_location(start, length):
    _board.gap("nothing here has esp.set_native_code_location()")


def flash_read(offset, data):
    _board.gap("nothing here has the chip's flash: esp.flash_read()")
    raise OSError(5)


def flash_write(offset, data):
    _board.gap("nothing here has the chip's flash: esp.flash_write()")
    raise OSError(5)


def flash_erase(sector):
    _board.gap("nothing here has the chip's flash: esp.flash_erase()")
    raise OSError(5)


def neopixel_write(pin, data, is_fast):
    pass


def apa102_write(clock, data, values):
    pass


def dht_readinto(pin, data):
    machine.dht_readinto(pin, data)


def gpio_matrix_in(pin, signal, invert):
    pass


def gpio_matrix_out(pin, signal, out_invert, enable_invert):
    pass
