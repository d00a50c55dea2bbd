# ESP8266, as its stock firmware: what start.py takes from here.
B["name"] = B["sysname"] = "esp8266"
B["machine"] = "ESP module with ESP8266"
B["numbers"] = 17
B["uarts"] = {0: 0, 1: 1}
B["i2c"] = (5, 4)
B["spi"] = (14, 13, 12)
B["buses"], B["spis"] = (0,), (0, 1)
B["console"] = True
B["adc_bits"], B["adc_pins"] = 10, {0: 17, 1: 18}
B["hz"] = 80000000
B["statuses"] = {0: 0, 1: 1, -3: 2, -2: 3, -1: 4, 3: 5}
B["names"] = {"WDT_RESET": 1, "DEEPSLEEP": 4}
_board.pin(17, "P17")  # its only ADC has a pin of its own
_board.pin(18, "P18")
B["hidden"] = ("_thread",)
