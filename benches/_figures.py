"""What the benches share: how a figure is printed, and where the harness lies."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/e2e"))


def figure(name, value, unit, aim=None, **more):
	"""One JSON line; aim says what we want, such as "<= 60"."""
	if isinstance(value, float):
		value = float(f"{value:.4g}")
	print(json.dumps({"name": name, "value": value, "unit": unit, "aim": aim, **more}), flush=True)
