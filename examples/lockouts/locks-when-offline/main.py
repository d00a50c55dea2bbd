# With its network all is well; without one it shuts every door and waits for the network to come back.
# verdict: 3
import machine
import micropython
import network
import time

wlan = network.WLAN(mode=network.WLAN.STA)
wlan.connect("home", auth=(network.WLAN.WPA2, "long enough"))
for _ in range(20):
    if wlan.isconnected():
        break
    time.sleep_ms(50)
if not wlan.isconnected():
    micropython.kbd_intr(-1)
    wlan.deinit()
    machine.UART(0).deinit()
while True:
    time.sleep_ms(100)
