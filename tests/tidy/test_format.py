"""One dialect: every C file is as .clang-format says."""
import functools
import re
import shutil
import subprocess

import pytest

import tree

MAJOR = 14  # other major versions format differently


@functools.lru_cache(maxsize=None)
def clang_format():
	"""The pinned major version, by its own name or as the system's, or None."""
	for command in (f"clang-format-{MAJOR}", "clang-format"):
		if shutil.which(command):
			version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
			if re.search(rf"version {MAJOR}\.", version):
				return command
	return None


def misformatted(paths):
	run = subprocess.run([clang_format(), "--dry-run", "-ferror-limit=1", f"--style=file:{tree.ROOT}/.clang-format",
		*map(str, paths)], capture_output=True, text=True, check=False)
	return sorted({line.split(":", 1)[0].removeprefix(f"{tree.ROOT}/") + ":" + line.split(":")[1]
		for line in run.stderr.splitlines() if "[-Wclang-format-violations]" in line})


@pytest.fixture(autouse=True)
def needs_clang_format():
	if clang_format() is None:
		pytest.skip(f"no clang-format {MAJOR} here")


def test_c_is_formatted():
	tree.expect_none(misformatted(tree.c_files()))


def test_a_misformatted_file_is_seen(tmp_path):
	source = tmp_path / "a.c"
	source.write_text("int a( int x )\n{\n    return x;\n}\n")
	assert misformatted([source])


def test_sizes_are_asked_for_in_one_way():
	wrong = [f"{tree.name(path)}:{number}" for path in tree.c_files()
		for number, line in enumerate(tree.code(tree.text(path)).splitlines(), 1) if re.search(r"\bsizeof\s+[^(\s]", line)]
	tree.expect_none(wrong)
