"""Who may include whom (the design's "Layout and layers"), and that nobody goes round in circles."""
import re

import pytest

import tree

# The hand-off carries the flash map and the keys that images are signed with, so it is above both.
RANKS = {"base": 0, "hw": 1, "flashmap": 2, "gate": 2, "trial": 2, "nvs": 3, "image": 3, "handoff": 4, "record": 4,
	"loader": 4, "update": 5, "boot": 6}
# The protocols that core speaks itself.
CORES_PROTOCOLS = {"loader": "protocols/espressif/"}
FREESTANDING = {"float.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdnoreturn.h",
	"string.h"}
MICROPYTHON = ("py/", "extmod/", "shared/", "lib/", "genhdr/", "ports/")


def core(*modules):
	return [f"core/{module}/" for module in modules]


# The firmware's folders; its headers beside them (mphalport.h and the like) are MicroPython's to include, as glue is.
FIRMWARE_RANKS = {"io": 0, "store": 1, "update": 2, "net": 2, "threads": 2, "threadless": 3, "life": 3, "python": 4,
	"tls": 5, "glue": 6, "check": 6}
# For every part of the tree but core itself: what it may include. The longest matching part counts.
ALLOWED = {
	# Engines without I/O, each by itself.
	"protocols/espressif/": core("base") + ["protocols/espressif/"],
	"protocols/ftp/": core("base") + ["protocols/ftp/", "protocols/login/", "protocols/telnet/telnet.h"],
	"protocols/login/": core("base") + ["protocols/login/"],
	"protocols/rfc2217/": core("base") + ["protocols/rfc2217/", "protocols/telnet/telnet.h"],
	"protocols/telnet/": core("base") + ["protocols/login/", "protocols/telnet/"],
	"protocols/trace/": [],
	"crypto/": core("base", "image") + ["crypto/"],
	"boards/": ["core/", "boards/bootloader.h", "boards/images.h", "boards/loader_mode.h", "boards/trust.h"],
	"boards/virtual/": core("base", "hw", "flashmap", "handoff", "image", "record", "loader", "update") + [
		"boards/virtual/", "boards/trust.h", "crypto/", "hardware/wire.h", "hardware/model/"],
	"firmware/": core("base", "hw", "flashmap", "record", "image", "handoff", "nvs", "trial", "update") + [
		"protocols/ftp/", "protocols/login/", "protocols/telnet/"],
	# A program that writes down what another does is above all of it.
	"firmware/check/": core("hw") + ["protocols/trace/"],
	"hardware/wire.h": [],
	# The models and the process share the registers' numbers with the CPU's side. The process fills the factory slot of a
	# new flash, says which image is there, and reads in the hand-off how the module was booted.
	"hardware/model/": core("base", "hw") + ["hardware/wire.h", "hardware/model/"],
	"hardware/process/": core("base", "hw", "flashmap", "handoff", "image") + [
		"hardware/wire.h", "hardware/model/", "hardware/process/", "protocols/rfc2217/",
		"protocols/telnet/telnet.h"],
	"host/": core("base", "hw", "flashmap", "nvs", "image", "record", "handoff", "update") + [
		"core/boot/plan.h", "crypto/", "hardware/model/device.h", "hardware/model/devicefile.h", "host/", "protocols/"],
	# What a copy of it finds, wherever it lies: the headers that the build hands out, and its own.
	"examples/lowlevel/": core("base", "hw", "flashmap", "handoff", "image", "record", "update") + [
		"crypto/providers.h", "examples/lowlevel/"],
}
for _board in tree.BOARDS:
	ALLOWED.setdefault(f"boards/{_board}/",
		core("base", "hw", "flashmap", "image", "loader") + [f"boards/{_board}/", "crypto/"])
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)


def includes(path):
	source = re.sub(r"/\*.*?\*/", "", tree.text(path), flags=re.S)
	return [(kind == '"', target) for kind, target in INCLUDE.findall(source)]


def resolve(path, target, root):
	"""The file of ours that is meant, from the root or (in firmware, where MicroPython's make says so, and in examples,
	which are copied) beside the file."""
	for place in (root, path.parent, root / "firmware"):
		if (place / target).is_file():
			return tree.name((place / target).resolve(), root.resolve())
	return None


def core_objection(source, target):
	here = source.split("/")[1]
	if here in CORES_PROTOCOLS and target.startswith(CORES_PROTOCOLS[here]):
		return None
	if not target.startswith("core/"):
		return "core includes nothing but core"
	return module_objection(here, target)


def module_objection(here, target):
	there = target.split("/")[1]
	if here not in RANKS or there not in RANKS:
		return "a module without a layer"
	if here != there and RANKS[there] >= RANKS[here]:
		return f"{here} is not above {there}"
	return None


def firmware_objection(source, target):
	"""Of two files of the firmware: a folder includes itself and those below it."""
	parts = source.split("/")
	here = FIRMWARE_RANKS.get(parts[1]) if len(parts) > 2 else max(FIRMWARE_RANKS.values())
	folder_of_target = target.split("/")[1]
	there = FIRMWARE_RANKS.get(folder_of_target)
	if here is None or there is None:
		return "a folder without a rank"
	if folder_of_target != parts[1] and there >= here:
		return f"{parts[1]} is not above {folder_of_target}"
	return None


def objection(source, target):
	"""Why source may not include target, or None."""
	if source.startswith("tests/"):
		return None
	if target.startswith("tests/"):
		return "nobody includes tests"
	if source.startswith("core/"):
		return core_objection(source, target)
	if source.startswith("firmware/") and target.startswith("firmware/"):
		return firmware_objection(source, target)
	part = max((part for part in ALLOWED if source.startswith(part)), key=len, default=None)
	if part is None:
		return "a part of the tree without a layer"
	if not any(target.startswith(allowed) for allowed in ALLOWED[part]):
		return f"{part} may not"
	return None


def objections(root):
	found = []
	for path in tree.c_files(root):
		source = tree.name(path, root)
		for quoted, target in includes(path):
			if not quoted:
				if source.startswith("core/") and target not in FREESTANDING:
					found.append(f"{source} includes <{target}>: core is freestanding")
				continue
			ours = resolve(path, target, root)
			if ours is None:
				generated = source.startswith("firmware/") and (target.startswith(MICROPYTHON) or "/" not in target)
				if not generated and not (source.startswith("firmware/tls/") and target.startswith("mbedtls/")):
					found.append(f'{source} includes "{target}": no such file from the root')
				continue
			if not source.startswith(("firmware/", "tests/", "examples/")) and ours != target:
				found.append(f'{source} includes "{target}": the path is not from the root')
			why = objection(source, ours)
			if why:
				found.append(f"{source} includes {ours}: {why}")
	return found


def circles(edges):
	"""The nodes that can reach themselves."""
	def reaches(start):
		seen, todo = set(), list(edges.get(start, ()))
		while todo:
			node = todo.pop()
			if node not in seen:
				seen.add(node)
				todo += edges.get(node, ())
		return start in seen

	return sorted(node for node in edges if reaches(node))


def graph(root, node):
	edges = {}
	for path in tree.c_files(root):
		source = tree.name(path, root)
		for quoted, target in includes(path):
			ours = resolve(path, target, root) if quoted else None
			if ours and node(ours) != node(source):
				edges.setdefault(node(source), set()).add(node(ours))
	return edges


def folder(path):
	"""A module of the tree. hardware/wire.h is one by itself: it is the contract, not a part of either side."""
	return path if path == "hardware/wire.h" else path.rpartition("/")[0]


def test_includes_respect_the_layers():
	tree.expect_none(objections(tree.ROOT))


def test_no_file_reaches_itself():
	tree.expect_none(circles(graph(tree.ROOT, lambda path: path)))


def test_no_folder_reaches_itself():
	tree.expect_none(circles(graph(tree.ROOT, folder)))


@pytest.mark.parametrize("source, target", [
	("core/base/a.c", "core/hw/board.h"),
	("core/gate/a.c", "core/handoff/handoff.h"),
	("core/image/a.c", "core/record/a.h"),
	("core/boot/a.c", "hardware/wire.h"),
	("firmware/io/a.c", "core/boot/a.h"),
	("firmware/io/a.c", "boards/virtual/a.h"),
	("firmware/io/a.c", "firmware/life/a.h"),
	("firmware/net/a.c", "firmware/update/a.h"),
	("firmware/life/a.c", "firmware/python/a.h"),
	("firmware/new/a.c", "firmware/io/a.h"),
	("hardware/model/a.c", "core/image/image.h"),
	("hardware/process/a.c", "core/boot/a.h"),
	("host/commands/a.c", "hardware/process/a.h"),
	("host/commands/a.c", "tests/unit/a.h"),
	("examples/lowlevel/a.c", "boards/virtual/a.h"),
])
def test_a_forbidden_include_is_seen(tmp_path, source, target):
	for path, content in ((target, ""), (source, f'#include "{target}"\n')):
		(tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
		(tmp_path / path).write_text(content)
	assert len(objections(tmp_path)) == 1


def test_a_circle_is_seen():
	assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
