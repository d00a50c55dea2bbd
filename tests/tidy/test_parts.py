"""The parts of `./lifeboat test`: how long they may take, which tests they have, and what becomes of their results."""
import re
import subprocess
import xml.etree.ElementTree as xml

import tree

LIMIT_S = 600


def budget():
	"""{part: seconds}, by CONTRIBUTING.md."""
	rows = re.search(r"^\| unit \|.*\n\|[-|]*\n\| \d.*", tree.text(tree.ROOT / "CONTRIBUTING.md"), re.M)[0].splitlines()
	parts, seconds = ([cell.strip() for cell in row.strip("|").split("|")] for row in (rows[0], rows[2]))
	return dict(zip(parts, map(int, seconds)))


def test_the_parts_fit_into_ten_minutes():
	seconds = budget()
	in_all = seconds.pop("in all")
	assert list(seconds) == re.search(r'^all="(.*)"', tree.text(tree.ROOT / "tools/test"), re.M)[1].split()
	assert sum(seconds.values()) == in_all <= LIMIT_S


def test_what_takes_longer_is_said():
	function = re.search(r"^over_budget\(\) .*?^}", tree.text(tree.ROOT / "tools/test"), re.M | re.S)[0]

	def said(part, seconds):
		return subprocess.run(["sh", "-euc", f"{function}\nover_budget {part} {seconds}"], cwd=tree.ROOT, text=True,
			capture_output=True, check=True).stdout

	for part, seconds in list(budget().items())[:-1]:
		assert said(part, seconds) == ""
		assert f"{part} may take {seconds} s" in said(part, seconds + 1)


def test_the_list_names_tests_and_runs_none():
	def listed(*words):
		return subprocess.run(["tools/test", "--list", *words], cwd=tree.ROOT, text=True, capture_output=True,
			check=True).stdout.splitlines()

	assert listed("unit", "-k", "gate") == ["unit test_gate", "unit test_gate_golden"]
	assert listed("fuzz", "power") == ["fuzz", "power"]
	assert listed("tidy", "-k", "names_tests_and_runs") == ["tidy test_the_list_names_tests_and_runs_none"]


def test_results_as_junit(tmp_path):
	"""A part of pytest's as pytest tells it, another as one case; a log may have any bytes."""
	(tmp_path / "fuzz.log").write_bytes(b"begins\n\x1b[1m\xff <broken> & gone\n")
	(tmp_path / "pico.log").write_text("skipped, no node here\n")
	(tmp_path / "tidy.log").write_text("1 passed\n")
	(tmp_path / "tidy.xml").write_text(
		'<testsuites><testsuite name="pytest" tests="1"><testcase name="a"/></testsuite></testsuites>')
	lines = [f"{part}\t{result}\t3\t{tmp_path}/{part}.log\n" for part, result in
		(("fuzz", "failed"), ("pico", "skipped"), ("tidy", "passed"))]
	subprocess.run(["tools/junit", tmp_path / "out/all.xml"], input="".join(lines), text=True, cwd=tree.ROOT, check=True)
	fuzz, pico, tidy = xml.parse(tmp_path / "out/all.xml").getroot()
	assert fuzz.find("testcase/failure").get("message") == "?[1m\ufffd <broken> & gone" and fuzz.get("failures") == "1"
	assert pico.find("testcase/skipped").get("message") == "skipped, no node here"
	assert (tidy.get("name"), tidy.find("testcase").get("name")) == ("tidy", "a")
