# A stand-in for the frozen driver: colours are kept, and sent to nobody.
import machine


class NeoPixel:
    ORDER = (1, 0, 2, 3)

    def __init__(self, pin, n, bpp=3, timing=1):
        self.pin, self.n, self.bpp, self.timing = pin, n, bpp, timing
        self.buf = bytearray(n * bpp)
        pin.init(pin.OUT)

    def __len__(self):
        return self.n

    def __setitem__(self, index, colour):
        for i in range(self.bpp):
            self.buf[index * self.bpp + self.ORDER[i]] = colour[i]

    def __getitem__(self, index):
        return tuple(self.buf[index * self.bpp + self.ORDER[i]] for i in range(self.bpp))

    def fill(self, colour):
        for index in range(self.n):
            self[index] = colour

    def write(self):
        machine.bitstream(self.pin, 0, (400, 850, 800, 450), self.buf)
