"""What a full store of named values costs a script: a change that makes it move, and the removal of all keys."""
from _figures import figure
import harness

KEYS = 250


def main():
	with harness.Module().start() as module, module.uart() as uart:
		uart.exec("import pycom, time\n"
		          "def took(call, *args):\n"
		          "    begin = time.ticks_us()\n"
		          "    call(*args)\n"
		          "    return time.ticks_diff(time.ticks_us(), begin)")
		uart.exec(f"all = [took(pycom.nvs_set, 'key%d' % i, i) for i in range({KEYS})]\n"
		          "moves = max(took(pycom.nvs_set, 'key7', 1000 + i) for i in range(3))", 60)
		figure("pycom.nvs_set that moves a full store", uart.eval("moves") / 1e6, "s")
		figure(f"pycom.nvs_erase_all of {KEYS} keys", uart.eval("took(pycom.nvs_erase_all)") / 1e6, "s", "<= 0.3")


main()
