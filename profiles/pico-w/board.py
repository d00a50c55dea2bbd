# Raspberry Pi Pico W, as its stock firmware: what start.py takes from here.
B["name"] = B["sysname"] = "rp2"
B["machine"] = "Raspberry Pi Pico W with RP2040"
B["numbers"] = 30
B["uarts"] = {0: 2, 1: 1}  # its console is USB, and no UART
B["i2c"] = (5, 4)
B["spi"] = (18, 19, 16)
B["spis"] = (0, 1)
B["adc_pins"] = {0: 26, 1: 27, 2: 28, 3: 29, 4: 30}
B["hz"] = 125000000
B["pin_names"] = {"ALT": 3, "ALT_PIO0": 6, "ALT_PWM": 4,
                  "high": lambda self: self.value(1), "low": lambda self: self.value(0)}
_board.pin(30, "P17")  # the chip's thermometer


class Names:
    """Pin.board.GP15 is Pin('GP15')."""

    def __getattr__(self, name):
        return machine.Pin(name)


B["pin_names"]["board"] = B["pin_names"]["cpu"] = Names()
