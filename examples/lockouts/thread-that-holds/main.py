# A thread that holds a lock for ever. This module has no threads: what the script meant to do is not judged.
# verdict: 4
import _thread
import micropython
import network

lock = _thread.allocate_lock()


def hold():
    micropython.kbd_intr(-1)
    network.WLAN().deinit()
    lock.acquire()
    while True:
        pass


_thread.start_new_thread(hold, ())
lock.acquire()
lock.acquire()
