"""The specifications against the code: every constant that docs/spec names has the value that the compiler gives it,
and every constant of the headers is in its specification.

A table row whose first cell is a constant in backticks says the constant's value in its second cell. The values come
from a program compiled against the very headers, so that an expression counts for what it is.
"""

import functools
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPECS = {
	# specification: headers whose constants it must name, prefixes of these constants
	"gate": (["core/gate/gate.h", "core/hw/colours.h"], ["LB_GATE_", "LB_COLOURS_"]),
	"image": (["core/image/image.h"], ["LB_IMAGE_"]),
	"handoff": (
		["core/handoff/handoff.h", "core/hw/types.h", "core/flashmap/flashmap.h"],
		["LB_HANDOFF_", "LB_MODE_", "LB_REASON_", "LB_WHY_", "LB_REQUEST_", "LB_CAUSE_", "LB_SLOT_"],
	),
	"flashmap": (["core/flashmap/flashfs.h"], ["LB_FLASHFS_"]),
	"record": (["core/record/record.h"], ["LB_RECORD_", "LB_CHANGE_"]),
	"nvs": (["core/nvs/nvs.h", "core/nvs/script_value.h"], ["LB_NVS_", "LB_SCRIPT_VALUE_"]),
	"loader": (["core/loader/setup.h"], ["LB_LOADER_"]),
	# Its tables are run by tests/unit/test_update.c and test_trial_engine.c.
	"update": (
		["core/trial/trial.h", "core/update/rules.h"],
		["LB_TRIAL_TICK_", "LB_TRIAL_GIVE_", "LB_TRIAL_EXITS", "LB_UPDATE_"],
	),
}
# Counts of enumerators and what a function answers say nothing about a format.
NOT_SPECIFIED = {"LB_SLOT_COUNT", "LB_MODE_COUNT", "LB_REASON_COUNT", "LB_WHY_COUNT", "LB_CAUSE_COUNT",
	"LB_REQUEST_COUNT", "LB_CHANGE_COUNT", "LB_RECORD_BLANK", "LB_RECORD_VALID", "LB_RECORD_LOST"}
# Most have more constants: fewer, and the table format or the header was not understood.
FEW = {"update": 4, "flashmap": 2}
ROW = re.compile(r"^\| `(\w+)` \| (0x[0-9A-Fa-f]+|\d+) \| ([^|]*?) ?\|$", re.M)


def read(path):
	return (ROOT / path).read_text()


def spec_rows(name):
	return ROW.findall(read(f"docs/spec/{name}.md"))


def header_constants(path):
	text = re.sub(r"/\*.*?\*/", "", read(path), flags=re.S)
	# An include guard is defined to nothing, and has no value to specify.
	found = re.findall(r"^#define (LB_\w+)[ \t]+\S", text, re.M)
	for body in re.findall(r"\benum\b[^{;()]*\{(.*?)\}", text, re.S):
		found += re.findall(r"\b(LB_\w+)\s*(?==|,|$)", re.sub(r"=[^,]*", "=", body))
	return found


@pytest.fixture(scope="session")
def run_c(tmp_path_factory):
	folder = tmp_path_factory.mktemp("probe")

	@functools.cache
	def run(includes, statements):
		source = folder / "probe.c"
		lines = [f'#include "{path}"' for path in includes] + ["#include <stdio.h>", "int main(void)", "{"]
		source.write_text("\n".join([*lines, *statements, "return 0;", "}"]) + "\n")
		program = folder / "probe"
		flags = ["-std=gnu11", "-I", str(ROOT), "-ffunction-sections", "-Wl,--gc-sections"]
		subprocess.run(["cc", *flags, "-o", program, source], check=True)
		return subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()

	return run


CORE = (
	"core/base/crc32.c",
	"core/gate/gate.h",
	"core/hw/colours.h",
	"core/image/image.h",
	"core/nvs/script_value.h",
	"core/record/record.h",
	"core/trial/trial.h",
	"core/update/rules.h",
	"core/flashmap/flashfs.h",
	"core/flashmap/flashmap.c",
	"core/loader/loader.h",
	"core/handoff/handoff.c",  # its offsets are its own
)


ASSERT = "tests/spec/assert.c"
HANDOFF_TEXT = ("core/base/words.c", "core/handoff/handoff_text.c", "core/handoff/handoff.h")


@pytest.mark.parametrize("spec", [spec for spec, (headers, _) in SPECS.items() if headers])
def test_values_are_the_compilers(spec, run_c):
	rows = spec_rows(spec)
	assert len(rows) >= FEW.get(spec, 16), "the table format was not understood"
	prints = tuple(f'printf("%lu\\n", (unsigned long)({name}));' for name, _, _ in rows)
	values = run_c(CORE, prints)
	pairs = zip(rows, values, strict=True)
	wrong = [(name, told, hex(int(value))) for (name, told, _), value in pairs if int(told, 0) != int(value)]
	assert wrong == []


@pytest.mark.parametrize("spec", [spec for spec, (headers, _) in SPECS.items() if headers])
def test_every_constant_is_specified(spec):
	headers, prefixes = SPECS[spec]
	told = {name for name, _, _ in spec_rows(spec)}
	wanted = {c for h in headers for c in header_constants(h) if c.startswith(tuple(prefixes))} - NOT_SPECIFIED
	assert len(wanted) >= FEW.get(spec, 11), "the headers were not understood"
	assert wanted - told == set()


def test_no_constant_is_told_twice():
	names = [name for spec in SPECS for name, _, _ in spec_rows(spec)]
	assert sorted(names) == sorted(set(names))


def test_texts_of_verdicts(run_c):
	verdicts = read("docs/spec/image.md").split("## Verdicts")[1]
	rows = ROW.findall(verdicts)
	assert len(rows) > 10
	prints = tuple(f"puts(lb_image_verdict_text({name}));" for name, _, _ in rows)
	texts = run_c((*CORE, "core/image/image.c", ASSERT), prints)
	assert [text for _, _, text in rows] == texts


def test_the_flash_map(run_c):
	table = re.findall(r"^\| (\w+) \| (\d+) \| (0x\w+) \| (0x\w+) \|", read("docs/spec/flashmap.md"), re.M)
	statement = (
		"for (unsigned i = 0; i < LB_PART_COUNT; i++) "
		'printf("%s %u 0x%06X 0x%06X\\n", lb_part_name(i), i, (unsigned)lb_flashmap_8mib.part[i].offset, '
		"(unsigned)lb_flashmap_8mib.part[i].size_bytes);"
	)
	assert [" ".join(row) for row in table] == run_c(("core/flashmap/flashmap.c",), (statement,))


def test_colours_beyond_the_table():
	"""Where the manual says a colour by its value, or a red beside another one."""
	table = {name: value for name, value, _ in spec_rows("gate")}
	told = re.search(r"heartbeat\(.*?blue (0x\w+).*?orange (0x\w+)", read("docs/pycom.md")).groups()
	assert told == (table["LB_COLOURS_HEARTBEAT"], table["LB_COLOURS_SAFE"])
	assert re.search(r"LED +#(\w+) red \(error\)", read("README.md")).group(1) == table["LB_COLOURS_NO_IMAGE"][2:]


def test_the_pins(run_c):
	table = re.findall(r"^\| (P\d+) \| (\d+) \| (G\d+) \| (up|down|) ?\| (yes|no) \|$", read("docs/pycom.md"), re.M)
	statements = (
		'static const char *const pulls[] = {"", "up", "down"};',
		"for (unsigned i = 0; i < LB_PIN_COUNT; i++) { const struct lb_pinout *pin = lb_pinout_get(i); "
		'printf("%s %u %s %s %s\\n", pin->name, i, pin->alias, pulls[pin->pull], pin->adc ? "yes" : "no"); }',
	)
	assert [" ".join(row) for row in table] == run_c(("core/hw/pinout.c", ASSERT), statements)


def test_the_gates_windows(run_c):
	table = re.findall(r"^\| (\w+) \| (\d) \| (\d+) \| (\d+) \| (\d+) \|", read("docs/spec/gate.md"), re.M)
	prints, begin = [], "0"
	for name in ("LATEST", "PREVIOUS", "FACTORY"):
		values = f"LB_GATE_{name}, {begin}, LB_GATE_{name}_END_MS, LB_GATE_{name}_TOGGLE_MS"
		prints.append(f'printf("{name.lower()} %d %d %d %d\\n", {values});')
		begin = f"LB_GATE_{name}_END_MS"
	assert [" ".join(row) for row in table] == run_c(("core/gate/gate.h",), tuple(prints))


@pytest.mark.parametrize("field, function", [("phase", "phase"), ("cause", "cause"), ("`led`, `led_mode`", "led_mode")])
def test_names_on_the_control_socket(field, function, run_c):
	cell = re.search(rf"^\| `?{field}`? \| (.*) \|$", read("docs/spec/control.md"), re.M).group(1)
	told = [name for name in re.findall(r'`"([^"]+)"`', cell) if not name.startswith("#")]
	count = {"led_mode": "LB_LED_COUNT"}.get(function, f"LB_{function.upper()}_COUNT")
	statement = (
		f"char room[LB_WORDS_BYTES]; for (unsigned i = 0; i < {count}; i++) puts(lb_handoff_text_{function}(i, room));"
	)
	assert sorted(told) == sorted(run_c(HANDOFF_TEXT, (statement,)))


@pytest.mark.parametrize("table, prefix", [("mode", "LB_MODE_"), ("reason", "LB_REASON_"), ("why", "LB_WHY_"),
	("cause", "LB_CAUSE_")])
def test_words_of_the_handoff(table, prefix, run_c):
	rows = [(int(value), text) for name, value, text in spec_rows("handoff") if name.startswith(prefix)]
	prints = tuple(f"{{ char room[LB_WORDS_BYTES]; puts(lb_handoff_text_{table}({value}, room)); }}" for value, _ in rows)
	assert [re.split("[;:]", text)[0] for _, text in rows] == run_c(HANDOFF_TEXT, prints)


def test_limits_of_the_control_socket(run_c):
	text = read("docs/spec/control.md")
	line = re.search(r"at most (\d+) bytes", text).group(1)
	waiting = re.search(r"dropped when (\d+) KiB wait", text).group(1)
	headers = ("hardware/process/requests.h", "hardware/process/control.h", "host/client/client.h")
	names = ("LB_COMMANDS_LINE_BYTES", "LB_CLIENT_LINE_BYTES", "LB_CONTROL_WATCHER_BYTES")
	values = run_c(headers, tuple(f'printf("%d\\n", {name});' for name in names))
	assert values == [line, line, str(int(waiting) * 1024)]


def test_board_ids():
	listed = re.findall(r"^\| (\w+) \| `([0-9a-f-]{36})` \|$", read("docs/porting.md"), re.M)
	kinds = {path.parent.name: path.read_text() for path in (ROOT / "boards").glob("*/*_kind.c")}
	assert dict(listed).keys() == kinds.keys() and listed
	for name, board_id in listed:
		told = ", ".join(f"0x{byte:02X}" for byte in bytes.fromhex(board_id.replace("-", "")))
		assert re.search(rf"\.id = \{{\s*{told},?\s*\}}", " ".join(kinds[name].split())), name
		assert f'.name = "{name}"' in kinds[name]


def test_keys_of_the_firmware():
	"""Every key that begins with a dot, and no other, is in nvs.md."""
	told = re.findall(r"`(\.\w+)`", read("docs/spec/nvs.md").split("## What is stored")[1])
	texts = [path.read_text() for path in (ROOT / "firmware").rglob("*.c")]
	used = {key for text in texts for key in re.findall(r'"(\.[a-z_]+)"', text)}
	assert sorted(told) == sorted(used) and told
