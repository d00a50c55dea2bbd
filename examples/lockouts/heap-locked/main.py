# The heap locked, and a loop: not even an exception finds room.
# verdict: 0
import micropython

micropython.heap_lock()
while True:
    pass
