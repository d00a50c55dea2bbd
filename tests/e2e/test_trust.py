"""RUNTIME_KEYS=1: a module trusts, besides the built-in keys, those that it was made with."""
import json
import os
import re
import subprocess

import pytest

import harness
from harness import Module

RUNTIME = harness.ROOT / "build/runtime"
WIRE_FD_KEYS = 12


@pytest.fixture(scope="module")
def command():
	line = ["flock", "build/lock", "make", "-s", "runtime-programs"]
	made = subprocess.run(line, cwd=harness.ROOT, capture_output=True, text=True, timeout=140)
	assert made.returncode == 0, made.stdout + made.stderr
	return str(RUNTIME / "bin/lifeboat")


@pytest.fixture
def user(command, monkeypatch, tmp_path):
	"""A second user of the installed command, with a folder of his own."""
	monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
	monkeypatch.setattr(harness, "LIFEBOAT", command)
	return tmp_path


def lifeboat(*words):
	return subprocess.run([harness.LIFEBOAT, *map(str, words)], capture_output=True, text=True, timeout=60)


def keygen(*words):
	return re.search(r"key ([0-9a-f]{8})", lifeboat("image", "keygen", *words).stdout).group(1)


def signed(folder, version, key=None):
	image = folder / f"{version}.img"
	firmware = harness.ROOT / "build/firmware/virtual/virtual.elf"
	made = lifeboat("image", "sign", firmware, image, "--version", version, *(("--key", key) if key else ()))
	assert made.returncode == 0, made.stderr
	return image


def keys(module):
	status = json.loads(module.run("status", "--json").stdout)
	return status["keys"], status["added_keys"]


def test_a_second_users_key(user):
	"""keygen, sign, ota: it is trusted when the module is made, another one not, until the module is made anew with it;
	and none is added to a module that is there."""
	own = keygen()
	third = keygen(user / "third.pem")
	with Module(user / "m") as module:
		module.start()
		trusted, added = keys(module)
		assert added == [own] and len(trusted) == 2 and trusted[1] == own
		assert f"of this module: {own}\n" in module.run("status").stdout
		refused = module.run("ota", signed(user, "8.0.0", user / "third.pem"), check=False)
		assert refused.returncode == 1 and f"signed with key {third}, which is not trusted" in refused.stderr
		module.run("ota", signed(user, "9.0.0"))
		module.wait("repl")
		assert module.status()["boot"]["version"] == "9.0.0"
	refused = lifeboat("run", user / "m", "--headless", "--trust", user / "third.pem")
	assert refused.returncode == 1 and "keeps the keys that it was made with" in refused.stderr
	with Module(user / "m") as module:
		module.start()
		assert keys(module) == (trusted, [own])
	with Module(user / "m") as module:
		module.start("--reflash", "--trust", user / "third.pem")
		assert keys(module) == ([*trusted, third], [own, third])


def test_the_cpu_cannot_write_its_keys(user):
	"""What it is handed is sealed: not its own firmware, nor whoever opens it anew, writes one more into it."""
	keygen(user / "given.pem")
	with Module(user / "m") as module:
		module.start("--trust", user / "given.pem")
		handed = os.open(f"/proc/{module.hardware()['cpu_pid']}/fd/{WIRE_FD_KEYS}", os.O_RDWR)
		try:
			assert os.fstat(handed).st_size == 1024
			with pytest.raises(PermissionError):
				os.pwrite(handed, bytes(1024), 0)
			with pytest.raises(PermissionError):
				os.ftruncate(handed, 0)
		finally:
			os.close(handed)


def test_nine_keys_are_refused_and_make_no_module(user):
	"""One is built in and one is the development key."""
	keygen()
	options = []
	for number in range(7):
		keygen(user / f"{number}.pem")
		options += ["--trust", user / f"{number}.pem"]
	refused = lifeboat("run", user / "m", "--headless", *options)
	assert refused.returncode == 1 and "6.pem is one key too many: a bootloader trusts 8" in refused.stderr
	assert not os.path.exists(user / "m")


def test_the_usual_bootloader_trusts_no_more(command, tmp_path):
	"""It has no such code, whatever lies in a module's folder."""
	refused = lifeboat("run", tmp_path / "m", "--headless", "--trust", tmp_path / "any.pem")
	assert refused.returncode == 1 and "make RUNTIME_KEYS=1" in refused.stderr
	for place, there in (("build", False), ("build/runtime", True)):
		program = harness.ROOT / place / "libexec/lifeboat/bootloader-virtual"
		assert (b"runtime_trust.c" in program.read_bytes()) == there
