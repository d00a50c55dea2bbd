"""The image of a board without threads and TLS: the import says what board.mk leaves out, and all else runs."""
import os
import subprocess

import pytest

import harness

pytestmark = pytest.mark.timeout(600)  # a whole build
TREE = harness.ROOT / "build/lean"
IMAGE = TREE / "share/lifeboat/virtual.img"


@pytest.fixture(scope="module")
def image():
	if not os.environ.get("LIFEBOAT_LONG"):
		pytest.skip("builds another image: in --long only")
	made = subprocess.run(["make", "-C", harness.ROOT, "-j2", f"B={TREE.relative_to(harness.ROOT)}", "FIRMWARE_THREADS=",
		"FIRMWARE_TLS=", IMAGE.relative_to(harness.ROOT), f"MICROPYTHON_DIR={harness.ROOT / 'build/deps/micropython'}",
		f"MBEDTLS_DIR={harness.ROOT / 'build/deps/mbedtls'}"], capture_output=True, text=True, env=harness.environment())
	assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
	return IMAGE


def test_a_lean_image_says_what_it_has_not(modules, image, record_property):
	module = modules().start()
	module.run("flash", image)
	with module.uart() as uart:
		uart.raw()
		for _ in range(2):
			assert "ImportError: this board has no threads" in uart.error_of("import _thread")
			assert "ImportError: no module named 'ssl'" in uart.error_of("import ssl")
		assert uart.eval("__import__('hashlib').sha256(b'').digest()[:2]") == b"\xe3\xb0"
		uart.exec("import machine, time\nseen = []\nmachine.Timer(period=1, mode=machine.Timer.ONE_SHOT, "
			"callback=seen.append)\ntime.sleep_ms(20)")
		assert uart.eval("len(seen)") == 1
	lean, normal = (os.stat(file).st_size // 1024 for file in (image, harness.SHARE / "virtual.img"))
	record_property("note", f"image without threads and TLS: {lean} KiB, with them {normal} KiB")
	assert lean < normal - 100
