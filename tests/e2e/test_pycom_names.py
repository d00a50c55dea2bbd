"""Every name that Pycom documented (pycom_names.txt) stands in docs/pycom.md once, and is in the module or not, as that
says; the numbers are printed, and are those that the page tells."""
import collections
import re

import harness

LISTED = harness.ROOT / "tests/e2e/pycom_names.txt"
PAGE = harness.ROOT / "docs/pycom.md"
STATES = ("same", "different", "absent by nature", "absent")

# What Pycom calls PWM's is its object for a timer, which is no class of the module's.
PROBE = """
import machine
pwm = type('machine', (), {'PWM': machine.PWM(0, frequency=50)})
def has(where, name):
    try:
        parts = where.split('.')
        it = pwm if where == 'machine.PWM' else __import__(parts[0])
        for part in parts[1:] + ([name] if name else []):
            it = getattr(it, part)
        return True
    except (ImportError, AttributeError):
        return False
"""


def listed_names():
	"""[(where, name)]; a module without names of its own counts as one, ""."""
	found, where = [], None
	for line in LISTED.read_text().splitlines():
		if line.startswith("#"):
			continue
		if not line.startswith(" "):
			where, _, line = line.partition(":")
			if not line.strip():
				found.append((where, ""))
		found += [(where, name) for name in line.split()]
	return found


def told_names():
	"""{(where, name): state} of the page's last table, whose rows have several names."""
	table = PAGE.read_text().split("## Every name")[1]
	told = collections.defaultdict(list)
	for where, names, state in re.findall(r"^\| `([\w.]+)` \| ([^|]*?) ?\| ([a-z ]+?) \|", table, re.M):
		for name in re.findall(r"`(\w+)`", names) or [""]:
			told[where, name].append(state)
	return told


def test_each_name_is_told_of_once_and_truly(module, record_property):
	listed, told = listed_names(), told_names()
	assert len(listed) > 500 and len(set(listed)) == len(listed)
	assert sorted(told) == sorted(listed)
	assert [name for name, states in told.items() if len(states) != 1 or states[0] not in STATES] == []
	with module.uart() as uart:
		uart.exec(PROBE)
		there = {}
		for at in range(0, len(listed), 50):
			piece = listed[at:at + 50]
			there.update(zip(piece, uart.eval(f"[has(where, name) for where, name in {piece!r}]")))
	wrong = [f"{'.'.join(name)}: {told[name][0]}" for name in listed
		if there[name] != (told[name][0] in ("same", "different"))]
	assert wrong == []
	numbers = collections.Counter(states[0] for states in told.values())
	sentence = f"Of {len(listed)} names " + ", ".join(f"{numbers[state]} are {state}" for state in STATES)
	record_property("note", sentence)
	print(sentence)
	assert sentence in " ".join(PAGE.read_text().split())
