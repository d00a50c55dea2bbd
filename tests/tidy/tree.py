"""The repository's files, as the tidy tests look at them."""
import collections
import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("core", "protocols", "crypto", "boards", "firmware", "hardware", "host", "tests", "benches", "docs",
	"examples", "conf", "tools", ".ci")
C_FOLDERS = ("core", "protocols", "crypto", "boards", "firmware", "hardware", "host", "tests", "examples")


def core(*modules):
	return tuple(f"core/{module}/" for module in ("base", "hw", "flashmap", "handoff", "image") + modules)


BOARDS = sorted(path.parent.name for path in ROOT.glob("boards/*/board.mk"))
BOARD_GLUE = tuple(sorted(f"boards/{path.name}" for path in ROOT.glob("boards/*.[ch]")))
# What each program is made of. A name that occurs twice among them confuses debuggers, logs and people.
PROGRAMS = {
	**{f"bootloader {board}": ("core/", "crypto/", "protocols/espressif/", "hardware/model/", *BOARD_GLUE,
		f"boards/{board}/") for board in BOARDS},
	"firmware": core("record", "update", "trial", "nvs") + ("crypto/", "hardware/model/", "boards/virtual/common/",
		"boards/virtual/periph/", "protocols/ftp/", "protocols/login/", "protocols/telnet/", "firmware/"),
	"hardware": core() + ("crypto/", "protocols/rfc2217/", "hardware/"),
	"host": core("record", "update", "boot") + ("crypto/", "protocols/", "host/"),
	"unit": ("tests/unit/",),
	"power": ("tests/power/",),
	"fuzz": ("tests/fuzz/",),
	"spec": ("tests/spec/",),
}
BINARY = {".png", ".img", ".bin", ".mpy", ".gif"}


def walk(root=ROOT):
	"""Every text file that is ours: the top folder's files and all below the known folders."""
	found = [path for path in root.iterdir() if path.is_file()]
	for folder in FOLDERS:
		found += [path for path in (root / folder).rglob("*") if path.is_file()]
	skipped = ("__pycache__", ".pytest_cache", "build")
	return sorted(path for path in found
		if path.suffix not in BINARY | {".pyc"} and not set(skipped) & set(path.relative_to(root).parts))


def c_files(root=ROOT, folders=C_FOLDERS):
	return [path for path in walk(root) if path.suffix in (".c", ".h") and path.relative_to(root).parts[0] in folders]


@functools.lru_cache(maxsize=None)
def text(path):
	return path.read_text(encoding="utf-8")


def name(path, root=ROOT):
	return path.relative_to(root).as_posix()


def code(source):
	"""C without comments and without what is in string and character literals; the lines stay where they are."""
	token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

	def blank(match):
		found = match.group(0)
		if found[0] in "\"'":
			return found[0] * 2
		return "\n" * found.count("\n") or " "

	return token.sub(blank, source)


def expect_none(found):
	assert not found, "\n" + "\n".join(found)


def functions(source):
	"""(name, first line, lines) of every function defined in C source with braces as our style has them."""
	result = []
	head = start = None
	for number, line in enumerate(code(source).split("\n")):
		if start is not None:
			if line.startswith("}"):
				result.append((called, start + 1, number - start + 1))
				head = start = None
			continue
		if line.endswith(";") or line.startswith(("#", "}")):
			head = None
		elif line and line[0] not in " \t{":
			head = (head or []) + [(number, line)] if line.endswith("{") and head else [(number, line)]
		elif head and line.startswith(("\t", " ")):
			head.append((number, line))
		if head and (line == "{" or line.endswith(") {")):
			signature = re.search(r"(\w+)\s*\(.*\)", " ".join(text for _, text in head))
			if signature:
				called, start = signature.group(1), head[0][0]
	return result


def twice_named(paths, root=ROOT):
	for program, parts in PROGRAMS.items():
		found = collections.defaultdict(list)
		for path in paths:
			if name(path, root).startswith(parts):
				found[path.name].append(name(path, root))
		for where in found.values():
			if len(where) > 1:
				yield f"{program}: {' '.join(where)}"
