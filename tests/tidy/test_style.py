"""Sizes, text and names: the rules of CONTRIBUTING.md that a program can hold."""
import re

import tree

FUNCTION_LINES = 70
FILE_LINES = 600
COLUMNS = 120
IFS_PER_1000_LINES = 3

# What may be longer, each with its reason: "file" or "file:function".
LONGER = {}

# Calls that core/ must not make: memory, text and time come from whoever calls it.
BANNED_IN_CORE = ("malloc", "calloc", "realloc", "free", "alloca", "printf", "fprintf", "sprintf", "snprintf",
	"vsnprintf", "puts", "time", "clock", "clock_gettime", "gettimeofday", "sleep", "usleep", "exit", "abort", "assert",
	"strcpy", "strcat", "setjmp", "longjmp")


def sized(path):
	return path.suffix in (".c", ".h", ".py", ".sh", ".mk") or path.name in ("Makefile", "lifeboat") or \
		tree.text(path).startswith("#!")


def conditionals(source):
	"""The #if lines that are not an include guard."""
	found = re.findall(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b.*", tree.code(source), re.M)
	guard = re.match(r"\s*#ifndef (\w+)\s+#define \1\b", tree.code(source))
	return found[1:] if guard else found


def test_functions_are_short():
	long = []
	for path in tree.c_files():
		for function, line, lines in tree.functions(tree.text(path)):
			if lines > FUNCTION_LINES and f"{tree.name(path)}:{function}" not in LONGER:
				long.append(f"{tree.name(path)}:{line}: {function} has {lines} lines")
	tree.expect_none(long)


def test_the_parser_finds_the_functions():
	source = "int a(int x,\n\tint y)\n{\n\treturn x;\n}\n\nstatic const int t[] = {\n\t1,\n};\n\n"
	source += "struct s {\n\tint x;\n};\nvoid b(void) {\n}\n"
	assert tree.functions(source) == [("a", 1, 5), ("b", 14, 2)]
	found = sum(len(tree.functions(tree.text(path))) for path in tree.c_files())
	assert found > 50, "hardly any function found: the parser no longer knows our style"


def test_files_are_short():
	counts = {tree.name(path): len(tree.text(path).splitlines()) for path in filter(sized, tree.walk())}
	tree.expect_none([f"{name} has {lines} lines" for name, lines in counts.items()
		if lines > FILE_LINES and name not in LONGER])


def test_lines_are_short():
	long = []
	for path in filter(sized, tree.walk()):
		for number, line in enumerate(tree.text(path).splitlines(), 1):
			if len(line) > COLUMNS:
				long.append(f"{tree.name(path)}:{number}")
	tree.expect_none(long)


def test_text_is_clean():
	wrong = []
	for path in tree.walk():
		content = tree.text(path)
		if content and not content.endswith("\n"):
			wrong.append(f"{tree.name(path)}: no newline at the end")
		if "\r" in content:
			wrong.append(f"{tree.name(path)}: carriage returns")
		wrong += [f"{tree.name(path)}:{number}: blanks at the end of the line"
			for number, line in enumerate(content.splitlines(), 1) if line != line.rstrip()]
	tree.expect_none(wrong)


def indented_with_blanks(source):
	"""The lines that begin with blanks and do not merely line up a statement that goes on from the line before."""
	lines = tree.code(source).splitlines()
	return [number + 1 for number in range(1, len(lines))
		if re.match(r" +\S", lines[number]) and re.search(r"(^|[;{}:])\s*$", lines[number - 1])]


def test_c_is_indented_with_tabs():
	assert indented_with_blanks("int a(int x,\n      int y)\n{\n    b();\n}\n") == [4]
	tree.expect_none([f"{tree.name(path)}:{number}" for path in tree.c_files()
		for number in indented_with_blanks(tree.text(path))])


def test_core_has_no_conditionals():
	tree.expect_none([f"{tree.name(path)}: {line}" for path in tree.c_files(folders=("core",))
		for line in conditionals(tree.text(path))])


def test_conditionals_are_few():
	paths = tree.c_files(folders=("boards", "firmware", "hardware", "host"))
	found = [f"{tree.name(path)}: {line}" for path in paths for line in conditionals(tree.text(path))]
	lines = sum(len(tree.text(path).splitlines()) for path in paths)
	assert len(found) * 1000 <= IFS_PER_1000_LINES * lines, found


def test_conditionals_are_seen():
	assert conditionals("#ifndef A_H\n#define A_H\n#if X\n#endif\n#endif\n") == ["#if X"]
	assert conditionals("#ifdef X\n#endif\n") == ["#ifdef X"]


def test_core_calls_nothing_banned():
	call = re.compile(r"(?<![\w.>])(" + "|".join(BANNED_IN_CORE) + r")\s*\(")
	assert call.search("x = malloc(3);") and not call.search("flash->free(x); lb_time(1)")
	tree.expect_none([f"{tree.name(path)}: {match}" for path in tree.c_files(folders=("core",))
		for match in call.findall(tree.code(tree.text(path)))])


def test_public_names_of_core_begin_with_lb():
	wrong = []
	for path in tree.c_files(folders=("core",)):
		if path.suffix == ".h":
			prototype = r"^(?!typedef|static|struct \w+ \{|#)[\w ]+?[ *](\w+)\([^;{]*\);"
			declared = re.findall(prototype, tree.code(tree.text(path)), re.M)
		else:
			declared = [function for function, line, _ in tree.functions(tree.text(path))
				if not tree.text(path).splitlines()[line - 1].startswith("static")]
		wrong += [f"{tree.name(path)}: {function}" for function in declared if not function.startswith("lb_")]
	tree.expect_none(wrong)


def test_no_archive_and_no_machine_is_named():
	"""Where packages come from is the business of the machine's own package manager."""
	hosts = re.compile(r"\w+://[\w.-]*(debian|ubuntu|pypi|pythonhosted|npmjs|registry|mirror|proxy|artifact)", re.I)
	places = re.compile(r"/(work|home|root)/\w")
	wrong = []
	for path in tree.walk():
		content = tree.text(path)
		wrong += [f"{tree.name(path)}: {match.group(0)}" for match in hosts.finditer(content)]
		wrong += [f"{tree.name(path)}: {match.group(0)}" for match in places.finditer(content)]
	tree.expect_none(wrong)


def test_each_file_that_asserts_has_its_number():
	"""docs/assertions.md leads from the number that is told to the place."""
	table = dict(re.findall(r"^\| (\d+) \| `(\S+)` \|$", tree.text(tree.ROOT / "docs/assertions.md"), re.M))
	found = {}
	for path in tree.c_files():
		numbers = re.findall(r"^#define LB_ASSERT_FILE (\d+)$", tree.text(path), re.M)
		asserts = "LB_ASSERT(" in tree.code(tree.text(path)) and path.name != "assert.h"
		assert len(numbers) == asserts, f"{tree.name(path)}: LB_ASSERT_FILE is not defined once where it is used"
		found.update((number, tree.name(path)) for number in numbers)
		assert len(tree.text(path).splitlines()) < 1000 or not numbers, f"{tree.name(path)}: lines have three digits"
	assert found == {number: name for number, name in table.items() if (tree.ROOT / name).exists()}
	assert len(found) > 10


def test_no_file_name_occurs_twice_within_a_program():
	tree.expect_none(list(tree.twice_named(tree.c_files())))
	twins = [tree.ROOT / "core/boot/plan.c", tree.ROOT / "core/update/plan.c"]
	assert list(tree.twice_named(twins)) == [f"{program}: core/boot/plan.c core/update/plan.c"
		for program in [f"bootloader {board}" for board in tree.BOARDS] + ["host"]]
