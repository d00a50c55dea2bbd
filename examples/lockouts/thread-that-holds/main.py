# A thread that keeps a lock, and with it the program, and has switched off the radio; Ctrl-C is off too.
# verdict: 3
import _thread
import micropython
import network
import time

micropython.kbd_intr(-1)
lock = _thread.allocate_lock()


def hold():
    network.WLAN().deinit()
    lock.acquire()
    while True:
        pass


_thread.start_new_thread(hold, ())
time.sleep_ms(100)
lock.acquire()
