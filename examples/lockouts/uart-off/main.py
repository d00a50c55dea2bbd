# The UART switched off until the next hard reset, while the program runs: the radio is still there.
# verdict: 0
from machine import UART
import time

UART(0).deinit()
while True:
    time.sleep(1)
