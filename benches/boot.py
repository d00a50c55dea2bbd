"""From the reset to the prompt, and what a boot costs in flash operations."""
import statistics
import time

from _figures import figure
import harness

ROUNDS = 20


def boot_once(watch, uart):
	"""Presses reset; milliseconds until the image starts, and until the prompt's last byte is read."""
	uart.drop()
	begin = time.monotonic()
	assert watch.ask("reset")["ok"]
	watch.until_event(lambda e: e["phase"] == "script")
	image = time.monotonic()
	uart.expect(">>> ")
	prompt = time.monotonic()
	watch.until_event(lambda e: e["phase"] == "repl")
	return (image - begin) * 1000, (prompt - begin) * 1000


def operations(module):
	flash = module.hardware()["flash"]
	return flash["programs"] + flash["erases"]


def main():
	with harness.Module().start() as module:
		with module.watch("phase") as watch, module.uart() as uart:
			boot_once(watch, uart)
			before = operations(module)
			times = [boot_once(watch, uart) for _ in range(ROUNDS)]
			normal = operations(module) - before
		bootloader = statistics.median(image for image, _ in times)
		prompt = statistics.median(prompt for _, prompt in times)
		figure("reset to prompt, median of 20", prompt, "ms", "<= 60", worst=round(max(p for _, p in times), 1))
		figure("reset to image start, median of 20", bootloader, "ms", "<= 10")
		figure("flash operations of a normal boot", normal / ROUNDS, "operations", "0")
		before = operations(module)
		module.safe_boot(0.5)
		assert module.status()["boot"]["mode"] == "safe"
		figure("flash operations of a safe boot", operations(module) - before, "operations", "0")


main()
