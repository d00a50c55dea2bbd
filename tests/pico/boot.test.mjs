// The Pico's bootloader, as it is built for silicon, in the emulator.
import assert from "node:assert/strict";
import fs from "node:fs";
import {test} from "node:test";
import {RUN, WATCHDOG} from "../../hardware/rp2040/chip.mjs";
import {Desk, G23, P12, NO_SLOT, SLOT_FACTORY, SLOT_OTA_0, content, file, image, record} from "./desk.mjs";
import {SYNC_FRAME, Tool} from "./tool.mjs";

const NORMAL = 0, SAFE = 1;
const PIN = 1, REQUEST = 2;
const LATEST = 0, FACTORY = 2, REVERTED = 3, FALLBACK = 4;
const POWER_ON = 0, SWITCH = 1, SOFTWARE = 2, TIMED_OUT = 3, CRASHED = 5;
const FAULT_AT = 0x2003ff00;

const two = () => ({factory: image("factory"), ota_0: image("ota_0")});

// tests/golden/pico/NAME: when the LED changed, in hundredths of a second since the reset. UPDATE_GOLDEN=1 writes it.
function holdAgainst(name, leds, start = 0) {
	const path = new URL(`../golden/pico/${name}`, import.meta.url);
	const changes = leds.filter(([, lit], i) => lit !== (i > 0 && leds[i - 1][1]));
	const trace = changes.filter(([ms]) => ms >= start)
		.map(([ms, lit]) => `${Math.round((ms - start) / 10)} ${lit ? "on" : "off"}\n`).join("");
	if (process.env.UPDATE_GOLDEN)
		fs.writeFileSync(path, trace);
	assert.equal(trace, fs.readFileSync(path, "utf8"));
}

test("boot2 and bootloader leave room in their 64 KiB", () => {
	assert.ok(file("boot.bin").length <= 64 * 1024);
});

test("a verified boot", () => {
	const desk = new Desk(content(two()));
	const said = desk.boot();
	assert.deepEqual([said.number, said.slot, said.mode, said.why, said.cause, said.watchdog],
		[1, SLOT_FACTORY, NORMAL, LATEST, POWER_ON, 0]);
	assert.equal(desk.chip.flash.operations.length, 0);
	assert.ok(said.us < 500000, `it takes ${said.us} us`);
	console.log(`reset to image: ${said.us} us, ${desk.chip.instructions} instructions`);
});

test("each cause", () => {
	const desk = new Desk(content({factory: image("factory")}));
	assert.equal(desk.boot().cause, POWER_ON);
	desk.reset(RUN);
	assert.equal(desk.boot().cause, SWITCH);
	desk.said = [];
	desk.send("r");
	assert.equal(desk.boot().cause, SOFTWARE);
	assert.deepEqual(desk.chip.resets, ["power", "run", "watchdog"]);
	desk.reset(RUN);
	assert.equal(desk.boot().cause, SWITCH, "what software said of the reset before is forgotten");
});

test("a fault in the bootloader keeps where it was, and resets", () => {
	const desk = new Desk(content({factory: image("factory")}));
	desk.chip.drive(P12, true);
	desk.chip.run(500);
	desk.chip.drive(P12, false);
	const at = desk.chip.cpu.R[15];
	desk.chip.cpu.R[15] = 0x30000000;
	desk.chip.run(1, () => desk.chip.resets.length > 1);
	const kept = [0, 4].map(offset => desk.chip.mcu.sramView.getUint32(FAULT_AT + offset - 0x20000000, true));
	assert.deepEqual(kept, [0x544c4146, 0x30000000], `not ${at}`);
	desk.said = [];
	const said = desk.boot();
	assert.deepEqual([said.cause, said.crashes], [CRASHED, 1]);
});

test("without an image it says why and waits", () => {
	const desk = new Desk(content());
	desk.until(/factory: no image\r\nota_0: no image\r\nota_1: no image\r\nwaiting for download\r\n/);
	desk.chip.run(4000 - desk.chip.ms);
	holdAgainst("no-image", desk.chip.leds);
	desk.send(Buffer.from(SYNC_FRAME).toString("latin1"));
	desk.chip.run(100);
	assert.equal(new Tool(desk).replies().length, 8);
});

test("P12 held for 1 s: a safe boot of the latest image", () => {
	const desk = new Desk(content(two()));
	desk.chip.drive(P12, true);
	desk.chip.run(1100);
	desk.chip.drive(P12, false);
	const said = desk.boot();
	assert.deepEqual([said.number, said.mode, said.reason], [1, SAFE, PIN]);
	assert.match(desk.text, /P12 is high: release now for a safe boot of factory \(latest image\)/);
	holdAgainst("gate-latest", desk.chip.leds);
});

test("P12 held for 4 s: the previous image", () => {
	const desk = new Desk(content(two(), record({latest: SLOT_OTA_0, previous: SLOT_FACTORY}, two())));
	desk.chip.drive(P12, true);
	desk.chip.run(4000);
	desk.chip.drive(P12, false);
	const said = desk.boot();
	assert.deepEqual([said.number, said.slot, said.mode, said.reason], [1, SLOT_FACTORY, SAFE, PIN]);
});

test("P12 held for ever: the factory image, by all windows", () => {
	const desk = new Desk(content(two(), record({latest: SLOT_OTA_0, previous: NO_SLOT}, two())));
	desk.chip.drive(P12, true);
	const said = desk.boot();
	assert.deepEqual([said.slot, said.mode, said.why, said.reason], [SLOT_FACTORY, SAFE, FACTORY, PIN]);
	holdAgainst("gate-all-windows", desk.chip.leds);
});

test("a safe boot by request", () => {
	const desk = new Desk(content(two(), record({latest: SLOT_OTA_0, previous: SLOT_FACTORY}, two())));
	desk.boot();
	desk.said = [];
	desk.send("s");
	const said = desk.boot();
	assert.deepEqual([said.slot, said.mode, said.reason], [SLOT_OTA_0, SAFE, REQUEST]);
});

test("an image that is damaged: the one before it", () => {
	const broken = Buffer.from(image("ota_0"));
	broken[300] ^= 1;
	const slots = {factory: image("factory"), ota_0: broken};
	const desk = new Desk(content(slots, record({latest: SLOT_OTA_0, previous: SLOT_FACTORY}, two())));
	const said = desk.boot();
	assert.deepEqual([said.number, said.slot, said.why], [1, SLOT_FACTORY, FALLBACK]);
});

test("an image that was made for another slot is not started there", () => {
	const desk = new Desk(content({factory: image("ota_1")}));
	desk.until(/waiting for download/);
	assert.match(desk.text, /factory: could not be started/);
});

test("a trial that hangs ends by the watchdog, and is given up", () => {
	const state = {latest: SLOT_OTA_0, previous: SLOT_FACTORY, trial: true, tries: 3};
	const desk = new Desk(content(two(), record(state, two())));
	const first = desk.boot();
	assert.deepEqual([first.number, first.trial, first.tries, first.watchdog], [2, 1, 2, 1]);
	desk.said = [];
	desk.send("r");
	assert.equal(desk.boot().cause, SOFTWARE, "which the next reset is not taken for");
	const started = desk.chip.ms;
	for (const tries of [0, undefined]) {
		desk.said = [];
		desk.chip.run(10000, () => desk.text.length > 0);
		const said = desk.boot();
		assert.equal(said.cause, TIMED_OUT);
		if (tries === undefined)
			assert.deepEqual([said.number, said.slot, said.why, said.trial], [1, SLOT_FACTORY, REVERTED, 0]);
		else
			assert.deepEqual([said.number, said.tries], [2, tries]);
	}
	const hung = (desk.chip.ms - started) / 2;
	assert.ok(hung > 8388 && hung < 9200, `the hardware's 8.39 s each, and a boot, not ${hung} ms`);
	assert.deepEqual(desk.chip.resets, ["power", WATCHDOG, WATCHDOG, WATCHDOG]);
});

test("bootloader mode by G23", () => {
	const desk = new Desk(content(two()));
	desk.chip.drive(G23, false);
	desk.reset();
	desk.until(/waiting for download/);
	const start = desk.chip.ms;
	new Tool(desk).sync();
	desk.chip.run(start + 4000 - desk.chip.ms);
	holdAgainst("loader", desk.chip.leds, start);
	desk.chip.drive(G23, null);
	desk.reset(RUN);
	assert.equal(desk.boot().number, 1);
});

test("1 KiB of input survives while flash is erased", () => {
	const desk = new Desk(content(two()));
	desk.chip.drive(G23, false);
	desk.reset();
	desk.until(/waiting for download/);
	const tool = new Tool(desk);
	tool.sync();
	const image0 = image("ota_0");
	tool.write(0x080000, image0);
	const before = desk.chip.flash.operations.length;
	desk.said = [];
	tool.ask(0x02, Buffer.from([0, 0x40, 0, 0, 16, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0x0f, 0])); // four sectors of ota_1
	desk.chip.send(new Array(1024 - SYNC_FRAME.length).fill(0x55).concat(SYNC_FRAME));
	desk.said = [];
	desk.chip.run(2000, () => tool.replies().length >= 8);
	assert.equal(tool.replies().length, 8);
	assert.equal(desk.chip.lost, 0);
	assert.ok(desk.chip.flash.operations.length > before);
});
