"""Fixtures of the end-to-end tests: real modules, run by the real command, each in a folder of its own."""
import atexit
import os
import shutil
import tempfile

import pytest

import harness

MEMORY, ROOM_BYTES = "/dev/shm", 2 << 30


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
	"""Two at a time on each core where pytest-xdist is there: most of the time a test waits for a module's clock."""
	here = not hasattr(config, "workerinput")
	if here and config.pluginmanager.hasplugin("xdist") and not config.option.numprocesses and not config.option.usepdb:
		config.option.numprocesses = max(4, 2 * os.cpu_count())


def use_memory():
	"""Thousands of flash.bin of 8 MiB are no work for a disk where memory has the room."""
	if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC or \
			shutil.disk_usage(MEMORY).free < ROOM_BYTES:
		return
	place = tempfile.mkdtemp(prefix="lb-", dir=MEMORY)
	atexit.register(shutil.rmtree, place, ignore_errors=True)  # after what pytest does there at its end
	os.environ["TMPDIR"] = place
	tempfile.tempdir = None


def pytest_configure(config):
	use_memory()
	config.addinivalue_line("markers", "long: among the slowest, and its kind is held by quicker ones: with --long only")


def pytest_collection_modifyitems(items):
	for item in items:
		if item.get_closest_marker("long") and not os.environ.get("LIFEBOAT_LONG"):
			item.add_marker(pytest.mark.skip(reason="slow: ./lifeboat test --long e2e"))


def pytest_sessionstart(session):
	if not os.access(harness.LIFEBOAT, os.X_OK):
		pytest.exit(f"{harness.LIFEBOAT} is not there: build first (./lifeboat test does), or set LIFEBOAT", 2)


@pytest.fixture
def modules():
	"""Makes modules: modules(clock=10) is one that is not yet started. All are ended and checked for leftovers."""
	made = []

	def make(**options):
		made.append(harness.Module(**options))
		return made[-1]

	yield make
	errors = []
	for module in made:
		try:
			module.discard()
		except AssertionError as error:
			errors.append(str(error))
	assert not errors, errors


@pytest.fixture
def module(modules):
	"""A new module at its REPL."""
	return modules().start()


@pytest.fixture
def fast(modules):
	"""A new module at its REPL, its clock ten times faster."""
	return modules(clock=10).start()


@pytest.fixture
def scratch():
	"""A short-named scratch folder (socket paths have little room)."""
	with tempfile.TemporaryDirectory(prefix="lb-") as folder:
		yield folder


def pytest_terminal_summary(terminalreporter):
	"""What tests have to tell although they passed (record_property("note", ...))."""
	for report in terminalreporter.getreports("passed"):
		for name, value in report.user_properties:
			if name == "note":
				terminalreporter.write_line(f"note: {value}")
