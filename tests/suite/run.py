#!/usr/bin/python3
"""MicroPython's own tests, by its own runner, on virtual modules through their ptys.

What fails must be listed in skip.txt, one test a line with its reason: "path # reason". A failure that is not listed
fails the run, and so does a listed test that passes or is not there any more: the list can only get shorter by itself.

usage: run.py [-v] [TEST...]       tests as tests/run-tests.py names them; without any: all of the folders below
"""
import argparse
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import clients  # noqa: E402  (its folder had to be named first)
import harness  # noqa: E402

FOLDERS = ("basics", "micropython", "misc", "extmod", "float", "unicode", "io", "import", "stress", "net_hosted",
           "thread")
FILES = (("io/data", "/flash/data"), ("import", "/flash"))  # what tests open and import, and where they look for it
INTERNET = {f"net_hosted/{name}.py" for name in  # ask for micropython.org
            ("connect_nonblock", "connect_nonblock_xfer", "connect_poll", "ssl_getpeercert", "ssl_verify_callback")}
MODULES = 3  # side by side, each with its part of the tests: the runner waits for half of its time
LIMIT_S = 360
LATE_MOST = 3  # more are no matter of time
LINE = re.compile(r"^(pass|FAIL|skip)\s+(\S+\.py)")


def read_skip_list(path):
	listed = {}
	for number, line in enumerate(path.read_text().splitlines(), 1):
		if not line.strip() or line.startswith("#"):
			continue
		test, mark, reason = line.partition("#")
		test, reason = test.strip(), reason.strip()
		if not mark or not reason or not test.endswith(".py"):
			sys.exit(f"{path.name}:{number}: not of the form 'path # reason': {line}")
		if test in listed:
			sys.exit(f"{path.name}:{number}: {test} is listed twice")
		listed[test] = reason
	return listed


def find_tests(tree):
	tests = [f"{folder}/{path.name}" for folder in FOLDERS for path in sorted((tree / folder).glob("*.py"))]
	return [test for test in tests if test not in INTERNET]


def copy_files(tree, module):
	"""FILES, by FTP."""
	with clients.ftp(module.status()["net"]) as session:
		for source, target in FILES:
			if target != "/flash":
				session.mkd(target)
			for path in sorted((tree / source).rglob("*")):
				name = f"{target}/{path.relative_to(tree / source)}"
				if path.is_dir():
					session.mkd(name)
				else:
					session.storbinary(f"STOR {name}", io.BytesIO(path.read_bytes()))


def start(tree, tests, module, results):
	"""Starts the runner on a module; returns the process, whose output goes to a file."""
	module.start()
	module.put("/flash/lib/unittest.py", (HERE / "unittest.py").read_bytes())
	copy_files(tree, module)
	output = tempfile.TemporaryFile(mode="w+")
	environment = dict(harness.environment(), MICROPY_CPYTHON3=sys.executable, PYTHONUNBUFFERED="1")
	uart = os.path.join(module.folder, "uart0")
	command = ["timeout", str(LIMIT_S), sys.executable, "run-tests.py", "-t", f"port:{uart}", "-r", results, *tests]
	return subprocess.Popen(command, cwd=tree, stdout=output, stderr=subprocess.STDOUT, env=environment,
	                        stdin=subprocess.DEVNULL), output


def run(tree, tests, verbose):
	"""Runs the tests; returns {test: "pass" | "FAIL" | "skip"} and why the run is not to be trusted, or None."""
	outcome, trouble = {}, None
	modules = [harness.Module() for _ in range(min(MODULES, len(tests)))]
	with tempfile.TemporaryDirectory(prefix="lb-suite-") as results:
		try:
			# dealt out like cards, because neighbours take about as long
			running = []
			for i, module in enumerate(modules):
				folder = os.path.join(results, str(i))
				running.append((*start(tree, tests[i::len(modules)], module, folder), folder))
			for process, output, folder in running:
				code = process.wait()
				output.seek(0)
				text = output.read()
				if code == 124:
					trouble = f"not done after {LIMIT_S} s"
				elif code not in (0, 1):
					trouble = f"the runner ended with {code}: {text[-2000:]}"
				for line in text.splitlines():
					if match := LINE.match(line):
						outcome[match.group(2)] = match.group(1)
				if verbose:
					show_failures(pathlib.Path(folder))
				if "Traceback" in text and not trouble:
					trouble = text[-2000:]
		finally:
			for module in modules:
				module.discard()
	return outcome, trouble


def show_failures(folder):
	for out in sorted(folder.glob("*.out")):
		expected = out.with_suffix(".exp")
		print(f"--- {out.stem}", flush=True)
		if expected.exists():
			subprocess.run(["diff", "-u", expected, out])
		else:
			print(out.read_text(errors="replace"))


def main():
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("-v", action="store_true", help="show what was wrong with each failure")
	parser.add_argument("tests", nargs="*")
	args = parser.parse_args()
	tree = pathlib.Path(os.environ.get("MICROPYTHON_DIR") or harness.ROOT / "build/deps/micropython").resolve() / "tests"
	if not (tree / "run-tests.py").exists():
		sys.exit(f"no MicroPython tests in {tree}: ./lifeboat build fetches them, or set MICROPYTHON_DIR")
	listed = read_skip_list(HERE / "skip.txt")
	# known failures come last, so that what they leave behind makes no other test fail
	tests = sorted(args.tests or find_tests(tree), key=lambda test: test in listed)
	begin = time.monotonic()
	outcome, trouble = run(tree, tests, args.v)
	# Threads take turns by the real clock: what a busy machine made late is tried again, and is told.
	late = [test for test in tests if outcome.get(test) == "FAIL" and test not in listed]
	if 0 < len(late) <= LATE_MOST:
		again, _ = run(tree, late, args.v)
		for test in late:
			if again.get(test) == "pass":
				outcome[test] = "pass"
				print(f"RERUN {test}")

	wrong = []
	if trouble:
		wrong.append(trouble)
	for test in tests:
		result = outcome.get(test)
		if result is None:
			wrong.append(f"{test}: did not run")
		elif result == "FAIL" and test not in listed:
			wrong.append(f"{test}: fails, and is not in skip.txt")
		elif result == "pass" and test in listed:
			wrong.append(f"{test}: is in skip.txt ({listed[test]}), but it passes. Take it out.")
	if not args.tests:
		wrong += [f"{test}: is in skip.txt, but there is no such test" for test in listed if test not in tests]
	for line in wrong:
		print(line)
	count = {name: list(outcome.values()).count(name) for name in ("pass", "FAIL", "skip")}
	known = sum(1 for test, result in outcome.items() if result == "FAIL" and test in listed)
	took_s = time.monotonic() - begin
	print(f"MicroPython's suite: {len(tests)} tests in {took_s:.0f} s; {known} known failures (skip.txt)")
	print(f"suite: {count['pass']} passed, {len(wrong)} failed, {count['skip']} skipped")
	sys.exit(1 if wrong else 0)


if __name__ == "__main__":
	main()
