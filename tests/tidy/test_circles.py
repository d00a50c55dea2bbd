"""Nobody goes round in circles by call, and a header declares what its own .c defines. (By include: test_layers.py.)"""
import pathlib
import shutil
import subprocess

import pytest

import calls
import tree

def circle_objections(graph):
	return ["calls go round in a circle: " + " ".join(sorted(group)) for group in calls.circles(graph)]


def foreign_objections(root):
	return [f"defined elsewhere: {entry}" for entry in calls.foreign(root)[1]]


def test_calls_go_in_no_circle():
	if not calls.objects(tree.ROOT):
		pytest.skip("nothing is built here")
	tree.expect_none(circle_objections(calls.edges(tree.ROOT)))


def test_headers_declare_what_their_own_file_defines():
	tree.expect_none(foreign_objections(tree.ROOT))


def write(root, files):
	for name, content in files.items():
		path = pathlib.Path(root, name)
		path.parent.mkdir(parents=True, exist_ok=True)
		path.write_text(content)


def test_a_circle_is_seen(tmp_path):
	if not shutil.which("gcc"):
		pytest.skip("no gcc here")
	write(tmp_path, {
		"core/x/a.c": "void lb_b(void);\nvoid lb_a(void);\nvoid lb_a(void)\n{\n\tlb_b();\n}\n",
		"core/x/b.c": "void lb_c(void);\nvoid lb_b(void);\nvoid lb_b(void)\n{\n\tlb_c();\n}\n",
		"core/x/c.c": "void lb_a(void);\nvoid lb_c(void);\nvoid lb_c(void)\n{\n\tlb_a();\n}\n",
		"core/x/d.c": "void lb_a(void);\nvoid lb_d(void);\nvoid lb_d(void)\n{\n\tlb_a();\n}\n",
	})
	for source in sources(tmp_path):
		target = tmp_path / "build/obj/release" / source.relative_to(tmp_path).with_suffix(".o")
		target.parent.mkdir(parents=True, exist_ok=True)
		subprocess.run(["gcc", "-c", "-o", target, source], check=True)
	graph = calls.edges(tmp_path)
	assert circle_objections(graph) == ["calls go round in a circle: core/x/a.c core/x/b.c core/x/c.c"]


def sources(root):
	return [path for path in tree.c_files(root) if path.suffix == ".c"]


def test_what_goes_through_a_contract_is_no_circle():
	assert calls.is_contract("core/hw/board.h", calls.CONTRACTS)
	assert not calls.is_contract("core/hw2/board.h", calls.CONTRACTS)
	assert calls.circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}}) == [["b", "c"]]


def test_two_programs_may_use_one_name():
	assert calls.same_program("core/a.c", "firmware/a.c") and calls.same_program("host/a.c", "host/x/b.c")
	assert not calls.same_program("firmware/a.c", "host/a.c")


def test_a_foreign_declaration_is_seen(tmp_path):
	write(tmp_path, {
		"core/x/a.h": "int lb_a(int x);\nextern const int lb_t[];\nint lb_b(int x,\n         int y);\nvoid lb_c(void);\n",
		"core/x/a.c": "int lb_a(int x)\n{\n\treturn x;\n}\n\nstatic void lb_c(void)\n{\n}\n",
		"core/x/b.c": "int lb_b(int x, int y)\n{\n\treturn x + y;\n}\n",
		"core/hw/x.h": "void lb_elsewhere(void);\n",
	})
	assert calls.foreign(tmp_path) == (4, ["core/x/a.h: lb_b", "core/x/a.h: lb_c"])
	assert len(foreign_objections(tmp_path)) == 2
