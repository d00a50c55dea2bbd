"""A release and a Debian package: the same bytes from any folder, nothing of a system but glibc, and they run in bare
roots of what is out there."""
import filecmp
import json
import os
import re
import shutil
import subprocess
import tarfile

import pytest

from harness import LIFEBOAT, ROOT

ROOTS = ("bookworm", "trixie", "jammy", "noble")


def run(*line, cwd=ROOT, timeout=1200):
	done = subprocess.run([str(word) for word in line], cwd=cwd, capture_output=True, text=True, timeout=timeout)
	assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
	return done.stdout


def compiled(folder, source, *flags):
	program = folder / "program"
	(folder / "program.c").write_text(source)
	run("gcc", "-o", program, folder / "program.c", *flags)
	return subprocess.run([ROOT / "tools/check-glibc", "2.35", program], capture_output=True, text=True)


def test_what_needs_more_than_glibc_is_no_release(tmp_path):
	"""What any machine has passes; another library does not, nor a symbol that came later than glibc 2.35."""
	usual = compiled(tmp_path, "#include <math.h>\nint main(int c, char **v) { return (int)cos(c); }", "-lm")
	assert usual.returncode == 0
	other = compiled(tmp_path, "#include <zlib.h>\nint main(void) { return *zlibVersion(); }", "-lz")
	assert other.returncode == 1 and "needs libz.so.1, which is not glibc's" in other.stderr
	newer = compiled(tmp_path, "#include <stdlib.h>\nint main(void) { return (int)arc4random(); }")
	assert newer.returncode == 1 and "needs GLIBC_2.36 for arc4random" in newer.stderr


def make_release(folder, key, *what):
	"""In a copy of the sources, with what others wrote from here."""
	shutil.copytree(ROOT, folder, ignore=lambda at, names: {"build", ".git", "module"} & set(names) if
		os.path.samefile(at, ROOT) else set())
	(folder / "build").mkdir()
	(folder / "build/deps").symlink_to(ROOT / "build/deps")
	run("make", "-j2", *what, f"KEY={key}", cwd=folder)
	return folder / "build/dist"


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
	"""From two folders, whose names have not even the same length."""
	folder = tmp_path_factory.mktemp("release")
	run(LIFEBOAT, "image", "keygen", folder / "key.pem")
	run("tools/fetch", "cjson", "build/deps")
	return (make_release(folder / "a", folder / "key.pem", "dist", "deb"),
		make_release(folder / "another-folder", folder / "key.pem", "dist", "deb"))


def the_only(folder, pattern):
	found, = folder.glob(pattern)
	return found


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("release")
def test_the_same_bytes_from_two_folders(releases):
	for pattern in ("lifeboat-*.tar.gz", "lifeboat_*.deb"):
		one, other = (the_only(folder, pattern) for folder in releases)
		assert one.name == other.name and filecmp.cmp(one, other, shallow=False), pattern


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("release")
def test_it_says_whose_code_is_in_it(releases):
	"""The text and the bill have the same parts, among them what each kind of linking brings."""
	with tarfile.open(the_only(releases[0], "lifeboat-*.tar.gz")) as archive:
		texts = {os.path.basename(member.name): archive.extractfile(member).read().decode() for member in archive
			if member.name.endswith(("THIRD-PARTY.md", ".cdx.json"))}
	named = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", texts["THIRD-PARTY.md"], re.M)[1:]
	bill = json.loads(texts["lifeboat.cdx.json"])
	assert [part["name"] for part in bill["components"]] == named and bill["bomFormat"] == "CycloneDX"
	assert {"cJSON", "libsodium", "libuv", "zlib", "OpenSSL libcrypto", "Mbed TLS", "p256-m", "MicroPython", "littlefs",
		"FatFs (ooFatFs)", "re1.5", "uzlib"} <= set(named)
	assert all(f"\n## {name}\n" in texts["THIRD-PARTY.md"] for name in named if name != "Mbed TLS's error texts")


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("release")
def test_lintian_has_no_error(releases):
	if not shutil.which("lintian"):
		pytest.skip("no lintian here")
	run("lintian", "--fail-on", "error", "--allow-root", the_only(releases[0], "lifeboat_*.deb"))


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("release")
@pytest.mark.parametrize("suite", ROOTS)
def test_in_a_bare_root(releases, suite):
	"""Of Debian or Ubuntu as debootstrap leaves it: archive and package are installed, and rescue a module each."""
	made = subprocess.run(["tools/root", suite, "build/deps"], cwd=ROOT, capture_output=True, text=True, timeout=1200)
	if made.returncode != 0:
		pytest.skip(made.stderr.strip().splitlines()[-1])
	root = made.stdout.strip()
	for pattern in ("lifeboat-*.tar.gz", "lifeboat_*.deb"):
		shutil.copy(the_only(releases[0], pattern), f"{root}/tmp")
	shutil.copy(ROOT / "tests/e2e/rescue", f"{root}/tmp")
	script = "rm -rf /tmp/l; mkdir /tmp/l; tar -xf /tmp/lifeboat-*.tar.gz -C /tmp/l; /tmp/rescue /tmp/l/*/bin/lifeboat; " \
		"dpkg -i /tmp/lifeboat_*.deb; /tmp/rescue /usr/bin/lifeboat; dpkg -r lifeboat; test ! -e /usr/libexec/lifeboat; " \
		"rm /tmp/lifeboat* "
	said = run("tools/in-root", root, "sh", "-ec", script)
	assert said.count("rescued\n") == 2
