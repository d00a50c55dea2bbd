"""A smoke with programs whose uninitialised variables hold a pattern, where a fresh stack's zeros would hide them: some
of the other tests run with command, hardware and bootloader as clang's -ftrivial-auto-var-init=pattern makes them."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import harness

TREE = harness.ROOT / "build/pattern"
HERE = pathlib.Path(__file__).parent
SMOKE = [
	"test_boot.py::test_first_run", "test_boot.py::test_default_folder_and_environment",
	"test_boot.py::test_wait_for_a_module_that_is_not_yet_started", "test_flash.py::test_flash_is_read_into_a_file",
	"test_flash.py::test_an_image_is_written_started_and_told", "test_port.py::test_a_pipe_through_repl[pty]",
]


def make(*words):
	return subprocess.run(["flock", "build/lock", "make", "-O", f"-j{os.cpu_count()}", *words], cwd=harness.ROOT,
		capture_output=True, text=True)


@pytest.mark.long
def test_uninitialised_variables_do_not_matter():
	if not shutil.which("clang"):
		pytest.skip("no clang here")
	made = make("pattern-programs", "MICROPYTHON_DIR=" + os.environ.get("MICROPYTHON_DIR", "build/deps/micropython"))
	assert made.returncode == 0, made.stdout + made.stderr
	(TREE / "share").mkdir(exist_ok=True)
	if not (TREE / "share/lifeboat").exists():
		(TREE / "share/lifeboat").symlink_to(harness.SHARE)
	result = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
		*(str(HERE / name) for name in SMOKE)], env=dict(os.environ, LIFEBOAT=str(TREE / "bin/lifeboat")),
		capture_output=True, text=True)
	assert result.returncode == 0, result.stdout + result.stderr
