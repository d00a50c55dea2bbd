"""Each promise of docs/threats.md and of the README names tests that hold it, and they are there."""
import re

import tree

THREATS = tree.ROOT / "docs/threats.md"


def rows(heading):
	"""The table below a heading, without its first two lines: each row's cells."""
	section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", tree.text(THREATS), re.M | re.S)[1]
	lines = [line for line in section.splitlines() if line.startswith("|")]
	return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell):
	return re.findall(r"`(\w+)`", cell)


def defined():
	"""Every function below tests/, as far as it can hold a promise: in C also only when the program's table has it."""
	found = set()
	for path in tree.walk():
		if path.relative_to(tree.ROOT).parts[0] != "tests":
			continue
		if path.suffix == ".py":
			found |= set(re.findall(r"^def (test_\w+)\(", tree.text(path), re.M))
		elif path.suffix == ".c":
			found |= set(re.findall(r"cmocka_unit_test(?:_\w+)?\((\w+)", tree.text(path)))
			if tree.name(path) == "tests/power/scenarios.c":
				found |= set(re.findall(r"\{\".*?\", (\w+),", tree.text(path)))
			found |= set(re.findall(r"^int (LLVMFuzzer\w+)\(", tree.text(path), re.M))
	return found


def flat(text):
	return " ".join(text.split())


def test_each_promise_is_held_by_tests():
	promises = [(row[0], row[-1]) for row in rows("Stands against") + rows("What the README promises")]
	there = defined()
	wrong = [f"{words}: no test is named" for words, cell in promises if not names(cell)]
	wrong += [f"{words}: there is no test {test}" for words, cell in promises for test in names(cell) if test not in there]
	tree.expect_none(wrong)
	tests = {test for _, cell in promises for test in names(cell)}
	print(f"{len(promises)} promises, {len(tests)} tests")
	assert len(promises) >= 30 and len(tests) >= 60, "a table is no longer understood"


def test_the_readmes_words_are_its_words():
	"""What the README says differently now is another promise."""
	readme = flat(tree.text(tree.ROOT / "README.md"))
	tree.expect_none([f"the README does not say: {row[0]}" for row in rows("What the README promises")
		if flat(row[0]) not in readme])


def test_each_step_of_a_safe_boot_is_a_promise():
	steps = re.findall(r"^\d\. (.*)$", tree.text(tree.ROOT / "README.md"), re.M)
	listed = [row[0] for row in rows("What the README promises")]
	assert len(steps) == 4
	tree.expect_none([f"no promise: {step}" for step in steps if not any(words in step for words in listed)])


def test_a_test_that_is_not_there_is_found():
	assert "test_a_test_that_is_not_there_is_found" in defined() and "test_of_nothing" not in defined()
	assert names("`a_test` and `another`") == ["a_test", "another"]
