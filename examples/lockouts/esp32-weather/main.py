# A sensor that does not answer, a strip of lights, and a broker out of reach: the errors are handled.
# verdict: 0
from machine import ADC, Pin
from umqtt.simple import MQTTClient
import dht
import neopixel
import time

sensor = dht.DHT22(Pin(4))
battery = ADC(Pin(34))
strip = neopixel.NeoPixel(Pin(26), 8)
client = MQTTClient("weather", "broker.example")


def report():
    client.connect()
    client.publish("battery", str(battery.read()))
    client.disconnect()


while True:
    try:
        sensor.measure()
        print(sensor.temperature(), sensor.humidity())
        report()
        strip.fill((0, 20, 0))
    except OSError as error:
        print("no answer:", error)
        strip.fill((20, 0, 0))
    strip.write()
    time.sleep(2)
