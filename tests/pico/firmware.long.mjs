// The firmware on an emulated Pico, from a blank file system on: one module, whose owner types at uart0's prompt.
import assert from "node:assert/strict";
import fs from "node:fs";
import {test} from "node:test";
import {POWER, RUN} from "../../hardware/rp2040/chip.mjs";
import {PowerCut} from "../../hardware/rp2040/flash.mjs";
import {Desk, P12, content} from "./desk.mjs";

const PROMPT = />>> $/;
const CTRL_A = "\x01", CTRL_B = "\x02", CTRL_C = "\x03", CTRL_D = "\x04";
const firmware = fs.readFileSync(new URL("../../build/share/lifeboat/pico.img", import.meta.url));
const desk = new Desk(content({factory: firmware}));

// What a line at the prompt prints.
function say(line, ms) {
	desk.said = [];
	desk.send(`${line}\r`);
	desk.until(PROMPT, ms);
	return desk.text.replace(/^[^\n]*\n/, "").replace(/>>> $/, "").trim().replaceAll("\r", "");
}

function restart(why = POWER) {
	desk.reset(why);
	desk.until(PROMPT);
}

test("a first boot makes the file system, and the next comes to its prompt in 0.8 s", () => {
	desk.until(PROMPT, 30000);
	assert.match(desk.text, /MicroPython v.* Raspberry Pi Pico/);
	assert.equal(say("import os; os.listdir('/flash')"), "['boot.py', 'lib', 'main.py']");
	const start = desk.chip.ms;
	restart(RUN);
	console.log(`reset to prompt: ${Math.round(desk.chip.ms - start)} ms`);
	assert.ok(desk.chip.ms - start < 800);
	assert.ok(Number(say("import gc; gc.collect(); gc.mem_free()")) > 160 * 1024);
});

test("pins", () => {
	say("from machine import Pin, PWM, Timer; import time; p = Pin('P5', mode=Pin.OUT); p(1)");
	assert.equal(desk.chip.mcu.gpio[5].outputValue, true);
	assert.equal(say("p()"), "1");
	say("p(0); q = Pin('P6', mode=Pin.IN, pull=Pin.PULL_UP)");
	assert.equal(desk.chip.mcu.gpio[5].outputValue, false);
	assert.equal(say("q()"), "1");
	say("seen = []; q.irq(lambda pin: seen.append(pin()), Pin.IRQ_FALLING | Pin.IRQ_RISING)");
	desk.chip.drive(6, false);
	desk.chip.run(5);
	desk.chip.drive(6, true);
	desk.chip.run(5);
	assert.equal(say("seen"), "[0, 1]");
	desk.chip.drive(6, null);
});

test("PWM", () => {
	say("w = PWM(Pin('P7')); w.freq(1000); w.duty_u16(16384)");
	let last = desk.chip.ms, high = 0, rises = 0;
	const stop = desk.chip.mcu.gpio[7].addListener((now, before) => {
		high += before === 1 ? desk.chip.ms - last : 0;
		rises += now === 1 ? 1 : 0;
		last = desk.chip.ms;
	});
	desk.chip.run(100);
	stop();
	assert.ok(rises >= 99 && rises <= 101, `${rises} rises`);
	assert.ok(high > 24 && high < 26, `high for ${high} ms of 100`);
	say("w.deinit()");
});

test("timers", () => {
	say("ticks = []; t = Timer(); t.init(period=20, callback=lambda t: ticks.append(time.ticks_ms()))");
	desk.chip.run(500);
	assert.equal(say("t.deinit(); all(abs(b - a - 20) < 2 for a, b in zip(ticks, ticks[1:])), len(ticks) in range(24, 32)"),
		"(True, True)");
});

test("Ctrl-C, a native loop's result, the raw REPL, memory and the stack's end", () => {
	desk.said = [];
	desk.send("while True: pass\r\r");
	desk.chip.run(100);
	desk.send(CTRL_C);
	desk.until(/KeyboardInterrupt: \r\n>>> $/);
	desk.said = [];
	desk.send(`${CTRL_A}print(6 * 7)${CTRL_D}`);
	desk.until(/OK42\r\n\x04\x04>$/);
	desk.send(CTRL_B);
	desk.until(PROMPT);
	assert.match(say("[0] * 100000"), /MemoryError/);
	say("def deep(): deep()\r");
	assert.match(say("deep()", 60000), /maximum recursion depth/);
});

test("files, nvs and the clock outlive a reset", () => {
	say("import machine, pycom; open('/flash/kept', 'w').write('x' * 20000); pycom.nvs_set('kept', 42)");
	say("machine.RTC().init((2026, 12, 1, 3, 0, 0)); machine.reset()");
	assert.equal(say("import machine, os, pycom; os.stat('/flash/kept')[6], pycom.nvs_get('kept'), machine.RTC().now()[:5]"),
		"(20000, 42, (2026, 12, 1, 3, 0))");
	restart();
	assert.equal(say("import machine, os, pycom; os.stat('/flash/kept')[6], pycom.nvs_get('kept')"), "(20000, 42)");
});

const cause = () => say("import lifeboat; lifeboat.status()['boot']['cause']");

test("each cause", () => {
	restart(RUN);
	assert.equal(cause(), "'switch'");
	say("import machine; machine.reset()");
	assert.equal(cause(), "'software'");
	say("import machine; machine.deepsleep(500)");
	assert.equal(cause(), "'deep-sleep'");
	say("import machine; machine.mem32[0x30000000]", 20000);
	assert.equal(cause(), "'fault'");
});

test("a watchdog that is longer than the hardware's ends what hangs, and nothing sooner", () => {
	say("import machine, time; w = machine.WDT(timeout=12000); time.sleep(11)");
	assert.equal(say("time.ticks_ms() > 11000"), "True");
	const resets = desk.chip.resets.length, fed = desk.chip.ms;
	say("w.feed()");
	desk.said = [];
	desk.send("while True: pass\r\r");
	desk.chip.run(20000, () => desk.chip.resets.length > resets);
	assert.ok(desk.chip.ms - fed > 11900 && desk.chip.ms - fed < 12200, `after ${desk.chip.ms - fed} ms`);
	desk.until(PROMPT);
	assert.equal(cause(), "'watchdog'");
});

test("P12 keeps scripts from running", () => {
	say("f = open('/flash/main.py', 'w'); f.write('while True: pass'); f.close()");
	desk.reset(POWER);
	desk.chip.run(2000);
	assert.doesNotMatch(desk.text, PROMPT);
	desk.chip.drive(P12, true);
	desk.reset(POWER);
	desk.chip.run(1100);
	desk.chip.drive(P12, null);
	desk.until(PROMPT);
	assert.match(desk.text, /Safe boot: pin P12 was high/);
	say("import os; os.remove('/flash/main.py')");
	restart();
});

test("no byte is lost while flash changes", () => {
	const operations = desk.chip.flash.operations.length;
	desk.said = [];
	desk.send("f = open('/flash/long', 'w'); f.write('y' * 30000); f.close()\r");
	desk.chip.run(30);
	desk.send(`z = '${"z".repeat(900)}'; len(z)\r`);
	desk.until(/>>> .*900\r\n>>> $/s);
	assert.ok(desk.chip.flash.operations.length > operations + 100);
	assert.equal(desk.chip.lost, 0);
});

test("power cuts while a file is written: the old or the new one is there", () => {
	const before = desk.chip.flash.operations.length;
	say("f = open('/flash/cut', 'w'); f.write('0' * 3000); f.close()");
	const count = desk.chip.flash.operations.length - before;
	const found = new Set();
	for (let i = 0; i < 12; i++) {
		const operation = desk.chip.flash.operations.length + Math.floor(i * count / 12);
		desk.chip.flash.cut = {operation, depth: ["before", "within", "after"][i % 3]};
		assert.throws(() => say(`f = open('/flash/cut', 'w'); f.write('${i % 10}' * 3000); f.close()`), PowerCut);
		restart();
		const [size, first] = say("s = open('/flash/cut').read(); print(len(s), s[:1], len(set(s)))").split(" ");
		assert.equal(size, "3000", `cut ${i}`);
		found.add(first);
		say("f = open('/flash/cut', 'w'); f.write('0' * 3000); f.close()");
	}
	assert.ok(found.has("0"));
});

test("bootloader mode when a script wants it", () => {
	desk.said = [];
	desk.send("import machine; machine.bootloader()\r");
	desk.until(/waiting for download/);
	restart(RUN);
});
