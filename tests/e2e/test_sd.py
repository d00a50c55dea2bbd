"""The SD card: mounted, pulled out under open files, exchanged, and left alone by what is not about it."""
import contextlib
import ftplib
import hashlib
import io
import pathlib

import pytest

from clients import ftp, ftp_read


@pytest.fixture
def card(modules, scratch):
	"""A module with a card in its slot, mounted, and the card's file."""
	path = pathlib.Path(scratch, "card.img")
	module = modules().start("--sd", path)
	with module.uart() as uart:
		uart.exec("import os, machine\nos.mount(machine.SD(), '/sd')")
		yield module, uart, path


def test_a_missing_file_becomes_an_empty_card(card):
	module, uart, path = card
	assert path.stat().st_size == 32 << 20 and module.status()["sd"]["bytes"] == 32 << 20
	assert uart.eval("os.listdir('/sd')") == []
	uart.put("/sd/a.txt", "text" * 3000)
	module.stop()
	module.start("--sd", path)
	with module.uart() as again:
		again.exec("import os, machine\nos.mount(machine.SD(), '/sd')")
		assert again.eval("open('/sd/a.txt').read()") == "text" * 3000


def test_no_card(module):
	with module.uart() as uart:
		assert "OSError" in uart.error_of("import machine; machine.SD()")


def test_ejected_under_open_files(card):
	module, uart, _ = card
	uart.put("/sd/a.txt", "x" * 20000)
	uart.exec("f = open('/sd/a.txt')\ng = open('/sd/b.txt', 'w')\nh = open('/flash/kept.txt', 'w')\nh.write('before ')")
	module.run("sd", "eject")
	assert module.status()["sd"] is None
	assert "OSError" in uart.error_of("f.read()")
	assert "OSError" in uart.error_of("g.write('y' * 20000)\ng.close()")
	assert "OSError" in uart.error_of("with open('/sd/c.txt', 'w') as c:\n    c.write('z' * 5000)")
	uart.exec("h.write('and after')\nh.close()")
	assert uart.eval("open('/flash/kept.txt').read()") == "before and after"
	uart.exec("os.umount('/sd')")
	assert uart.eval("'sd' in os.listdir('/')") is False


def test_times_that_ftp_sets(card):
	"""On both file systems; FAT keeps even seconds from 1980 on and says so, and a folder has no time to set."""
	module, uart, _ = card
	session = ftp(module.status()["net"])
	for folder, kept in (("/flash", "20240229123457"), ("/sd", "20240229123456")):
		session.storbinary(f"STOR {folder}/t.txt", io.BytesIO(b"text"))
		assert session.sendcmd(f"MFMT 20240229123457 {folder}/t.txt") == f"213 Modify={kept}; {folder}/t.txt"
		assert session.sendcmd(f"MDTM {folder}/t.txt") == f"213 {kept}"
		assert uart.eval(f"__import__('time').gmtime(os.stat('{folder}/t.txt')[8])[:3]") == (2024, 2, 29)
		assert ftp_read(session, f"{folder}/t.txt") == b"text"
		assert session.sendcmd(f"SITE CHMOD 600 {folder}/t.txt").startswith("200")
		for refused in (f"MFMT 20240229123457 {folder}", f"MFMT 20240229123457 {folder}/no", f"SITE CHMOD 600 {folder}/no"):
			with pytest.raises(ftplib.error_perm, match="^550"):
				session.sendcmd(refused)
		assert uart.eval(f"'no' in os.listdir('{folder}')") is False
	with pytest.raises(ftplib.error_perm, match="^553"):
		session.sendcmd("MFMT 19790101000000 /sd/t.txt")
	session.storbinary("STOR /flash/now.txt", io.BytesIO(b"text"))
	assert uart.eval("abs(__import__('time').time() - os.stat('/flash/now.txt')[8]) < 60") is True


def test_another_card_is_not_taken_for_the_old_one(card, scratch):
	module, uart, path = card
	uart.put("/sd/a.txt", "x" * 20000)
	other = pathlib.Path(scratch, "other.img")
	uart.exec("f = open('/sd/a.txt', 'a')")
	module.run("sd", "eject")
	module.run("sd", "insert", other)
	digest = hashlib.sha256(other.read_bytes()).digest()
	assert "OSError" in uart.error_of("f.write('y' * 20000)\nf.close()")
	assert hashlib.sha256(other.read_bytes()).digest() == digest, "nothing of the old card goes to the new one"
	module.run("sd", "eject")
	module.run("sd", "insert", path)
	assert "OSError" in uart.error_of("open('/sd/new.txt', 'w')"), "not even the same card again, without a mount"
	uart.exec("os.umount('/sd')\nos.mount(machine.SD(), '/sd')")
	assert uart.eval("open('/sd/a.txt').read()") == "x" * 20000


def test_mkfs_of_flash_leaves_the_card_alone(card):
	module, uart, path = card
	uart.put("/sd/a.txt", "on the card")
	before = hashlib.sha256(path.read_bytes()).hexdigest()
	uart.exec("os.mkfs('/flash')", timeout=90)
	assert hashlib.sha256(path.read_bytes()).hexdigest() == before
	assert uart.eval("open('/sd/a.txt').read()") == "on the card"


def test_main_of_the_card_is_not_run(card):
	module, uart, path = card
	uart.put("/sd/main.py", "print('from the card')")
	uart.drop()
	module.reset()
	assert "from the card" not in uart.expect(">>> ").decode()


def test_the_card_over_ftp(card):
	"""Files and folders as on /flash; and what is not there any more is refused, without an end to the session."""
	module, uart, _ = card
	data = bytes(range(256)) * 100
	session = ftp(module.status()["net"])
	assert {"flash", "sd"} <= set(session.nlst("/"))
	session.mkd("/sd/dir")
	session.cwd("/sd/dir")
	for content in (data, b"short", data[:7000]):
		session.storbinary("STOR a.bin", io.BytesIO(content))
		assert ftp_read(session, "/sd/dir/a.bin") == content
	session.storbinary("APPE a.bin", io.BytesIO(data[7000:]))
	assert session.size("a.bin") == len(data) and uart.eval("open('/sd/dir/a.bin', 'rb').read()") == data
	with pytest.raises(ftplib.error_perm, match="^553 .*not from one file system to another"):
		session.rename("a.bin", "/flash/a.bin")
	session.rename("a.bin", "/sd/A long name.bin")
	session.rmd("/sd/dir")
	session.cwd("/sd")
	assert [name for name, facts in session.mlsd() if facts["type"] == "file"] == ["A long name.bin"]

	upload = session.transfercmd("STOR big.bin")
	upload.sendall(data)
	module.run("sd", "eject")
	with contextlib.suppress(ConnectionError), upload:  # the module may end it first
		upload.sendall(data * 4)
	with pytest.raises((ftplib.error_temp, ftplib.error_perm)):
		session.voidresp()
	assert "boot.py" in session.nlst("/flash")
	module.run("sd", "insert", card[2])
	uart.exec("os.umount('/sd')")
	with pytest.raises(ftplib.error_perm, match="^550"):
		session.cwd("/sd")
	uart.exec("os.mount(machine.SD(), '/sd')")
	assert [name for name in session.nlst("/sd") if not name.endswith(".upload")] == ["A long name.bin"]
	session.delete("/sd/A long name.bin")
	session.quit()
