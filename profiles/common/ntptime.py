# A stand-in for the frozen module: it asks the server, if there is one.
import machine
import socket
import struct
import time as clock

host = "pool.ntp.org"
timeout = 1
NTP_DELTA = 2208988800


def time():
    question = b"\x1b" + bytes(47)
    address = socket.getaddrinfo(host, 123)[0][-1]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.settimeout(timeout)
        s.sendto(question, address)
        answer = s.recv(48)
    finally:
        s.close()
    return struct.unpack("!I", answer[40:44])[0] - NTP_DELTA


def settime():
    year, month, day, hour, minute, second, weekday = clock.gmtime(time())[:7]
    machine.RTC().datetime((year, month, day, weekday + 1, hour, minute, second, 0))
