"""Runs Thonny's back end, argv[1] and on, where there is no tkinter: the package that it lies in imports that for its
window, which is not there."""
import runpy
import sys
import types


class Nothing(types.ModuleType):
	"""A module that has every name; each is a class."""

	__path__ = []

	def __getattr__(self, name):
		return type(name, (), {})


sys.modules["tkinter"] = tkinter = Nothing("tkinter")
sys.modules["_tkinter"] = types.ModuleType("_tkinter")
sys.modules["_tkinter"].TclError = type("TclError", (Exception,), {})
for _name in ("ttk", "messagebox", "font", "filedialog", "simpledialog", "scrolledtext", "dialog"):
	sys.modules["tkinter." + _name] = Nothing("tkinter." + _name)
	setattr(tkinter, _name, sys.modules["tkinter." + _name])
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
