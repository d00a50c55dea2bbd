"""npm's esptool-js, unmodified, over RFC 2217."""
import os
import pathlib
import shutil
import subprocess

import pytest

import harness
import tools

MODULES = harness.ROOT / "build/deps/esptool-js/node_modules"


@pytest.mark.skipif(not MODULES.is_dir(), reason="no esptool-js (tools/fetch esptool-js build/deps says why)")
@pytest.mark.skipif(shutil.which("node") is None, reason="no node, which runs esptool-js")
def test_esptool_js(modules, scratch):
	"""It brings its own stub along, whose flavour it then speaks; the image that it wrote boots."""
	module = modules(clock=20).start("--port", "0")
	image = tools.make_image(scratch, "0.3.0")
	port = module.status()["rfc2217"].rpartition(":")[2]
	script = pathlib.Path(__file__).with_name("esptool_js.mjs")
	command = ["node", script, MODULES, port, image, str(tools.OTA_0)]
	result = subprocess.run(command, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL,
	                        env=harness.environment())
	lines = result.stdout.splitlines()
	assert result.returncode == 0, result.stdout + result.stderr
	assert lines[0].startswith("chip ESP32")
	assert lines[2:] == ["blank true", "compressed true", "sum true", "blank true", "plain true", "sum true"]
	written = pathlib.Path(image).read_bytes()
	assert module.flash()[tools.OTA_0:tools.OTA_0 + os.path.getsize(image)] == written
	module.wait("repl")
	assert module.status()["boot"]["slot"] == "ota_0" and module.status()["boot"]["version"] == "0.3.0"
	assert module.eval("__import__('machine').unique_id().hex(':')") == lines[1].removeprefix("mac ")
