// Power cuts at every flash operation of a tool's update: whatever is torn, an image starts afterwards.
import assert from "node:assert/strict";
import {test} from "node:test";
import {POWER} from "../../hardware/rp2040/chip.mjs";
import {PowerCut} from "../../hardware/rp2040/flash.mjs";
import {Desk, G23, SLOTS, content, file, image} from "./desk.mjs";
import {Tool} from "./tool.mjs";

const DEPTHS = ["before", "within", "after"];
const OLD = "factory", NEW = "ota_0";
// Without LIFEBOAT_LONG one depth an operation, another each time.
const ALL = Boolean(process.env.LIFEBOAT_LONG);

// The tool writes ota_0 and lets the module start it, which the record is told of.
function update(desk) {
	desk.chip.drive(G23, false);
	desk.reset(POWER);
	desk.until(/waiting for download/);
	const tool = new Tool(desk);
	tool.sync();
	tool.write(SLOTS[NEW], image(NEW));
	desk.chip.drive(G23, null);
	tool.end(1);
	desk.said = [];
	return desk.boot();
}

function cutAt(operation, depth) {
	const desk = new Desk(content({[OLD]: image(OLD)}));
	desk.chip.flash.cut = {operation, depth};
	assert.throws(() => update(desk), PowerCut, `${depth} ${operation} is reached`);
	desk.chip.drive(G23, null);
	desk.reset(POWER);
	const said = desk.boot();
	const which = `cut ${depth} operation ${operation}`;
	assert.ok([1, 2].includes(said.number), which);
	// Not even a bit of the bootloader changes, nor of the image that was there.
	const kept = content({[OLD]: image(OLD)}).subarray(0, SLOTS[NEW]);
	assert.ok(kept.equals(Buffer.from(desk.chip.flash.cells.subarray(0, SLOTS[NEW]))), which);
	desk.reset(POWER);
	assert.equal(desk.boot().number, said.number, `${which}: the same image again`);
	return said.number;
}

test("an update by a tool, and a power cut at each of its flash operations", () => {
	const desk = new Desk(content({[OLD]: image(OLD)}));
	assert.equal(update(desk).number, 2);
	const count = desk.chip.flash.operations.length;
	assert.ok(count > 10, `${count} operations`);
	const found = new Set();
	let cuts = 0;
	for (let operation = 0; operation < count; operation++)
		for (const depth of ALL ? DEPTHS : operation % 3 === 0 ? [DEPTHS[operation / 3 % 3]] : []) {
			found.add(cutAt(operation, depth));
			cuts++;
		}
	console.log(`${count} operations, ${cuts} cuts`);
	assert.deepEqual([...found].sort(), [1, 2], "some come before, some after the update is one");
});

test("a writer that erases the wrong slot is found out", () => {
	const desk = new Desk(content({[OLD]: image(OLD)}));
	desk.chip.drive(G23, false);
	desk.reset(POWER);
	desk.until(/waiting for download/);
	const tool = new Tool(desk);
	tool.sync();
	tool.write(SLOTS[OLD], image(NEW));
	desk.chip.drive(G23, null);
	desk.reset(POWER);
	assert.throws(() => desk.boot(2000), /was not said/, "no image starts");
	assert.ok(Buffer.from(desk.chip.flash.cells.subarray(0, file("boot.bin").length)).equals(file("boot.bin")));
});
