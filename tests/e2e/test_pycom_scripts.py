"""Scripts of our own that use Pycom's names in the way that public ones do."""
import urllib.request

import harness
from clients import refused

JOINS = """
import pycom, time, machine
from network import WLAN
pycom.heartbeat(False)
known = {'Lifeboat-WPA2': 'back-to-shore', 'At home': 'some password'}
wlan = WLAN(mode=WLAN.STA, antenna=WLAN.INT_ANT)
original = wlan.ssid()
for net in wlan.scan():
    if net.ssid in known:
        wlan.ifconfig(config='dhcp')
        wlan.connect(net.ssid, auth=(net.sec, known[net.ssid]), timeout=10000)
        break
try:
    while not wlan.isconnected():
        machine.idle()
except TimeoutError:
    machine.reset()
rtc = machine.RTC(id=0)
time.timezone(3600)
"""
SLEEPS = """
import machine, pycom, os
rtc = machine.RTC()
count = int.from_bytes(rtc.memory(), 'little') + 1
rtc.memory(count.to_bytes(4, 'little'))
reason, pins = machine.wake_reason()
volts = machine.ADC(bits=12).channel(pin='P16', attn=machine.ADC.ATTN_11DB).voltage()
with open('/flash/log', 'a') as f:
    f.write('%d %d %d %d\\n' % (count, reason, machine.reset_cause(), volts))
wdt = machine.WDT(timeout=20000)
wdt.feed()
if count < 3:
    machine.deepsleep(50)
print(WLAN().isconnected() if 'WLAN' in globals() else None, os.getfree('/flash') > 0)
"""


def test_a_logger_joins_by_name_measures_and_sleeps(module):
	module.put("/flash/boot.py", JOINS)
	module.put("/flash/main.py", SLEEPS)
	module.pin("P16", "0.8V")
	module.reset(None)
	harness.until(lambda: (module.status()["boot"] or {}).get("cause") == "deep-sleep", 30, "the first wake")
	harness.until(lambda: module.status()["phase"] == "repl", 60, "the end of its last run")
	lines = [list(map(int, line.split())) for line in module.eval("open('/flash/log').read()").splitlines()]
	wake, deep = module.eval("(__import__('machine').RTC_WAKE, __import__('machine').DEEPSLEEP_RESET)")
	assert [line[0] for line in lines] == [1, 2, 3] and {line[3] for line in lines} == {800}, lines
	assert [line[1:3] for line in lines[1:]] == [[wake, deep]] * 2
	assert module.status()["net"]["station"] == "Lifeboat-WPA2"
	assert module.status()["last_error"] in (None, "")


SERVES = """
import socket
from network import WLAN
wlan = WLAN(mode=WLAN.AP, ssid='lights', auth=(WLAN.WPA2, 'switch them on'), channel=7, antenna=WLAN.INT_ANT)
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((wlan.ifconfig(id=1)[0], 83))
server.listen(5)
server.settimeout(0.5)
while True:
    try:
        client, address = server.accept()
    except socket.timeout:
        continue
    client.settimeout(2)
    request = client.recv(1024)
    if request:
        client.send(b'HTTP/1.0 200 OK\\r\\n\\r\\n' + request.split()[1])
    client.close()
"""


def test_a_web_server_at_the_access_point(module):
	"""Its port 83 of 192.168.4.1 is 8000 above it on the host's loopback, as those below 1024 are."""
	module.put("/flash/main.py", SERVES)
	module.reset("script")
	harness.until(lambda: not refused(8083), 20, "the server")
	for page in ("/", "/lights?on=1"):
		with urllib.request.urlopen(f"http://127.0.0.1:8083{page}", timeout=10) as answer:
			assert answer.read() == page.encode()
	assert module.status()["net"]["ssid"] == "lights" and module.status()["last_error"] in (None, "")
