"""`lifeboat run` in a pipe: standard input is one program."""
import os
import subprocess
import time

import pytest

import harness

BLINKER = "import time\nprint('blinks')\nwhile True:\n\ttime.sleep_ms(50)\n"
LOCKED = "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass\n"


def run(folder, program, *options, code=0):
	"""What it printed, and what it said."""
	result = subprocess.run([harness.LIFEBOAT, "run", folder, *options], input=program, capture_output=True, text=True,
		timeout=60, env=harness.environment())
	assert result.returncode == code, result
	assert harness.processes_of(folder) == {}
	return result.stdout, result.stderr


@pytest.fixture
def folder(scratch):
	return os.path.join(scratch, "module")


VALUES = '''\
6 * 7; "a"
x = None
x

# blocks, with lines that are blank
for i in range(2):
    i + 10

    "in"
else:
    "else"

def keep(f):
    return f
@keep

def f(n):
    """A text of
two lines."""
    5
    return n

if x:
    1
elif f(True):

    2
else:
    3
try:
    f(4)
    1 / 0
except ZeroDivisionError:
    "caught"
finally:
    "over"
(f(6),
 7)
"""an end
of two lines"""'''
SHOWN = ["42", "'a'", "10", "'in'", "11", "'in'", "'else'", "2", "4", "'caught'", "'over'", "(6, 7)",
	r"'an end\nof two lines'"]


def test_values_are_shown_as_at_the_prompt(folder):
	assert run(folder, "print(6*7)")[0] == "42\n"
	assert run(folder, VALUES)[0].splitlines() == SHOWN
	assert run(folder, "x = 5\r\nif x:\r\n\tx\r\n\r\n'y'\r\n")[0] == "5\n'y'\n"


@pytest.mark.parametrize("program, printed, said", [
	("print(1)\n\ndef f():\n    1 / 0\n\nf()\n", "1\n", 'Traceback (most recent call last):\n  File "<stdin>", line 6, '
		'in <module>\n  File "<stdin>", line 4, in f\nZeroDivisionError: divide by zero\n'),
	("print(1)\nif x\n", "", 'File "<stdin>", line 2\nSyntaxError: invalid syntax\n'),
	("print(1)\nraise SystemExit(3)", "1\n", "lifeboat: the program ended by sys.exit(3)\n"),
	("print(1)\nimport machine\nmachine.reset()\nprint(2)", "1\n",
		"lifeboat: the program did not end: the module was reset\n"),
], ids=["error", "syntax", "exit", "reset"])
def test_how_it_failed_is_said(folder, program, printed, said):
	out, err = run(folder, program, code=1)
	assert out.startswith(printed) and "2\n" not in out and err.endswith(said)


def test_what_ends_well_is_exit_0(folder):
	assert run(folder, "# nothing to do")[0] == ""
	assert run(folder, "import sys\nprint(1)\nsys.exit()")[0] == "1\n"


def test_a_program_may_be_long_and_print_much(folder):
	program = "n = 0\n" + "n += 1 # some more of it\n" * 3000 + "for i in range(2000): print(i, 'x' * 20)\nn\n"
	lines = run(folder, program)[0].split("\n")
	assert lines == [f"{i} {'x' * 20}" for i in range(2000)] + ["3000", ""]


def test_scripts_that_go_on_make_room(folder, tmp_path):
	(tmp_path / "main.py").write_text(BLINKER)
	assert run(folder, "1 + 1", "--flash", tmp_path)[0] == "2\n"


def test_scripts_that_cannot_be_interrupted_are_said(folder, tmp_path):
	(tmp_path / "main.py").write_text(LOCKED)
	assert "lifeboat: the program did not run: the module's scripts cannot be interrupted" in \
		run(folder, "1 + 1", "--flash", tmp_path, code=1)[1]


def test_a_late_program_runs_and_an_empty_one_is_none(folder):
	process = subprocess.Popen([harness.LIFEBOAT, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
		env=harness.environment())
	time.sleep(1)
	out, _ = process.communicate("print('la' + 'te')", timeout=60)
	assert process.returncode == 0 and out.endswith("late\n")
	assert ">>> " in run(folder, "")[0]


def test_as_another_board(folder):
	"""Values are shown and errors have their line there too, and the program finds no module of ours."""
	program = "import sys\nsys.platform\ntry:\n    import lifeboat\nexcept ImportError:\n    'none'\nint('x')\n"
	output, said = run(folder, program, "--as", "esp32", code=1)
	assert output == "'esp32'\n'none'\n"
	assert 'File "<stdin>", line 7' in said and said.endswith("ValueError: invalid syntax for integer with base 10\n")
