"""What a module costs its host while it waits at its prompt, heartbeat and all."""
from _figures import figure
import harness

SECONDS = 20


def main():
	with harness.Module().start() as module:
		status = module.hardware()
		pids = {module.process.pid, status["pid"], status["cpu_pid"]}
		with module.watch("phase") as watch:
			before = harness.cpu_nanoseconds(pids)
			harness.hold(watch, SECONDS)
			used = harness.cpu_nanoseconds(pids) - before
		figure("CPU of the idle module", used / 1e9 / SECONDS * 100, "% of a core", "<= 1")
		figure("memory of all its processes (PSS)", harness.pss_bytes(pids) / 1e6, "MB", "<= 20", processes=len(pids))


main()
