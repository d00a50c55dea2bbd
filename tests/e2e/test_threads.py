"""_thread: what scripts do with it, how threads end, and that no thread keeps its owner out."""
import io
import re
import socket
import threading
import time

import pytest

import clients

# A lock that says when it was had, and threads that count under it.
COUNT = """import _thread, time
lock = _thread.allocate_lock()
done = _thread.allocate_lock()
total, ended = 0, 0
def count(rounds, step=1):
    global total, ended
    for _ in range(rounds):
        with lock:
            before = total
            for _ in range(3): pass
            total = before + step
    with done: ended += 1
def wait(number):
    while ended < number: time.sleep_ms(5)
"""


def test_locks_keep_others_out(module):
	assert module.exec(COUNT + "for i in range(6): _thread.start_new_thread(count, (300,), {'step': 2})\n"
	                   "count(300, 2)\nwait(7)\nprint(total)\n", 60) == f"{7 * 300 * 2}\n"


def test_fifty_threads(module):
	assert module.exec(COUNT + "lock.acquire()\nidents = [_thread.start_new_thread(count, (20,)) for i in range(50)]\n"
	                   "time.sleep_ms(50)\nlock.release()\n"
	                   "wait(50)\nprint(total, len(set(idents)), _thread.get_ident() in idents)\n"
	                              "", 60) == "1000 50 False\n"


def test_no_more_threads_than_there_are_is_an_error(module):
	out = module.exec("""import _thread, time
go = _thread.allocate_lock()
go.acquire()
ended = 0
def wait():
    global ended
    go.acquire()
    go.release()
    ended += 1
n = 0
try:
    while True:
        _thread.start_new_thread(wait, ())
        n += 1
except OSError as e: print(n, e)
go.release()
while ended < n: time.sleep_ms(10)
time.sleep_ms(50)
ended = 0
_thread.start_new_thread(wait, ())
while not ended: time.sleep_ms(10)
print('again')
""", 30)
	assert out == "63 no more threads\nagain\n"


@pytest.mark.parametrize("call, least, most, result", [
	("lock.acquire(1, 0.3)", 300, 2000, "False"), ("lock.acquire(True, 0.3)", 300, 2000, "False"),
	("lock.acquire(waitflag=1, timeout=0.3)", 300, 2000, "False"), ("lock.acquire(0)", 0, 200, "False"),
	("lock.acquire(1, 0)", 0, 200, "False"), ("lock.acquire(1, 5)", 400, 3000, "True"),
	("lock.acquire()", 400, 3000, "True"), ("lock.acquire(1, -1)", 400, 3000, "True"),
])
def test_a_lock_is_waited_for_as_long_as_was_said(module, call, least, most, result):
	out = module.exec("import _thread, time\nlock = _thread.allocate_lock()\nlock.acquire()\n"
	                  "def free():\n    time.sleep_ms(500)\n    lock.release()\n_thread.start_new_thread(free, ())\n"
	                  f"t = time.ticks_ms()\nr = {call}\nt = time.ticks_diff(time.ticks_ms(), t)\nprint(t, r)\n"
	                  "time.sleep_ms(700)\n")
	took, got = out.split()
	assert least - 5 <= int(took) <= most and got == result


@pytest.mark.parametrize("code, error", [
	("lock.release()", "RuntimeError: the lock is not locked"),
	("lock.acquire(0, 1)", "ValueError: a timeout is for a call that waits"),
	("_thread.start_new_thread(1, ())", "TypeError"), ("_thread.start_new_thread(print, 1)", "TypeError"),
	("_thread.start_new_thread(print, (), 1)", "TypeError"), ("_thread.stack_size(-1)", "ValueError"),
	("_thread.stack_size(1 << 21)", "ValueError"),
	("import machine\nlock.acquire()\nmachine.disable_irq()\n"
	           "lock.acquire()", "RuntimeError: a lock cannot be waited for here"),
	("_thread.exit()", "SystemExit"),
])
def test_wrong_use(module, code, error):
	with module.uart() as uart:
		if error == "SystemExit":  # of the main thread: a soft reset
			uart.start("import _thread\n" + code)
			uart.expect("MPY: soft reboot")
			return
		assert error in uart.error_of("import _thread\nlock = _thread.allocate_lock()\n" + code)
		assert uart.eval("6 * 7") == 42


def test_an_uncaught_exception_is_shown_and_ends_its_thread_alone(module):
	with module.uart() as uart:
		out = uart.exec("""import _thread, time, sys
def inner(): raise ValueError('no such sensor')
def outer(): inner()
class Bad:
    def __repr__(self): raise KeyError(1)
    __str__ = __repr__
def bad(): raise ValueError(Bad())
class Nameless(Bad):
    def __call__(self): raise ValueError('called')
_thread.start_new_thread(outer, ())
time.sleep_ms(100)
_thread.start_new_thread(bad, ())
time.sleep_ms(100)
_thread.start_new_thread(Nameless(), ())
time.sleep_ms(100)
for end in (sys.exit, _thread.exit): _thread.start_new_thread(end, ())
time.sleep_ms(100)
print('main goes on')
""")
	assert re.search(r"Unhandled exception in thread started by <function outer at 0x\w+>\n"
		r"Traceback \(most recent call last\):\n"
		r'  File "<stdin>", line 3, in outer\n  File "<stdin>", line 2, in inner\nValueError: no such sensor\n', out), out
	assert out.count("KeyError while an exception was shown\n") == 2 and out.endswith("main goes on\n")
	assert "ValueError: called\n" in out
	assert out.count("Unhandled") == 3, "sys.exit() and _thread.exit() end a thread without a word"


def test_a_module_that_another_thread_loads_is_waited_for(module):
	"""Loaded once, and whole when import returns; one that fails is tried by each, one that runs for good by nobody."""
	module.put("/flash/slow.py", "import time\nx = 1\ntime.sleep_ms(300)\ny = 2\nprint('loaded')\n")
	module.put("/flash/wrong.py", "import time\ntime.sleep_ms(100)\nprint('tried')\nraise ValueError\n")
	module.put("/flash/app.py", "import _thread, time\ndone = False\ndef work():\n    global done\n    import app\n"
	           "    done = app.begun\nbegun = time.ticks_ms()\ntime.sleep_ms(5100)\n_thread.start_new_thread(work, ())\n"
	           "time.sleep_ms(300)\nassert done\n")
	assert module.exec("""import _thread, time
ended = []
def run(name):
    try:
        exec('import ' + name + '\\nended.append(getattr(%s, "y", 0))' % name)
    except Exception as e: ended.append(repr(e))
def all(name):
    ended.clear()
    for i in range(4): _thread.start_new_thread(run, (name,))
    while len(ended) < 4: time.sleep_ms(10)
    print(ended)
all('slow')
all('wrong')
import app
""", 20) == "loaded\n[2, 2, 2, 2]\n" + 4 * "tried\n" + f"{4 * ['ValueError()']}\n"


def test_memory_full_in_a_thread(module):
	out = module.exec("""import _thread, time, gc
def fill():
    a = []
    while True: a.append(bytearray(4096))
_thread.start_new_thread(fill, ())
time.sleep_ms(1500)
gc.collect()
print('free', gc.mem_free() > 1000000)
""", 30)
	assert "MemoryError" in out and out.endswith("free True\n")


@pytest.mark.parametrize("stack", [0, 4096, 20000, 131072, 1048576])
def test_a_stack_has_an_end(module, stack):
	out = module.exec(f"""import _thread, time
def deep(n): return deep(n + 1)
def run():
    try: deep(0)
    except RuntimeError as e: print(e)
print(_thread.stack_size({stack}))
_thread.start_new_thread(run, ())
time.sleep_ms(300)
print(_thread.stack_size())
""", 20)
	assert out == f"0\nmaximum recursion depth exceeded\n{stack}\n"


def test_the_collector_finds_what_threads_hold(module):
	"""Each thread has objects in its frames alone, while others, and it, collect."""
	out = module.exec("""import _thread, gc, time
ended = wrong = 0
def hold(seed):
    global ended, wrong
    for turn in range(60):
        items = [bytes([seed, turn, i]) * 20 for i in range(40)]
        words = {i: 'x%d-%d' % (seed, i) for i in range(20)}
        if turn % 5 == seed % 5: gc.collect()
        time.sleep_ms(seed % 3)
        [bytearray(100) for _ in range(50)]
        if any(items[i] != bytes([seed, turn, i]) * 20 for i in range(40)): wrong += 1
        if any(words[i] != 'x%d-%d' % (seed, i) for i in range(20)): wrong += 1
    ended += 1
for seed in range(8): _thread.start_new_thread(hold, (seed,))
while ended < 8:
    gc.collect()
    time.sleep_ms(1)
print(wrong)
""", 60)
	assert out == "0\n"


def test_callbacks_run_in_the_main_thread(module):
	"""Whoever schedules them, and while threads are busy; hard ones find the interpreter taken, and come all the same."""
	out = module.exec("""import _thread, machine, micropython, time
who = {}
def note(kind):
    key = kind, _thread.get_ident()
    who[key] = who.get(key, 0) + 1
stop = False
def busy():
    while not stop: pass
def schedules():
    for i in range(20):
        micropython.schedule(note, 'schedule')
        time.sleep_ms(5)
for f in (busy, busy, schedules): _thread.start_new_thread(f, ())
machine.Timer(-1, period=10, callback=lambda t: note('timer'))
pin = machine.Pin('P10', machine.Pin.OUT, value=0)
edges = 0
def edge(p):
    global edges
    edges += 1
pin.irq(edge, machine.Pin.IRQ_RISING, hard=True)
for i in range(20):
    pin(1); pin(0)
    time.sleep_ms(10)
stop = True
time.sleep_ms(50)
print(sorted({k[0] for k in who}), {k[1] for k in who}, who['schedule', 1], who['timer', 1] >= 10, edges)
""", 30)
	assert out == "['schedule', 'timer'] {1} 20 True 20\n"


def test_a_hard_handler_while_a_thread_is_busy(module):
	with module.uart() as uart:
		uart.start("""import _thread, machine, time
edges = 0
def edge(p):
    global edges
    edges += 1
pin = machine.Pin('P10', machine.Pin.IN, machine.Pin.PULL_DOWN)
pin.irq(edge, machine.Pin.IRQ_RISING, hard=True)
stop = False
def busy():
    while not stop: {i: [i] for i in range(50)}
_thread.start_new_thread(busy, ())
_thread.start_new_thread(busy, ())
print('go')
while not edges >= 10: time.sleep_ms(20)
stop = True
print('edges', edges)
""")
		uart.expect("go\r\n")
		for _ in range(10):
			module.pin("P10", "high")
			module.pin("P10", "low")
		out, err = uart.finish()
		assert (out, err) == ("edges 10\n", "")


def test_blocking_calls_let_others_run(module):
	"""Each blocks one thread; main counts meanwhile."""
	out = module.exec("""import _thread, time, socket, select, machine
here = []
u = machine.UART(1, 115200, timeout=400)
def server():
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('127.0.0.1', 0)); s.settimeout(0.4)
    try: s.listen(1); s.accept()
    except OSError: here.append('accept')
    s.close()
def receive():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); s.settimeout(0.4)
    try: s.recv(1)
    except OSError: here.append('recv')
    s.close()
def poll():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0))
    p = select.poll(); p.register(s, select.POLLIN)
    if not p.poll(400): here.append('poll')
    s.close()
def uart():
    u.read(1); here.append('uart')
def sleep():
    time.sleep(0.4); here.append('sleep')
fs = (server, receive, poll, uart, sleep)
t = time.ticks_ms()
for f in fs: _thread.start_new_thread(f, ())
n = 0
while len(here) < len(fs) and time.ticks_diff(time.ticks_ms(), t) < 5000: n += 1
took = time.ticks_diff(time.ticks_ms(), t)
print(sorted(here), n > 1000, took < 1500)
""", 30)
	assert out == "['accept', 'poll', 'recv', 'sleep', 'uart'] True True\n"


def test_a_closed_socket_ends_its_wait(module):
	out = module.exec("""import _thread, time, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0))
got = []
def receive():
    try: got.append(s.recv(1))
    except OSError as e: got.append(e.errno)
_thread.start_new_thread(receive, ())
time.sleep_ms(100)
s.close()
time.sleep_ms(200)
print(got)
""")
	assert out == "[9]\n"


def test_files_and_stores_of_several_threads(module):
	"""Each writes its own file, all of them one more under a lock, the nvs and the record's questions in between."""
	out = module.exec("""import _thread, time, os, pycom, lifeboat
lock = _thread.allocate_lock()
ended, wrong = 0, []
def work(n):
    global ended
    try:
        name = '/flash/t%d' % n
        for turn in range(12):
            with open(name, 'w') as f:
                for i in range(20): f.write('%d %d %d\\n' % (n, turn, i))
            pycom.nvs_set('k%d' % n, turn)
            with lock:
                with open('/flash/all', 'a') as f: f.write('%d\\n' % n)
            lifeboat.status()
            with open(name) as f:
                if f.read() != ''.join('%d %d %d\\n' % (n, turn, i) for i in range(20)): wrong.append((n, turn))
            if pycom.nvs_get('k%d' % n) != turn: wrong.append((n, turn, 'nvs'))
            os.listdir('/flash')
        os.remove(name)
    except BaseException as e: wrong.append(repr(e))
    ended += 1
for n in range(5): _thread.start_new_thread(work, (n,))
while ended < 5: time.sleep_ms(10)
with open('/flash/all') as f: lines = sorted(f)
os.remove('/flash/all')
print(wrong, len(lines), set(lines.count('%d\\n' % n) for n in range(5)))
""", 120)
	assert out == "[] 60 {12}\n"


def test_threads_and_the_network(module):
	"""A web server in a thread, as the projects have it, and main at work."""
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	with module.uart() as uart:
		uart.start("""import _thread, socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', PORT)); s.listen(3)
lock = _thread.allocate_lock()
served = 0
def serve(c):
    global served
    c.recv(100)
    c.send(b'HTTP/1.0 200 OK\\r\\n\\r\\nhello')
    c.close()
    with lock: served += 1
def accept():
    while True: _thread.start_new_thread(serve, (s.accept()[0],))
_thread.start_new_thread(accept, ())
print('listens')
while served < 20: time.sleep_ms(20)
print('served')
""".replace("PORT", str(port)))
		uart.expect("listens\r\n")

		def get(answers):
			with socket.create_connection(("127.0.0.1", port), 10) as client:
				client.sendall(b"GET / HTTP/1.0\r\n\r\n")
				answers.append(client.makefile("rb").read())

		answers = []
		clients = [threading.Thread(target=get, args=(answers,)) for _ in range(20)]
		for client in clients:
			client.start()
		for client in clients:
			client.join(20)
		assert uart.finish(20) == ("served\n", "")
		assert len(answers) == 20 and all(answer.endswith(b"hello") for answer in answers)


# What is one at a time, in two threads at once: what it prints at the end.
AT_ONCE = {
	"nvs": ("import pycom\ndef work(n):\n    for i in range(30):\n        pycom.nvs_set('k%d' % n, i)\n"
		"        assert pycom.nvs_get('k%d' % n) == i\n", 4, "[]"),
	"nvs, all erased beside it": ("import pycom\ndef work(n):\n    for i in range(10):\n"
		"        pycom.nvs_erase_all() if n else pycom.nvs_set('k%d' % i, i)\n", 2, "[]"),
	"a format beside a writer": ("import os\ndef work(n):\n    if n:\n        os.mkfs('/flash')\n    for i in range(30):\n"
		"        with open('/flash/x', 'w') as f: f.write('y' * 600)\n", 2, "[]"),
	"two updates": ("import pycom\ndef work(n):\n    try:\n        pycom.ota_start()\n"
		"        for i in range(5): pycom.ota_write(b'x' * 4096)\n        pycom.ota_finish()\n"
		"    except OSError as e:\n        assert 'does not verify' in str(e), e\n", 2, "[]"),
}


@pytest.mark.long
@pytest.mark.parametrize("case", AT_ONCE)
def test_flash_is_changed_by_one_at_a_time(module, case):
	text, count, expected = AT_ONCE[case]
	assert module.exec(f"""import _thread, time
{text}
wrong, ended = [], 0
def safely(n):
    global ended
    try: work(n)
    except BaseException as e: wrong.append(repr(e))
    ended += 1
for n in range({count}): _thread.start_new_thread(safely, (n,))
while ended < {count}: time.sleep_ms(5)
open('/flash/after', 'w').close()
print(wrong)
""", 60) == f"{expected}\n"


@pytest.mark.long
def test_files_come_and_go_beside_threads(module):
	"""FTP while one thread computes and another writes files."""
	data = bytes(range(256)) * 100
	with module.uart() as uart:
		uart.start("""import _thread, time
stop = False
def busy():
    while not stop: sum(range(50))
def write():
    while not stop:
        with open('/flash/w', 'w') as f: f.write('z' * 900)
        time.sleep_ms(1)
_thread.start_new_thread(busy, ())
_thread.start_new_thread(write, ())
print('begins')
time.sleep(60)
""")
		uart.expect("begins\r\n")
		with clients.ftp(module.status()["net"]) as session:
			for _ in range(3):
				session.storbinary("STOR /flash/up.bin", io.BytesIO(data))
				assert clients.ftp_read(session, "/flash/up.bin") == data
