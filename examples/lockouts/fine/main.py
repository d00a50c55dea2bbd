# A program that does its work and ends: the REPL follows, and every way in is open.
# verdict: 0
import time

for i in range(3):
    print("working", i)
    time.sleep_ms(50)
