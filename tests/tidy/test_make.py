"""What make asks before it does anything: each `./lifeboat run` waits for that."""
import os
import shutil
import subprocess

import pytest

import tree


@pytest.mark.skipif(shutil.which("make") is None or shutil.which("gcc") is None, reason="make and gcc are not there")
def test_the_compiler_is_asked_few_questions(tmp_path):
	"""A variable that asks with "=" in place of ":=" does so again for each target."""
	asked, compiler = tmp_path / "asked", tmp_path / "gcc"
	compiler.write_text(f'#!/bin/sh\necho "$*" >>{asked}\nexec gcc "$@"\n')
	compiler.chmod(0o755)
	deps = {f"{name.upper()}_DIR": tree.ROOT / "build/deps" / name for name in ("micropython", "mbedtls")}
	made = subprocess.run(
		["make", "-n", f"B={tmp_path}/build", f"CC={compiler}", *(f"{name}={where}" for name, where in deps.items()), "all"],
		cwd=tree.ROOT, capture_output=True, text=True, env=os.environ | {"MAKEFLAGS": ""}, timeout=60, check=False)
	assert asked.exists(), made.stderr
	questions = asked.read_text().splitlines()
	assert len(questions) < 60, questions[:60]
