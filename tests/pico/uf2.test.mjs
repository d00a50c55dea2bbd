// The file for the BOOTSEL drive, as the mask ROM takes it: pages of one family, in sectors that it erases first.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {test} from "node:test";
import {fileURLToPath} from "node:url";
import {FLASH_BYTES, SECTOR_BYTES} from "../../hardware/rp2040/flash.mjs";
import {Desk, IMAGES, SLOTS, file, image} from "./desk.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BLOCK_BYTES = 512, PAGE_BYTES = 256, XIP = 0x10000000;

// What flash holds after the drive took it, of whatever was there before.
function drop(bytes, before) {
	const flash = Buffer.from(before);
	const count = bytes.length / BLOCK_BYTES;
	for (let number = 0; number < count; number++) {
		const words = Array.from({length: 8}, (_, i) => bytes.readUInt32LE(number * BLOCK_BYTES + 4 * i));
		const [first, second, flags, address, size, told, of, family] = words;
		assert.deepEqual([first, second, flags, size, told, of, family],
			[0x0a324655, 0x9e5d5157, 0x2000, PAGE_BYTES, number, count, 0xe48bff56]);
		assert.equal(bytes.readUInt32LE((number + 1) * BLOCK_BYTES - 4), 0x0ab16f30);
		const offset = address - XIP;
		if (offset % SECTOR_BYTES === 0)
			flash.fill(0xff, offset, offset + SECTOR_BYTES);
		for (let i = 0; i < PAGE_BYTES; i++)
			flash[offset + i] &= bytes[number * BLOCK_BYTES + 32 + i];
	}
	return flash;
}

const used = () => Buffer.alloc(FLASH_BYTES, 0x5a);

test("the bootloader's UF2 holds boot2 and bootloader, and nothing else of the flash changes", () => {
	const boot = file("../share/lifeboat/pico-bootloader.bin");
	const flash = drop(file("../share/lifeboat/pico-bootloader.uf2"), used());
	const end = Math.ceil(boot.length / SECTOR_BYTES) * SECTOR_BYTES;
	assert.ok(flash.subarray(0, boot.length).equals(boot));
	assert.ok(flash.subarray(boot.length, end).every(byte => byte === 0xff));
	assert.ok(flash.subarray(end).equals(used().subarray(end)));
});

test("one with an image in the factory slot is all that a used Pico needs", () => {
	const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "uf2-")), "pico.uf2");
	const signed = path.join(ROOT, `build/pico/factory.${IMAGES.factory}.img`);
	execFileSync(path.join(ROOT, "tools/uf2"), [out, `0x10000000=${ROOT}build/share/lifeboat/pico-bootloader.bin`,
		`0x${(XIP + SLOTS.factory).toString(16)}=${signed}`]);
	const desk = new Desk(drop(fs.readFileSync(out), used()));
	fs.rmSync(path.dirname(out), {recursive: true});
	assert.equal(desk.boot().number, 1);
	assert.ok(Buffer.from(desk.chip.flash.cells).includes(image("factory")));
	assert.throws(() => execFileSync(path.join(ROOT, "tools/uf2"),
		["/dev/null", `0x10000000=${signed}`, `0x10000100=${signed}`], {stdio: "pipe"}), /two files want/);
});
