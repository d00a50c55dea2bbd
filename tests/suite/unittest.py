"""What MicroPython's suite needs of micropython-lib's unittest, which is not part of MicroPython's source: run.py puts
this into /flash/lib of the modules that it tests."""


class SkipTest(Exception):
	pass


class _Raises:
	def __init__(self, expected):
		self.expected = expected

	def __enter__(self):
		return self

	def __exit__(self, kind, value, traceback):
		self.exception = value
		if kind is None:
			raise AssertionError("not raised: %r" % self.expected)
		return issubclass(kind, self.expected)


class TestCase:
	def setUp(self):
		pass

	def tearDown(self):
		pass

	def assertEqual(self, first, second, msg=None):
		assert first == second, msg or "%r is not %r" % (first, second)

	def assertTrue(self, value, msg=None):
		assert value, msg or "%r is not true" % (value,)

	def assertFalse(self, value, msg=None):
		assert not value, msg or "%r is not false" % (value,)

	def assertIn(self, member, container, msg=None):
		assert member in container, msg or "%r is not in %r" % (member, container)

	def assertIsInstance(self, value, kind, msg=None):
		assert isinstance(value, kind), msg or "%r is no %r" % (value, kind)

	def assertRaises(self, expected, function=None, *args, **kwargs):
		if function is None:
			return _Raises(expected)
		with _Raises(expected):
			function(*args, **kwargs)

	def skipTest(self, reason):
		raise SkipTest(reason)


def _run(case, name, count):
	try:
		case.setUp()
		try:
			getattr(case, name)()
		finally:
			case.tearDown()
		print(name, "ok")
	except SkipTest:
		print(name, "skipped")
		count["skipped"] += 1
	except AssertionError as error:
		print(name, "FAIL", error)
		count["failures"] += 1
	except Exception as error:
		print(name, "ERROR", repr(error))
		count["errors"] += 1


def main(module="__main__"):
	count = {"skipped": 0, "failures": 0, "errors": 0}
	ran = 0
	scope = __import__(module).__dict__
	for kind in list(scope.values()):
		if not isinstance(kind, type) or not issubclass(kind, TestCase) or kind is TestCase:
			continue
		case = kind()
		for name in dir(kind):
			if name.startswith("test"):
				ran += 1
				_run(case, name, count)
	print("-" * 70)
	print("Ran %d tests\n" % ran)
	if count["failures"] or count["errors"]:
		print("FAILED (failures=%d, errors=%d)" % (count["failures"], count["errors"]))
	elif count["skipped"]:
		print("OK (skipped=%d)" % count["skipped"])
	else:
		print("OK")
