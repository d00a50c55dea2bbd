"""Scripts for other boards, of our own, that use the names that public projects use, in their way.

Each: name -> (board that check guesses, {file: text}). All run on such a board without harm; each file's first lines
are its imports.
"""

BLINK = "while True:\n    led.value(not led.value())\n    time.sleep_ms(100)\n"

PROJECTS = {
	"esp8266 boot": ("esp8266", {"boot.py": """import esp
esp.osdebug(None)
import gc
import webrepl
webrepl.start()
gc.collect()
""", "main.py": """from machine import Pin, ADC, freq
import time
freq(160000000)
light = ADC(0)
led = Pin(2, Pin.OUT)
for i in range(5):
    print(light.read())
    led.value(i & 1)
    time.sleep_ms(20)
"""}),
	"strip of lights": ("esp32", {"main.py": """import machine
import neopixel
import time
strip = neopixel.NeoPixel(machine.Pin(15), 30)
def wheel(at):
    return (at * 3 % 256, 255 - at * 3 % 256, 0)
at = 0
while True:
    for i in range(len(strip)):
        strip[i] = wheel(at + i)
    strip.write()
    at += 1
    time.sleep_ms(50)
"""}),
	"weather": ("esp32", {"main.py": """import dht
import machine
import time
sensor = dht.DHT22(machine.Pin(4))
while True:
    try:
        sensor.measure()
        print(sensor.temperature(), sensor.humidity())
    except OSError as error:
        print("no answer", error)
    time.sleep(2)
"""}),
	"wire": ("esp32", {"main.py": """import onewire, ds18x20
import time, machine
bus = ds18x20.DS18X20(onewire.OneWire(machine.Pin(12)))
roms = bus.scan()
while True:
    for rom in roms:
        bus.convert_temp()
        print(bus.read_temp(rom))
    time.sleep(1)
"""}),
	"clock": ("esp32", {"main.py": """import ntptime
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
try:
    ntptime.settime()
except OSError:
    print("no time")
while True:
    print(time.localtime())
    time.sleep(1)
"""}),
	"mqtt": ("esp32", {"main.py": """import time
import machine, ubinascii
from umqtt.simple import MQTTClient
client = MQTTClient(ubinascii.hexlify(machine.unique_id()), "broker.example", keepalive=30)
client.set_callback(lambda topic, message: print(topic, message))
def start():
    client.connect()
    client.subscribe(b"set")
while True:
    try:
        start()
        break
    except OSError as error:
        print("broker", error)
        time.sleep(3)
while True:
    client.check_msg()
    time.sleep_ms(100)
"""}),
	"robust": ("esp32", {"main.py": """from umqtt.robust import MQTTClient
import time
client = MQTTClient("me", "broker.example")
client.DEBUG = True
if not client.reconnect is None:
    print("ready")
while True:
    time.sleep(1)
"""}),
	"web": ("esp32", {"main.py": """import urequests
import time
while True:
    try:
        answer = urequests.get("http://example.com/data.json")
        print(answer.status_code, answer.json())
        answer.close()
    except (OSError, ValueError) as error:
        print("web", error)
    time.sleep(5)
"""}),
	"post": ("esp32", {"main.py": """import requests
import gc, time
def send(value):
    try:
        requests.post("http://example.com/api", json={"value": value}, headers={"X-Key": "1"}).close()
    except Exception as error:
        print("not sent", error)
while True:
    send(gc.mem_free())
    time.sleep(5)
"""}),
	"logs": ("esp32", {"main.py": """import logging
import time
logging.basicConfig(level=logging.INFO)
log = logging.getLogger("app")
log.info("started %s", "now")
while True:
    log.debug("turn")
    time.sleep(1)
"""}),
	"chip": ("esp32", {"main.py": """import esp32, esp
import machine, time
from machine import Pin, ADC, PWM, TouchPad
esp.osdebug(None)
store = esp32.NVS("app")
try:
    starts = store.get_i32("starts")
except OSError:
    starts = 0
store.set_i32("starts", starts + 1)
store.commit()
level = ADC(Pin(34))
level.atten(ADC.ATTN_11DB)
level.width(ADC.WIDTH_12BIT)
motor = PWM(Pin(26), freq=50, duty=77)
touch = TouchPad(Pin(27))
while True:
    motor.duty(40 + level.read() // 50)
    print(esp32.raw_temperature(), touch.read(), starts)
    time.sleep_ms(200)
"""}),
	"sleeper": ("esp32", {"main.py": """import esp32
import machine, time
if machine.reset_cause() == machine.DEEPSLEEP_RESET:
    print("woken", machine.wake_reason())
memory = machine.RTC().memory()
machine.RTC().memory(bytes([(memory[0] if memory else 0) + 1 & 255]))
esp32.wake_on_ext0(machine.Pin(33, machine.Pin.IN), esp32.WAKEUP_ANY_HIGH)
time.sleep(2)
machine.deepsleep(3000)
"""}),
	"own network": ("esp32", {"boot.py": """import network
import esp
esp.osdebug(None)
ap = network.WLAN(network.AP_IF)
ap.active(True)
ap.config(essid="mine", password="long enough", authmode=network.AUTH_WPA_WPA2_PSK)
while not ap.active():
    pass
""", "main.py": """import usocket as socket
import select
import time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("0.0.0.0", 8099))
server.listen(2)
poll = select.poll()
poll.register(server, select.POLLIN)
while True:
    if poll.poll(200):
        client, who = server.accept()
        client.send(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
        client.close()
"""}),
	"display": ("esp32", {"main.py": """import ssd1306
import time
from machine import Pin, I2C
i2c = I2C(scl=Pin(22), sda=Pin(21), freq=400000)
if 0x3C in i2c.scan():
    display = ssd1306.SSD1306_I2C(128, 64, i2c)
    display.text("hello", 0, 0)
    display.show()
while True:
    time.sleep(1)
"""}),
	"pico blink": ("pico-w", {"main.py": "from machine import Pin, Timer\nimport time\nled = Pin('LED', Pin.OUT)\n"
		"timer = Timer()\ntimer.init(freq=2, mode=Timer.PERIODIC, callback=lambda t: led.toggle())\n"
		"while True:\n    time.sleep(1)\n"}),
	"pico network": ("pico-w", {"main.py": """import network
import rp2
import time
from machine import Pin
rp2.country("DE")
led = Pin("LED", Pin.OUT)
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.config(pm=0xa11140)
wlan.connect("home", "long enough")
wait = 10
while wait > 0:
    if wlan.status() < 0 or wlan.status() >= 3:
        break
    wait -= 1
    time.sleep_ms(200)
if wlan.status() == 3:
    print(wlan.ifconfig())
while True:
    led.on()
    time.sleep_ms(100)
    led.low()
    time.sleep_ms(100)
"""}),
	"pico thermometer": ("pico-w", {"main.py": """from machine import ADC, Pin, UART, I2C, SPI, PWM
import time
warm = ADC(4)
knob = ADC(26)
led = Pin("LED", Pin.OUT)
radio = UART(0, baudrate=9600, tx=Pin(0), rx=Pin(1))
bus = I2C(0, scl=Pin(17), sda=Pin(16))
card = SPI(0, 1000000, sck=Pin(18), mosi=Pin(19), miso=Pin(16))
servo = PWM(Pin(15))
servo.freq(50)
while True:
    volts = warm.read_u16() * 3.3 / 65535
    servo.duty_u16(knob.read_u16() // 10 + 1000)
    radio.write("%f\\n" % (27 - (volts - 0.706) / 0.001721))
    time.sleep_ms(200)
"""}),
	"files at the top": ("esp32", {"main.py": """import os
import json
import webrepl
import time
import helper
with open("/settings.json") as file:
    settings = json.load(file)
if "settings.json" not in os.listdir():
    raise OSError("where am I")
assert "main.py" in os.listdir("/") and os.getcwd() == "/"
with open("count.txt", "w") as file:
    file.write(str(settings["count"]))
while True:
    helper.work()
""", "lib/helper.py": "import time\ndef work():\n    time.sleep_ms(100)\n", "settings.json": '{"count": 3}'}),
	"bus": ("esp32", {"main.py": """import machine
import apa106
import time
from machine import SoftI2C, SoftSPI, Pin, Timer, UART
i2c = machine.I2C(1, scl=Pin(25), sda=Pin(26), freq=100000)
soft = SoftI2C(scl=Pin(22), sda=Pin(21))
spi = machine.SPI(2, baudrate=40000000, polarity=0, phase=0, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
port = UART(2, baudrate=9600, tx=17, rx=16, timeout=10)
ticks = [0]
def tick(timer):
    ticks[0] += 1
timer = Timer(0)
timer.init(period=100, mode=Timer.PERIODIC, callback=tick)
once = Timer(-1, mode=Timer.ONE_SHOT, period=10, callback=tick)
print(i2c.scan(), soft.scan(), port.any())
spi.write(b"1234")
while True:
    time.sleep_ms(100)
"""}),
	"which board": ("esp32", {"main.py": """import sys, os, time
import urequests
if sys.platform == "esp32":
    from machine import Pin
    led = Pin(2, Pin.OUT)
elif sys.platform == "rp2":
    led = None
else:
    raise RuntimeError("unknown board " + os.uname().sysname)
""" + BLINK}),
	"everything of machine": ("esp32", {"main.py": """from machine import *
import esp32
import time
led = Pin(32, Pin.OUT, value=1)
button = Pin(0, Pin.IN, Pin.PULL_UP)
pressed = []
button.irq(trigger=Pin.IRQ_FALLING, handler=lambda pin: pressed.append(pin))
dac = DAC(Pin(25))
dac.write(128)
print(freq(), unique_id(), reset_cause(), RTC().datetime())
dog = WDT(timeout=30000)
while True:
    dog.feed()
    led.value(not led.value())
    time.sleep_ms(100)
"""}),
	"old sleep": ("esp8266", {"main.py": """import machine
import esp
import time
# for an esp8266 with GPIO16 at its reset
from machine import Pin, ADC
volts = ADC(0).read()
rtc = machine.RTC()
rtc.init((2026, 1, 1, 4, 0, 0, 0, 0))
time.sleep(3)
esp.deepsleep(2000000)
"""}),
}

# It sleeps, so that it costs nothing while check tries the doors; examples/lockouts has those that never rest.
LOCK = """import micropython, machine, network, time
micropython.kbd_intr(-1)
network.WLAN(network.STA_IF).active(False)
network.WLAN(network.AP_IF).active(False)
machine.UART(0).deinit()
while True:
    time.sleep(1)
"""


def lock_behind_imports(text):
	"""The script with a lock-out behind the imports of its first lines."""
	lines = text.splitlines(True)
	at = 0
	while at < len(lines) and (lines[at].startswith(("import ", "from ", "#")) or lines[at] == "esp.osdebug(None)\n"):
		at += 1
	return "".join(lines[:at]) + LOCK + "".join(lines[at:])
