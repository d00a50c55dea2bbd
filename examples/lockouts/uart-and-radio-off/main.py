# Neither UART nor radio: the module runs on, and nobody can talk to it.
# verdict: 3
from machine import UART
import network
import time

network.WLAN().deinit()
UART(0).deinit()
while True:
    time.sleep(1)
