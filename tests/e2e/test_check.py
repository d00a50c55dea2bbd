"""`lifeboat check` on each of examples/lockouts, and its edges; `run --flash`."""
import json
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree

import pytest

import harness

EXAMPLES = sorted(path for path in (harness.ROOT / "examples/lockouts").iterdir() if path.is_dir())
# What a report says besides: of examples whose names are these.
DETAILS = {
	"raises": lambda r: (r["scripts"]["state"], r["scripts"]["error"]) == ("raised", "ValueError: no such sensor"),
	"busy-boot": lambda r: (r["scripts"]["state"], r["ways"]["ctrl_c"], r["ways"]["mpremote"]) == ("running", True, False),
	"watchdog-loop": lambda r: r["scripts"]["watchdog_resets"] >= 2,
}
LINES = ["scripts", "watchdog", "Ctrl-C", "mpremote", "radio", "P12", "power cuts", "verdict"]


def expected(folder):
	texts = [path.read_text() for path in folder.rglob("*.py")]
	found = [int(number) for text in texts for number in re.findall(r"^# verdict: (\d)$", text, re.M)]
	assert len(found) == 1, f"{folder} must say once what its verdict is"
	return found[0]


def check(folder, *options, timeout=120):
	return harness.run_command("check", folder, *options, timeout=timeout)


def test_there_are_examples_of_each_verdict():
	assert {expected(folder) for folder in EXAMPLES} == {0, 3}
	assert set(DETAILS) <= {folder.name for folder in EXAMPLES}


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_example(folder):
	result = check(folder, "--seconds", 5, "--cuts", 5, "--json")
	assert result.returncode == expected(folder), result.stdout + result.stderr
	report = json.loads(result.stdout)
	assert report["verdict"] == result.returncode
	assert report["ways"]["p12"]
	assert DETAILS.get(folder.name, lambda _: True)(report), report
	assert report["cuts"] == {"count": 5, "torn": report["cuts"]["torn"], "comes_back": True, "mounts": True}


def test_lines_and_junit(scratch):
	file = os.path.join(scratch, "junit.xml")
	result = check(harness.ROOT / "examples/lockouts/native-loop", "--cuts", 1, "--seconds", 2, "--junit", file)
	assert result.returncode == 3, result.stderr
	assert [re.split(r"  +", line)[0].strip() for line in result.stdout.splitlines()] == LINES
	suite = xml.etree.ElementTree.parse(file).getroot()
	assert [case.get("name") for case in suite] == LINES
	failed = {case.get("name") for case in suite if case.find("failure") is not None}
	assert failed == {"Ctrl-C", "mpremote", "radio", "verdict"}
	assert int(suite.get("failures")) == len(failed) and int(suite.get("tests")) == len(LINES)


def test_an_empty_folder_is_quick(scratch, record_property):
	start = time.monotonic()
	result = check(scratch)
	seconds = time.monotonic() - start
	assert result.returncode == 0, result.stdout + result.stderr
	record_property("note", f"check on an empty folder: {seconds:.1f} s (aim 5 s)")
	assert seconds < 15


@pytest.mark.parametrize("arguments", [[], ["/nowhere"], [".", "--cuts", "x"], [".", "--seconds", "0"], [".", "."]])
def test_wrong_usage(arguments):
	result = harness.run_command("check", *arguments)
	assert result.returncode == 2 and result.stderr.count("\n") == 1


def test_what_does_not_fit_is_said(scratch):
	with open(os.path.join(scratch, "big.bin"), "wb") as file:
		file.truncate(3 << 20)
	result = check(scratch)
	assert result.returncode == 1 and "do not fit" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_ctrl_c(scratch, number):
	env = {**harness.environment(), "TMPDIR": scratch}
	command = [harness.LIFEBOAT, "check", str(harness.ROOT / "examples/lockouts/busy-loop")]
	client = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	end = time.monotonic() + 10
	while not any(name.startswith("lifeboat-check-") for name in os.listdir(scratch)) and time.monotonic() < end:
		time.sleep(0.01)
	time.sleep(0.5)  # somewhere in the middle
	client.send_signal(number)
	client.communicate(timeout=20)
	assert client.returncode == -number
	assert os.listdir(scratch) == []
	assert harness.processes_of(scratch) == {}


def test_run_flash(modules, scratch):
	"""A new module has the folder's files, binary exact; into one that is locked they go past its scripts."""
	data = os.urandom(5000) + bytes(range(256))
	files = os.path.join(scratch, "files")
	os.makedirs(os.path.join(files, "lib/deep"))
	for name, content in (("main.py", b"import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass\n"),
			("lib/deep/data.bin", data), (".hidden", b"x")):
		with open(os.path.join(files, name), "wb") as file:
			file.write(content)
	module = modules()
	module.start("--flash", files, phase="script")
	assert module.status()["clock"] == 1, "not the short run that copies the files"
	module.stop()
	with open(os.path.join(files, "main.py"), "w") as file:
		file.write("print('mended')\n")
	module.start("--flash", files)
	status = module.status()
	assert (status["clock"], status["boot"]["mode"]) == (1, "normal"), "nor the safe boot of the second"
	assert module.eval("open('/flash/lib/deep/data.bin', 'rb').read()") == data
	assert module.eval("open('/flash/main.py').read()") == "print('mended')\n"
	assert module.eval("sorted(__import__('os').listdir('/flash'))") == ["boot.py", "lib", "main.py"]
