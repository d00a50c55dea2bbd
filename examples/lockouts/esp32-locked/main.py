# The same board with its console off and Ctrl-C too, behind imports that only an ESP32 has.
# verdict: 3
import esp32
import micropython
import ntptime
import os

try:
    ntptime.settime()
except OSError:
    print("no time")
micropython.kbd_intr(-1)
print(esp32.raw_temperature(), os.listdir("/"))
while True:
    pass
