# boot.py: sets the stage for main.py.
import blink

blink.hello()
