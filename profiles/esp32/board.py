# ESP32, as its stock firmware: what start.py takes from here.
B["name"] = B["sysname"] = "esp32"
B["machine"] = "Generic ESP32 module with ESP32"
B["numbers"] = 49  # so many on the largest of the family
B["uarts"] = {0: 0, 1: 1, 2: 2}
B["i2c"] = (18, 19)
B["spi"] = (14, 13, 12)
B["statuses"] = {0: 1000, 1: 1001, -3: 202, -2: 201, -1: 203, 3: 1010}

B["network"] = {"STAT_ASSOC_FAIL": 203, "STAT_BEACON_TIMEOUT": 200, "STAT_HANDSHAKE_TIMEOUT": 204}


class TouchPad:
    """Nobody touches it."""

    def __init__(self, pin):
        machine.Pin(pin)

    def read(self):
        return 700

    def config(self, value):
        self.threshold = value


class DAC:
    """Its voltage leads nowhere."""

    def __init__(self, pin, bits=8):
        machine.Pin(pin)

    def write(self, value):
        if not 0 <= value <= 255:
            raise ValueError("value out of range")


class SDCard:
    """On the slot of its own or on a SPI bus: the module's card, of --sd. It takes no offset, as the module's takes none."""

    def __init__(self, slot=1, width=1, cd=None, wp=None, sck=None, miso=None, mosi=None, cs=None, freq=20000000):
        self.card = under(machine, "SD")()
        self.readblocks, self.writeblocks, self.ioctl = self.card.readblocks, self.card.writeblocks, self.card.ioctl

    def info(self):
        return self.ioctl(4, 0) * 512, 512

    def deinit(self):
        self.card.deinit()


def wake_reason():
    return {0: 0, 1: 2, 2: 4}.get(under(machine, "wake_reason")()[0], 0)


B["names"] = {"TouchPad": TouchPad, "DAC": DAC, "SDCard": SDCard, "wake_reason": wake_reason, "PIN_WAKE": 2}
B["pin_names"] = {"DRIVE_0": 0, "DRIVE_1": 1, "DRIVE_2": 2, "DRIVE_3": 3, "WAKE_LOW": 4, "WAKE_HIGH": 5, "PULL_HOLD": 4,
                  "IRQ_LOW_LEVEL": 4, "IRQ_HIGH_LEVEL": 5}
