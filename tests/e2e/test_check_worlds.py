"""lifeboat check in its networks: without one, with one that answers and visits, and with those of --matrix."""
import json

import pytest

import harness
from harness import write

ONLINE = """import micropython, network, socket, time
wlan = network.WLAN(mode=network.WLAN.STA)
wlan.connect("home", auth=(network.WLAN.WPA2, "long enough"))
while not wlan.isconnected():
    time.sleep_ms(50)
s = socket.socket()
s.connect(socket.getaddrinfo("web.example", PORT)[0][-1])
s.send(b"REQUEST")
"""
LOCK = "micropython.kbd_intr(-1)\nwlan.deinit()\nwhile True:\n    time.sleep(1)\n"
INNER = "    " + LOCK.replace("\n", "\n        ").rstrip() + "\n"
HTTP = ONLINE.replace("PORT", "80").replace("REQUEST", "GET / HTTP/1.0\\r\\n\\r\\n")
SERVER = """import micropython, network, socket, time
wlan = network.WLAN()
s = socket.socket()
s.bind(("", 80))
s.listen(1)
while True:
    c = s.accept()[0]
    c.settimeout(0.5)
    try:
        request = c.recv(100)
        c.send(b"HTTP/1.0 200 OK\\r\\n\\r\\nhi")
        c.close()
    except OSError as error:
        request = error
    print(request)
    CONDITION
"""
# What a script does in each network, and with which options.
WORLDS = {
	"a server's answer": (HTTP + "if s.read().endswith(b'{}'):\n    wlan.isconnected()\n" + LOCK, [],
		{"none": 0, "answers": 3}),
	"a server that refuses": (HTTP.replace("s.connect", "try:\n    s.connect", 1).replace("s.send", "except OSError:\n    "
		+ LOCK.replace("\n", "\n    ").rstrip() + "\ns.send"), ["--matrix"],
		{"none": 0, "answers": 0, "refuses": 3, "stalls": 0}),
	"a server that stalls": (HTTP + "s.settimeout(0.5)\ntry:\n    s.read(1)\nexcept OSError:\n    "
		+ LOCK.replace("\n", "\n    ").rstrip() + "\n", ["--matrix"],
		{"none": 0, "answers": 0, "refuses": 0, "stalls": 3}),
	"a handshake": (ONLINE.replace("PORT", "443").replace("REQUEST", "\\x16\\x03\\x01\\0\\5hello") + "s.read(1)\n", [],
		{"none": 0, "answers": 4}),
	"TLS": (HTTP.replace("80", "443").replace("s.send", "import ssl\ns = ssl.wrap_socket(s)\ns.write")
		+ "if s.read().endswith(b'{}'):\n    " + INNER, [], {"none": 0, "answers": 3}),
	"a network that is scanned for": ("import network, micropython, time\nSSID = 'Attic'\n"
		"wlan = network.WLAN(mode=network.WLAN.STA)\nif SSID in [n.ssid for n in wlan.scan()]:\n    " + INNER, [],
		{"none": 0, "answers": 3}),
	"a web server": (SERVER.replace("CONDITION", ""), [], {"none": 0, "answers": 0}),
	"a visitor who asks": (SERVER.replace("CONDITION", "if b'GET' in request:\n    " + INNER), [],
		{"none": 0, "answers": 3}),
	"a visitor who leaves, or is silent": (SERVER.replace("CONDITION", "if b'GET' not in request:\n    " + INNER)
		.replace("= error", "= b''"), ["--matrix"], {"none": 0, "answers": 0, "refuses": 3, "stalls": 3}),
	"no air": (HTTP + LOCK, ["--air", "absent"], {"given": 4}),
	"an empty bus": ("from machine import I2C\nprint(I2C(0).readfrom_mem(0x76, 0, 1))\n", ["--i2c", "0=absent"],
		{"none": 0}),
}


@pytest.mark.parametrize("case", WORLDS)
def test_each_network_has_its_verdict(scratch, case):
	script, options, networks = WORLDS[case]
	write(scratch, {"main.py": script})
	result = harness.run_command("check", scratch, "--seconds", 3, "--cuts", 0, "--json", *options, timeout=120)
	report = json.loads(result.stdout)
	assert report["networks"] == networks, report
	assert result.returncode == max(networks.values(), key=[0, 4, 3, 1].index), report
	assert (case == "a handshake") == any("no TLS with" in note["text"] for note in report["notes"])
