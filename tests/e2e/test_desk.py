"""What is on the desk around the module: voltages on pins, SD cards, the air, the second serial port."""
import hashlib
import os
import re
import socket
import subprocess

import pytest

import harness

CARD_BYTES = 32 * 1024 * 1024


def sha256(path):
	with open(path, "rb") as file:
		return hashlib.sha256(file.read()).hexdigest()


def test_a_voltage_reads_as_its_level(module):
	for volts, level in (("0V", "low"), ("1.2V", "low"), ("1.65V", "high"), ("3.6V", "high")):
		module.pin("P13", volts)
		assert module.pin("G5") == level
		status = module.status()
		assert status["volts"] == {"P13": float(volts[:-1])} and status["pins"]["P13"] == level
		assert module.eval("__import__('machine').Pin('P13').value()") == int(level == "high")
	module.pin("P13", "float")
	assert module.status()["volts"] == {}


def test_a_card_is_made_and_stays_in(module, scratch):
	path = os.path.join(scratch, "card.img")
	assert module.status()["sd"] is None
	module.run("sd", "insert", path)
	card = {"file": os.path.realpath(path), "bytes": CARD_BYTES}
	assert module.status()["sd"] == card and os.path.getsize(path) == CARD_BYTES
	made = sha256(path)
	module.run("sd", "insert", path)
	module.reset()
	assert module.status()["sd"] == card
	module.power("off")
	assert module.status()["sd"] == card
	module.power("on")
	module.wait("repl")
	assert module.status()["sd"] == card
	module.run("sd", "eject")
	module.run("sd", "eject")
	assert module.status()["sd"] is None and sha256(path) == made
	assert os.listdir(scratch) == ["card.img"]


def test_a_card_is_in_one_module(modules, scratch):
	path = os.path.join(scratch, "card.img")
	first, second = modules().start("--sd", path), modules().start()
	assert first.status()["sd"]["file"] == os.path.realpath(path)
	result = second.run("sd", "insert", path, check=False)
	assert result.returncode == 1 and "in use" in result.stderr and len(result.stderr.splitlines()) == 1
	result = first.run("sd", "insert", os.path.join(scratch, "other.img"), check=False)
	assert result.returncode == 1 and "eject" in result.stderr
	first.run("sd", "eject")
	second.run("sd", "insert", path)
	second.stop()
	first.run("sd", "insert", path)


@pytest.mark.parametrize("size, words", [(0, "0 bytes"), (1000, "1000 bytes"), (None, "directory")])
def test_what_is_no_card(module, scratch, size, words):
	path = os.path.join(scratch, "card.img")
	if size is None:
		os.mkdir(path)
	else:
		with open(path, "wb") as file:
			file.truncate(size)
	result = module.run("sd", "insert", path, check=False)
	assert result.returncode == 1 and words in result.stderr and len(result.stderr.splitlines()) == 1
	assert module.status()["sd"] is None
	folder = os.path.join(scratch, "module")
	result = harness.run_command("run", folder, "--headless", "--sd", path)
	assert result.returncode == 1 and words in result.stderr and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "{", '{"networks": 1}', '{"networks": [{"ssid": ""}]}',
	'{"networks": [{"ssid": "x", "password": "short"}]}', '{"networks": [{"ssid": "x", "chanel": 1}]}'])
def test_a_bad_air_is_refused(scratch, text):
	with open(os.path.join(scratch, "air.json"), "w", encoding="utf-8") as file:
		file.write(text)
	result = harness.run_command("run", scratch, "--headless")
	assert result.returncode == 1 and "air.json" in result.stderr and len(result.stderr.splitlines()) == 1


def test_wrong_words():
	for args in (["sd"], ["sd", "insert"], ["sd", "eject", "x"], ["sd", "ejekt"], ["sd", "insert", ""],
			["pin", "P13", "1.2"], ["pin", "P13", "V"], ["run", "--sd"], ["run", "--sd", ""]):
		result = harness.run_command(*args)
		assert result.returncode == 2 and len(result.stderr.splitlines()) == 1, (args, result)


def test_a_voltage_out_of_range(module):
	for volts in ("3.7V", "1.2345V", "1..2V"):
		result = module.run("pin", "P13", volts, check=False)
		assert result.returncode == 2 and "3.6V" in result.stderr, result


def test_one_clear_line(module):
	for volts in ("5V", "12V", "3.3333V"):
		result = module.run("pin", "P12", volts, check=False)
		assert result.returncode == 2 and result.stderr == \
			f"lifeboat: P12 takes high, low, float, or 0V to 3.6V with up to three decimals, not {volts}\n"
	assert module.run("sd", "eject").stdout == "sd: there was no card in the slot\n"
	help_text = subprocess.run([harness.ROOT / "lifeboat", "bench", "--help"], capture_output=True, text=True, timeout=30)
	assert help_text.returncode == 0 and re.fullmatch(r"usage: \./lifeboat bench [^\n]* update;[^\n]*\n", help_text.stdout)


def test_the_other_serial_ports_are_there(module):
	status = module.status()
	paths = [status[name] for name in ("uart0", "uart1", "uart2")]
	assert paths == [os.path.realpath(os.path.join(module.folder, name)) for name in ("uart0", "uart1", "uart2")]
	assert len(set(paths)) == 3


def test_both_servers_keep_their_ports_over_resets(module):
	before = module.status()["net"]
	assert before["radio"] != "off" and before["telnet"] and before["ftp"] and before["telnet"] != before["ftp"]
	module.reset()
	after = module.status()["net"]
	assert (after["telnet"], after["ftp"]) == (before["telnet"], before["ftp"])
	for port in (after["telnet"], after["ftp"]):
		socket.create_connection(("127.0.0.1", port), timeout=5).close()
	module.power("off")
	assert module.status()["net"]["radio"] == "off"
	with pytest.raises(ConnectionRefusedError):
		socket.create_connection(("127.0.0.1", after["telnet"]), timeout=5)
