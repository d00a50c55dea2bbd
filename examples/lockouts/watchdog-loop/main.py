# A watchdog that nobody feeds, in a loop that switched Ctrl-C off: reset after reset, too fast for any client. Only a
# Ctrl-C held down gets in, in the moment between two of them.
# verdict: 0
import machine
import micropython

micropython.kbd_intr(-1)
machine.WDT(timeout=1000)
while True:
    pass
