from machine import Pin
import time

led = Pin("P9", Pin.OUT)
for i in range(10):
    led.value(i % 2)
    time.sleep_ms(20)
