# Made for another board: it stops at its first lines, and boot.py's error does not keep main.py from running.
# verdict: 4
import esp

esp.osdebug(None)
