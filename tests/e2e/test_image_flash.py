"""lifeboat image flash: a module's whole flash for production, and the module that has it."""
import json
import pathlib
import shutil

import harness

IMAGE = harness.SHARE / "virtual.img"


def make(*options, code=0):
	result = harness.run_command("image", "flash", "--image", IMAGE, *options)
	assert result.returncode == code, result
	assert len(result.stderr.splitlines()) == (code != 0), result
	return result.stderr


def test_a_module_has_what_was_given(modules, tmp_path):
	files = tmp_path / "files"
	(files / "lib").mkdir(parents=True)
	(files / "lib/site.py").write_text("PLACE = 'roof'\n")
	(files / "main.py").write_text("import pycom, site\npycom.nvs_set('seen', 1)\n")
	values = tmp_path / "values.json"
	values.write_text(json.dumps({"serial": 1042, "site": "röof"}))
	module = modules()
	pathlib.Path(module.folder).mkdir(exist_ok=True)
	flash = pathlib.Path(module.folder) / "flash.bin"
	make("--files", files, "--nvs", values, "--out", flash)
	first = flash.read_bytes()
	(files / "main.py").touch()
	copy = shutil.copytree(files, tmp_path / "elsewhere")
	make("--files", copy, "--nvs", values, "--out", flash)
	assert flash.read_bytes() == first, "another date, another folder, and the same flash"
	module.start()
	assert module.eval("(__import__('pycom').nvs_get('serial'), __import__('pycom').nvs_get('site'))") == (1042, 'röof')
	assert module.eval("(__import__('pycom').nvs_get('seen'), __import__('site').PLACE)") == (1, 'roof')


def test_what_is_refused(tmp_path):
	out = tmp_path / "flash.bin"
	out.write_text("older")
	values = tmp_path / "values.json"
	values.write_text('{".wifi_key": "x"}')
	assert "values.json: .wifi_key: a name has" in make("--nvs", values, "--out", out, code=1)
	assert "nowhere" in make("--files", tmp_path / "nowhere", "--out", out, code=1)
	assert "cannot create" in make("--out", tmp_path / "no/such/folder", code=1)
	large = tmp_path / "large"
	large.mkdir()
	(large / "a.bin").write_bytes(bytes(8 << 20))
	assert "do not fit" in make("--files", large, "--out", out, code=1)
	broken = tmp_path / "broken.img"
	broken.write_bytes(IMAGE.read_bytes()[:-1])
	result = harness.run_command("image", "flash", "--image", broken, "--out", out)
	assert result.returncode == 1 and len(result.stderr.splitlines()) == 1 and "broken.img" in result.stderr
	result = harness.run_command("image", "flash", "--out", out)
	assert result.returncode == 2 and "--image" in result.stderr
	assert out.read_text() == "older", "a refusal left something else"
