# A stand-in for the frozen driver: the protocol, on the pin's own levels. Nothing answers unless something is given.
import _board
import time


class OneWireError(Exception):
    pass


class OneWire:
    SEARCH_ROM, MATCH_ROM, SKIP_ROM = 0xF0, 0x55, 0xCC

    def __init__(self, pin):
        self.pin = pin
        pin.init(pin.OPEN_DRAIN, pin.PULL_UP, value=1)

    def reset(self, required=False):
        """Is anybody there? A device pulls the wire down when the reset pulse is over."""
        _board.wire()
        self.pin(0)
        time.sleep_us(480)
        self.pin(1)
        there = False
        for _ in range(8):
            time.sleep_us(15)
            there = there or not self.pin()
        time.sleep_us(360)
        if required and not there:
            raise OneWireError()
        return there

    def readbit(self):
        self.pin(0)
        self.pin(1)
        time.sleep_us(10)
        bit = self.pin()
        time.sleep_us(50)
        return bit

    def writebit(self, value):
        self.pin(0)
        time.sleep_us(10)
        self.pin(value)
        time.sleep_us(50)
        self.pin(1)

    def readbyte(self):
        _board.wire()
        value = 0
        for i in range(8):
            value |= self.readbit() << i
        return value

    def writebyte(self, value):
        for i in range(8):
            self.writebit(value >> i & 1)

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = self.readbyte()

    def write(self, buf):
        for byte in buf:
            self.writebyte(byte)

    def select_rom(self, rom):
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        found, conflicts, rom = [], [], None
        while True:
            rom, conflicts = self._search(rom, conflicts)
            if rom is None:
                return found
            found.append(rom)
            if not conflicts:
                return found

    def _search(self, last, conflicts):
        """Each bit and its opposite are sent by all; where both come there are devices of either kind."""
        if not self.reset():
            return None, []
        self.writebyte(self.SEARCH_ROM)
        rom, turn = bytearray(8), conflicts.pop() if conflicts else -1
        conflicts = []
        for i in range(64):
            one, zero = self.readbit(), self.readbit()
            if one and zero:
                return None, []
            if one or zero:
                bit = one
            elif i == turn:
                bit = 1
            elif last and i < turn:
                bit = last[i // 8] >> i % 8 & 1
            else:
                bit = 0
            if not one and not zero and not bit:
                conflicts.append(i)
            rom[i // 8] |= bit << i % 8
            self.writebit(bit)
        return rom, conflicts

    def crc8(self, data):
        crc = 0
        for byte in data:
            for i in range(8):
                crc = crc >> 1 ^ (0x8C if (crc ^ byte >> i) & 1 else 0)
        return crc
