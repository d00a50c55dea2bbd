"""Who calls whom between our .c files, from the symbol tables of the objects; and which header declares what."""
import functools
import re
import subprocess

import tree

# Headers whose functions somebody else gives: the board, the build, whoever links the module. What goes through one of
# these is no circle.
CONTRACTS = ("core/base/assert.h", "core/hw/", "core/image/crypto.h", "core/image/keys.h", "core/loader/codec.h",
	"boards/pico/common/handlers.h", "boards/stub/machine.h", "boards/trust.h", "crypto/blocks.h")
# Headers that MicroPython asks for by name, with what it calls. They may declare what several files define.
MICROPYTHON = ("firmware/mpconfigport.h", "firmware/mphalport.h")
# Where the objects of which sources lie below build/: the first that has one counts.
OBJECTS = (("obj/release", ""), ("firmware/virtual", "firmware/"))
PROGRAM_FOLDERS = ("core", "protocols", "crypto", "boards", "firmware", "hardware", "host", "examples")


def is_contract(header, contracts):
	return any(header == name or (name.endswith("/") and header.startswith(name)) for name in contracts)


def objects(root):
	"""{source: object} of every C file of ours that was built. Objects of files that are gone do not count."""
	found = {}
	for folder, prefix in OBJECTS:
		base = root / "build" / folder
		for path in base.rglob("*.o"):
			source = prefix + path.relative_to(base).with_suffix(".c").as_posix()
			if source.split("/")[0] in PROGRAM_FOLDERS and (root / source).is_file():
				found.setdefault(source, path)
	return found


def symbols(found):
	"""{source: (functions that it defines for others, what it wants from others)} of {source: object}."""
	tables = {source: (set(), set()) for source in found}
	sources = {str(path): source for source, path in found.items()}
	lines = subprocess.run(["nm", "-A", *sources], capture_output=True, text=True, check=True).stdout.splitlines()
	for path, rest in (line.rsplit(".o:", 1) for line in lines):
		kind, name = rest.split()[-2:]
		if kind in "TWU":
			tables[sources[path + ".o"]][kind == "U"].add(name)
	return tables


def contract_names(root):
	return {function for path in tree.c_files(root, PROGRAM_FOLDERS) if path.suffix == ".h"
		and is_contract(tree.name(path, root), CONTRACTS) for function in declared(tree.text(path))}


def edges(root):
	"""{source: {source whose functions it uses}}, without what goes through a contract."""
	tables = symbols(objects(root))
	contracts = contract_names(root)
	definers = {}
	for source, (defined, _) in tables.items():
		for name in defined - contracts:
			definers.setdefault(name, set()).add(source)
	return {source: {other for name in wanted for other in definers.get(name, ()) if same_program(source, other)}
		- {source} for source, (_, wanted) in tables.items()}


def same_program(a, b):
	"""Two programs may each have a function of one name."""
	apart = {"firmware", "hardware/process", "host", "examples"}
	homes = {next((part for part in apart if path.startswith(part + "/")), None) for path in (a, b)} - {None}
	return len(homes) < 2


def circles(graph):
	"""The sets of nodes that reach each other (Tarjan), each sorted, in order."""
	index, low, stack, found = {}, {}, [], []

	def visit(node):
		index[node] = low[node] = len(index)
		stack.append(node)
		for other in sorted(graph.get(node, ())):
			if other not in index:
				visit(other)
			if other in stack:
				low[node] = min(low[node], low[other])
		if low[node] == index[node]:
			at = stack.index(node)
			found.append(sorted(stack[at:]))
			del stack[at:]

	for node in sorted(graph):
		if node not in index:
			visit(node)
	return sorted(group for group in found if len(group) > 1)


# A prototype at the begin of a line, over as many lines as it needs.
PROTOTYPE = re.compile(
	r"^(?!typedef|static|struct \w+ \{|#|return)[A-Za-z_][\w \t*]*?[ *](\w+)\([^;{}]*\)[^;{}()]*;", re.M)


@functools.lru_cache(maxsize=None)
def declared(source):
	return tuple(PROTOTYPE.findall(tree.code(source)))


def defined(path):
	lines = tree.text(path).splitlines()
	return {function for function, line, _ in tree.functions(tree.text(path))
		if not lines[line - 1].startswith("static")}


def foreign(root, contracts=CONTRACTS + MICROPYTHON):
	"""(how many functions our headers declare, "header: function" for each that is defined in another file than the
	header's own .c, where the header is no contract)."""
	homes, count, found = {}, 0, []
	paths = tree.c_files(root, PROGRAM_FOLDERS)
	for path in paths:
		if path.suffix == ".c":
			for function in defined(path):
				homes.setdefault(function, set()).add(path)
	for path in paths:
		if path.suffix != ".h":
			continue
		for function in declared(tree.text(path)):
			count += 1
			own = path.with_suffix(".c") in homes.get(function, ())
			if not own and not is_contract(tree.name(path, root), contracts):
				found.append(f"{tree.name(path, root)}: {function}")
	return count, sorted(found)
