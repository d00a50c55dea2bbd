// The emulator itself: what it must refuse, so that code which silicon would punish is found here.
import assert from "node:assert/strict";
import {test} from "node:test";
import {Chip, POWER, RUN} from "../../hardware/rp2040/chip.mjs";
import {FlashChip, FlashError, PowerCut, SECTOR_BYTES} from "../../hardware/rp2040/flash.mjs";
import {content} from "./desk.mjs";

const HARD_FAULT = 3;
const RAM = 0x20000000, SSI = 0x18000000, QSPI_SS = 0x4001800c, FLUSH = 0x14000004;

function chip() {
	let now = 0;
	const flash = new FlashChip();
	flash.powerUp(() => now);
	const command = (...bytes) => {
		flash.select(true);
		const answer = bytes.map(byte => flash.exchange(byte));
		flash.select(false);
		return answer;
	};
	return {flash, command, wait: ms => now += ms * 1e6};
}

test("NOR rules", () => {
	const {flash, command, wait} = chip();
	const unit = new Array(16).fill(0x0f);
	assert.throws(() => command(0x02, 0, 0, 0, ...unit), FlashError, "without write enable");
	command(0x06);
	command(0x02, 0, 0, 0, ...unit);
	assert.throws(() => command(0x06), FlashError, "while it is busy");
	assert.equal(command(0x05, 0)[1], 1);
	wait(1);
	assert.equal(command(0x05, 0)[1], 0);
	assert.deepEqual(command(0x03, 0, 0, 15, 0, 0).slice(4), [0x0f, 0xff]);
	command(0x06);
	assert.throws(() => command(0x02, 0, 0, 0, ...unit), FlashError, "twice");
	assert.throws(() => command(0x02, 0, 0, 248, ...unit), FlashError, "over the page's end");
	assert.throws(() => command(0x20, 0, 0x10, 1), FlashError, "no sector's start");
	command(0x06);
	command(0x20, 0, 0, 0);
	wait(44);
	assert.equal(command(0x05, 0)[1] & 1, 1, "it takes 45 ms");
	wait(2);
	assert.ok(flash.isBlank(0, SECTOR_BYTES));
	assert.throws(() => command(0xc7), FlashError, "a command that nobody needs");
});

test("a cut tears, and what is torn is the same again", () => {
	const torn = ["before", "within", "after"].map(depth => [0, 1].map(() => {
		const {flash, command} = chip();
		flash.cut = {operation: 0, depth};
		command(0x06);
		assert.throws(() => command(0x02, 0, 0, 0, ...new Array(16).fill(0)), PowerCut);
		return Buffer.from(flash.cells.subarray(0, 16)).toString("hex");
	}));
	for (const [first, second] of torn)
		assert.equal(first, second);
	assert.equal(torn[0][0], "ff".repeat(16));
	assert.match(torn[1][0], /^(00){8}.{8}(ff){4}$/);
	assert.equal(torn[2][0], "00".repeat(16));
});

// A chip whose CPU is about to run these halfwords in RAM.
function running(...code) {
	const board = new Chip({content: content()});
	board.run(1);
	code.forEach((half, i) => board.mcu.sramView.setUint16(i * 2 + 0x8000, half, true));
	board.cpu.R[15] = RAM + 0x8000;
	return board;
}

const isFaulty = board => {
	board.cpu.runSome = function () {
		this.deadline = this.clock.nanos + 1000;
		Object.getPrototypeOf(this).runSome.call(this);
	};
	board.cpu.run(board.clock.nanos + 100);
	return board.mcu.core.IPSR === HARD_FAULT;
};

test("faults", () => {
	const load = 0x6808, store = 0x6008, nop = 0x46c0, loop = 0xe7fe; // ldr r0, [r1]; str r0, [r1]
	const withR1 = (value, ...code) => {
		const board = running(...code, loop);
		board.cpu.R[1] = value;
		return isFaulty(board);
	};
	assert.equal(withR1(RAM, load), false);
	assert.equal(withR1(RAM + 2, load), true, "not aligned");
	assert.equal(withR1(0x30000000, load), true, "nothing there");
	assert.equal(withR1(0x10000000, load), false);
	assert.equal(withR1(0x10000000, store), true, "flash is no RAM");
	assert.equal(withR1(0, 0xde00), true, "UDF");
	assert.equal(withR1(0, 0xbe00), true, "BKPT");
	assert.equal(withR1(0, 0xb100), true, "CBZ, which this CPU has not");
	assert.equal(withR1(RAM, 0x4708), true, "a jump to code that is not Thumb");
	assert.equal(withR1(0, nop), false);
});

test("code in flash does not run while the SSI is out of XIP", () => {
	const board = new Chip({content: content()});
	board.run(1);
	assert.equal(board.window.readable, true);
	board.mcu.writeUint32(SSI + 8, 0);
	assert.equal(board.cpu.read32(0x10000100), 0xdededede | 0);
	board.cpu.R[15] = 0x10000100;
	assert.equal(isFaulty(board), true);
});

test("what changed in flash is seen when the cache was flushed", () => {
	const board = new Chip({content: content()});
	board.run(1);
	const ssi = board.mcu.peripherals[0x18000];
	assert.throws(() => board.mcu.writeUint32(SSI + 0, 7 << 16), FlashError, "the SSI is enabled");
	board.mcu.writeUint32(SSI + 8, 0);
	board.mcu.writeUint32(SSI + 0, 7 << 16);
	board.mcu.writeUint32(SSI + 0x10, 1);
	board.mcu.writeUint32(SSI + 8, 1);
	const command = (...bytes) => {
		board.mcu.writeUint32(QSPI_SS, 2 << 8);
		bytes.forEach(byte => {
			ssi.writeUint32(0x60, byte);
			ssi.readUint32(0x60);
		});
		board.mcu.writeUint32(QSPI_SS, 3 << 8);
	};
	command(0x06);
	command(0x02, 0x1f, 0, 0, ...new Array(16).fill(0x11));
	const enter = () => {
		board.mcu.writeUint32(SSI + 8, 0);
		board.mcu.writeUint32(SSI + 0, 0x001f0300);
		board.mcu.writeUint32(SSI + 0xf4, 0x03000218);
		board.mcu.writeUint32(SSI + 8, 1);
		board.mcu.writeUint32(QSPI_SS, 0);
	};
	assert.throws(enter, FlashError, "it is busy");
	board.clock.tick(1e6);
	enter();
	assert.equal(board.cpu.read32(0x101f0000), -1);
	board.mcu.writeUint32(FLUSH, 1);
	assert.equal(board.cpu.read32(0x101f0000), 0x11111111);
	assert.throws(() => {
		board.mcu.writeUint32(SSI + 8, 0);
		board.mcu.writeUint32(SSI + 0, 7 << 16);
		board.mcu.writeUint32(SSI + 8, 1);
		board.mcu.writeUint32(QSPI_SS, 2 << 8);
		for (let i = 0; i < 17; i++)
			ssi.writeUint32(0x60, 0);
	}, FlashError, "its FIFO holds 16");
});

test("what outlives which reset", () => {
	const board = new Chip({content: content()});
	board.run(1);
	board.mcu.sram[0x40000] = 0x5a;
	board.wd.scratchData[1] = 7;
	board.reset(RUN);
	assert.deepEqual([board.mcu.sram[0x40000], board.wd.scratchData[1]], [0x5a, 0]);
	board.reset(POWER);
	board.mcu.sram.fill(0x5a, 0x40000, 0x41000);
	board.reset(POWER);
	assert.ok(board.mcu.sram.subarray(0x40000, 0x41000).some(byte => byte !== 0x5a));
});

test("a flash without boot2 is BOOTSEL's", () => {
	const bytes = content();
	bytes[10] ^= 1;
	assert.equal(new Chip({content: bytes}).phase, "bootsel");
	assert.equal(new Chip().phase, "bootsel");
});

test("a pin is what drives it, or what its pull makes of it", () => {
	const board = new Chip({content: content()});
	board.run(10);
	const level = pin => (board.mcu.gpioValues >>> pin & 1) === 1;
	assert.deepEqual([level(12), level(2)], [false, true]);
	board.drive(12, true);
	board.drive(2, false);
	assert.deepEqual([level(12), level(2)], [true, false]);
	board.drive(12, null);
	assert.equal(level(12), false);
});

test("the same again to the nanosecond", () => {
	const runs = [0, 1].map(() => {
		const board = new Chip({content: content()});
		board.run(500);
		return [board.instructions, board.clock.nanos, board.mcu.core.cycles];
	});
	assert.deepEqual(runs[0], runs[1]);
});
