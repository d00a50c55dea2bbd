# A weather station: a BME280's identity and a raw measurement over I2C, a flash chip over SPI to keep it on, a DS18B20
# on P3, and where it stands from a GPS. Ends when it has all of them.
import time

from machine import I2C, SPI, UART, Pin

bus = I2C(0)
assert bus.readfrom_mem(0x76, 0xD0, 1) == b"\x60", "no BME280"
raw = bus.readfrom_mem(0x76, 0xFA, 3)
print("raw temperature", raw[0] << 12 | raw[1] << 4 | raw[2] >> 4)

select = Pin("P8", Pin.OUT, value=1)
spi = SPI(0)
select(0)
spi.write(b"\x9f")
chip = spi.read(3)
select(1)
print("flash chip", " ".join("%02X" % byte for byte in chip))

wire = Pin("P3", Pin.OPEN_DRAIN, pull=Pin.PULL_UP, value=1)


def reset():
    wire(0)
    time.sleep_us(480)
    wire(1)
    time.sleep_us(70)
    there = not wire()
    time.sleep_us(410)
    return there


def put(byte):
    for i in range(8):
        wire(0)
        time.sleep_us(5)
        wire(byte >> i & 1)
        time.sleep_us(60)
        wire(1)


def get():
    byte = 0
    for i in range(8):
        wire(0)
        wire(1)
        time.sleep_us(10)
        byte |= wire() << i
        time.sleep_us(50)
    return byte


for command in (0x44, 0xBE):  # convert, read
    assert reset(), "no DS18B20"
    put(0xCC)
    put(command)
    if command == 0x44:
        time.sleep_ms(750)
raw = get() | get() << 8
print("outside", (raw - 0x10000 if raw & 0x8000 else raw) / 16)

gps = UART(1, 9600)
gps.write("$PMTK605*31\r\n")
firmware = position = None
while not (firmware and position):
    line = gps.readline() or b""
    if line.startswith(b"$PMTK705"):
        firmware = line.split(b",")[1].decode()
    if line.startswith(b"$GPGGA"):
        position = line.split(b",")[2].decode()
    time.sleep_ms(50)
print("GPS", firmware, "at", position, "N")
