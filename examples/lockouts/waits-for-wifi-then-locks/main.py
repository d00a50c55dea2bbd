# Waits for its network, and behind that the door falls shut: check tries it without a network, and with one.
# verdict: 3
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
