# A stand-in for what a Pico has built in.
import _board
import network

_GAP = "nothing here has the RP2040's PIO: rp2.%s"


def country(code=None):
    return network.country(code) if code else network.country()


def bootsel_button():
    return 0


class PIOASMError(Exception):
    pass


class PIO:
    IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = 0, 1, 2, 3
    SHIFT_LEFT, SHIFT_RIGHT = 0, 1
    JOIN_NONE, JOIN_TX, JOIN_RX = 0, 1, 2
    IRQ_SM0, IRQ_SM1, IRQ_SM2, IRQ_SM3 = 256, 512, 1024, 2048

    def __init__(self, id):
        _board.gap(_GAP % "PIO()")

    def add_program(self, program):
        pass

    def remove_program(self, program=None):
        pass

    def state_machine(self, id, *args, **settings):
        return StateMachine(id, *args, **settings)

    def irq(self, *args, **settings):
        pass

    def gpio_base(self, base=None):
        return 0


def asm_pio(**settings):
    """The program below it is for another processor; only a StateMachine would run it."""
    return lambda function: function


def asm_pio_encode(instruction, sideset_count, sideset_opt=False):
    _board.gap(_GAP % "asm_pio_encode()")
    return 0


class StateMachine:
    def __init__(self, id, program=None, freq=-1, **settings):
        _board.gap(_GAP % "StateMachine()")
        self.on = 0

    def init(self, program=None, freq=-1, **settings):
        pass

    def active(self, value=None):
        if value is None:
            return self.on
        self.on = value

    def restart(self):
        pass

    def exec(self, instruction):
        pass

    def get(self, buffer=None, shift=0):
        return 0 if buffer is None else buffer

    def put(self, value, shift=0):
        pass

    def rx_fifo(self):
        return 0

    def tx_fifo(self):
        return 0

    def irq(self, handler=None, trigger=0, hard=False):
        pass


class DMA:
    def __init__(self):
        _board.gap("nothing here has the RP2040's DMA: rp2.DMA()")

    def pack_ctrl(self, default=None, **fields):
        return 0

    def config(self, **settings):
        pass

    def active(self, value=None):
        return False

    def close(self):
        pass


class Flash:
    def __init__(self, *args, **settings):
        _board.gap("nothing here has the chip's flash: rp2.Flash()")

    def readblocks(self, block, data, offset=0):
        raise OSError(5)

    writeblocks = readblocks

    def ioctl(self, command, argument):
        return 0
