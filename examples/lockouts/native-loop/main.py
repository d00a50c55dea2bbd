# A loop in machine code never looks whether somebody interrupts it, and lets no server run.
# verdict: 3
import micropython


@micropython.native
def spin():
    while True:
        pass


spin()
