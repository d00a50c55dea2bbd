import micropython
import machine


def run(period):
    micropython.kbd_intr(-1)
    machine.WDT(timeout=period * 1000)
    while True:
        pass
