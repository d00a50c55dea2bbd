# For an ESP32 with its stock firmware, and judged as on one: check knows by the imports.
import esp
import network

esp.osdebug(None)
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("home", "long enough")
