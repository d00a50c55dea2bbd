# A watchdog that nobody feeds, in a loop that switched Ctrl-C off: reset after reset, too fast for any client.
# verdict: 3
import machine
import micropython

micropython.kbd_intr(-1)
machine.WDT(timeout=1000)
while True:
    pass
