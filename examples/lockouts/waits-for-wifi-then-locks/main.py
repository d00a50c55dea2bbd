# Waits for its network, and behind that the door falls shut: without one the run never comes to it.
# verdict: 4
import micropython
import network
import time

wlan = network.WLAN(mode=network.WLAN.STA)
wlan.connect("home", auth=(network.WLAN.WPA2, "long enough"))
while not wlan.isconnected():
    time.sleep_ms(50)
micropython.kbd_intr(-1)
wlan.deinit()
while True:
    pass
