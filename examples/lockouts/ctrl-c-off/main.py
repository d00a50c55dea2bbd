# Ctrl-C switched off, and a loop: FTP still runs beside it, so the script can be deleted over the air.
# verdict: 0
import micropython

micropython.kbd_intr(-1)
while True:
    pass
