# Ctrl-C and the radio switched off, and a loop: only P12 is left.
# verdict: 3
import micropython
import network

network.WLAN().deinit()
micropython.kbd_intr(-1)
while True:
    pass
