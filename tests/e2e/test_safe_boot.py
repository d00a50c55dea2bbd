"""What a safe boot leaves out: no file of the user's runs in it unless he asks, and no cell of the flash changes."""
import os
import re
import time

import pytest

import clients
import harness
import updates

# A file that shadows a built-in module so that whoever imports that is held for good.
TRAP = """import micropython
micropython.kbd_intr(-1)
print('caught', 'one')
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


# Every module that a file may shadow has a forced name as well, with a u in front. All but `uos` may be shadowed soon.
SHADOW = """import uos
def has(name):
    try:
        return __import__(name) is not None
    except ImportError:
        return False
names = [n for n in {names!r} if has('u' + n)]
for name in names:
    path = {place!r} + '/' + name + {form!r}
    for d in ({place!r}, path[:path.rfind('/')]):
        try:
            uos.mkdir(d)
        except OSError:
            pass
    with open(path, 'w') as f:
        f.write({text!r})
print(names)
"""


def shadow(uart, place, form, text):
	"""Puts a file in the place of every built-in module that a file may shadow; returns their names."""
	listed = uart.exec("help('modules')").replace("Plus any modules on the filesystem", "")
	names = uart.exec(SHADOW.format(names=sorted(set(re.findall(r"\w+", listed))), place=place, form=form, text=text))
	assert {"os", "binascii", "machine", "json", "time", "struct", "io", "hashlib", "errno"} <= set(eval(names)), names
	return eval(names)


@pytest.mark.parametrize("place", ["/flash", "/flash/lib", "/flash/.frozen"])
@pytest.mark.parametrize("form", [".py", ".mpy", "/__init__.py"])
def test_no_file_shadows_a_module_in_a_safe_boot(fast, place, form):
	"""Any name, place and form; an .mpy that is none would end in an error. Also after a soft reset."""
	with fast.uart() as uart:
		names = shadow(uart, place, form, "raise RuntimeError('a file of the user')\n")
	fast.safe_boot()
	with fast.uart() as uart:
		for _ in range(2):
			assert uart.eval("__import__('sys').path") == [".frozen"]
			uart.exec("\n".join(f"import {name}" for name in [*names, "asyncio"]))
			assert uart.eval("__import__('os').getcwd()") == "/flash"
			assert uart.eval("open('boot.py').read()").startswith("# boot.py"), "a rescuer types relative paths"
			uart.write(b"\x04")
			uart.expect("soft reboot")


def test_the_first_word_of_a_rescuer(fast):
	"""mpremote imports os at once: it lists, copies and removes files, and soft-resets, past a trap in every name."""
	with fast.uart() as uart:
		names = shadow(uart, "/flash", ".py", TRAP)
	fast.safe_boot()
	listing = fast.mpremote("fs", "ls").stdout
	assert b"os.py" in listing and b"caught" not in listing
	assert fast.mpremote("fs", "cat", ":boot.py").stdout.startswith(b"# boot.py")
	fast.mpremote("resume", "fs", "rm", *[f":{name}.py" for name in names])
	assert fast.mpremote("fs", "sha256sum", "boot.py").returncode == 0
	fast.reset()
	assert fast.eval("__import__('os').getcwd()") == "/flash"


def test_the_banner_says_how_to_import_ones_own(fast):
	fast.put("/flash/mine.py", "answer = 42\n")
	fast.put("/flash/lib/ours.py", "answer = 43\n")
	fast.pin("P12", "high")
	with fast.uart() as uart:
		uart.drop()
		fast.run("reset")
		uart.expect("release now")
		fast.pin("P12", "low")
		said = uart.expect(">>> ").decode()
		command = re.search(r"import sys; sys\.path\S* .*\)\r\n", said).group().strip()
		assert "ImportError" in uart.type("import mine")
		uart.type(command)
		assert uart.type("import mine, ours; mine.answer, ours.answer") == "(42, 43)\r\n"


def test_what_lifeboat_sends_is_not_shadowed(modules, tmp_path):
	"""Innocent files with the names of built-in modules, in a normal boot: each command that uses the REPL works."""
	(tmp_path / "tree" / "folder").mkdir(parents=True)
	(tmp_path / "tree" / "folder" / "file").write_text("copied\n")
	module = modules(clock=20).start()
	with module.uart() as uart:
		shadow(uart, "/flash", ".py", "answer = 42\n")
		assert "AttributeError" in uart.error_of("import binascii; binascii.a2b_base64")
	port = os.path.join(module.folder, "uart0")
	module.reset()
	assert harness.run_command("status", "--port", port).returncode == 0
	module.run("ota", updates.image("1.1.0"))
	assert module.status()["boot"]["slot"] == "ota_0"
	module.stop()
	module.start("--flash", tmp_path / "tree")
	assert module.eval("open('/flash/folder/file').read()") == "copied\n"
	module.run("flash", updates.image("1.2.0"), timeout=200)


def test_check_is_not_shadowed(tmp_path):
	for name in ("os", "machine", "json", "binascii"):
		(tmp_path / f"{name}.py").write_text("answer = 42\n")
	(tmp_path / "main.py").write_text("print('at', 'work')\n")
	result = harness.run_command("check", tmp_path, "--cuts", "1", "--seconds", "1", timeout=120)
	assert result.returncode == 0, result.stdout + result.stderr


# --- nothing is written

NVS, NVS_END = 0x009000, 0x010000


def overwrite(module, at, data):
	with open(os.path.join(module.folder, "flash.bin"), "r+b") as flash:
		flash.seek(at)
		flash.write(data)


def blank(module):
	module.power("off")
	overwrite(module, harness.FS, b"\xff" * (harness.FS_END - harness.FS))


def empty_nvs(module):
	module.power("off")
	overwrite(module, NVS, b"\xff" * (NVS_END - NVS))


def noise_in_nvs(module):
	module.power("off")
	overwrite(module, NVS, bytes(range(256)) * ((NVS_END - NVS) // 256))


def new(module):
	"""As it comes from the factory, but for the image."""
	blank(module)
	empty_nvs(module)


def damaged(module):
	module.power("off")
	overwrite(module, harness.FS, b"noise" * 3000)


def half_formatted(module):
	"""The power fails in the middle of the erasing."""
	module.exec("f = open('/flash/full', 'wb')\nfor i in range(300): f.write(bytes(4096))\nf.close()", 60)
	with module.uart() as uart:
		before = module.hardware()["flash"]["erases"]
		uart.start("import os; os.mkfs('/flash')")
		harness.until(lambda: module.hardware()["flash"]["erases"] > before + 20, 20, "erasing")
	module.power("off")


def format_hardly_begun(module):
	"""The mark is set and no sector erased yet: the files can still be saved."""
	half_formatted(module)
	overwrite(module, harness.FS, module.fs_before)


def full(module):
	module.exec("import os\nos.remove('/flash/main.py')\nf = open('/flash/full', 'wb')\ntry:\n"
	            "    while True: f.write(bytes(4096))\nexcept OSError: pass\ntry: f.close()\nexcept OSError: pass", 120)
	module.power("off")


STATES = {
	new: ("is blank", False), blank: ("is blank", False), empty_nvs: (None, True), noise_in_nvs: (None, True),
	damaged: ("is damaged", False), half_formatted: ("was being formatted when the power failed and", False),
	format_hardly_begun: ("was being formatted when the power failed.", True), full: (None, True),
}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_safe_boot_writes_nothing(fast, state):
	"""Whatever state flash and nvs are in, up to a prompt, over soft resets and looking around; then the owner formats."""
	said, mounts = STATES[state]
	fast.put("/flash/kept", "precious")
	fast.fs_before = fast.flash()[harness.FS:harness.FS_END]
	state(fast)
	fast.pin("P12", "high")
	before, flash = updates.counts(fast), fast.flash()
	with fast.uart() as uart:
		uart.drop()
		fast.power("on")
		uart.expect("release now")
		fast.pin("P12", "low")
		text = uart.expect(">>> ").decode()
		for _ in range(2):
			uart.write(b"\x04")
			uart.expect("soft reboot")
			uart.expect(">>> ")
		assert fast.status()["boot"]["mode"] == "safe" and fast.status()["net"]["password"]
		assert uart.eval("__import__('os').listdir('/')") == (["flash"] if mounts else [])
		uart.eval("__import__('pycom').nvs_get('nothing', 0)")
	fast.mpremote("fs", "ls", ":/")
	assert updates.counts(fast) == before
	assert fast.flash() == flash
	assert (said in text and "os.mkfs('/flash')" in text) if said else "os.mkfs" not in text, text
	if mounts:
		assert fast.eval("open('kept').read()") == "precious"
	if said:
		fast.exec("import os; os.mkfs('/flash')", timeout=60)
		fast.put("new", "usable at once")
		assert fast.eval("open('/flash/new').read()") == "usable at once"
	fast.reset()
	assert {"boot.py", "main.py", "lib"} <= set(fast.eval("__import__('os').listdir('/flash')")) or state is full


def test_the_password_of_a_safe_boot_is_not_kept(fast):
	"""One that is stored is used; one that a safe boot makes opens the servers, and holds until the next hard reset."""
	stored = fast.status()["net"]["password"]
	fast.safe_boot()
	assert fast.status()["net"]["password"] == stored
	empty_nvs(fast)
	fast.pin("P12", "high")
	with fast.watch("led", "phase") as watch:
		fast.power("on")
		watch.until_event(lambda e: e.get("rgb") == harness.ORANGE)
		fast.pin("P12", "low")
		watch.until_event(lambda e: e["event"] == "phase" and e["phase"] == "repl", 20)
	passwords = [stored]
	for reset in (lambda: None, fast.safe_boot, fast.reset):
		reset()
		passwords.append(fast.status()["net"]["password"])
	assert len(set(passwords)) == 4 and all(len(password) == 12 for password in passwords)
	fast.reset()
	assert fast.status()["net"]["password"] == passwords[-1], "the normal boot stored it"


# --- the user's own watchdog

HOLDER = """import machine, time
if machine.reset_cause() != machine.WDT_RESET:
    dog = machine.WDT(timeout=1500)
    print('at', 'work')
    while True:
        time.sleep_ms(100)
        dog.feed()
"""


def boots(module):
	return module.hardware()["boot"]


def stop_work(module, console):
	"""main.py feeds its watchdog, and Ctrl-C ends it."""
	module.put("/flash/main.py", HOLDER)
	console.drop()
	with module.watch("phase") as watch:
		module.run("reset")
		console.expect("at work")
		console.write(b"\x03")
		console.expect(">>> ")
		return watch.first["boot"] + 1


def expect_the_watchdog(module, boot, least_s, most_s):
	"""It bites after that much module time."""
	with module.watch("phase") as watch:
		begin = time.monotonic()
		if watch.first["boot"] == boot:
			watch.until_event(lambda e: e["boot"] == boot + 1, 20)
		took_s = (time.monotonic() - begin) * module.clock
	assert boots(module) == boot + 1 and module.hardware()["cause"] == "watchdog"
	assert least_s <= took_s <= most_s, took_s


def test_who_types_at_the_prompt_is_not_reset_by_the_users_watchdog(modules):
	harness.together(lambda mode: type_for_long(modules(clock=10).start(), mode), ["friendly", "raw", "paste"])


def type_for_long(fast, mode):
	with fast.uart() as uart, fast.watch("led") as watch:
		boot = stop_work(fast, uart)
		if mode == "raw":
			uart.raw()
		if mode == "paste":
			uart.write(b"\x05")
			uart.expect("=== ")
		for _ in range(4):
			harness.hold(watch, fast.module_seconds(18))
			uart.write("#")
		assert boots(fast) == boot
		uart.write(b"\x03\x02")
		assert uart.eval("6 * 7") == 42
		expect_the_watchdog(fast, boot, 24, 40)


def test_mpremote_is_not_reset_by_the_users_watchdog(modules, tmp_path):
	"""It copies a file that takes longer than the watchdog gives, and looks at it later."""
	module = modules(clock=10).start()
	(tmp_path / "file").write_bytes(os.urandom(20000))
	with module.uart() as uart:
		boot = stop_work(module, uart)
	for _ in range(2):
		module.mpremote("resume", "fs", "cp", tmp_path / "file", ":/flash/file")
	assert boots(module) == boot


def test_a_rescuer_over_telnet_is_not_reset_by_the_users_watchdog(fast):
	fast.put("/flash/main.py", HOLDER)
	with fast.uart() as uart:
		uart.drop()
		boot = boots(fast) + 1
		fast.run("reset")
		uart.expect("at work")
	with clients.Telnet(fast.status()["net"]) as telnet, fast.watch("led") as watch:
		telnet.write(b"\x03")
		telnet.expect(">>> ")
		for _ in range(3):
			harness.hold(watch, fast.module_seconds(18))
			assert telnet.type("6 * 7") == "42\r\n"
		assert boots(fast) == boot


@pytest.mark.parametrize("code", ["while True: pass", "import sys; sys.stdin.read(1000)", "input()"])
def test_the_users_watchdog_still_ends_what_hangs(fast, code):
	"""What is started at the prompt is a program again, also one that reads what is typed."""
	with fast.uart() as uart:
		boot = stop_work(fast, uart)
		uart.write(code + "\r" + "\r" * (code == "while True: pass"))
		with fast.watch("phase") as watch:
			for _ in range(8):
				harness.hold(watch, fast.module_seconds(0.7))
				uart.write("#")
			if not any(event["boot"] == boot + 1 for event in watch.events):
				watch.until_event(lambda e: e["boot"] == boot + 1, 1)
		assert fast.hardware()["cause"] == "watchdog"


def test_the_users_watchdog_without_anybody_there(fast):
	"""main.py ends by an error: nobody typed, and the watchdog that it left behind resets as before."""
	fast.put("/flash/main.py", HOLDER.replace("while True", "for i in range(2)"))
	with fast.watch("phase") as watch:
		boot = watch.first["boot"] + 1
		fast.run("reset")
		watch.until_event(lambda e: e["boot"] == boot and e["phase"] == "repl")
		expect_the_watchdog(fast, boot, 0.5, 5)
