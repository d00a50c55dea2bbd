"""make install: a command that runs wherever its folder lies, its manual page and completions, and make uninstall."""
import os
import re
import subprocess

from harness import ROOT


def make(*words):
	"""One at a time, as tools/test builds."""
	line = ["flock", "build/lock", "make", *words]
	done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=140)
	assert done.returncode == 0, done.stdout + done.stderr


def files(folder):
	return {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}


def output(prefix, *words, **options):
	return subprocess.run([prefix / "bin/lifeboat", *words], check=True, capture_output=True, text=True, timeout=60,
		**options).stdout


def commands(prefix):
	"""Each command with its options, as --help has them."""
	names = re.findall(r"^  (\w+) .*", output(prefix, "--help"), re.M)[:-1]
	return {name: re.findall(r"^  (--[\w-]+)", output(prefix, name, "--help"), re.M) for name in names}


def check_page(prefix, known):
	page = (prefix / "share/man/man1/lifeboat.1").read_text().replace("\\-", "-")
	sections = dict(re.findall(r"^\.SS (\w+)\n(.*?)(?=^\.S[SH])", page, re.M | re.S))
	assert {name: re.findall(r"^\.TP\n\\fB(--[\w-]+)", text, re.M) for name, text in sections.items()} == known


def bash_completes(prefix, *lines):
	script = 'source "$0"; while read -ra COMP_WORDS; do COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); ' \
		'COMP_WORDS=("${COMP_WORDS[@]/%./}"); _lifeboat; echo "${COMPREPLY[@]}"; done'
	completions = prefix / "share/bash-completion/completions/lifeboat"
	return subprocess.run(["bash", "-c", script, completions], input="\n".join(lines) + "\n", check=True,
		capture_output=True, text=True).stdout.splitlines()


def check_bash(prefix, known):
	"""A dot stands for a word of which nothing is typed yet."""
	found = bash_completes(prefix, "lifeboat .", "lifeboat re", "lifeboat -d run image si")
	assert found == [" ".join([*known, "-d --help --version"]), "reset repl", "sign"]
	found = bash_completes(prefix, *(f"lifeboat {name} --" for name in known))
	assert found == [" ".join([*options, "--help"]) for options in known.values()]


def check_zsh(prefix, known):
	text = (prefix / "share/zsh/site-functions/_lifeboat").read_text()
	parts = dict(re.findall(r"^\t\t(\w+)\)\n(.*?)^\t\t\t;;", text, re.M | re.S))
	assert {name: re.findall(r"^\t+'\*(--[\w-]+)\[", part, re.M) for name, part in parts.items()} == known


def test_install_and_uninstall(tmp_path):
	"""A module runs from a folder that was moved; what help has, the manual page and the completions have; and what is
	not ours stays."""
	make("install", f"PREFIX={tmp_path}/first")
	os.rename(tmp_path / "first", tmp_path / "second place")
	prefix = tmp_path / "second place"
	assert output(prefix, "run", tmp_path / "m", input="print(6*7)\n").splitlines()[-1] == "42"
	known = commands(prefix)
	assert len(known) >= 14 and "--clock" in known["run"]
	check_page(prefix, known)
	check_bash(prefix, known)
	check_zsh(prefix, known)
	(prefix / "bin/other").write_text("not ours\n")
	make("uninstall", f"PREFIX={prefix}".replace(" ", "\\ "))
	assert files(prefix) == {"bin/other"}
