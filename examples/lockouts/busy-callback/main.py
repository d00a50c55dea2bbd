# A timer's callback that works longer than its period: the main program hardly ever runs, the prompt still comes.
# verdict: 0
from machine import Timer
import time


def work(alarm):
    end = time.ticks_add(time.ticks_ms(), 150)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        pass


alarm = Timer.Alarm(work, ms=100, periodic=True)
while True:
    time.sleep(1)
